"""Requests that wish the server ill: each is refused in one sentence, and the server lives."""

from __future__ import annotations

import socket
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote, urlsplit

import httpx
import pytest

from kg.text import has_han

from .conftest import serving

SCRIPT = "<script>alert(1)</script>"
ENDLESS_SQL = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"
ENDLESS_SPARQL = "SELECT * WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l } ORDER BY ?a ?d ?g"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}

#: What is asked, and the statuses with which it may be refused.
REFUSED: dict[str, tuple[str, str, dict[str, str], bytes, tuple[int, ...]]] = {
    "another host": ("GET", "/", {"Host": "evil.example"}, b"", (421,)),
    "another host with our port": ("GET", "/", {"Host": "evil.example:8321"}, b"", (421,)),
    "a host that ends as ours": ("GET", "/", {"Host": "127.0.0.1.evil.example"}, b"", (421,)),
    "a host that begins as ours": ("GET", "/", {"Host": "localhost@evil.example"}, b"", (421,)),
    "an empty host": ("GET", "/", {"Host": ""}, b"", (421, 400)),
    "another origin": ("GET", "/ask.json", {"Origin": "https://evil.example"}, b"", (403,)),
    "no origin's origin": ("GET", "/ask.json", {"Origin": "null"}, b"", (403,)),
    "another port's origin": ("GET", "/ask.json", {"Origin": "http://127.0.0.1:1"}, b"", (403,)),
    "a form of another site": ("POST", "/sparql", {**FORM, "Sec-Fetch-Site": "cross-site"}, b"query=x", (403,)),
    "a form of a sister site": ("POST", "/sparql", {**FORM, "Sec-Fetch-Site": "same-site"}, b"query=x", (403,)),
    "PUT": ("PUT", "/ask", {}, b"x", (405,)),
    "DELETE": ("DELETE", "/paper/002-22", {}, b"", (405,)),
    "OPTIONS of another origin": ("OPTIONS", "/ask", {"Origin": "https://evil.example"}, b"", (405, 403)),
    "TRACE": ("TRACE", "/", {}, b"", (405,)),
    "a made-up method": ("BREW", "/", {}, b"", (405, 400)),
    "climbing": ("GET", "/../../../../etc/passwd", {}, b"", (404,)),
    "climbing, encoded": ("GET", "/..%2f..%2f..%2fetc%2fpasswd", {}, b"", (404,)),
    "climbing, encoded twice": ("GET", "/%252e%252e%252fetc%252fpasswd", {}, b"", (404,)),
    "climbing among static files": ("GET", "/static/../../pages/ask.py", {}, b"", (404,)),
    "climbing among static files, encoded": ("GET", "/static/..%2f..%2fasked.py", {}, b"", (404,)),
    "a template": ("GET", "/static/base.html.jinja", {}, b"", (404,)),
    "climbing in a paper": ("GET", "/paper/../../etc/passwd", {}, b"", (404,)),
    "a paper with a zero byte": ("GET", "/paper/a%00b", {}, b"", (400, 404)),
    "a paper with a line end": ("GET", "/paper/a%0d%0aSet-Cookie:%20x=1", {}, b"", (400, 404)),
    "bytes that are no UTF-8": ("GET", "/paper/%ff%fe", {}, b"", (404,)),
    "a surrogate": ("GET", "/paper/%ed%a0%80", {}, b"", (404,)),
    "no such page": ("GET", "/admin", {}, b"", (404,)),
    "no such form": ("GET", "/about.svg", {}, b"", (404,)),
    "a form without a table": ("GET", "/home.csv", {}, b"", (404,)),
    "no concept": ("GET", "/concept/evil:thing", {}, b"", (404,)),
    "an unknown concept": ("GET", "/concept/technique:no-such-thing-at-all", {}, b"", (404,)),
    "an author that is markup": ("GET", f"/author/{quote(SCRIPT)}", {}, b"", (404,)),
    "no evidence": ("GET", "/evidence/x/A/1-2/00000000", {}, b"", (404,)),
    "evidence far away": ("GET", "/evidence/002-22/A/0-9999999/00000000", {}, b"", (404,)),
    "a long address": ("GET", "/ask?q=" + "a" * 9000, {}, b"", (414,)),
    "a very long address": ("GET", "/ask?q=" + "a" * 60_000, {}, b"", (400, 414, 431)),
    "a long question": ("GET", "/ask?q=" + "a" * 2000, {}, b"", (400,)),
    "a page of no number": ("GET", "/ask?page=x", {}, b"", (400,)),
    "a page below the first": ("GET", "/ask?page=-1", {}, b"", (400,)),
    "a page of letters that are digits": ("GET", "/ask?page=" + quote("٣"), {}, b"", (400,)),
    "page 10,000": ("GET", "/ask?page=10000", {}, b"", (400,)),
    "a limit of all": ("GET", "/ask.json?limit=100000000", {}, b"", (400,)),
    "an order that is SQL": ("GET", "/topic/pruning?order=" + quote("1; DROP TABLE x"), {}, b"", (400,)),
    "a year that is SQL": ("GET", "/ask?year=" + quote("2025' OR '1'='1"), {}, b"", (400,)),
    "an unknown view": ("GET", "/graph?view=evil", {}, b"", (400,)),
    "too many nodes": ("GET", "/graph.svg?limit=999999", {}, b"", (400,)),
    "an unknown export": ("GET", "/export?format=../../etc", {}, b"", (400,)),
    "a date that is none": ("GET", "/new?since=" + quote("'; DROP TABLE papers; --"), {}, b"", (400,)),
    "SQL that writes": ("GET", "/sql?query=" + quote("DELETE FROM papers"), {}, b"", (400,)),
    "SQL that attaches": ("GET", "/sql?query=" + quote("ATTACH '/etc/passwd' AS x"), {}, b"", (400,)),
    "SQL that sets": ("GET", "/sql?query=" + quote("PRAGMA journal_mode=DELETE"), {}, b"", (400,)),
    "SQL that loads": ("GET", "/sql?query=" + quote("SELECT load_extension('x')"), {}, b"", (400,)),
    "SQL twice": ("GET", "/sql?query=" + quote("SELECT 1; DROP TABLE papers"), {}, b"", (400,)),
    "SQL of a large text": ("GET", "/sql?query=" + quote("SELECT zeroblob(2000000000)"), {}, b"", (400,)),
    "SPARQL that writes": ("GET", "/sparql?query=" + quote("DELETE WHERE { ?s ?p ?o }"), {}, b"", (400,)),
    "SPARQL that updates": ("POST", "/sparql", FORM, b"update=CLEAR+ALL", (400,)),
    "SPARQL that asks others": (
        "GET",
        "/sparql?query=" + quote("SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }"),
        {},
        b"",
        (400,),
    ),
    "SPARQL nested deeply": ("POST", "/sparql", FORM, b"query=" + b"%7B" * 6000, (400,)),
    "JSON in the place of a form": ("POST", "/sparql", {"Content-Type": "application/json"}, b'{"query": [[[', (415,)),
    "a broken upload": ("POST", "/ask", {"Content-Type": "multipart/form-data; boundary=x"}, b"--x\r\n", (415, 400)),
    "a large body": ("POST", "/sparql", FORM, b"query=" + b"a" * 70_000, (413,)),
    "a body of a length that is none": ("GET", "/ask", {"Content-Length": "-5"}, b"", (400,)),
    "a body of an absurd length": ("GET", "/ask", {"Content-Length": "9" * 18}, b"", (413,)),
    "adding where nothing is added": ("POST", "/add", {"Content-Type": "multipart/form-data"}, b"", (404, 405)),
}


