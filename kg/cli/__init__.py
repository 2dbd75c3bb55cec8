"""The command line: one file per command, each a thin layer over `kg.api.Graph`."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Iterable
from importlib import import_module
from importlib.metadata import entry_points
from itertools import chain
from types import ModuleType
from typing import TYPE_CHECKING

from kg import plugins
from kg.compiled import GARBAGE
from kg.model import KgError

if TYPE_CHECKING:
    import typer

# Matrices are small here, and numpy's threads would only wait for each other. Read when numpy is first imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

#: The commands in the order and the groups of `kg --help`.
GROUPS = {
    "Start here": ("add", "ask", "show", "report", "tables", "serve"),
    "Get papers": ("fetch", "watch", "remove", "read", "extract"),
    "Look and write": ("brief", "digest", "trends", "draw", "check"),
    "Use elsewhere": ("mcp", "export", "sql", "sparql"),
    "Look after a graph": (
        "verify",
        "rebuild",
        "backup",
        "restore",
        "diff",
        "explain-merge",
        "embed",
        "eval",
        "doctor",
    ),
}
COMMANDS = tuple(chain(*GROUPS.values()))
#: The group of entry points of commands that other packages add.
PLUGGED = "kg.commands"


def every() -> tuple[str, ...]:
    """The commands of this package and those of other packages that are installed."""
    return (*COMMANDS, *sorted(entry_points(group=PLUGGED).names))


def application(names: Iterable[str] = COMMANDS) -> typer.Typer:
    """The command line with some of its commands, so that the others need not be imported."""
    import typer

    def top(version: bool = typer.Option(False, "--version", help="Print the version and exit.")) -> None:
        if version:
            from kg.version import VERSION

            print(f"kg {VERSION}")
            raise typer.Exit

    app = typer.Typer(
        name="kg",
        help="Papers into a bilingual, evidenced knowledge graph: read, ask, report, draw. "
        "Of a paper all is read that its file holds; --abstract-only reads title and abstract. "
        "Exit status: 0 done, 1 nothing found, 2 wrong use or nothing could be done, 3 done but something was skipped.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        add_completion=False,
    )
    app.callback(invoke_without_command=True)(top)
    group_of = {name: group for group, names in GROUPS.items() for name in names}
    for name in names:
        if name in group_of:
            command = import_module(f"kg.cli.{name.replace('-', '_')}").command
        else:
            command = plugins.plugged(PLUGGED, name, f"`kg {name}`")
        app.command(name, no_args_is_help=False, rich_help_panel=group_of.get(name, "Use elsewhere"))(command)
    return app


def main() -> None:
    """The entry point `kg`: errors are one sentence on standard error, never a traceback."""
    try:
        _spare_spacy()
        gc.set_threshold(GARBAGE, 20, 100)  # most objects live until the end, collecting garbage seldom pays off
        _hear()
        asked = [name for name in sys.argv[1:2] if name in COMMANDS or name in plugins.names(PLUGGED)]
        application(asked or every())()
    except KgError as error:
        _fail(str(error))
    except KeyboardInterrupt:  # while a command is imported
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        print("Interrupted.", file=sys.stderr)
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as error:
        if os.environ.get("KG_DEBUG"):
            raise
        _fail(f"{type(error).__name__}: {error} (this is a fault of kg: set KG_DEBUG=1 to see where it happened).")
    finally:
        gc.freeze()  # avoids a final garbage collection, which takes half a second


def _spare_spacy() -> None:
    """Keep spaCy from importing modules that are not used here and take longer than all the rest.

    These are its optional computing frameworks, its own command line with its download code, and a reader of YAML.
    """
    for name in ("torch", "tensorflow", "mxnet", "cupy"):
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]
    info = ModuleType("spacy.cli.info")
    info.__dict__["info"] = None  # the one name that spaCy's package imports from there
    yaml = ModuleType("srsly._yaml_api")
    names = ("read_yaml", "write_yaml", "yaml_dumps", "yaml_loads", "is_yaml_serializable")
    yaml.__dict__.update(dict.fromkeys(names))  # which srsly's package imports from there
    for module in (ModuleType("spacy.cli"), info, yaml):
        sys.modules.setdefault(module.__name__, module)


def _hear() -> None:
    """Show log messages about slow operations on a terminal."""
    if sys.stderr.isatty():
        import logging

        logging.basicConfig(format="%(message)s")
        logging.getLogger("kg").setLevel(logging.INFO)


def _fail(sentence: str) -> None:
    from kg.cli.core import note

    note(f"kg: {sentence}")
    sys.exit(2)
