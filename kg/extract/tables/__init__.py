"""The tables of a body: a path of heads and labels for each number, what these print, and which columns are sound.

In: a document with its grids, and the record of its claims. Out: one `ReadTable` for each grid. Nothing is filled in
that the table, its caption or the paper's own name does not print. How a grid is found on a page is left to kg.sources.
"""

from kg.extract.tables.label_facets import read_tables
from kg.sources.body.header_paths import header_paths

__all__ = ["header_paths", "read_tables"]
