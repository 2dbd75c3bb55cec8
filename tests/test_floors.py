"""How the modules of kg depend on each other; import-linter checks that imports go down (`make lint`)."""

from __future__ import annotations

import grimp
import networkx


def test_no_circle_of_imports_joins_more_than_three_files() -> None:
    """Imports in functions and for types alone count too."""
    modules = grimp.build_graph("kg", cache_dir=None)
    pairs = ((one, other) for one in modules.modules for other in modules.find_modules_directly_imported_by(one))
    circles = networkx.strongly_connected_components(networkx.DiGraph(pairs))
    assert [sorted(circle) for circle in circles if len(circle) > 3] == []