def ask(address: str, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, str, str]:
    """Status, body and head of a request that is sent as it stands, which no well-behaved client would do."""
    place = urlsplit(address)
    given = {"Host": place.netloc, "Content-Length": str(len(body))} | headers | {"Connection": "close"}
    head = f"{method} {path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in given.items())
    with socket.create_connection((place.hostname, place.port), timeout=30) as line:
        line.sendall(head.encode() + b"\r\n" + body)
        said = b""
        while piece := line.recv(1 << 16):
            said += piece
    first, _, rest = said.partition(b"\r\n")
    said_head, _, text = rest.partition(b"\r\n\r\n")
    return int(first.split()[1]), text.decode("utf-8", "replace"), said_head.decode("latin-1") + "\r\n"


@pytest.mark.parametrize("name", REFUSED)
def test_hostile_request_is_refused_in_a_sentence(address: str, name: str) -> None:
    method, path, headers, body, statuses = REFUSED[name]
    status, said, _ = ask(address, method, path, headers, body)
    assert status in statuses, said[:400]
    assert "Traceback" not in said
    assert 'File "' not in said
    assert SCRIPT not in said


@pytest.mark.parametrize(
    "name",
    ["another host", "another origin", "a form of another site", "PUT", "a long address", "a large body",
     "a body of an absurd length", "a paper with a zero byte", "JSON in the place of a form", "a broken upload"],
)  # fmt: skip
def test_refusal_is_said_in_the_language_of_who_asks(address: str, name: str) -> None:
    method, path, headers, body, _ = REFUSED[name]
    _, browser, _ = ask(address, method, path, {**headers, "Accept-Language": "zh-CN"}, body)
    _, english, _ = ask(address, method, path, {**headers, "Accept-Language": "en"}, body)
    assert has_han(browser)
    assert not has_han(english)
    assert len(browser.splitlines()) == len(english.splitlines()) == 1


