"""How the modules of kg depend on each other, and what tests may assert; `make lint` checks that imports go down."""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path

import grimp
import networkx


def test_no_circle_of_imports_joins_more_than_three_files() -> None:
    """Imports in functions and for types alone count too."""
    modules = grimp.build_graph("kg", cache_dir=None)
    pairs = ((one, other) for one in modules.modules for other in modules.find_modules_directly_imported_by(one))
    circles = networkx.strongly_connected_components(networkx.DiGraph(pairs))
    assert [sorted(circle) for circle in circles if len(circle) > 3] == []


def test_no_two_classes_and_no_two_files_have_one_name() -> None:
    paths = list((Path(__file__).parents[1] / "kg").rglob("*.py"))
    nodes = (node for path in paths for node in ast.walk(ast.parse(path.read_text("utf-8"))))
    names = [node.name for node in nodes if isinstance(node, ast.ClassDef)]
    names += [path.name for path in paths if path.name != "__init__.py"]
    assert [name for name, times in Counter(names).items() if times > 1] == []


#: Clocks of work done, and an assertion that less than some time has passed.
_ON_TIME = re.compile(r"\b(?:process_time|perf_counter|thread_time)|\bassert\b.*\b(?:monotonic|time)(?:_ns)?\(\).*<")


def test_no_test_asserts_how_long_something_takes() -> None:
    """A script in scripts/ measures speed; what must end at all has `pytest.mark.timeout`."""
    tests = Path(__file__).parent
    texts = {path: path.read_text("utf-8") for path in tests.rglob("*.py") if path != Path(__file__)}
    assert [(path.name, found[0]) for path, text in texts.items() for found in _ON_TIME.finditer(text)] == []
