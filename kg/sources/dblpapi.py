"""Answers of DBLP's search, its JSON."""

from kg.sources.json_forms import JsonReader

READER = JsonReader("dblpapi")
