"""The command line: one file a command, each a thin layer over `kg.api.Graph`."""

from __future__ import annotations

import gc
import os
import sys
from importlib import import_module

import typer

from kg.model import KgError

# Matrices are small here: threads of numpy's library would only wait for one another. It looks when it is first loaded.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

#: The commands in the order in which `kg --help` shows them.
COMMANDS = (
    *("read", "add", "remove", "ask", "show", "brief", "report", "trends", "draw"),
    *("extract", "export", "sparql", "explain-merge", "verify", "eval", "doctor"),
)

app = typer.Typer(
    name="kg",
    help="Papers into a bilingual, evidenced knowledge graph: read, ask, report, draw. "
    "Exit status: 0 done, 1 nothing found, 2 wrong use or nothing could be done, 3 done but something was skipped.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
for _name in COMMANDS:
    _module = import_module(f"kg.cli.{_name.replace('-', '_')}")
    app.command(_name, no_args_is_help=False)(_module.command)


@app.callback(invoke_without_command=True)
def _top(version: bool = typer.Option(False, "--version", help="Print the version and exit.")) -> None:
    if version:
        from kg import __version__

        print(f"kg {__version__}")
        raise typer.Exit


def main() -> None:
    """The entry point `kg`: errors are one sentence on standard error, never a traceback."""
    for name in ("torch", "tensorflow", "mxnet", "cupy"):  # spaCy imports them, where they are, for nothing used here
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]
    gc.set_threshold(50_000, 20, 100)  # most of what a command loads stays: little garbage is found, at a price
    try:
        app()
    except KgError as error:
        _fail(str(error))
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as error:
        if os.environ.get("KG_DEBUG"):
            raise
        _fail(f"{type(error).__name__}: {error} (this is a fault of kg: set KG_DEBUG=1 to see where it happened).")


def _fail(sentence: str) -> None:
    print(f"kg: {sentence}", file=sys.stderr)
    sys.exit(2)
