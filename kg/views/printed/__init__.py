"""Tables of papers as they are printed: found cells in their rows, slices of one paper, pools over papers.

In: a graph with whole papers. Out: a `View` (table, md, html, csv, json, latex) and the same as data for pages.
"""

from kg.views.printed.found_tables import TablesPage, tables_page
from kg.views.printed.table_forms import show, tables_view

__all__ = ["TablesPage", "show", "tables_page", "tables_view"]
