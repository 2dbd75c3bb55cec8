"""Addresses of full texts that a service names: one costs its paper only, and none leads into a private network."""

from __future__ import annotations

import json
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kg.fetch import Client, Listed, fetch, full_texts, public_hosts
from kg.fetch.full_texts import FullTexts
from kg.http import Refused
from kg.model import KgError
from tests.fetch.local_server import LocalServer, QuietHandler, dripping, hang_up, send
from tests.fetch.services import Service, serving

PDF = send(b"%PDF-1.4 and more")
PUBLIC, PRIVATE = "93.184.216.34", "127.0.0.1"


@pytest.fixture
def service() -> Iterator[Service]:
    with serving(lambda query: "") as running:
        yield running


def harvest(service: Service, folder: Path, *addresses: str, ids: tuple[str, ...] = (), **limits: Any) -> FullTexts:
    """The full texts of papers at these addresses."""
    names = ids or tuple(f"P{number}" for number in range(len(addresses)))
    listed = zip(names, addresses, strict=True)
    papers = [{"paperId": name, "title": "A", "openAccessPdf": {"url": url}} for name, url in listed]
    service.usual = lambda query: json.dumps({"data": papers})
    asked = Listed("s2", "x", url=service.url)
    with Client(asked.url, interval=0.01) as client:
        done = fetch(asked, folder, client)
    host = service.root.partition("//")[2]
    more: dict[str, Any] = {"interval": 0.01, "tries": 2, "timeout": 1, "trusted_host": host} | limits
    return full_texts.full_texts(asked, done, folder, lambda url: Client(url, **more))


@pytest.mark.parametrize(
    "address",
    [
        *("http://a..b/x", "http://[::1/x", "http://①②⑦.0.0.1/s.pdf", "http://xn--a/s.pdf", f"http://{'a' * 70}.org/x"),
        *("http://\ud800/x", "http://a/\ud800", "http://a:99999/x", "http://[v1.a]/x", "http://a\x00b/x", "//"),
        "http://?",
    ],
)
def test_odd_address_costs_its_paper_only(service: Service, tmp_path: Path, address: str) -> None:
    service.files = {"/a.pdf": PDF}
    urls = address, f"{service.root}/a.pdf"
    found = harvest(service, tmp_path, *urls)
    assert [file.name for file in found.files] == ["P1.pdf"]
    assert [len(problem) < 500 for problem in found.problems] == [True]
    assert harvest(service, tmp_path, *urls).problems == []  # nor is it tried again


