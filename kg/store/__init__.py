"""One SQLite file: its schema, whole entries written and read, and the tables that are made from them.

In come documents and linked records, out come rows. Nothing here knows how papers are read, what is asked, or RDF.
"""
