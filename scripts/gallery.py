"""Make the gallery: docs/gallery.md and docs/gallery/*.png, pages over the five reports as Chromium shows them.

    python scripts/gallery.py                make everything anew (needs Chromium and fonts with Chinese characters)
    python scripts/gallery.py --graph FILE   ... from a graph over the five reports that is there already
    python scripts/gallery.py --paper FILE   make the pictures of a whole paper alone, which `kg serve` shows

A picture's bytes depend on the browser and its fonts; the pages, of which they are taken, on the reports alone.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import os
import shlex
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "gallery.md"
PICTURES = ROOT / "docs" / "gallery"
#: What makes the graph that all other commands read.
BUILD = "kg add data/reports"
#: Colours of a picture: enough for text and charts, a third of the bytes.
_COLOURS = 128


class Shot(NamedTuple):
    """A picture of a page: in which language, how many pixels wide and high, light or dark, and its share of a row."""

    name: str
    lang: str
    width: int
    height: int
    dark: bool
    share: int  # per cent


#: The pictures of every page, side by side and equally high.
SHOTS = (
    Shot("en", "en", 1280, 800, False, 42),
    Shot("zh", "zh", 1280, 800, True, 42),
    Shot("phone", "zh", 390, 844, False, 12),
)


class Piece(NamedTuple):
    """A page of the gallery: what it is, and the command that makes it in each language.

    `places` are the CSS selectors of what each picture begins with ("" for the top), `find` what is typed into the
    page's search before the second picture is taken.
    """

    name: str
    title: str
    says: str
    english: str
    chinese: str
    places: tuple[str, str, str] = ("", "", "")
    find: str = ""

    def command(self, lang: str) -> str:
        """The command that makes the page in a language."""
        return {"en": self.english, "zh": self.chinese}[lang]

    def page(self, lang: str) -> str:
        """The file that the command writes."""
        return next(word for word in shlex.split(self.command(lang)) if word.endswith(".html"))

    def picture(self, shot: Shot) -> str:
        return f"{self.name}-{shot.name}.png"


PIECES = (
    Piece(
        "report",
        "Topic report",
        "The papers on a topic: families of methods, and a table to sort and filter that shows the main result of each "
        "paper as fields above its sentence; folded below, who beats whom, comparable results, problems and sources.",
        'kg report "KV cache compression" -o report.html',
        'kg report "KV缓存压缩" --lang zh -o report-zh.html',
        places=("", "#families", ""),
    ),
    Piece(
        "answer",
        "Answer",
        "What a question was taken to mean, and the papers with the words that make them the answer.",
        'kg ask "KV-cache compression papers on H100" -o answer.html',
        "kg ask 在H100上做KV缓存压缩的论文 -o answer-zh.html",
    ),
    Piece(
        "trends",
        "Trends",
        "Papers of each topic by report, with the interval that so few papers leave; labels to choose, counts or "
        "shares, and nothing said of rise or fall where the data do not bear it.",
        "kg trends --of topic --over report -o trends.html",
        "kg trends --of topic --over report --lang zh -o trends-zh.html",
    ),
    Piece(
        "picture",
        "Picture of a topic",
        "Papers and what they name, to search, filter and click: a node gives its papers and their words, a line its "
        "sentence.",
        'kg draw "KV cache compression" -o picture.html',
        'kg draw "KV缓存压缩" --lang zh -o picture-zh.html',
        find="H100",
    ),
    Piece(
        "lineage",
        "Lineage of techniques",
        "Which method uses another, is part of it, builds on it or outperforms it, from the older to the newer.",
        'kg draw "KV cache compression" --view lineage -o lineage.html',
        'kg draw "KV缓存压缩" --view lineage --lang zh -o lineage-zh.html',
        find="AsyncSpade",
    ),
    Piece(
        "collaboration",
        "Collaboration of institutions",
        "Institutions that write papers together, coloured by community.",
        "kg draw --view collaboration -o collaboration.html",
        "kg draw --view collaboration --lang zh -o collaboration-zh.html",
    ),
    Piece(
        "digest",
        "Digest",
        "The papers in the reports' own form: a brief of each, then its details.",
        'kg digest "KV cache compression" --lang en -o digest.html',
        'kg digest "KV缓存压缩" -o digest-zh.html',
    ),
    Piece(
        "quality",
        "Quality of a graph",
        "What was repaired, not matched, left empty or read unsurely, and the lines that settle a name.",
        "kg doctor --report quality.html",
        "kg doctor --report quality-zh.html --lang zh",
        places=("", "#empty", "#unmatched"),
    ),
)


def document() -> str:
    """The text of docs/gallery.md."""
    lines = [
        "# Gallery",
        "",
        "What kg makes of the five reports in `data/reports`. Every page is one file that needs no network, light or",
        "dark as the reader prefers, and the same bytes on every run. `scripts/gallery.py` makes this page: first the",
        "graph, then each page with its command, in English and in Chinese, and the pictures with Chromium.",
        "",
        "```sh",
        BUILD,
        "```",
    ]
    for piece in (*PIECES, WHOLE):
        shown = [
            f'<img src="gallery/{piece.picture(shot)}" width="{shot.share}%" alt="{_described(piece, shot)}">'
            for shot in SHOTS
        ]
        lines += ["", f"## {piece.title}", "", piece.says, ""]
        lines += ["```sh", *dict.fromkeys((piece.english, piece.chinese)), "```", "", *shown]
    return "\n".join(lines) + "\n"


def _described(piece: Piece, shot: Shot) -> str:
    language = {"en": "English", "zh": "Chinese"}[shot.lang]
    return f"{piece.title}, {language}, {shot.width} pixels wide, {'dark' if shot.dark else 'light'}"


def run(command: str, folder: Path, graph: Path) -> None:
    """Run a kg command in a folder on a graph; RuntimeError when it fails."""
    from typer.testing import CliRunner

    from kg.cli import application

    with contextlib.chdir(folder):
        done = CliRunner().invoke(application(), shlex.split(command)[1:], env={"KG_GRAPH": str(graph)})
    if done.exit_code:
        raise RuntimeError(f"{command}: exit status {done.exit_code}: {done.output.strip() or done.exception}")


def make(piece: Piece, lang: str, folder: Path, graph: Path) -> Path:
    """Make a page of the gallery in a folder."""
    run(piece.command(lang), folder, graph)
    return folder / piece.page(lang)


def show(browser: Any, page: Path, piece: Piece, shot: Shot) -> None:
    """Open a page as a picture shows it."""
    browser.open(page, shot.width, shot.height, shot.dark)
    if piece.find and shot is SHOTS[1]:
        browser.evaluate("document.querySelector('#search input').focus()")
        browser.type(piece.find)
    if place := piece.places[SHOTS.index(shot)]:
        browser.evaluate(f"document.querySelector('{place}').scrollIntoView({{behavior: 'instant'}})")
    time.sleep(0.5)  # what moves has come to rest


def keep(taken: Path, file: Path) -> None:
    """Write a screenshot with few colours."""
    from PIL import Image

    with Image.open(taken) as picture:
        wide, none = Image.Quantize.MAXCOVERAGE, Image.Dither.NONE
        few = picture.convert("RGB").quantize(_COLOURS, method=wide, kmeans=1, dither=none)  # the greys stay grey
    few.save(file, optimize=True)


@contextlib.contextmanager
def chromium() -> Iterator[Any]:
    """The browser that the tests use: headless, from files alone."""
    place = ROOT / "tests" / "views" / "browser.py"
    spec = importlib.util.spec_from_file_location("browser", place)
    assert spec is not None
    assert spec.loader is not None
    driver = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(driver)
    if driver.chromium() is None:
        raise SystemExit("Chromium is not installed: install chromium and fonts-noto-cjk, then run this again.")
    with driver.Browser() as opened:
        yield opened


WHOLE = Piece(
    "paper",
    "A whole paper",
    "What a paper uses, with the place and the words that say so, the numbers of its set-up, its limitations: a page "
    "of `kg serve` after `kg add paper.pdf`.",
    "kg serve",
    "kg serve",
)


def picture_paper(browser: Any, file: Path) -> None:
    """Take the pictures of a paper's page from a server of its own."""
    with tempfile.TemporaryDirectory() as name, socket.socket() as free:
        graph = Path(name) / "papers.kg"
        run(f"kg add {shlex.quote(str(file.resolve()))}", ROOT, graph)
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        command = [str(Path(sys.executable).with_name("kg")), "serve", "--graph", str(graph), "--port", str(port)]
        server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            address = f"http://127.0.0.1:{port}/paper/{file.stem}?lang="
            _wait_for(address)
            for shot in SHOTS:
                browser.visit(address + shot.lang, shot.width, shot.height, shot.dark)
                browser.evaluate("document.querySelector('.used').scrollIntoView({behavior: 'instant'})")
                time.sleep(0.5)
                browser.screenshot(Path(name) / "taken.png")
                keep(Path(name) / "taken.png", PICTURES / WHOLE.picture(shot))
        finally:
            server.terminate()
            server.wait()


