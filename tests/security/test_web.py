"""What a web page, a slow client or a killed server may do to `kg serve` and `kg mcp --http`: nothing but wait."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import quote, urlsplit

import httpx
import pytest

import kg
from tests.cli.command import run
from tests.views.browser import Browser, chromium
from tests.web.conftest import serving
from tests.web.test_hostile import ENDLESS_SQL, ask

BIBTEX = b"""@article{one, title = {Zebrafish: A Pruning Method for Large Models}, year = {2025},
  abstract = {We propose Zebrafish, a pruning method. It is 2x faster than LoRA on an NVIDIA H100.}}
"""
FOREIGN = {"Sec-Fetch-Site": "cross-site"}
LINK = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
#: What an open page of another site makes a browser send.
EMBEDDED = {
    "an image": {"Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"},
    "a script": {"Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "script"},
    "a frame": {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"},
    "an object": {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "object"},
    "a fetch": {"Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "empty"},
    "a guess of the next page": LINK | {"Sec-Purpose": "prefetch;prerender"},
    "no more than its site": {},
}


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory, first_file: Path) -> Path:
    place = tmp_path_factory.mktemp("served") / "papers.kg"
    with kg.open(str(first_file), read_only=True) as opened:
        opened.backup(place)
    assert run("sparql", "ASK {}", graph=place).returncode == 0  # makes the triples
    return place


@pytest.fixture(scope="module")
def address(graph: Path) -> Iterator[str]:
    with serving(graph, "--writable") as found:
        yield found


@pytest.fixture(scope="module")
def client(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, timeout=60, trust_env=False) as opened:
        yield opened


@pytest.mark.parametrize("site", ["cross-site", "same-site", "made-up"])
@pytest.mark.parametrize("kind", EMBEDDED)
def test_page_of_another_site_embeds_nothing(client: httpx.Client, kind: str, site: str) -> None:
    for path in ("/sql?query=SELECT+1", "/", "/ask.json?q=LoRA", "/static/kg.js", "/add"):
        answer = client.get(path, headers=EMBEDDED[kind] | {"Sec-Fetch-Site": site})
        assert answer.status_code == 403
        assert len(answer.text.splitlines()) == 1


@pytest.mark.parametrize(
    "path",
    [
        "/sql?query=" + quote("SELECT 12340000 + 5678 AS answer"),
        "/sql.json?query=" + quote("SELECT 12340000 + 5678 AS answer"),
        "/sparql?query=" + quote("SELECT (12340000 + 5678 AS ?answer) {}"),
        "/export?q=LoRA&format=bibtex",
        "/report?q=LoRA",
        "/graph?q=LoRA",
        "/new.atom",
    ],
)
def test_link_of_another_site_runs_nothing_until_its_button_is_pressed(client: httpx.Client, path: str) -> None:
    browser = LINK | {"Accept": "text/html"}
    held = client.get(path, headers=browser | FOREIGN)
    assert held.status_code == 200
    assert held.headers["content-type"].startswith("text/html")
    assert "content-disposition" not in held.headers
    assert "12345678" not in held.text
    for value in httpx.URL(path).params.values():
        assert value in held.text
    button = re.search(r'<a class="button" rel="nofollow" href="([^"]*)"', held.text)
    assert button
    pressed = client.get(button[1].replace("&amp;", "&"), headers=browser | {"Sec-Fetch-Site": "same-origin"})
    assert pressed.status_code == 200
    assert 'class="button" rel="nofollow"' not in pressed.text
    assert "12345678" in pressed.text or "SELECT" not in path


def test_link_of_another_site_starts_no_endless_query(client: httpx.Client) -> None:
    for number in range(8):
        path = "/sql?query=" + quote(f"{ENDLESS_SQL} WHERE x > {number}")
        assert client.get(path, headers=LINK | FOREIGN).status_code == 200  # 400 where it runs until it is ended


@pytest.mark.parametrize("path", ["/", "/ask?q=LoRA", "/about", "/sql", "/trends"])
def test_link_of_another_site_leads_to_a_page(client: httpx.Client, path: str) -> None:
    answer = client.get(path, headers=LINK | FOREIGN)
    assert answer.status_code == 200
    assert 'class="button" rel="nofollow"' not in answer.text


@pytest.mark.parametrize("headers", [{}, {"Sec-Fetch-Site": "none", **LINK}, {"Sec-Fetch-Site": "same-origin"}])
def test_user_asks_as_ever(client: httpx.Client, headers: dict[str, str]) -> None:
    answer = client.get("/sql.json", params={"query": "SELECT 12340000 + 5678 AS answer"}, headers=headers)
    assert answer.json()["rows"] == [[12345678]]
    assert client.get("/sql", headers=headers | {"Origin": "https://evil.example"}).status_code == 403


@contextmanager
def page_of_another_site(body: str) -> Iterator[str]:
    """The address of a server of one page, which a browser holds for another site's where the name is another one."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://localhost:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.skipif(chromium() is None, reason="no Chromium")
