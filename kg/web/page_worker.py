"""In a worker process: the open graph, the page that a request names, and what it gives."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from kg.model import KgError
from kg.safe_output import csv_text, json_text
from kg.serving.state import GraphPlace
from kg.web.asked import MEDIA, Asked, Later, Missing, Reply, Shown


def begin(location: str) -> Callable[[Asked], Reply]:
    """Open the graph; gives what answers requests."""
    from kg.query.corpus import Corpus
    from kg.web.pages import pages

    there = GraphPlace(location)
    with suppress(KgError):
        there.now().lexicon()
        Corpus.of(there.now().store).titles()  # else the first question waits for them

    def answer(asked: Asked) -> Reply:
        try:
            graph = there.now()
            found = pages()[asked.page](graph, asked)
            return found if isinstance(found, Reply) else given(found, asked)
        except KgError as error:
            status = 404 if isinstance(error, Missing) else 503 if isinstance(error, Later) else 400
            return given(failed(asked.said(error), status), asked)
        except MemoryError:
            return given(failed(asked.error("memory"), 503), asked)
        except Exception:  # a fault of this program costs a page, not the server
            if os.environ.get("KG_DEBUG"):
                traceback.print_exc(file=sys.stderr)
            return given(failed(asked.error("fault"), 500), asked)

    return answer


def failed(sentence: str, status: int) -> Shown:
    """A page that says what is wrong."""
    return Shown("error.html.jinja", str(status), {"error": sentence}, {"sentence": sentence}, None, status, {}, False)


def given(shown: Shown, asked: Asked) -> Reply:
    """What a page shows, in the form that is asked for."""
    if asked.form == "json":
        said = json_text(shown.data, _plain).encode("utf-8", "replace")
        return Reply(said, MEDIA["json"], shown.status, is_kept=shown.is_kept)
    if asked.form == "csv" and shown.table is not None:
        columns, rows = shown.table
        text = csv_text(columns, [[_flat(cell) for cell in row] for row in rows])
        named = {"Content-Disposition": f'attachment; filename="{asked.page}.csv"'}
        return Reply(text.encode("utf-8", "replace"), MEDIA["csv"], shown.status, named, shown.is_kept)
    if asked.form != "html" and shown.status == 200:
        forms = ["html", "json", *(["csv"] if shown.table is not None else []), *shown.forms]
        return given(failed(asked.error("form", form=asked.form, forms=", ".join(forms)), 404), asked)
    if asked.form == "csv":
        return Reply(f"{shown.data.get('error', shown.title)}\n".encode(), "text/plain; charset=utf-8", shown.status)
    from kg.web.templating import draw

    return Reply(draw(shown, asked).encode("utf-8", "replace"), status=shown.status, is_kept=shown.is_kept)


def _plain(value: Any) -> Any:
    """What JSON has no form for."""
    if isinstance(value, set | frozenset):
        return sorted(value)
    if hasattr(value, "tolist"):
        return value.tolist()
    return str(value)


def _flat(cell: Any) -> Any:
    if cell is None:
        return ""
    return "; ".join(map(str, cell)) if isinstance(cell, list | tuple) else cell
