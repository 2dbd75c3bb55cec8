"""The files of the papers that a harvest lists: LaTeX sources and PDFs, as far as a service gives them.

Each lies beside the responses under the id of its paper, and a hidden file says which were tried. A file that cannot be
had costs one sentence: the record of the paper stays.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qsl

from kg import limits
from kg.fetch.client import Client, url_parts
from kg.fetch.harvest import Harvest, Progress, Service, name_of
from kg.files import write
from kg.http import Refused, phrase
from kg.model import KgError
from kg.sources import archive, tex
from kg.sources.inputs import InputFile

FOLDER = "full-texts"
_FAILURES, _LONGEST = 3, 80  # failures of a host in a row after which it is left alone; letters of a file's name


class FullTexts(NamedTuple):
    """The files of a harvest, how many of them are new, and why others are missing, a sentence a paper."""

    files: list[Path]
    fetched: int
    problems: list[str]


def full_texts(
    service: Service, harvest: Harvest, folder: Path, connect: Callable[[str], Client], progress: Progress | None = None
) -> FullTexts:
    """Fetch the files of those papers of a harvest that were not tried yet; `connect` makes the client for a URL."""
    place, state = folder / FOLDER, folder / f".{name_of(service.asked)}.texts.json"
    place.mkdir(exist_ok=True)
    tried = _tried(state)
    failed = {paper for paper, name in tried.items() if name is None}
    listed = dict(one for file in harvest.files for one in service.texts(InputFile(file)))
    failures: Counter[str] = Counter()
    problems: list[str] = []
    fetched = 0
    order = sorted(listed.items(), key=lambda one: one[0] in failed)  # those that may fail again come last
    for number, (paper, addresses) in enumerate(order, 1):
        host = url_parts(addresses[0]).netloc if addresses else ""
        if not addresses or tried.get(paper) is not None or failures[host] >= _FAILURES:
            continue
        if progress:
            progress(f"full text {number:,} of {len(listed):,}", harvest.papers)
        try:
            tried[paper] = _first(addresses, place, paper, connect)
            fetched += 1
            failures[host] = 0
        except Exception as error:  # whatever an address leads to costs its paper only
            why = str(error) if isinstance(error, KgError) else f"{limits.reason(error)}."
            problems.append(f"{paper}: its full text was not fetched: {why}")
            at_present = isinstance(error, KgError) and not isinstance(error, Refused)
            tried[paper] = None if at_present else ""
            failures[host] += at_present
        write(state, json.dumps(tried, indent=1))
    files = [place / name for paper in listed if (name := tried.get(paper))]
    return FullTexts([file for file in files if file.is_file()], fetched, problems)


def _first(addresses: list[str], folder: Path, paper: str, connect: Callable[[str], Client]) -> str:
    """Fetch the first file that there is; returns its name. Raises Refused for none, KgError for none at present."""
    part, name = folder / ".part", _stem(paper)
    try:
        for address in addresses:
            url, _, query = address.partition("#")[0].partition("?")
            with suppress(*[Refused] * (address != addresses[-1])), connect(url) as client:
                name += client.get(dict(parse_qsl(query)), part, _ending)
                part.replace(folder / name)
                return name
    finally:
        part.unlink(missing_ok=True)
    raise Refused("there is none.")


def _stem(paper: str) -> str:
    """The name of a paper's file, without its ending: the id where that is a name, else one that no other paper has.

    >>> _stem("2511.00004"), _stem("../../x y"), _stem("")
    ('2511.00004', 'x_y-e76b0dff', 'paper-e3b0c442')
    """
    name = re.sub(r"[^A-Za-z0-9.-]+", "_", paper)[:_LONGEST].strip("._-") or "paper"
    if name == paper:
        return name
    return f"{name}-{hashlib.sha256(paper.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"


def _ending(part: Path, status: int) -> str:
    """The ending of a file that was sent; raises Refused for what is neither a PDF nor a LaTeX source."""
    if status != 200:
        raise Refused(f"the service answers {f'{status} {phrase(status)}'.rstrip()}.")
    with suppress(KgError):  # it is damaged
        file = InputFile(part)
        packed = ".gz" * file.packed
        if file.head.lstrip().startswith(b"%PDF-"):
            return f".pdf{packed}"
        if kind := archive.kind(file) or "tex" * (tex.READER.sniff(file) > 0):
            return f".{kind}{packed}"
    raise Refused("what the service sends is neither a PDF nor a LaTeX source.")


def _tried(state: Path) -> dict[str, str | None]:
    """The papers that were tried, with their files, "" for none, None for none at present; nothing where damaged."""
    with suppress(OSError, ValueError, RecursionError, AttributeError, TypeError):
        told = json.loads(state.read_bytes())
        return {paper: name for paper, name in told.items() if name is None or Path(name).name == name}
    return {}
