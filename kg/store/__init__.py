"""One SQLite file or other database: its schema, whole entries, and the tables that are made from these.

In come documents and linked records, out come rows. Nothing here knows how papers are read, what is asked, or RDF.
"""
