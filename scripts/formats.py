"""Read the files of tests/sources/usual_files.txt and count what comes out right: the tables of docs/formats.md.

    python scripts/formats.py [--write]

What is generated stands between `<!-- table -->` and `<!-- /table -->`, `<!-- names -->` and `<!-- /names -->`.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from marked import filled

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "formats.md"
_TEXTS = {"title": "T", "abstract": "A", "institutions": "I", "keywords": "K"}


def table() -> str:
    """A row a format: files, papers that they hold and that are read, fields that they have and that are right."""
    sys.path.insert(0, str(ROOT))
    from tests.sources.usual_files import FILES

    counts: dict[str, Counter[str]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for case in FILES:
            found = counts.setdefault(case.form, Counter())
            documents = _read(Path(folder) / case.name, case.data, case.form)
            found.update(files=1, papers=len(case.papers), read=len(documents))
            for document, wanted in zip(documents, case.papers, strict=False):
                found["right"] += sum(_field(document, name) == value for name, value in wanted.items())
            found["fields"] += sum(map(len, case.papers))
    lines = ["| form | files | papers in them | read | fields | right |", "|---|---:|---:|---:|---:|---:|"]
    total: Counter[str] = sum(counts.values(), Counter())
    for form, found in [*sorted(counts.items()), ("all", total)]:
        cells = (found[name] for name in ("files", "papers", "read", "fields"))
        lines.append(f"| {form} | {' | '.join(map(str, cells))} | {found['right'] / found['fields']:.0%} |")
    return "\n".join(lines) + "\n"


def _read(path: Path, data: bytes, form: str) -> list[Any]:
    from kg.model import KgError
    from kg.sources import each, read

    path.write_bytes(data)
    try:
        [file] = each([path])
        batch = read(file)
        return list(batch.documents) if batch.source.form == form else []
    except KgError:
        return []


def _field(document: Any, name: str) -> Any:
    if name in _TEXTS:
        text = document.texts.get(_TEXTS[name])
        return text.text if text else ""
    value = getattr(document, name)
    return list(value) if isinstance(value, tuple) else value


def names() -> str:
    """What the fields of tables and of JSON may be called."""
    from kg.sources.forms import forms

    lines = ["| field | names |", "|---|---|"]
    lines += (f"| {key} | {', '.join(f'`{name}`' for name in each)} |" for key, each in forms()["any"].items())
    return "\n".join(lines) + "\n"


def written(page: str) -> str:
    """The page with its tables as they are now."""
    return filled(filled(page, "table", table()), "names", names())


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--write", action="store_true", help="put the tables into docs/formats.md")
    if parser.parse_args().write:
        PAGE.write_text(written(PAGE.read_text("utf-8")), "utf-8")
    else:
        print(table())


if __name__ == "__main__":
    main()
