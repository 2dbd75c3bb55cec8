"""kg digest as a user runs it."""

from __future__ import annotations

import json
from pathlib import Path

from kg.sources import read
from tests.cli.command import run

REPORTS = Path(__file__).resolve().parents[2] / "data" / "reports"
REPORT = REPORTS / "004_0fbc9a575173bebf.txt"


def test_digest_of_pdfs_is_read_back_to_the_same_values(shared: Path, tmp_path: Path) -> None:
    out, pdfs = tmp_path / "made.md", sorted((shared / "data" / "samples" / "pdf-papers").glob("*.pdf"))[::4]
    done = run("digest", *pdfs, "--fast", "--lang", "zh", "-o", out)
    assert done.returncode == 0, done.stderr
    found = [d for path in pdfs for d in read(path).documents]
    again = {d.texts["T"].text: d for d in read(out).documents}
    assert len(found) == len(again) == len(pdfs) >= 5
    for one in found:
        other = again[one.texts["T"].text]
        for field in "IA":
            wanted = one.texts[field].text if field in one.texts else ""
            assert other.texts[field].text == wanted
        assert other.author_count == one.author_count
        assert "B" not in other.texts


def test_files_that_cannot_be_read_are_skipped(tmp_path: Path) -> None:
    bad = tmp_path / "bad.txt"
    bad.write_text("nothing of a paper", "utf-8")
    done = run("digest", REPORT, bad, "--fast", "--format", "json")
    assert done.returncode == 3
    assert "bad.txt" in done.stderr
    assert json.loads(done.stdout)["papers"] == 21
    assert run("digest", REPORT, bad, "--fast", "--strict").returncode == 2
    alone = run("digest", bad, "--fast")
    assert (alone.returncode, alone.stdout) == (2, "")


def test_selection_of_the_graph(built_file: Path, tmp_path: Path) -> None:
    said = json.loads(run("digest", "002-22", "004-16", "-f", "json", graph=built_file).stdout)
    assert [one["entries"][0] for one in said["entries"]] == ["002-22", "004-16"]
    question = run("digest", "KV-cache compression papers on H100", "-l", "en", "-f", "json", graph=built_file)
    assert {one["entries"][0] for one in json.loads(question.stdout)["entries"]} == {"002-22", "004-16"}
    page = tmp_path / "d.html"
    assert run("digest", "since last week", "-o", page, graph=built_file).returncode == 0
    assert "11 October" in page.read_text("utf-8")
    nothing = run("digest", "since 2025-10-18", "--now", "2025-12-01", graph=built_file)
    assert nothing.returncode == 1
    assert "The period is 2025-10-18 to 2025-12-01" in nothing.stderr


def test_an_empty_digest_writes_no_file_and_says_why(built_file: Path, tmp_path: Path) -> None:
    for words, why in (("zzqx", "No word of the question"), ("2026-06-24以来的新论文", "The period is 2026-06-24")):
        out = tmp_path / "out.md"
        done = run("digest", words, "-o", out, graph=built_file)
        assert (done.returncode, done.stdout, out.exists()) == (1, "", False)
        assert why in done.stderr
        assert "No digest was written" in done.stderr


def test_new_papers_of_a_period_are_all_of_it(built_file: Path) -> None:
    said = json.loads(run("digest", "2025-10-16以来的新论文", "-f", "json", graph=built_file).stdout)
    alone = json.loads(run("digest", "--since", "2025-10-16", "-f", "json", graph=built_file).stdout)
    assert said["papers"] == alone["papers"] > 0
    assert said["selection"] == alone["selection"] == ""


def test_wrong_use_is_one_sentence(built_file: Path, tmp_path: Path) -> None:
    for args in (
        ("--check",),
        ("--check", str(REPORT), "--since", "last week"),
        (str(REPORT), "no such thing"),
        ("--since", "whenever"),
        ("--now", "yesterday-ish"),
        ("--format", "pdf"),
        ("--lang", "fr", str(REPORT)),
        ("--llm", str(REPORT)),
        (str(tmp_path / "none" / "x.pdf"),),
    ):
        done = run("digest", *args, graph=built_file)
        assert done.returncode == 2, args
        assert done.stdout == ""
        assert done.stderr.strip()
        assert "Traceback" not in done.stderr


def test_check_tells_claims_without_support(tmp_path: Path) -> None:
    sound = run("digest", "--check", REPORT, "-l", "en")
    assert sound.returncode == 0
    assert "The briefs on 21 papers:" in sound.stdout
    lying = tmp_path / "004_lying.txt"
    lying.write_text(REPORT.read_text("utf-8").replace("ROUGE-L提升17%", "ROUGE-L提升71%"), "utf-8")
    done = run("digest", "--check", lying, "--format", "json")
    assert done.returncode == 0
    claims = [one for one in json.loads(done.stdout)["claims"] if one["entry"] == "004-06" and "71%" in one["claim"]]
    assert claims
    assert all(one["status"] != "supported" for one in claims)


def test_check_of_a_digest_of_our_own_sees_its_briefs(tmp_path: Path) -> None:
    made = tmp_path / "made.md"
    assert run("digest", REPORT, "--fast", "-o", made).returncode == 0
    said = json.loads(run("digest", "--check", made, "-f", "json").stdout)
    assert said["papers"] == 21
    assert said["counts"]["supported"] > said["counts"]["not found"] + said["counts"]["contradicted"]


def test_check_without_briefs_finds_nothing(tmp_path: Path) -> None:
    papers = tmp_path / "p.jsonl"
    papers.write_text(json.dumps({"id": "a", "title": "A Title", "abstract": "We prune."}), "utf-8")
    done = run("digest", "--check", papers, "-f", "json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["without_brief"] == 1