def test_whatever_is_raised_costs_its_paper_and_is_not_tried_again(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.files = {"/a.pdf": PDF, "/b.pdf": PDF}
    usual = full_texts._ending

    def ending(part: Path, status: int) -> str:
        if len(tried) == 0:
            tried.append(part)
            raise RecursionError("too deep")
        return usual(part, status)

    tried: list[Path] = []
    monkeypatch.setattr(full_texts, "_ending", ending)
    urls = f"{service.root}/a.pdf", f"{service.root}/b.pdf"
    found = harvest(service, tmp_path, *urls)
    assert ([file.name for file in found.files], found.fetched) == (["P1.pdf"], 1)
    assert found.problems == ["P0: its full text was not fetched: RecursionError: too deep."]
    assert harvest(service, tmp_path, *urls).problems == []


def test_papers_that_fail_at_each_call_do_not_keep_the_others_of_their_host_out(
    service: Service, tmp_path: Path
) -> None:
    service.files = {f"/{number}.pdf": hang_up for number in range(3)} | {"/3.pdf": PDF}
    urls = [f"{service.root}/{number}.pdf" for number in range(4)]
    assert len(harvest(service, tmp_path, *urls).problems) == 3
    assert [file.name for file in harvest(service, tmp_path, *urls).files] == ["P3.pdf"]


def test_body_that_drips_is_left_after_the_time_of_all_attempts(service: Service, tmp_path: Path) -> None:
    service.files = {"/a.pdf": dripping(b"\r\n%PDF-")}
    found = harvest(service, tmp_path, f"{service.root}/a.pdf", whole=0.4, most_seconds=0.4, tries=5)
    assert "takes longer than 0.4 s for a response: repeat" in found.problems[0]
    assert len(service.asked) == 2  # the list and the file, once


@pytest.mark.parametrize("odd", ["", "..", "-rf", "a\x00b", "\ud800", "." * 200, "../../x", "\u202e1"])
def test_file_of_an_odd_id_is_visible_and_in_its_folder(service: Service, tmp_path: Path, odd: str) -> None:
    service.files = {"/a.pdf": PDF}
    found = harvest(service, tmp_path, f"{service.root}/a.pdf", f"{service.root}/a.pdf", ids=(odd, odd + "."))
    assert {file.parent for file in found.files} == {tmp_path / "full-texts"}
    assert len({file.name for file in found.files}) == 2
    assert all(file.name[0].isalnum() and file.name.isprintable() and len(file.name) < 100 for file in found.files)


# --- hosts


def looked_up(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """Let "papers.test" have these addresses, one answer a look-up, the last from then on; gives what was looked up."""
    real, calls = socket.getaddrinfo, []

    def fake(host: Any, port: Any, *more: Any, **named: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name != "papers.test":
            return real(host, port, *more, **named)
        calls.append(name)
        return [found for one in answers[: len(calls)][-1] for found in real(one, port, *more, **named)]

    monkeypatch.setattr(socket, "getaddrinfo", fake)
    return calls


def ask(url: str, place: Path) -> int:
    with Client(url, interval=0, tries=1, timeout=5, trusted_host="api.test") as client:
        return client.get({}, place, lambda part, status: part.stat().st_size)


def test_name_that_is_private_when_it_is_called_is_not_called(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(public_hosts, "is_public", lambda address: address == PUBLIC)
    to: list[str] = []
    monkeypatch.setattr("httpcore.SyncBackend.connect_tcp", connecting(to))
    calls = looked_up(monkeypatch, [PUBLIC], [PRIVATE])
    with pytest.raises(KgError, match="cannot be reached"):
        ask(f"http://papers.test:{service.server_address[1]}/x", tmp_path / "x")
    assert (len(calls), to, service.asked) == (1, [PUBLIC], [])


def connecting(to: list[str]) -> Callable[..., Any]:
    """Connects to nothing, and keeps where it ought to."""
    import httpcore

    def connect(_self: Any, host: str, *_: Any, **__: Any) -> Any:
        to.append(host)
        raise httpcore.ConnectError("there is no network")

    return connect


@pytest.mark.parametrize(
    "private",
    [
        *("127.0.0.1", "10.0.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.1.1", "255.255.255.255"),
        *("::", "::1", "fe80::1", "fc00::1", "fec0::1", "ff0e::1", "2001:db8::1", "2001:0:7f00:1::", "2002:7f00:1::"),
        *("::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::7f00:1"),
    ],
)
def test_addresses_that_may_lead_inside_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, private: str
) -> None:
    to: list[str] = []
    monkeypatch.setattr("httpcore.SyncBackend.connect_tcp", connecting(to))
    looked_up(monkeypatch, [private])
    for host in ("papers.test", f"[{private}]" if ":" in private else private):
        with pytest.raises(Refused, match="no host of the public network"):
            ask(f"http://{host}:9/x", tmp_path / "x")
    assert to == []


@pytest.mark.parametrize("public", [PUBLIC, "2606:2800:220:1:248:1893:25c8:1946"])
def test_public_addresses_are_called_in_turn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, public: str) -> None:
    to: list[str] = []
    monkeypatch.setattr("httpcore.SyncBackend.connect_tcp", connecting(to))
    looked_up(monkeypatch, ["64:ff9b::7f00:1", public, "8.8.8.8"])
    with pytest.raises(KgError, match="cannot be reached"):
        ask("http://papers.test:9/x", tmp_path / "x")
    assert to == [public, "8.8.8.8"]


def test_proxy_of_the_environment_looks_names_up(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.files = {"/x": PDF}
    monkeypatch.setenv("http_proxy", service.root)
    looked_up(monkeypatch, [])
    assert ask("http://papers.test/x", tmp_path / "x") == 17
    with pytest.raises(Refused, match="no host of the public network"):
        ask("http://127.0.0.2:9/x", tmp_path / "x")
    monkeypatch.setenv("no_proxy", ".test")
    with pytest.raises(KgError, match="cannot be reached"):
        ask("http://papers.test/x", tmp_path / "x")


@pytest.mark.skipif(not shutil.which("openssl"), reason="makes the certificate")
@pytest.mark.parametrize("named", ["papers.test", "other.test"])
def test_certificate_is_that_of_the_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: str) -> None:
    key, certificate = tmp_path / "key", tmp_path / "certificate"
    made = ["openssl", "req", "-x509", "-nodes", "-days", "2", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    made += ["-subj", "/CN=x", "-addext", f"subjectAltName=DNS:{named},IP:127.0.0.1"]
    subprocess.run([*made, "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True)
    context, names = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), []
    context.load_cert_chain(certificate, key)
    context.sni_callback = lambda _socket, name, _context: names.append(name)
    server = LocalServer(Page)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    monkeypatch.setattr(public_hosts, "trusted", lambda: ssl.create_default_context(cafile=certificate))
    monkeypatch.setattr(public_hosts, "is_public", lambda address: True)
    looked_up(monkeypatch, [PRIVATE])
    url = f"https://papers.test:{server.server_address[1]}/x"
    try:
        if named == "papers.test":
            assert ask(url, tmp_path / "x") == len(url.partition("//")[2].rpartition("/")[0])
        else:
            with pytest.raises(KgError, match="certificate verify failed"):
                ask(url, tmp_path / "x")
        assert names == ["papers.test"]
    finally:
        server.shutdown()
        server.server_close()


class Page(QuietHandler):
    """Sends the host that was asked for."""

    def do_GET(self) -> None:
        send(self.headers["Host"])(self, None)