def _wait_for(address: str) -> None:
    for _ in range(60):
        with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=30):
            return
        time.sleep(1)
    raise SystemExit(f"{address} does not answer.")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--graph", type=Path, help="A graph over the five reports; made anew without it.")
    arguments.add_argument("--paper", type=Path, help="A whole paper, whose pictures alone are made.")
    given = arguments.parse_args()
    PICTURES.mkdir(exist_ok=True)
    if given.paper:
        with chromium() as browser:
            picture_paper(browser, given.paper)
        PAGE.write_text(document(), "utf-8")
        return
    with tempfile.TemporaryDirectory() as name, chromium() as browser:
        folder = Path(name)
        graph = given.graph.resolve() if given.graph else folder / "papers.kg"
        if not given.graph:
            run(BUILD, ROOT, graph)
        for piece in PIECES:
            pages = {lang: make(piece, lang, folder, graph) for lang in ("en", "zh")}
            for shot in SHOTS:
                show(browser, pages[shot.lang], piece, shot)
                browser.screenshot(folder / "taken.png")
                keep(folder / "taken.png", PICTURES / piece.picture(shot))
            print(f"{piece.title}: {sum((PICTURES / piece.picture(s)).stat().st_size for s in SHOTS):,} bytes")
    wanted = {piece.picture(shot) for piece in (*PIECES, WHOLE) for shot in SHOTS}
    for file in PICTURES.glob("*.png"):
        if file.name not in wanted:
            os.remove(file)
    PAGE.write_text(document(), "utf-8")


if __name__ == "__main__":
    main()
