"""Records of DataCite's REST API: an answer, a single record, or a list."""

from kg.sources.json_forms import JsonReader

READER = JsonReader("datacite")
