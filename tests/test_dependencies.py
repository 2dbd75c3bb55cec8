"""What kg imports of others is what pyproject.toml declares."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def normal(name: str) -> str:
    """The name of a distribution in the one form of PEP 503."""
    return re.sub(r"[-_.]+", "-", name).lower()


def declared(requirements: list[str]) -> set[str]:
    found = (re.match(r"[\w.-]+", requirement) for requirement in requirements)
    return {normal(name.group()) for name in found if name}


def imported(path: Path) -> Iterator[str]:
    """The top-level modules of others that a file imports, inside functions too."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [node.module]
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "import_module":
            names = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
        for name in names:
            top = name.partition(".")[0]
            if top != "kg" and top not in sys.stdlib_module_names:
                yield top


def test_every_package_that_kg_imports_is_declared_and_the_other_way_round() -> None:
    distributions = packages_distributions()
    modules = {name for path in (ROOT / "kg").rglob("*.py") for name in imported(path)}
    used = {normal(distribution) for module in modules for distribution in distributions.get(module, [module])}
    dependencies = declared(PROJECT["dependencies"])
    extras = declared([line for lines in PROJECT["optional-dependencies"].values() for line in lines])
    assert sorted(used - dependencies - extras) == []
    assert sorted(dependencies - used) == []


def test_every_dependency_has_a_pinned_version() -> None:
    pinned = declared((ROOT / "constraints.txt").read_text("utf-8").split())
    assert sorted(declared(PROJECT["dependencies"]) - pinned) == []
