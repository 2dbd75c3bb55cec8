"""Papers in CSL-JSON, the form of citation processors (Zotero, Mendeley, pandoc), as an array."""

from kg.sources.json_forms import JsonReader

READER = JsonReader("csl")
