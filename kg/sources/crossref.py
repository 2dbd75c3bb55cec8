"""Works of Crossref's REST API: an answer, a single work, or the lines of a data dump."""

from kg.sources.json_forms import JsonReader

READER = JsonReader("crossref")
