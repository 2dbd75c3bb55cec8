"""LaTeX sources and PDFs that come with the records of a harvest, and what a service sends in their place."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import kg as product
from kg.fetch import Arxiv, Client, Listed, Service, fetch
from kg.fetch.full_texts import FullTexts, full_texts
from tests.fetch.local_server import send
from tests.fetch.services import Faults
from tests.fetch.test_fetch_arxiv import QUERY, kg
from tests.sources.test_archive import tarred

LATEX = rb"""\documentclass{article}\title{Pruning caches, part 00004}\begin{document}\begin{abstract}We evict 40% of
cache 2511.00004.\end{abstract}\section{Setup}We run vLLM on an A100.\end{document}"""
PDF = send(b"%PDF-1.4 and more")


def texts(asked: Service, server: Any, folder: Path) -> FullTexts:
    with Client(asked.url, interval=0.01) as client:
        harvest = fetch(asked, folder, client, now=lambda: datetime(2025, 11, 3, 10, tzinfo=UTC))
    host = server.root.partition("//")[2]
    more: dict[str, Any] = {"interval": 0.01, "tries": 2, "timeout": 1, "most_bytes": 1 << 20, "trusted_host": host}
    return full_texts(asked, harvest, folder, lambda url: Client(url, **more))


def test_sources_and_pdfs_come_with_their_records_once(arxiv: Any, tmp_path: Path) -> None:
    service, page = arxiv(5), send("<html>Wait</html>")
    service.files = {
        "/e-print/2511.00004": send(tarred(tmp_path / "a.tar", {"main.tex": LATEX, "b.bib": b""}, "w:gz").read_bytes()),
        "/e-print/2511.00003": send(gzip.compress(LATEX)),
        **{"/e-print/2511.00002": page, "/pdf/2511.00002": PDF, "/e-print/2511.00001": page, "/pdf/2511.00001": page},
        "/e-print/2511.00005": Faults.cut,
    }
    found = texts(asked := Arxiv(QUERY, url=service.url), service, tmp_path / "f")
    names = ["2511.00004.tar.gz", "2511.00003.tex.gz", "2511.00002.pdf"]
    assert ([file.name for file in found.files], found.fetched) == (names, 3)
    assert [one.partition(" full text ")[0] for one in found.problems] == ["2511.00005: its", "2511.00001: its"]
    assert "neither a PDF nor a LaTeX source" in found.problems[1]
    number = len(service.asked)
    again = texts(asked, service, tmp_path / "f")
    assert (again.files, again.fetched, len(again.problems)) == (found.files, 0, 1)
    assert len(service.asked) == number + 2  # what broke off is asked for again


def test_record_and_source_are_one_paper_of_the_graph(arxiv: Any, tmp_path: Path) -> None:
    service, graph = arxiv(1), tmp_path / "g.kg"
    service.usual.papers = [("2511.00004", service.usual.papers[0][1])]
    service.files = {"/e-print/2511.00004": send(gzip.compress(LATEX))}
    words = ["fetch", "arxiv", QUERY, "--until", "2025-11-03", "-o", str(tmp_path / "f"), "--graph", str(graph), "-j1"]
    for flag in ("--add", "--full-text", "--full-text"):
        done = kg(*words, "--fast", "--new", flag, KG_ARXIV_URL=service.url)
        assert (done.returncode, done.stderr) == (0, "")
    with product.open(str(graph), read_only=True) as opened:
        assert [(one.id, len(one.entries)) for one in opened.papers()] == [("paper:2511.00004", 2)]
        assert len(opened.sql("SELECT * FROM parts")) > 0


@pytest.mark.parametrize(
    ("address", "answer", "reason"),
    [
        ("{root}/a.pdf", Faults.endless, "larger than 1 MB"),
        ("{root}/a.pdf", send("", 302, Location="http://169.254.169.254/latest"), "not followed"),
        ("http://localhost:9/a.pdf", None, "no host of the public network"),
        ("http://[::1]/a.pdf", None, "no host of the public network"),
        ("file:///etc/passwd", None, "is not a service URL"),
        ("{root}/a.pdf", PDF, ""),
    ],
)
def test_addresses_names_and_answers_of_a_service_do_no_harm(
    serve: Any, tmp_path: Path, address: str, answer: Any, reason: str
) -> None:
    paper: dict[str, Any] = {"paperId": "../../x y", "title": "A"}
    service = serve(lambda query: json.dumps({"data": [paper]}))
    paper["openAccessPdf"] = {"url": address.format(root=service.root)}
    service.files = {"/a.pdf": answer} if answer else {}
    found = texts(Listed("s2", "x", url=service.url), service, tmp_path / "f")
    assert [file.parent for file in found.files] == [tmp_path / "f" / "full-texts"] * (not reason)
    assert reason in " ".join(found.problems)
    assert {file.name for file in tmp_path.iterdir()} == {"f"}
