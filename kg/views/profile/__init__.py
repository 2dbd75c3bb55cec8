"""All that a graph knows of one thing, as plain data: of a paper, of what papers name, of an author, of the graph.

What comes out has names, CURIEs, counts and evidence ids; pages and assistants show it. Each module makes one kind.
"""
