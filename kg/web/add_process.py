"""A process that adds files to a graph, or takes entries out again, and says what it does: a line of JSON each.

`python -m kg.web.add_process` reads what is to be done from standard input.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from kg.api import Graph
from kg.model import KgError
from kg.sources.inputs import source_name

_EVERY = 0.3  # seconds between two lines of progress
_TITLED = 200  # papers that are told by their titles
_TOLD = ("skipped", "losses", "doubts")


def _say(**said: Any) -> None:
    print(json.dumps(said), flush=True)


def main() -> None:
    """Do what standard input says."""
    asked = json.loads(sys.stdin.read())
    out = sys.stdout
    sys.stdout = sys.stderr  # what else is printed is no line of ours
    try:
        with Graph(asked["graph"]) as graph:
            said = _removed(graph, asked["remove"]) if "remove" in asked else _added(graph, Path(asked["folder"]), out)
    except KgError as error:
        said = {"error": str(error)}
    except Exception as error:
        if os.environ.get("KG_DEBUG"):
            raise
        said = {"error": f"The files could not be read by a fault of kg ({type(error).__name__})."}
    sys.stdout = out
    _say(state="done", **said)


def _added(graph: Graph, folder: Path, out: Any) -> dict[str, Any]:
    """Add the files of a folder: each whole or not at all; one that bears the name of another file's source apart."""
    told = 0.0

    def tell(name: str, done: int) -> None:
        nonlocal told
        if time.monotonic() - told > _EVERY:
            told = time.monotonic()
            print(json.dumps({"state": "reading", "entry": name, "done": done}), file=out, flush=True)

    before = set(graph.entries())
    sums: dict[str, list[str]] = {name: [] for name in ("added", "unchanged", "removed", *_TOLD)}
    for path in sorted(folder.iterdir()):
        try:
            report = graph.add(path, name=_name(graph, path), progress=tell)
        except KgError as error:
            sums["skipped"].append(str(error))
            continue
        for name, listed in sums.items():
            listed += getattr(report, name)
    new = [entry for entry in sums["added"] if entry not in before]
    plain = {name: [said.replace(f"{folder}{os.sep}", "") for said in sums[name]] for name in _TOLD}
    changed = [entry for entry in sums["added"] if entry in before]
    counted = {"unchanged": len(sums["unchanged"]), "removed": len(sums["removed"])}
    sql = "SELECT e.name, p.title FROM entries e JOIN papers p ON p.curie = e.paper WHERE e.name IN ({})"
    titles = dict(graph.store.some(sql, new[:_TITLED]))
    return {"added": new, "titles": titles, "changed": changed, **counted, **plain, "held": graph.entry_count()}


def _name(graph: Graph, path: Path) -> str | None:
    """The name of a file's source where its own is another file's: no upload takes another's place."""
    sources, own = list(graph.sources()), source_name(path)
    same = [source for source in sources if source.name == own or Path(source.file).name == path.name]
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if known := next((source.name for source in same if source.sha256 == digest), ""):
        return known if known != own else None
    if not same:
        return None
    again = any(Path(source.file).name == path.name for source in same)  # else of another form: "refs.ris"
    names = (*([] if again else [path.name]), *(f"{same[0].name}-{n}" for n in range(2, len(sources) + 3)))
    held = {source.name for source in sources}
    return next(name for name in names if name not in held)


def _removed(graph: Graph, entries: list[str]) -> dict[str, Any]:
    """Take entries out, and sources that have none left."""
    held = set(graph.entries())
    gone = [entry for entry in entries if entry in held]
    sources = {source.name for source in graph.sources()}
    if gone:
        graph.remove(*gone)
    empty = [name for name in sorted(sources) if not graph.entries(name)]
    if empty:
        graph.remove(*empty)
    return {"taken_out": gone, "held": graph.entry_count()}


if __name__ == "__main__":
    main()
