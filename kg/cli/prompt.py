"""The prompt of `kg ask -i`: answers question after question, with completion and history on a terminal."""

from __future__ import annotations

import sys
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import chain
from typing import TYPE_CHECKING, Any

from kg.cli.core import note
from kg.model import KgError

if TYPE_CHECKING:
    from kg.api import Graph
    from kg.query import Answer

PROMPT = "kg> "
HELP = "Ask a question; :explain [QUESTION] says what was understood, :quit ends. Tab completes labels."
#: Lines of history that are kept, and words and labels considered by completion.
_KEPT, _WORDS, _OFFERED = 1000, 6, 50

#: Prints an answer, or its interpretation.
Tell = Callable[["Answer", bool], None]


def converse(graph: Graph, flags: Mapping[str, Any], limit: int | None, tell: Tell, first: str = "") -> None:
    """Answer lines until the input ends, each with `flags`; an error in one line is printed."""
    last: list[Answer] = []

    def answer(line: str) -> None:
        name, _, rest = line.partition(" ")
        explains = name == ":explain"
        if line.startswith(":") and not explains:
            print(HELP, file=sys.stderr)
            return
        asked = rest.strip() if explains else line
        if asked:
            last[:] = [graph.ask(asked, limit=limit, filter=flags or None, after=last[0] if last else ())]
        if last:
            tell(last[0], explains)
        else:
            print(HELP, file=sys.stderr)

    with _lines(graph) as lines:
        for line in chain([first], lines):
            if line in (":quit", ":q", ":exit"):
                break
            if line:
                _guarded(answer, line)


def _guarded(answer: Callable[[str], None], line: str) -> None:
    try:
        answer(line)
    except KgError as error:
        note(f"kg: {error}")
    except KeyboardInterrupt:
        note("Interrupted.")


@contextmanager
def _lines(graph: Graph) -> Iterator[Iterator[str]]:
    """The lines of a prompt, or of standard input if that is not a terminal."""
    reconfigure = getattr(sys.stdin, "reconfigure", None)
    if reconfigure:
        reconfigure(errors="replace")
    if not sys.stdin.isatty():
        yield (line.strip() for line in sys.stdin)
        return
    with _editing(graph):
        yield _prompted()


def _prompted() -> Iterator[str]:
    while True:
        try:
            yield input(PROMPT).strip()
        except EOFError:
            print()
            return
        except KeyboardInterrupt:
            print()


@contextmanager
def _editing(graph: Graph) -> Iterator[None]:
    """Enable completion of labels and a persistent history, if the system supports them."""
    try:
        import readline
    except ImportError:
        yield
        return
    from platformdirs import user_state_path

    place = user_state_path("kg", appauthor=False) / "history"
    with suppress(OSError):
        readline.read_history_file(place)
    readline.set_completer(Completer(graph).complete)
    readline.set_completer_delims("")
    readline.parse_and_bind("bind ^I rl_complete" if "libedit" in (readline.__doc__ or "") else "tab: complete")
    try:
        yield
    finally:
        readline.set_completer(None)
        readline.set_history_length(_KEPT)
        with suppress(OSError):
            place.parent.mkdir(parents=True, exist_ok=True)
            place.touch(mode=0o600)
            readline.write_history_file(place)


class Completer:
    """Completes the last words of a line to labels of the graph."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.labels: list[tuple[str, str]] = []  # (in lower case, as written), sorted
        self.found: list[str] = []

    def complete(self, text: str, state: int) -> str | None:
        """The `state`th completion of a line, as readline asks for them."""
        if state == 0:
            self.found = self.ways(text)
        return self.found[state] if state < len(self.found) else None

    def ways(self, text: str) -> list[str]:
        """The completions of a line: for the longest run of last words that begins a label."""
        if not self.labels:
            self.labels = sorted((label.lower(), label) for label in self.graph.labels())
        words = text.split(" ")
        for size in range(min(len(words), _WORDS), 0, -1):
            begun = " ".join(words[-size:])
            found = self._beginning(begun.lower()) if begun.strip() else []
            if found:
                return [text[: len(text) - len(begun)] + label for label in found]
        return []

    def _beginning(self, begun: str) -> list[str]:
        at = bisect_left(self.labels, (begun, ""))
        near = self.labels[at : at + _OFFERED]
        return [label for folded, label in near if folded.startswith(begun)]
