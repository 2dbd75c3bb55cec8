"""Intervals, what parts are worth, and `kg eval`: on few papers, for reading all of them takes minutes."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from kg.build.pipeline import Pipeline
from kg.cli import application
from kg.evaluation.components import LINKING, PARTS, RemovablePart, parts, reader, variants
from kg.evaluation.matching import HEADLINE
from kg.evaluation.scores import Interval, Scores, TypeCounts, compare, evaluate, score
from kg.extract import pipeline
from kg.extract.tagger import tagger
from kg.model import Document, KgError
from kg.records import read_records, to_json
from kg.sources import read
from tests.evaluation.annotation import paper

ROOT = Path(__file__).parents[2]
GOLD = ROOT / "data" / "gold" / "dev.jsonl"
FEW = 3  # papers that are read here


@pytest.fixture(scope="module")
def gold() -> dict[str, dict[str, Any]]:
    return read_records(GOLD)


@pytest.fixture(scope="module")
def documents(gold: dict[str, dict[str, Any]]) -> list[Document]:
    """A few annotated papers with all that parts can add: an acronym of its own, models, datasets, devices."""
    file = sorted((ROOT / "data" / "reports").glob("*.txt"))[0]
    return [d for d in read(file).documents if d.id in gold][:FEW]


@pytest.fixture
def few(gold: dict[str, dict[str, Any]], documents: list[Document], tmp_path: Path) -> Path:
    """A file with the annotations of these."""
    path = tmp_path / "few.jsonl"
    path.write_text("".join(json.dumps(gold[d.id]) + "\n" for d in documents), "utf-8")
    return path


def counted(*papers: tuple[int, int, int]) -> Scores:
    """Scores whose types all have the same counts, by paper."""
    return Scores({str(i): dict.fromkeys(HEADLINE, TypeCounts(*counts)) for i, counts in enumerate(papers)})


# --- intervals --------------------------------------------------------------------------------------------------------


def test_interval_is_that_of_papers_drawn_with_replacement() -> None:
    dice = random.Random(5)
    papers = [
        (right, right + dice.randrange(5), right + dice.randrange(9)) for right in (dice.randrange(6) for _ in "x" * 40)
    ]
    f1s = []
    for _ in range(4000):
        drawn = dice.choices(papers, k=len(papers))
        right, found, wanted = (sum(column) for column in zip(*drawn, strict=True))
        f1s.append(2 * right / (found + wanted))
    f1s.sort()
    low, high = counted(*papers).intervals()["tasks"]
    assert (low, high) == pytest.approx((f1s[100], f1s[-101]), abs=0.01)
    assert low < counted(*papers).by_type()["tasks"].f1 < high


def test_intervals_are_the_same_every_time_and_wider_with_fewer_papers() -> None:
    papers = [(i % 5, 5, 6) for i in range(50)]
    many, fewer = counted(*papers).intervals(), counted(*papers[:10]).intervals()
    assert many == counted(*papers).intervals()
    assert set(many) == {*HEADLINE, "headline"}
    assert fewer["headline"].high - fewer["headline"].low > 1.5 * (many["headline"].high - many["headline"].low)


def test_difference_of_the_same_papers_is_surer_than_their_figures() -> None:
    """Papers differ among themselves far more than one reading of them from another."""
    one = [(i % 10, 10, 10) for i in range(60)]
    other = [(max(0, right - 1), 10, 10) for right, _, _ in one]
    worth, (low, high) = counted(*one).worth(counted(*other))["headline"]
    assert worth == pytest.approx(0.09)
    assert 0.05 < low < worth < high < 0.1
    apart = counted(*one).intervals()["headline"]
    assert high - low < (apart.high - apart.low) / 3


def test_nothing_is_worth_nothing_and_other_papers_are_no_comparison() -> None:
    scores = counted((1, 2, 3), (2, 2, 2))
    assert scores.worth(scores)["headline"] == (0, Interval(0, 0))
    with pytest.raises(ValueError, match="other papers"):
        scores.worth(counted((1, 2, 3)))


# --- parts ------------------------------------------------------------------------------------------------------------


def test_every_component_of_the_pipeline_can_be_left_out() -> None:
    assert {f"kg_{name}" for name in parts()} >= set(pipeline().pipe_names)
    assert parts()[0] == "vocabulary"
    assert parts()[-1] == LINKING
    assert len(parts()) == len(set(parts()))


def test_without_nothing_papers_are_read_as_the_pipeline_reads_them(documents: list[Document]) -> None:
    whole, again = Pipeline(), reader(tagger=tagger())
    for document in documents:
        assert again(document) == whole.record(document)


@pytest.mark.parametrize("part", ["relations", "topics", "results", "techniques", "institutions"])
def test_what_a_part_finds_is_missing_without_it(documents: list[Document], part: str) -> None:
    assert any(getattr(reader()(d), part) for d in documents)
    left = reader([part])
    assert not any(getattr(left(d), part) for d in documents)


def test_without_the_vocabulary_no_words_show_a_topic(documents: list[Document]) -> None:
    """What the encoder alone tells has the title for evidence."""
    whole, left = reader(), reader(["vocabulary"])
    assert any(t.evidence and t.evidence.field == "A" for d in documents for t in whole(d).topics)
    assert all(t.evidence is None or t.evidence.field == "T" for d in documents for t in left(d).topics)


def test_without_linking_names_have_no_identity(documents: list[Document]) -> None:
    linked, plain = reader()(documents[0]), reader([LINKING])(documents[0])
    assert all(mention.concept for mention in linked.techniques)
    assert [m.surface for m in plain.techniques] == [m.surface for m in linked.techniques]
    assert not any(mention.concept for mention in plain.techniques)


def test_a_tagger_may_be_left_out_or_replaced(documents: list[Document]) -> None:
    seen: list[Any] = []

    def stored(doc: Any) -> Any:
        seen.append(doc)
        doc._.tags = None
        return doc

    replaced = reader(tagger=stored)(documents[0])
    assert len(seen) == 1
    assert replaced == reader(["tagger"])(documents[0])


def test_what_a_component_gives_may_be_taken_from_the_next(
    documents: list[Document], monkeypatch: pytest.MonkeyPatch
) -> None:
    """So the heads of a model can be left out one by one."""

    def take(doc: Any) -> Any:
        doc._.results = []
        return doc

    monkeypatch.setattr("kg.evaluation.components.PARTS", (*PARTS, RemovablePart("numbers", "kg_results", take)))
    names = parts()
    assert names[names.index("results") + 1] == "numbers"
    left = reader(["numbers"])
    assert any(reader()(d).results for d in documents)
    assert not any(left(d).results for d in documents)


def test_a_part_that_does_not_exist_is_refused_with_those_that_do() -> None:
    with pytest.raises(KgError, match=r"no part zzz: .*vocabulary.*tagger.*linking"):
        reader(["zzz"])


def test_scores_of_a_reader_are_those_of_its_records(
    gold: dict[str, dict[str, Any]], documents: list[Document]
) -> None:
    told: list[tuple[str, int]] = []
    wanted = {d.id: gold[d.id] for d in documents}
    read_anew = reader(tagger=tagger())
    scores = evaluate(wanted, documents, read_anew, lambda name, done: told.append((name, done)))
    assert scores.by_type() == score(wanted, {d.id: to_json(Pipeline().record(d)) for d in documents})
    assert told == [(d.id, i) for i, d in enumerate(documents, 1)]


def test_documents_that_nobody_annotated_are_not_read(
    gold: dict[str, dict[str, Any]], documents: list[Document]
) -> None:
    wanted = {documents[0].id: gold[documents[0].id], "elsewhere": gold[documents[1].id]}
    seen = []

    def keep(document: Document) -> Any:
        seen.append(document.id)
        return reader()(document)

    scores = evaluate(wanted, documents, keep)
    assert seen == [documents[0].id]
    assert scores.papers["elsewhere"]["kind"] == TypeCounts(0, 0, 1)


def test_each_part_is_left_out_in_turn(gold: dict[str, dict[str, Any]], documents: list[Document]) -> None:
    wanted = {documents[0].id: gold[documents[0].id]}
    told: list[int] = []
    runs = list(variants(wanted, documents, ["tagger"], progress=lambda _, done: told.append(done)))
    assert [run.without for run in runs] == ["", *(name for name in parts() if name != "tagger")]
    assert told == list(range(1, len(runs) + 1))
    by_part = dict(runs)
    assert by_part["topics"].by_type()["topics"].f1 == 0
    assert by_part[""].worth(by_part["topics"])["topics"][0] == by_part[""].by_type()["topics"].f1 > 0


# --- records that are none --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [
        {"techniques": "pruning"},
        {"techniques": ["pruning"]},
        {"techniques": [{"surface": 5}]},
        {"models": [{"surface": "LLaMA", "aliases": "Llama"}]},
        {"models": [{"surface": "LLaMA", "aliases": [None]}]},
        {"institutions": [["MIT"]]},
        {"results": [{"value": 2, "metric": ["speed"]}]},
        {"relations": [{"head": {}, "type": "uses", "tail": "x"}]},
        {"topics": [{"id": "pruning"}]},
        {"title": 7},
        {"name": ["Zap"]},
        {"brief": "百度发布了论文"},
        {"brief": {"technique": {"zh": "剪枝"}}},
    ],
    ids=str,
)
def test_a_record_of_another_form_is_named_with_the_part_that_is_wrong(wrong: dict[str, Any]) -> None:
    (key,) = wrong
    with pytest.raises(KgError, match=rf"The record p-1: {key} "):
        compare({"p-1": paper()}, {"p-1": wrong})
    with pytest.raises(KgError, match=rf"The annotated paper p-1: {key} "):
        compare({"p-1": paper(**wrong)}, {})


def test_a_file_of_papers_is_no_file_of_annotated_papers() -> None:
    with pytest.raises(KgError, match="p-1 has no institutions: give a file of annotated papers"):
        compare({"p-1": {"id": "p-1", "title": "Pruning", "abstract": "We prune."}}, {})


def test_parts_of_a_record_may_be_missing_or_null() -> None:
    said = {"techniques": None, "topics": ["pruning"], "results": [{"value": 5}], "relations": [{"type": "uses"}]}
    found = score({"p-1": paper(topics=["pruning"])}, {"p-1": said})
    assert found["topics"].f1 == 1
    assert found["relations"].predicted == 1


def test_opening_brackets_without_end_take_no_time() -> None:
    name = [{"name": "(" * 300_000}]
    assert score({"p-1": paper(institutions=name)}, {"p-1": {"institutions": name}})["institutions"].f1 == 1


# --- kg eval ----------------------------------------------------------------------------------------------------------


def kg(*arguments: str | Path) -> Result:
    return CliRunner().invoke(application(), ["eval", *map(str, arguments)], env={"COLUMNS": "120"})


def test_scores_of_given_records_have_intervals(few: Path) -> None:
    done = kg(few, "--predicted", few, "--format", "json")
    assert done.exit_code == 0
    scores = json.loads(done.stdout)
    expected = {"precision": 1, "recall": 1, "f1": 1, "gold": FEW, "predicted": FEW, "low": 1, "high": 1}
    expected |= {"sure": FEW, "sure_precision": 1, "sure_recall": 1, "recall_at_80": 1, "recall_at_90": 1}
    assert scores["kind"] == expected
    assert "headline" in scores


def test_table_shows_types_with_intervals_and_the_headline(few: Path) -> None:
    said = kg(few, "--predicted", few).stdout
    assert re.search(r"kind .* 1\.000 .* 1\.000 to 1\.000 .* 3 .* 3", said)
    assert re.search(r"headline .* \d\.\d{3} to \d\.\d{3}", said)


def test_scores_as_csv_and_markdown(few: Path, tmp_path: Path) -> None:
    lines = kg(few, "--predicted", few, "-f", "csv").stdout.splitlines()
    trust = ",sure,sure_precision,sure_recall,recall_at_80,recall_at_90,false_winners"
    assert lines[0] == f"type,precision,recall,f1,gold,predicted,low,high{trust}"
    assert "kind,1.0,1.0,1.0,3,3,1.0,1.0,3,1.0,1.0,1.0,1.0," in lines
    assert kg(few, "--predicted", few, "-o", tmp_path / "scores.md").exit_code == 0
    assert "| kind | 1.000 | 1.000 | 1.000 | 1.000 to 1.000 | 3 | 3 |" in (tmp_path / "scores.md").read_text("utf-8")
    assert kg(few, "--predicted", few, "-o", tmp_path / "scores").exit_code == 0
    assert json.loads((tmp_path / "scores").read_text("utf-8"))["kind"]["f1"] == 1


def test_parts_may_be_left_out(few: Path) -> None:
    done = kg(few, "--without", "topics", "--without", "kind", "--format", "json")
    assert done.exit_code == 0, done.stderr
    scores = json.loads(done.stdout)
    assert scores["topics"]["predicted"] == 0 < scores["topics"]["gold"]
    assert scores["techniques"]["predicted"] > 0
    assert "3 papers, without topics" in kg(few, "--without", "topics").stdout


@pytest.mark.usefixtures("short")
def test_each_part_has_its_worth(few: Path) -> None:
    done = kg(few, "--components", "--format", "json")
    assert done.exit_code == 0, done.stderr
    said = json.loads(done.stdout)
    assert list(said["components"]) == ["topics", LINKING]
    without = said["components"]["topics"]
    assert without["topics"]["worth"] == said["scores"]["topics"]["f1"] > 0
    assert without["headline"]["worth"] == pytest.approx(said["scores"]["topics"]["f1"] / 10)
    assert without["topics"]["low"] <= without["topics"]["worth"] <= without["topics"]["high"]


@pytest.mark.usefixtures("short")
def test_worth_as_table_markdown_and_csv(few: Path) -> None:
    said = kg(few, "--components").stdout
    assert "what each part is worth" in said
    assert re.search(r"topics .* 0\.\d{3} .* \+0\.[01]\d{2} .* \+0\.\d{3} to \+0\.\d{3} .* topics \+[01]\.\d{3}", said)
    assert re.search(r"^\| topics \| 0\.\d{3} \| \+0\.[01]", kg(few, "--components", "-f", "md").stdout, re.MULTILINE)
    lines = kg(few, "--components", "-f", "csv").stdout.splitlines()
    assert lines[0] == "without,type,f1,worth,low,high"
    assert any(line.startswith("topics,headline,0.") for line in lines)


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two parts to leave out: all of them take long."""
    monkeypatch.setattr("kg.evaluation.components.parts", lambda: ["topics", LINKING])