def test_browser_runs_no_query_of_another_site_and_shows_the_one_of_a_link(address: str, client: httpx.Client) -> None:
    query = f"{address}/sql?query=" + quote("SELECT 12340000 + 5678 AS answer")
    endless = [f"{address}/sql?query=" + quote(f"{ENDLESS_SQL} WHERE x > {number}") for number in range(40, 46)]
    body = f"<a id=link href='{query}'>a link</a>" + "".join(f"<img src='{one}'>" for one in endless)
    with page_of_another_site(body) as page, Browser() as browser:
        browser.visit(page)
        assert client.get("/sql?query=SELECT+2", timeout=10).status_code == 200  # no worker is taken for twelve seconds
        browser.evaluate("document.getElementById('link').click()")
        browser.wait("!!document.querySelector('a.button')")
        assert "SELECT 12340000 + 5678 AS answer" in str(browser.evaluate("document.querySelector('main').innerText"))
        browser.evaluate("document.querySelector('a.button').click()")
        browser.wait("!!document.querySelector('table.rows')")
        assert "12345678" in str(browser.evaluate("document.querySelector('table.rows').innerText"))


# Connections


def lines(stack: ExitStack, address: str, sent: bytes, number: int) -> list[socket.socket]:
    """Connections on which a client has sent no more than this."""
    place = urlsplit(address)
    made = [
        stack.enter_context(socket.create_connection((place.hostname, place.port), timeout=30)) for _ in range(number)
    ]
    for line in made:
        line.sendall(sent)
    return made


@pytest.mark.parametrize(
    "half",
    [b"", b"GET / HTTP/1.1\r\nHost: ", b"POST /sparql HTTP/1.1\r\nHost: {host}\r\nContent-Length: 60000\r\n\r\nquery="],
)
def test_others_are_answered_beside_260_half_requests(address: str, half: bytes) -> None:
    half = half.replace(b"{host}", urlsplit(address).netloc.encode())
    with ExitStack() as stack, httpx.Client(base_url=address, timeout=20, trust_env=False) as other:
        lines(stack, address, half, 260)
        statuses = Counter[int]()
        for _ in range(20):
            with httpx.Client(base_url=address, timeout=20, trust_env=False) as new:
                statuses[new.get("/about.json").status_code] += 1
            statuses[other.get("/about.json").status_code] += 1
            time.sleep(0.1)
        assert statuses == {200: 40}


def test_port_of_the_host_header_is_in_no_link_of_the_feed(address: str) -> None:
    _, own, _ = ask(address, "GET", "/new.atom", {}, b"")
    _, other, _ = ask(address, "GET", "/new.atom", {"Host": "localhost:9"}, b"")
    assert own == other
    assert "localhost" not in own


# Uploads


def begun(stack: ExitStack, address: str, length: int) -> socket.socket:
    """An upload whose body has only begun."""
    head = (
        f"POST /add HTTP/1.1\r\nHost: {urlsplit(address).netloc}\r\nContent-Length: {length}\r\n"
        "Content-Type: multipart/form-data; boundary=x\r\n\r\n--x\r\n"
        'Content-Disposition: form-data; name="files"; filename="a.bib"\r\n\r\n'
    )
    return lines(stack, address, head.encode(), 1)[0]


def refused(line: socket.socket, seconds: float = 2.0) -> bool:
    """Whether an upload was refused before its end."""
    line.settimeout(seconds)
    try:
        return b" 503 " in line.recv(1000).partition(b"\r\n")[0]
    except TimeoutError:
        return False


def upload(client: httpx.Client, *files: tuple[str, bytes]) -> str:
    """The page of an upload, when it was read."""
    while (answer := client.post("/add", files=[("files", file) for file in files])).status_code == 503:
        time.sleep(0.2)
    page = str(answer.headers["location"])
    while client.get(f"{page}.json").json()["state"] != "done":
        time.sleep(0.2)
    return page


def test_five_uploads_are_five(address: str) -> None:
    with ExitStack() as stack:
        first = [begun(stack, address, 1000) for _ in range(5)]
        assert not any(refused(line, 0.3) for line in first)
        assert all(refused(begun(stack, address, 1000)) for _ in range(5))
    with ExitStack() as stack:
        assert not refused(begun(stack, address, 1000), 1)  # their places are free again


