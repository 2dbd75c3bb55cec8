"""A paper in LaTeX is one paper, whatever files it is made of, in a folder as in an archive."""

from __future__ import annotations

from pathlib import Path

import pytest

import kg
from kg.sources import expand, names, read
from tests.sources.test_archive import all_of, titles, zipped

PAPER = "\\documentclass{{article}}\\title{{{0}}}\\begin{{document}}\\begin{{abstract}}We do.\\end{{abstract}}{1}"
BOOK = "@misc{a, title = {A book on caches}}"
PROJECT = {
    "main.tex": PAPER.format("On caches", "\\input{parts/one}\\includegraphics{fig/a}\\bibliography{refs}"),
    "parts/one.tex": "\\section{One} Caches are small~\\cite{a}. \\input{parts/two.tex}",
    "parts/two.tex": "Two.",
    "parts/left.tex": "Not used.",
    "refs.bib": BOOK,
    "fig/a.pdf": "%PDF-1.4",
    "fig/b.png": "PNG",
    "fig/c.tex": "\\documentclass[tikz]{standalone}\\begin{document}\\end{document}",
    "old/template.tex": PAPER.format("Instructions for Proceedings of Venues", "x" * 9_000),
    "supp.tex": "\\documentclass{article}\\title{More}\\begin{document}\\input{parts/two}",
    "main_arxiv.tex": PAPER.format("On caches", ""),
    "venue.sty": "\\ProvidesPackage{venue}",
}


def made(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    return folder


@pytest.mark.parametrize("inner", ["", "source/"])
def test_project_in_a_folder_or_an_archive_is_one_paper_with_its_references(tmp_path: Path, inner: str) -> None:
    files = {f"{inner}{name}": text for name, text in PROJECT.items()}
    paths, told, called = expand([made(tmp_path / "caches", files)])
    assert (paths, told, called) == ([tmp_path / "caches" / inner / "main.tex"], [], {paths[0]: "caches"})
    batch = read(paths[0], names(paths, called)[0][paths[0]], is_whole=True)
    [paper] = batch.documents
    assert (batch.source.name, [one.title for one in paper.references]) == ("caches", ["A book on caches"])
    batches, told = all_of(zipped(tmp_path / "a.zip", {name: text.encode() for name, text in files.items()}))
    assert (titles(batches), told, batches[0].source.name) == (["On caches"], [], "a")


def test_readme_of_arxiv_says_what_is_the_main_file(tmp_path: Path) -> None:
    files = {"a.tex": PAPER.format("On caches", "x" * 100), "b.tex": PAPER.format("On caches", "")}
    made(tmp_path, {**files, "00README.XXX": "b.tex toplevelfile\n"})
    assert [path.name for path in expand([tmp_path])[0]][-1] == "b.tex"


def test_papers_side_by_side_and_lists_of_their_own_stay_what_they_are(tmp_path: Path) -> None:
    files = {"a.tex": PAPER.format("On caches", ""), "b.tex": PAPER.format("On keys", ""), "list.bib": BOOK}
    made(tmp_path, files)
    batches, _ = all_of(zipped(tmp_path / ".zip", {name: text.encode() for name, text in files.items()}))
    assert sorted(titles(batches)) == ["A book on caches", "On caches", "On keys"]
    made(tmp_path / "c", PROJECT)
    paths, _, called = expand([tmp_path, tmp_path / "c" / "refs.bib"])
    assert [path.name for path in paths] == ["a.tex", "b.tex", "main.tex", "list.bib", "refs.bib"]
    assert called == {tmp_path / "c" / "main.tex": "c"}


def test_main_file_of_another_paper_takes_no_papers_place(tmp_path: Path) -> None:
    with kg.open(str(tmp_path / "g.kg"), create=True) as graph:
        for name in ("foxes eat", "caches hold"):
            graph.add(made(tmp_path / name, {"main.tex": PAPER.format(f"How {name}", "")}) / "main.tex", fast=True)
        assert [paper.id for paper in graph.papers()] == ["paper:howfoxeseat"]