@pytest.mark.parametrize("path", ["/ask?q=", "/compare?b=", "/graph?q=", "/sql?query=", "/trends?q=", "/suggest?q="])
def test_script_in_an_address_is_text(client: httpx.Client, path: str) -> None:
    answer = client.get(path + quote(SCRIPT + "\"'><img src=x onerror=alert(1)>"))
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert SCRIPT not in answer.text
    assert "<img src=x" not in answer.text


@pytest.mark.parametrize("path", ["/sql?query=" + quote(ENDLESS_SQL), "/sparql?query=" + quote(ENDLESS_SPARQL)])
def test_endless_query_is_ended(hurried: httpx.Client, path: str) -> None:
    hurried.get("/sparql?query=ASK%20%7B%7D")
    answer = hurried.get(path, headers={"Accept": "text/html", "Accept-Language": "zh"})
    assert answer.status_code in (400, 503)
    assert "已中止" in answer.text
    assert hurried.get("/about.json").status_code == 200


def test_more_requests_than_may_wait_are_sent_away_and_the_server_lives(hurried: httpx.Client) -> None:
    """Four are answered at once, 64 wait for their turn, the others are told to come again."""

    def sent(query: str) -> tuple[int, str]:
        answer = many.get("/sql.json", params={"query": query})
        return answer.status_code, answer.headers.get("retry-after", "")

    limits = httpx.Limits(max_connections=80)
    with (
        httpx.Client(base_url=hurried.base_url, timeout=90, trust_env=False, limits=limits) as many,
        ThreadPoolExecutor(80) as threads,
    ):
        endless = [threads.submit(sent, f"{ENDLESS_SQL} WHERE x > {number}") for number in range(4)]
        time.sleep(1)
        said = Counter(threads.map(sent, ["SELECT 1"] * 76))
        assert {one.result()[0] for one in endless} <= {400, 503}
    assert set(said) == {(200, ""), (503, "5")}
    assert said[503, "5"] >= 76 - 64
    assert hurried.get("/about.json").status_code == 200


def test_slow_sender_is_left_and_others_are_served(address: str, client: httpx.Client) -> None:
    place = urlsplit(address)
    lines = [socket.create_connection((place.hostname, place.port), timeout=30) for _ in range(20)]
    try:
        for line in lines:
            line.sendall(b"GET / HTTP/1.1\r\nHost: ")
        assert client.get("/about.json").status_code == 200
        assert lines[0].recv(100) == b""  # it is left after ten seconds
    finally:
        for line in lines:
            line.close()


def test_pages_forbid_scripts_of_others(client: httpx.Client) -> None:
    one, other = client.get("/"), client.get("/")
    policy = one.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "'unsafe-inline'" not in policy.split("script-src")[1].split(";")[0]
    assert policy != other.headers["content-security-policy"]  # a nonce is used once
    assert "server" not in one.headers


@pytest.fixture(scope="module")
def guarded(built_file: Path) -> Iterator[str]:
    """A server that others may reach, by one name and a token."""
    flags = ("--host", "0.0.0.0", "--allow-host", "papers.example")
    with serving(built_file, *flags, env={"KG_TOKEN": "a-token-of-some-length"}) as found:
        yield found


def test_other_address_wants_hosts_and_a_token(guarded: str, built_file: Path) -> None:
    place = urlsplit(guarded)
    assert place.hostname == "papers.example"
    here = f"http://127.0.0.1:{place.port}"
    named = {"Host": f"papers.example:{place.port}"}
    with httpx.Client(base_url=here, trust_env=False, timeout=60) as client:
        assert client.get("/").status_code == 421
        refused = client.get("/", headers=named)
        assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
        assert client.get("/", headers={**named, "Authorization": "Bearer wrong"}).status_code == 401
        assert client.get("/", headers={**named, "Authorization": "Bearer a-token-of-some-length"}).status_code == 200
        _, _, head = ask(here, "GET", "//evil.example/?token=a-token-of-some-length&q=1", named, b"")
        assert "location: /evil.example/?q=1\r\n" in head.lower()  # not the other host's
        away = client.get("/?token=a-token-of-some-length&q=1", headers=named)
        assert (away.status_code, away.headers["location"]) == (303, "/?q=1")
        assert "httponly" in away.headers["set-cookie"].lower()
        cookie = away.headers["set-cookie"].partition(";")[0]
        assert client.get("/", headers={**named, "Cookie": cookie}).status_code == 200


@pytest.mark.parametrize("flags", [("--host", "0.0.0.0"), ("--host", "256.1.1.1", "--allow-host", "x")])
def test_server_that_others_could_reach_does_not_begin_unguarded(flags: tuple[str, ...], built_file: Path) -> None:
    with pytest.raises(AssertionError, match=r"kg: --host|cannot be listened"), serving(built_file, *flags):
        pass