@pytest.mark.parametrize("option", [["--without", "tagger"], ["--components"], ["--papers", "x.jsonl"]])
def test_given_records_are_scored_as_they_are(few: Path, option: list[str]) -> None:
    done = kg(few, "--predicted", few, *option)
    assert isinstance(done.exception, KgError)
    assert "--predicted scores records as they are" in str(done.exception)


def test_annotated_papers_whose_texts_are_missing_are_named(few: Path, tmp_path: Path) -> None:
    more = tmp_path / "more.jsonl"
    lines = few.read_text("utf-8")
    more.write_text(lines + json.dumps({**json.loads(lines.splitlines()[0]), "id": "999-01"}) + "\n", "utf-8")
    done = kg(more, "--without", "tagger")
    assert done.exit_code == 0
    assert "counted as empty: 999-01." in done.stderr


def test_files_that_cannot_be_read_are_told(few: Path, tmp_path: Path) -> None:
    done = kg(few, "--papers", tmp_path / "missing.txt", "--papers", ROOT / "data" / "reports")
    assert "Skipped:" in done.stderr
    assert done.exit_code == 3
    done = kg(few, "--papers", tmp_path / "missing.txt")
    assert isinstance(done.exception, KgError)


# --- the page ---------------------------------------------------------------------------------------------------------


