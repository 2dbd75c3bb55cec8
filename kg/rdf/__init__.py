"""A store as RDF: its entries as triples, a cache of these for SPARQL, and a server that follows them.

All of it is derived from the store and can be made again. Nothing here knows questions, pages or how papers are read.
"""
