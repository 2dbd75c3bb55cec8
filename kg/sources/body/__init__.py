"""The bodies of papers: parts with their roles, tables, references.

In comes the tree or text of one paper, which the reader of its format has parsed and from which it has read the
header; out go `Document.parts`, `tables` and `references`. One file a format; `bodyparts` gives parts their places,
`roles` says what sections are about. Nothing here knows about extraction or the graph.
"""