def table(name: str) -> tuple[list[str], dict[str, list[str]]]:
    """A table of docs/evaluation.md: its columns, and its rows by the first cell."""
    page = (ROOT / "docs" / "evaluation.md").read_text("utf-8")
    found = re.search(rf"<!-- {name} -->\n(.*?)<!-- /{name} -->", page, re.DOTALL)
    assert found
    head, rule, *rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in found[1].splitlines()]
    assert all(set(cell) <= set("-:") for cell in rule)
    assert {len(row) for row in rows} == {len(head)}
    return head, {row[0]: row[1:] for row in rows}


def within(figure: str, interval: str) -> bool:
    low, high = map(float, interval.split(" to "))
    return low <= float(figure) <= high


def test_page_scores_every_type(gold: dict[str, dict[str, Any]]) -> None:
    head, rows = table("scores")
    assert head == ["type", "precision", "recall", "F1", "95 % interval", "gold", "predicted"]
    wanted = score(gold, gold)
    assert list(rows) == list(wanted)
    assert all(within(row[2], row[3]) for row in rows.values())
    assert [row[4] for key, row in rows.items() if key != "headline"] == [
        str(s.gold) for key, s in wanted.items() if key != "headline"
    ]
    mean = sum(float(rows[key][2]) for key in HEADLINE) / len(HEADLINE)
    assert float(rows["headline"][2]) == pytest.approx(mean, abs=0.001)


def test_page_says_what_every_part_is_worth() -> None:
    """A part that is new, or gone, asks for `python scripts/evaluation.py --write`."""
    _, rows = table("parts")
    assert list(rows) == parts()
    whole = float(table("scores")[1]["headline"][2])
    for headline, worth, interval, _ in rows.values():
        assert whole - float(headline) == pytest.approx(float(worth), abs=0.0011)
        assert within(worth, interval)


def test_page_says_how_far_scores_can_be_trusted() -> None:
    head, rows = table("reliability")
    assert head[-3:] == ["ECE by width", "ECE by mass", "AUROC"]
    assert list(rows)[-2:] == ["all entities", "all claims"]
    assert int(rows["all claims"][0]) == sum(int(row[0]) for key, row in rows.items() if not key.startswith("all "))