def test_waiting_uploads_have_200_megabytes_at_most(address: str) -> None:
    with ExitStack() as stack:
        first = [begun(stack, address, 100 << 20) for _ in range(2)]
        assert not any(refused(line, 0.3) for line in first)
        assert refused(begun(stack, address, 1 << 20))


def test_four_undos_at_once_are_one(client: httpx.Client) -> None:
    page = upload(client, ("refs.bib", BIBTEX))
    held = client.get("/about.json").json()["counts"]["entries"]
    with ThreadPoolExecutor(4) as threads:
        said = Counter(threads.map(lambda _: client.post(f"{page}/undo").status_code, range(4)))
    assert said == {303: 1, 409: 3}
    assert client.get("/about.json").json()["counts"]["entries"] == held - 1


def test_folder_of_a_killed_server_is_removed_at_the_next_start(graph: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "kg", "serve", "--graph", str(graph), "--port", "0", "--writable"]
    scratch = Path(tempfile.mkdtemp(prefix="kg-test-"))  # short: names of sockets have at most 107 letters
    kept = scratch / "kg-serve-of-somebody"
    kept.symlink_to(tmp_path)  # a link is followed nowhere
    said = (tmp_path / "said").open("w+")
    with subprocess.Popen(command, stderr=said, env={**os.environ, "TMPDIR": str(scratch)}) as process:
        try:
            while "Open http://" not in (text := Path(said.name).read_text()):
                assert process.poll() is None, text
                time.sleep(0.1)
            at = text.split()[1].rstrip("/")
            with httpx.Client(base_url=at, timeout=60, trust_env=False) as client, ExitStack() as stack:
                upload(client, ("refs.ris", b"TY  - JOUR\nTI  - Tiles of Rows for Long Inputs\nPY  - 2024\nER  - \n"))
                begun(stack, at, 1000)
                time.sleep(0.5)
                left = [one for one in scratch.glob("kg-serve-*") if not one.is_symlink()]
                assert len(left) == 1
                assert [one for one in left[0].iterdir() if one.is_dir()]
                with serving(graph, "--writable", env={"TMPDIR": str(scratch)}):
                    assert left[0].exists()  # its server lives
        finally:
            process.send_signal(signal.SIGKILL)
    assert left[0].exists()
    assert len([*scratch.glob("kg-run-*")]) == 1  # of its sockets
    assert Path(said.name).read_text().count("\n") == 1  # nothing of processes that asyncio does not know
    with serving(graph, "--writable", env={"TMPDIR": str(scratch)}):
        assert not left[0].exists()
    assert [one for one in scratch.iterdir() if one.name.startswith(("kg-serve", "kg-new", "kg-run", "pymp"))] == [kept]
    shutil.rmtree(scratch, ignore_errors=True)
    shutil.rmtree(scratch, ignore_errors=True)


# The Model Context Protocol over HTTP


@pytest.fixture(scope="module")
def assistant(graph: Path) -> Iterator[str]:
    command = [sys.executable, "-m", "kg", "mcp", "--graph", str(graph), "--http", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.terminate()


def test_mcp_opens_no_stream(assistant: str) -> None:
    with httpx.Client(timeout=5, trust_env=False) as client:
        for method in ("GET", "HEAD", "DELETE", "OPTIONS", "PUT", "TRACE"):
            answer = client.request(method, assistant, headers={"Accept": "text/event-stream"})
            assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize(
    "headers", [FOREIGN, {"Sec-Fetch-Site": "same-site"}, {"Origin": "null"}, {"Host": "a.example"}]
)
def test_mcp_answers_no_page_of_another_site(assistant: str, headers: dict[str, str]) -> None:
    given = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
    with httpx.Client(timeout=20, trust_env=False) as client:
        assert client.post(assistant, json=call, headers=given | headers).status_code in (403, 421)
        large = {**call, "params": {"text": "a" * (300 << 10)}}
        assert client.post(assistant, json=large, headers=given).status_code == 413
        assert client.post(assistant, json=call, headers=given).status_code == 200


@pytest.mark.parametrize("name", ["address", "assistant"])
def test_server_listens_at_this_machine_alone(name: str, request: pytest.FixtureRequest) -> None:
    port = urlsplit(request.getfixturevalue(name)).port
    tables = [Path("/proc/net") / table for table in ("tcp", "tcp6")]
    if not tables[0].exists():
        pytest.skip("the system has no list of sockets")
    rows = [row.split() for table in tables if table.exists() for row in table.read_text().splitlines()[1:]]
    listens = [row[1] for row in rows if row[3] == "0A" and int(row[1].rpartition(":")[2], 16) == port]
    assert listens == [f"0100007F:{port:04X}"]
