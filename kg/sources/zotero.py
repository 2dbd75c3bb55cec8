"""Items of Zotero as JSON: its API, its exports and those of Better BibTeX."""

from kg.sources.json_forms import JsonReader

READER = JsonReader("zotero")
