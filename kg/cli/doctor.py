"""kg doctor: check the installation, and report what in the graph needs attention."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kg.cli.core import HERE, NOTHING_FOUND, Language, Location, choose, console, language, reading, table, write
from kg.model import KgError
from kg.store.place import may_be_there
from kg.text import one_line

if TYPE_CHECKING:
    from kg.store.file import StoreFile

PACKAGES = ("pyoxigraph", "rdflib", "pyshacl", "spacy", "networkx", "pandas", "matplotlib", "pyvis", "rapidfuzz")


FORMS = ("html", "json")
_MOST_SUSPICIONS, _MOST_PAPERS = 20, 5


def command(
    graph: Location = HERE,
    report: Annotated[
        Path | None,
        typer.Option("--report", "-r", help="Write the quality page of the graph to this file, .html or .json."),
    ] = None,
    lang: Language = "",
) -> None:
    """Check the installation and, if there is one, the graph: repairs, empty slots, unmatched institutions."""
    if report is not None:
        _report(graph, report, language(lang))
        return
    from kg.link.register import Register
    from kg.version import VERSION
    from kg.vocabulary import Vocabulary

    rows = [("kg", VERSION), ("python", platform.python_version())]
    missing = []
    for package in PACKAGES:
        try:
            rows.append((package, version(package)))
        except PackageNotFoundError:
            rows.append((package, "missing"))
            missing.append(package)
    rows.append(("concepts", str(len(Vocabulary.load().concepts))))
    rows.append(("institutions known", str(len(Register.load()))))
    rows.append(("language model", _language_model()))
    console().print(table("Installation", ("what", "value"), rows))
    if may_be_there(graph):
        with reading(graph) as opened:
            console().print(table(f"Graph {graph}", ("what", "value"), opened.quality().items()))
            _tell_suspicions(opened.store)
    else:
        print(f"There is no graph at {graph}: make one with `kg add FILE...`.")
    if missing:
        print(f"Missing: {', '.join(missing)}: install kg again.")
        raise typer.Exit(2)


def _tell_suspicions(store: StoreFile) -> None:
    """Papers that have an id or a title in common and were kept apart; `kg explain-merge` says why."""
    from kg.build.suspicions import suspicions

    found = list(suspicions(store))
    if not found:
        return
    rows = [(one_line(one.common), ", ".join(one.papers[:_MOST_PAPERS])) for one in found[:_MOST_SUSPICIONS]]
    console().print(table("Kept apart: see kg explain-merge PAPER PAPER", ("in common", "papers"), rows))
    if len(found) > _MOST_SUSPICIONS:
        print(f"And {len(found) - _MOST_SUSPICIONS:,} more.")


def _report(graph: str, file: Path, lang: str) -> None:
    """Write the quality page of a graph; raises KgError if there is no graph or the format is unknown."""
    from kg.views.quality import quality

    form = choose(None, file, FORMS, "html")
    if not may_be_there(graph):
        raise KgError(f"{graph}: there is no graph here: make one with `kg add FILE... --graph {graph}`.")
    with reading(graph) as opened:
        view = quality(opened, lang)
        write(view.render(form), file)
    if not view.papers:
        raise typer.Exit(NOTHING_FOUND)


def _language_model() -> str:
    """The configured language model, its host, and whether there is a key; no request is made."""
    from kg.endpoint import configured

    try:
        endpoint = configured()
    except KgError as error:
        return str(error)
    if endpoint is None:
        return "none (KG_LLM_BASE_URL and KG_LLM_MODEL name one)"
    return f"{endpoint.model} at {endpoint.host}, {'with' if endpoint.key else 'without'} a key"
