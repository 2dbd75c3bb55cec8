"""Refresh what the documentation takes from the program: help texts, the table of formats, the example of triples.

    python scripts/docs.py                   rewrite docs/*.md and README.md where they differ
    python scripts/docs.py --check           change nothing; name what is out of date and exit with 1
    --graph FILE                             take the triples from this graph over the five reports

What is generated stands between `<!-- help ask -->` and `<!-- /help ask -->` (`formats`, `example`). Without a graph
the example is made from a new one when rewriting, and not looked at when checking.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyoxigraph import Triple

ROOT = Path(__file__).resolve().parent.parent
WIDTH = 100  # columns of a help text, whatever the terminal
ENTRY = "002-22"
#: What the example shows of the entry's names, one mention each.
SHOWN = ("technique:longlive", "hardware:nvidia-h100", "topic:kv-cache-compression")
#: The result that it shows is the first in this unit.
UNIT = "FPS"
#: What the rounding of a processor decides: the last digit of a score, and so which mentions are numbered.
_ROUNDED = re.compile(r"(?<=kg:confidence )\S+|(?<=mention\\/)\d+")
_REGION = re.compile(
    r"(?P<open><!-- (?P<name>help [\w-]+|formats|example) -->\n).*?(?P<close><!-- /(?P=name) -->)", re.S
)


def help_text(command: str) -> str:
    """What `kg COMMAND --help` prints in a terminal of WIDTH columns, without colours."""
    for name in ("FORCE_COLOR", "PY_COLORS", "GITHUB_ACTIONS"):
        os.environ.pop(name, None)
    os.environ.update(TERMINAL_WIDTH=str(WIDTH), COLUMNS=str(WIDTH), NO_COLOR="1")  # read when typer.rich_utils loads
    from typer.testing import CliRunner

    from kg.cli import application, every

    said = CliRunner().invoke(application(every()), [command, "--help"], prog_name="kg")
    lines = [line.rstrip() for line in said.stdout.splitlines()]
    return "```text\n" + "\n".join(lines).strip("\n") + "\n```\n"


def formats_table() -> str:
    """A row a reader: its name, and the first sentence of its module, which says what such a file holds."""
    from kg.sources import readers
    from kg.sources.forms import forms

    lines = ["| form | what it is |", "|---|---|"]
    for reader in readers():
        about = forms()["about"].get(reader.name) or sys.modules[reader.sniff.__module__].__doc__ or ""
        sentence = " ".join(about.strip().split("\n\n")[0].split())
        lines.append(f"| `{reader.name}` | {sentence} |")
    return "\n".join(lines) + "\n"


def example(location: str | Path) -> str:
    """Triples of ENTRY as Turtle: the entry, its paper, its title, and one annotation of each kind."""
    from pyoxigraph import RdfFormat, serialize

    from kg.api import Graph
    from kg.identifiers import PREFIXES
    from kg.rdf.terms import by_subject

    with Graph(location, read_only=True) as graph:
        shown = list(_excerpt(graph.store.triples(f"entry:{ENTRY}")))
    text = " ".join(map(str, shown))
    used = {prefix: base for prefix, base in PREFIXES.items() if f"<{base}" in text}
    turtle = (serialize(by_subject(shown), format=RdfFormat.TURTLE, prefixes=used) or b"").decode()
    return f"```turtle\n{turtle.replace(chr(9), '    ')}```\n"


def _excerpt(triples: Iterable[Triple]) -> Iterator[Triple]:
    """The triples of the nodes that are shown, but for links to what is not shown."""
    from pyoxigraph import NamedNode

    from kg.build.verification import grouped
    from kg.identifiers import curie

    triples = list(triples)
    nodes = grouped(triples)
    entry = f"entry:{ENTRY}"
    annotations = [f"{entry}/relation/1", f"{entry}/merge/1"]
    annotations += sorted(name for name, node in nodes.items() if UNIT in node["kg:unit"])[:1]
    for entity in SHOWN:
        mentions = (name for name, node in nodes.items() if "/mention/" in name and entity in node["kg:entity"])
        annotations += sorted(mentions)[:1]
    links = ("kg:entity", "kg:metric", "kg:head", "kg:tail")
    named = {to for name in annotations if name in nodes for link in links for to in nodes[name][link]}
    shown = {entry, f"{entry}/text/T", *nodes[entry]["kg:paper"], *annotations, *SHOWN}
    for triple in triples:
        if not isinstance(triple.subject, NamedNode):
            continue
        if curie(triple.subject.value) not in shown:
            continue
        to = curie(triple.object.value) if isinstance(triple.object, NamedNode) else ""
        if not to or to in shown | named or to.startswith(("kg:", "source:", f"{entry}/text/")):
            yield triple


def parts(graph: str | Path | None) -> dict[str, Callable[[], str]]:
    """What can be generated, by the name of its markers; the example only from a graph."""
    from kg.cli import every

    made: dict[str, Callable[[], str]] = {f"help {name}": lambda name=name: help_text(name) for name in every()}  # type: ignore[misc]
    made["formats"] = formats_table
    if graph:
        made["example"] = lambda: example(graph)
    return made


def refreshed(text: str, made: dict[str, Callable[[], str]]) -> str:
    """A page with all that is generated made anew; what cannot be made stays, and what differs in a score alone.

    The third digit of a score is another one on processors that add in another order.
    """

    def fill(region: re.Match[str]) -> str:
        make = made.get(region["name"])
        new = f"{region['open']}{make()}{region['close']}" if make else region[0]
        return region[0] if _ROUNDED.sub("", new) == _ROUNDED.sub("", region[0]) else new

    return _REGION.sub(fill, text)


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("pages", nargs="*", type=Path, help="Pages; README.md and docs/*.md without them.")
    arguments.add_argument(
        "--check", action="store_true", help="Change nothing; exit with 1 when a page is out of date."
    )
    arguments.add_argument("--graph", help="A graph over the five reports, for the example of triples.")
    given = arguments.parse_args()
    pages = given.pages or [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    with tempfile.TemporaryDirectory() as folder:
        made = parts(given.graph or (None if given.check else _built(Path(folder) / "papers.kg")))
        new = {page: refreshed(page.read_text("utf-8"), made) for page in pages}
    stale = [page for page, text in new.items() if text != page.read_text("utf-8")]
    for page in stale:
        if given.check:
            print(f"{page}: out of date: run `python scripts/docs.py`.")
        else:
            page.write_text(new[page], "utf-8")
            print(f"{page}: refreshed.")
    return 1 if given.check and stale else 0


def _built(file: Path) -> Path:
    """A new graph over the five reports."""
    from kg.api import Graph

    with Graph(file, create=True) as graph:
        graph.add(ROOT / "data" / "reports")
    return file


if __name__ == "__main__":
    sys.exit(main())
