"""Papers in CSL-JSON, the form of citation processors (Zotero, Mendeley, pandoc), as an array, or the same as YAML."""

from kg.sources.json_forms import JsonReader

READER = JsonReader("csl")
