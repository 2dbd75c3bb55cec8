"""Papers as JSON, plain or compressed: lines, an array, a list in an object; with a title or an abstract at least."""

from kg.sources.json_forms import JsonReader

READER = JsonReader("papers")
