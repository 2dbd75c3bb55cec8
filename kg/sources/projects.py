r"""LaTeX projects: which of many files are the main file of a paper, and which are parts of its project.

A main file has a \documentclass. Parts are files that LaTeX alone reads, figures and bibliographies that a file of the
project names, and other main files of the same paper: templates, supplements, figures of the class "standalone". What
is known of such files is data (projects.toml).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import partial
from pathlib import PurePosixPath
from typing import NamedTuple

from kg.files import toml_file
from kg.latex import COMMENT
from kg.sources.tex import INPUT, arguments

README = "00README"  # in which arXiv says what is the main file
_known = partial(toml_file, __file__, "projects.toml")
_NAMES = {  # commands that name files, and the endings of these
    "(?:bibliography|addbibresource)": ".bib",
    "includegraphics": ".pdf",
}


class _Latex(NamedTuple):
    """What a LaTeX file says of itself and of other files."""

    kind: str  # its class, "" for a file that others include
    title: str
    has_abstract: bool
    size: int
    named: frozenset[str]  # names of files, without folders


def projects(files: Collection[str], read: Callable[[str], str]) -> tuple[list[str], set[str]]:
    """The main files of papers among files, and the parts of their projects; `read` gives the text of a file."""
    texts = {name: _latex(read(name)) for name in files if name.endswith(".tex")}
    readmes = [name for name in files if _base(name).startswith(README)]
    top = [line for name in readmes for line in re.split(r"[\n}]", read(name)) if "toplevel" in line]
    places = defaultdict[str, list[str]](list)
    for name in texts:
        places[_base(name)].append(name)
    kinds = {name: text.kind for name, text in texts.items()}
    mains = sorted(name for name, kind in kinds.items() if kind and kind != "standalone")
    included = {main: set(_included(main, texts, places)) - {main} for main in mains}
    mains = sorted(set(mains).difference(*included.values()))

    def rank(main: str) -> tuple[bool, bool, int]:
        whole = [texts[name] for name in (main, *included[main])]
        is_template = any(cue in texts[main].title.casefold() for cue in _known()["templates"])
        is_paper = any(text.has_abstract for text in whole) and not is_template
        return any(_base(main) in line for line in top), is_paper, sum(text.size for text in whole)

    papers: list[str] = []
    taken: set[tuple[str, str]] = set()  # folders of papers, with what else of the same paper has
    ranks = {main: rank(main) for main in mains}
    for main in sorted(mains, key=lambda name: ranks[name], reverse=True):
        marks = {texts[main].title, *included[main]} - {""} if ranks[main][1] else {""}
        if all((folder, mark) not in taken for folder in _folders(main) for mark in marks):
            papers.append(main)
            taken |= {(_folders(main)[0], mark) for mark in ("", texts[main].title, *included[main])}
    homes = {_folders(paper)[0] for paper in papers}
    home_of = {name: next((one for one in _folders(name) if one in homes), None) for name in files}
    named = {(home_of[name], one) for name, text in texts.items() for one in text.named}
    endings = tuple(_known()["endings"])
    is_part = {
        name for name, home in home_of.items() if home and (name.endswith(endings) or (home, _base(name)) in named)
    }
    is_part = is_part.union(*(included[paper] for paper in papers))
    return papers, is_part.difference(papers)


def called(papers: Collection[str], parts: Collection[str], root: str) -> Iterator[tuple[str, str]]:
    """Main files that are called after a folder, the highest one that holds this project alone, and its name.

    These are the main files of several files, and those whose names many have.
    """
    held = defaultdict[str, int](int)
    for paper in papers:
        for folder in _folders(paper):
            held[folder] += 1
    of_parts = {folder for part in parts for folder in _folders(part)}
    for paper in papers:
        own = [folder for folder in _folders(paper) if held[folder] == 1]
        if own and (_folders(paper)[0] in of_parts or _base(paper) in _known()["mains"]):
            yield paper, _base(own[-1]) or root


def _latex(text: str) -> _Latex:
    text = COMMENT.sub("", text)
    kind, title = (
        " ".join(next(arguments(text, command), "").split())
        for command in ("document(?:class|style)", "(?:icml|twocolumn)?[tT]itle")
    )
    included = {f"{_base(found[1] or found[2] or found[4]).removesuffix('.tex')}.tex" for found in INPUT.finditer(text)}
    named = included | {
        f"{_base(one.strip()).removesuffix(ending)}{ending}"
        for command, ending in _NAMES.items()
        for names in arguments(text, command)
        for one in names.split(",")
    }
    return _Latex(kind, title, "abstract" in text, len(text), frozenset(named))


def _included(main: str, texts: Mapping[str, _Latex], places: Mapping[str, list[str]]) -> set[str]:
    """The LaTeX files that a main file names, and those that these name: in its folder, else in the one around it."""
    found, waiting = set[str](), [main]
    around = [one for one in _folders(main)[:2] if one != "."] or ["."]

    def meant(name: str) -> list[str]:
        places_in = ([one for one in places.get(name, ()) if folder in _folders(one)] for folder in around)
        return next(filter(None, places_in), [])

    while waiting:
        new = {one for name in texts[waiting.pop()].named for one in meant(name)} - found
        found |= new
        waiting += new
    return found


def _folders(name: str) -> list[str]:
    """The folders of a file, the innermost first and "." last."""
    return [str(folder) for folder in PurePosixPath(name).parents]


def _base(name: str) -> str:
    return PurePosixPath(name).name
