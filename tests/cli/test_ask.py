"""`kg ask` as a user runs it: flags, forms, a narrow terminal, the prompt, and what must do no harm."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import re
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

import kg
from kg.cli import application
from kg.cli.core import console
from kg.cli.prompt import Completer
from kg.query import Answer, Condition, Entity, Filter, Grid, Line, Query, Quote, Row
from kg.views.answers import FORMS, render
from kg.views.terminal import show
from tests.cli.command import run

TOPIC = ("--topic", "kv-cache-compression")
QUESTION = "KV cache compression"


@pytest.fixture(scope="module")
def graph(built_file: Path) -> Path:
    """A graph over the five reports."""
    return built_file


def ids(done: subprocess.CompletedProcess[str]) -> list[str]:
    assert done.returncode == 0, done.stderr
    return [paper["id"] for paper in json.loads(done.stdout)["papers"]]


def test_flags_and_question_give_the_same_papers(graph: Path) -> None:
    asked = ids(run("ask", QUESTION, "-f", "json", graph=graph))
    assert asked
    assert ids(run("ask", *TOPIC, "-f", "json", graph=graph)) == asked
    assert ids(run("ask", "KV cache compression", *TOPIC, "--not", "code", "-f", "json", graph=graph)) == [
        one for one in asked if one in ids(run("ask", "papers without code", "-f", "json", graph=graph))
    ]


def test_relations_that_rules_do_not_read_are_not_denied(first_file: Path) -> None:
    with kg.open(str(first_file), read_only=True) as opened:
        for question, said in (
            ("what outperforms LoRA?", "were read with --fast"),
            ("什么优于LoRA？", "以 --fast 读取"),
        ):
            assert said in " ".join(opened.ask(question).notes)
        assert "--fast" not in " ".join(opened.ask("what runs on a toaster?").notes)


def test_python_has_the_same_flags(graph: Path) -> None:
    with kg.open(str(graph), read_only=True) as opened:
        asked = opened.ask(QUESTION)
        flagged = opened.ask(filter={"topic": "kv-cache-compression"})
    assert [row.id for row in flagged.rows] == [row.id for row in asked.rows]
    assert flagged.question == "--topic kv-cache-compression"


@pytest.mark.parametrize(
    ("args", "status", "told"),
    [
        ((), 2, "There is no question"),
        (("--topic", "zzqx"), 2, "knows no topic of this name"),
        (("--result", "speedup>=900000x"), 1, "The nearest value that a paper reports"),
        ((*TOPIC, "--format", "xml"), 2, "there is no such form"),
        (("zzqx",), 1, "No word of the question names something"),
        (("write me a poem",), 1, "for example"),
        (TOPIC, 0, ""),
    ],
)
def test_exit_status(args: tuple[str, ...], status: int, told: str, graph: Path) -> None:
    done = run("ask", *args, graph=graph)
    assert done.returncode == status
    assert told in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_explain_prints_the_tree_and_sql_that_runs(graph: Path) -> None:
    done = run("ask", *TOPIC, "--explain", graph=graph)
    tree, _, sql = done.stdout.partition("\n\n")
    assert (
        tree.split("\n")[1] == '  topic: KV cache compression (topic:kv-cache-compression)  from "kv-cache-compression"'
    )
    rows = json.loads(run("sql", sql, "-f", "json", graph=graph).stdout)
    assert len({row["curie"] for row in rows}) == len(ids(run("ask", *TOPIC, "-f", "json", graph=graph)))
    assert json.loads(run("ask", *TOPIC, "--explain", "-f", "json", graph=graph).stdout)["sql"].strip() == sql.strip()


def test_narrow_terminal_gets_a_list(graph: Path) -> None:
    command = [sys.executable, "-m", "kg", "ask", *TOPIC, "-g", str(graph)]
    shown = on_terminal(command, columns=60)
    assert all(len(line) <= 60 for line in shown.splitlines())
    assert re.search(r"^\S+ 2025 · \d{3}-\d\d  \w+", shown, re.MULTILINE)


def on_terminal(command: list[str], typed: bytes = b"", columns: int = 100) -> str:
    """What a command shows on a terminal of its own, without the colours."""
    leader, follower = pty.openpty()
    env = {k: v for k, v in os.environ.items() if k != "KG_GRAPH"} | {"COLUMNS": str(columns), "TERM": "xterm"}
    process = subprocess.Popen(command, stdin=follower, stdout=follower, stderr=follower, env=env, close_fds=True)
    os.close(follower)
    shown, ends = b"", time.monotonic() + 120
    while time.monotonic() < ends:
        if typed and b"kg> " in shown:
            os.write(leader, typed)
            typed = b""
        if select.select([leader], [], [], 0.2)[0]:
            try:
                shown += os.read(leader, 65536)
            except OSError:  # the other end is closed
                break
        elif process.poll() is not None:
            break
    process.kill()
    process.wait()
    os.close(leader)
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown.decode()).replace("\r", "")


def test_prompt_completes_answers_explains_and_remembers(
    graph: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    typed = b"papers on quantizati\t\n:explain\nzzqx\n:help\n:quit\n"
    shown = on_terminal([sys.executable, "-m", "kg", "ask", "-i", "-g", str(graph)], typed)
    assert "topic: quantization" in shown
    assert "SELECT p.curie, p.title FROM papers p" in shown
    assert "No word of the question" in shown
    assert ":quit ends" in shown
    history = tmp_path / "kg" / "history"
    assert "papers on quantization" in history.read_text()
    assert history.stat().st_mode & 0o077 == 0


def test_pipe_answers_line_after_line(graph: Path) -> None:
    lines = f"{QUESTION}\n\nzzqx\n:explain papers on H100\n:nonsense\n{QUESTION}\n"
    done = run("ask", "-i", "-f", "jsonl", graph=graph, stdin=lines)
    assert done.returncode == 0
    assert "kg>" not in done.stdout
    said = [json.loads(line) for line in done.stdout.splitlines() if line]
    papers = [one["id"] for one in said if "id" in one]
    assert papers[: len(papers) // 2] == papers[len(papers) // 2 :]
    assert [one["kind"] for one in said if "sql" in one] == ["papers"]


def test_flags_hold_at_the_prompt_and_errors_do_not_end_it(graph: Path) -> None:
    done = run("ask", "-i", "--topic", "zzqx", graph=graph, stdin=f"{QUESTION}\n{QUESTION}\n")
    assert done.returncode == 0
    assert done.stderr.count("knows no topic") == 2
    done = run("ask", "-i", *TOPIC, "-f", "jsonl", graph=graph, stdin="papers\n")
    assert len(done.stdout.splitlines()) == len(ids(run("ask", *TOPIC, "-f", "json", graph=graph)))


def test_completion_goes_on_from_the_longest_words(graph: Path) -> None:
    with kg.open(str(graph), read_only=True) as opened:
        ways = Completer(opened).ways
        assert "papers on KV cache compression" in ways("papers on kv cache comp")
        assert "在H100上做 KV缓存压缩" in ways("在H100上做 KV缓存压")
        assert ways("papers on zzqx") == []
        assert ways("") == []


# Tables

EVIL = "A \x1b]0;title\x07\x1b[31m red \x9b2J \u202ecba\x00 | `x` <b> [link](http://x)\n=cmd()"


def table(columns: tuple[str, ...] = ("technique", "papers", "quote"), question: str = "which techniques?") -> Answer:
    quote = Quote("900-01", "A", "KV cache", 3, 11, EVIL, f"The KV cache. {EVIL}")
    lines = tuple(
        Line((label, count, "words", *[""] * (len(columns) - 3)), ("900-01",), (quote,), f"technique:{count}")
        for label, count in ((EVIL, 12), ("=1+1", 3), ("pruning", 400))
    )
    return Answer(question, Query("entities", wants="technique"), table=Grid(columns, lines, f"3 techniques. {EVIL}"))


def papers() -> Answer:
    quote = Quote("900-01", "A", f"KV {EVIL}", 3, 11, EVIL, EVIL)
    wanted = Filter((Condition(EVIL, (Entity("topic", "topic:x", EVIL, ("topic:x",)),)),), (EVIL,))
    return Answer(EVIL, Query(filter=wanted), (Row("900-01", "paper:x", EVIL, ("900-01",), 0.5, (quote,)),))


@pytest.mark.parametrize("answer", [table(), papers()], ids=["table", "papers"])
@pytest.mark.parametrize("columns", ["60", "120"])
def test_nothing_in_a_graph_drives_the_terminal(
    answer: Answer, columns: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    show(answer, console())
    shown = capsys.readouterr().out + "".join(render(answer, form) for form in FORMS)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", shown)


def test_json_of_what_is_harmful_says_it_still() -> None:
    said = json.loads(render(papers(), "json"))
    assert said["papers"][0]["title"] == EVIL
    assert said["question"] == EVIL
    (line, *_) = [json.loads(line) for line in render(table(), "jsonl").splitlines()]
    assert (line["technique"], line["papers"], line["entries"]) == (EVIL, 12, ["900-01"])


@pytest.mark.parametrize("answer", [table(), papers()], ids=["table", "papers"])
def test_csv_holds_no_formula(answer: Answer) -> None:
    rows = list(csv.reader(io.StringIO(render(answer, "csv"))))
    assert len({len(row) for row in rows}) == 1
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)


def test_markdown_keeps_its_columns() -> None:
    said = render(table(), "md")
    lines = [line for line in said.splitlines() if line.startswith("|")]
    assert len({len(re.findall(r"(?<!\\)\|", line)) for line in lines}) == 1
    assert lines[1] == "|---|--:|---|"
    assert said.splitlines()[2].startswith("3 techniques.")


def test_columns_are_called_as_the_question_is(capsys: pytest.CaptureFixture[str]) -> None:
    show(table(question="哪些技术？"), console())
    assert "论文数" in capsys.readouterr().out
    assert "| 技术 | 论文数 |" in render(table(question="哪些技术？"), "md")


def test_numbers_stand_at_the_right(capsys: pytest.CaptureFixture[str]) -> None:
    show(table(), console())
    out = capsys.readouterr().out
    assert re.search(r"  {4,}12$", out, re.MULTILINE)
    assert re.search(r"  {3,}400$", out, re.MULTILINE)


def test_many_columns_are_a_list_where_all_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    names = ("technique", "papers", "quote", *(f"column number {n}" for n in range(9)))
    answer = table(names)
    assert answer.table
    lines = tuple(
        Line((*line.values[:3], *["a long value of a column"] * 9), ("900-01",)) for line in answer.table.lines
    )
    show(Answer("x", answer.query, table=Grid(names, lines)), console(), every=True)
    out = capsys.readouterr().out
    assert "column number 8: a long value of a column" in " ".join(out.split())


# Harm

HOSTILE = [
    '" } INSERT DATA { <x:a> <x:b> "c" } #',
    "'; DROP ALL ; {}[]()<>?x $y \\ `rm -rf /` $(reboot) | & ;",
    "\x1b[31m KV cache \x07",
    "A" * 100_000,
    "or not " * 14_000,
    "([a-z]+)+$" * 50,
]


@pytest.mark.timeout(60, func_only=True)
@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_question_or_flag_is_answered_or_refused_at_once(text: str, graph: Path) -> None:
    with kg.open(str(graph), read_only=True) as opened:
        before = opened.store.graphs()
    for args in ([text], ["--topic", text], ["--result", f"{text}<=-40%"], ["--not", text], ["--author", text]):
        done = CliRunner().invoke(application(["ask", "show"]), ["ask", "-g", str(graph), *args])
        assert done.exception is None or isinstance(done.exception, SystemExit | kg.KgError)
        assert not re.search("[\x00-\x08\x0b-\x1f]", done.output)
    with kg.open(str(graph), read_only=True) as opened:
        assert opened.store.graphs() == before


def test_error_about_a_hostile_value_drives_no_terminal(graph: Path) -> None:
    done = run("ask", "--topic", "\x1b[31m zzqx \x9b", graph=graph)
    assert done.returncode == 2
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f]", done.stderr)


def test_bytes_that_are_no_text(graph: Path) -> None:
    asked: list[str | bytes] = ["ask", b"KV cache \xff\xfe", "-f", "json", "-g", str(graph)]
    done = subprocess.run([sys.executable, "-m", "kg", *asked], capture_output=True, check=False)
    assert done.returncode == 0
    assert json.loads(done.stdout)["papers"]


FLAGS = ["--topic", "--technique", "--result", "--relation", "--not", "--since", "--author", "--list", "--sort",
         "--paper"]  # fmt: skip


@settings(max_examples=40)
@given(flag=st.sampled_from(FLAGS), value=st.text(st.characters(exclude_characters="\x00"), max_size=40))
def test_any_flag_with_any_value_ends_in_order(flag: str, value: str, graph: Path) -> None:
    done = CliRunner().invoke(application(["ask", "show"]), ["ask", "-g", str(graph), f"{flag}={value}"])
    assert done.exception is None or isinstance(done.exception, SystemExit | kg.KgError)
