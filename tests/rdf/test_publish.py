"""A graph on a SPARQL server: the triples of the export, whatever happens between; what fails is told in a sentence."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest

import kg
from kg.cli import main
from kg.identifiers import iri
from kg.model import KgError
from kg.rdf.ontology import VOCABULARY
from kg.rdf.store import Store
from kg.store.entries import Entry
from kg_publish import publishing
from kg_publish.protocol import Access, Connection
from kg_publish.publishing import STATE, Published
from tests.rdf.sparql_server import FOREIGN, SparqlServer, held, published, updates
from tests.store.graph_demo import demo_document, demo_record, exported, put

# --- what is on the server ------------------------------------------------------------------------------------------


def test_server_gets_the_triples_of_the_export_and_follows_changes(server: SparqlServer, papers: Store):
    assert publishing.publish(papers, server.url) == Published(7, 0)  # five entries, a source and the vocabulary
    assert held(server) == exported(papers)
    put(papers, 2, "ICML")
    papers.drop_entries(["demo-04"])
    before = updates(server)
    assert published(server, papers) == Published(1, 1)
    assert updates(server) == before + 2  # the mark, and all that changed
    assert publishing.publish(papers, server.url) == Published(0, 0)
    assert updates(server) == before + 2
    papers.drop_source("demo")
    assert published(server, papers) == Published(0, 1)
    assert FOREIGN in server.store


def test_progress_names_each_graph(server: SparqlServer, papers: Store):
    told: list[tuple[str, int]] = []
    publishing.publish(papers, server.url, progress=lambda name, done: told.append((name, done)))
    assert [done for _, done in told] == list(range(1, 8))
    assert [name for name, _ in told][:2] == [VOCABULARY, "entry:demo-01"]


def test_another_form_or_vocabulary_is_sent_as_a_whole(
    server: SparqlServer, papers: Store, monkeypatch: pytest.MonkeyPatch
):
    publishing.publish(papers, server.url)
    for name, other in (("FORM", 99), ("ontology_hash", lambda: "another")):
        monkeypatch.setattr(publishing, name, other)
        stray = ox.Quad(FOREIGN.subject, FOREIGN.predicate, FOREIGN.object, ox.NamedNode(iri("entry:stray")))
        server.store.add(stray)
        assert published(server, papers) == Published(7, 1)
        assert publishing.publish(papers, server.url) == Published(0, 0)


def test_older_copy_of_a_file_is_sent_as_a_whole(server: SparqlServer, papers: Store, tmp_path: Path):
    path = tmp_path / "papers.kg"
    papers.close()
    shutil.copy(path, tmp_path / "older.kg")
    with Store(path) as later:
        put(later, 1, "ICML")
        put(later, 9)
        publishing.publish(later, server.url)
    with Store(tmp_path / "older.kg") as older:
        assert published(server, older) == Published(7, 1)


def test_triples_of_a_file_put_back_are_its_own(papers: Store, tmp_path: Path):
    papers.backup(tmp_path / "backup.kg")
    before = exported(papers)
    put(papers, 1, "ICML")
    assert exported(papers) != before
    papers.close()
    shutil.copy(tmp_path / "backup.kg", tmp_path / "papers.kg")
    with Store(tmp_path / "papers.kg") as back:
        put(back, 2, "ICLR")  # it reaches the number that the cache is of
        assert exported(back) == before


def test_server_with_another_graph_is_refused_unless_it_is_replaced(server: SparqlServer, papers: Store):
    publishing.publish(papers, server.url)
    before = held(server)
    with Store(None) as other:
        put(other, 1, "ICML")
        put(other, 7)
        with pytest.raises(KgError, match=r"holds another graph of kg: .* with --replace\.$"):
            publishing.publish(other, server.url)
        assert held(server) == before
        assert published(server, other, replace=True) == Published(3, 5)
        put(other, 7, "ICML")
        assert publishing.publish(other, server.url, replace=True) == Published(1, 0)  # by now it is this one's
    server.store.remove_graph(ox.NamedNode(iri(STATE)))  # nobody knows of which graph the triples are
    with pytest.raises(KgError, match="holds another graph of kg"):
        publishing.publish(papers, server.url)
    assert FOREIGN in server.store


def test_empty_graph_is_the_vocabulary_alone(server: SparqlServer):
    with Store(None) as empty:
        assert publishing.publish(empty, server.url) == Published(1, 0)
        assert published(server, empty) == Published(0, 0)


@pytest.mark.parametrize("name", ["x> } ; DROP ALL #", "a b", 'q"uote', "汉字/😀", "%41", "a\\u0041", "?g $x {}"])
def test_hostile_name_of_an_entry_is_a_name(server: SparqlServer, name: str):
    with Store(None) as store:
        document, record = demo_document(), demo_record()
        document.id = record.id = name
        store.put_entry(Entry(document, record))
        put(store, 2)
        published(server, store)
        store.drop_entries([name])
        assert published(server, store) == Published(0, 1)
        assert FOREIGN in server.store


def test_requests_are_of_a_size_that_servers_read(server: SparqlServer, papers: Store, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(publishing, "_TRIPLES", 40)
    publishing.publish(papers, server.url)
    # Each triple of a request but its last ends so; the steps about the number have some more.
    assert max(update.count(" . ") for update in server.updates) in range(30, 40)
    many = updates(server)
    assert held(server) == exported(papers)
    monkeypatch.setattr(publishing, "_TRIPLES", 10**6)
    monkeypatch.setattr(publishing, "_BYTES", 3000)
    with SparqlServer() as other:
        publishing.publish(papers, other.url)
        assert max(map(len, other.updates)) < 5000
        assert held(other) == exported(papers)
        assert min(many, updates(other)) > 10
        other.shutdown()


# --- interruptions and others ---------------------------------------------------------------------------------------


class _Killed(BaseException):
    """The publisher is gone: nothing after this moment happens."""


def _dies(monkeypatch: pytest.MonkeyPatch, after: int, work: Callable[[], object]) -> bool:
    """Whether a publisher dies that can send no more than so many requests that write."""
    left = [after]

    def until(really: Callable[..., None]) -> Callable[..., None]:
        def sends(self: Connection, *said: object) -> None:
            if left[0] == 0:
                raise _Killed
            left[0] -= 1
            really(self, *said)

        return sends

    with monkeypatch.context() as patch:
        patch.setattr(Connection, "update", until(Connection.update))
        patch.setattr(Connection, "post", until(Connection.post))
        try:
            work()
        except _Killed:
            return True
    return False


@pytest.mark.parametrize("begun", [False, True])
@pytest.mark.parametrize("bulk", [False, True])
def test_interrupted_call_is_gone_on_with(
    papers: Store, begun: bool, bulk: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(publishing, "_TRIPLES", 100)  # an entry takes several requests
    monkeypatch.setattr(publishing, "_GRAPHS", 2)
    monkeypatch.setattr(publishing, "_FEW", 1)
    work = tmp_path / "work.kg"
    again = []
    for after in range(1000):
        work.unlink(missing_ok=True)
        papers.backup(work)
        with SparqlServer() as server, Store(work) as store:
            if bulk:
                monkeypatch.setenv("KG_SPARQL_GRAPH_STORE", f"{server.root}/store")
            if begun:
                publishing.publish(store, server.url)
                for number in (1, 5):
                    put(store, number, "ICML")
                store.drop_entries(["demo-03"])
            died = _dies(monkeypatch, after, lambda: publishing.publish(store, server.url))
            again.append(sum(publishing.publish(store, server.url)))
            assert held(server) == exported(store)
            server.shutdown()
        if not died:
            break
    assert after > 5
    assert again[0] == (3 if begun else 7)
    assert again == sorted(again, reverse=True)  # the later, the less is sent again
    assert 1 <= again[-2] <= 2
    assert again[-1] == 0


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("turn", range(1, 12))
def test_publishers_at_the_same_time_leave_the_newest(
    server: SparqlServer, papers: Store, monkeypatch: pytest.MonkeyPatch, first: bool, turn: int
):
    monkeypatch.setattr(publishing, "_TRIPLES", 40)
    if not first:
        publishing.publish(papers, server.url)
    for number in range(1, 6):
        put(papers, number, "old")
    slow = publishing._Publisher(papers, Connection(Access.of(server.url)))
    number = slow._held(False)
    slow._claim(number)
    monkeypatch.setattr(slow, "_check_alone", lambda: None)  # which saw nothing yet
    stale = list(slow._changes(number))
    for number_ in (2, 1, 4):
        put(papers, number_, "new")
    update, sent = Connection.update, [0]

    def interrupted(self: Connection, *steps: str) -> None:
        """The slow one sends all that it read long ago while the other one is in the middle."""
        sent[0] += 1
        if sent[0] == turn:
            monkeypatch.setattr(Connection, "update", update)
            slow._update(stale, number)
        update(self, *steps)

    monkeypatch.setattr(Connection, "update", interrupted)
    publishing.publish(papers, server.url)
    assert sent[0] >= turn
    assert held(server) == exported(papers)
    assert publishing.publish(papers, server.url) == Published(0, 0)


def test_earlier_publisher_stops_where_a_later_one_has_begun(
    server: SparqlServer, papers: Store, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(publishing, "_TRIPLES", 40)
    update, sent = Connection.update, [0]

    def interrupted(self: Connection, *steps: str) -> None:
        sent[0] += 1
        if sent[0] == 5:
            monkeypatch.setattr(Connection, "update", update)
            put(papers, 1, "ICML")
            assert publishing.publish(papers, server.url).written >= 6
        update(self, *steps)

    monkeypatch.setattr(Connection, "update", interrupted)
    told: list[str] = []
    publishing.publish(papers, server.url, progress=lambda name, _: told.append(name))
    assert told.count("entry:demo-02") == 2  # the fifth request of the first call came after all those of the other
    assert held(server) == exported(papers)
    monkeypatch.setattr(publishing._Publisher, "_claim", lambda self, number: None)
    put(papers, 1, "ACL")
    with pytest.raises(KgError, match=r"Another kg publish to .* has begun meanwhile: it sends the rest"):
        publishing.publish(papers, server.url)


def test_graph_store_takes_what_is_much(server: SparqlServer, papers: Store, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("KG_SPARQL_GRAPH_STORE", f"{server.root}/store")
    publishing.publish(papers, server.url)
    assert server.posted == 1
    assert held(server) == exported(papers)
    put(papers, 3, "ICML")
    assert publishing.publish(papers, server.url) == Published(1, 0)
    assert server.posted == 1
    monkeypatch.setattr(publishing, "_FEW", 2)
    for number in (1, 2, 3):
        put(papers, number, "ACL")
    papers.drop_entries(["demo-02", "demo-05"])
    assert publishing.publish(papers, server.url) == Published(2, 2)
    assert server.posted == 2
    assert held(server) == exported(papers)


# --- the command ----------------------------------------------------------------------------------------------------


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr(sys, "argv", ["kg", *words])
    with pytest.raises(SystemExit) as left:
        main()
    return int(left.value.code or 0)


def test_command_says_how_much_it_sent(
    server: SparqlServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.chdir(tmp_path)
    paper = '{"id": "p%d", "title": "Cache paper %d", "abstract": "We quantize the KV cache on an H100."}\n'
    Path("papers.jsonl").write_text("".join(paper % (n, n) for n in range(3)))
    with kg.open("papers.kg", create=True) as graph:
        graph.add("papers.jsonl", fast=True)
    assert run(monkeypatch, "publish", server.url) == 0
    assert capsys.readouterr().out == f"Published papers.kg to {server.url}: 5 graphs written, 0 taken out.\n"
    with kg.open("papers.kg", create=True) as graph:
        graph.remove("p1")
        assert publishing.publish(graph.store, server.url) == Published(0, 1)
        assert held(server) == exported(graph.store)
    with kg.open("other.kg", create=True) as graph:
        graph.add("papers.jsonl", fast=True)
    assert run(monkeypatch, "publish", server.url, "--graph", "other.kg") == 2
    assert "holds another graph of kg" in capsys.readouterr().err
    assert run(monkeypatch, "publish", server.url, "--graph", "other.kg", "--replace") == 0
    with kg.open("other.kg", read_only=True) as graph:
        assert held(server) == exported(graph.store)


def test_server_is_no_graph_to_open(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    told = "http://h:8890/sparql is a server, and a graph is a file: `kg publish http://h:8890/sparql` puts one"
    for options in ({}, {"read_only": True}, {"create": True}):
        with pytest.raises(KgError, match=told):
            kg.Graph("http://h:8890/sparql", **options)
    for words in (["ask", "pruning"], ["verify"], ["rebuild"], ["add", "x.jsonl"], ["sparql", "ASK { ?s ?p ?o }"]):
        assert run(monkeypatch, *words, "--graph", "http://h:8890/sparql") == 2
        assert "kg publish" in capsys.readouterr().err, words
