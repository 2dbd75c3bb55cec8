"""Results of Europe PMC's REST API."""

from kg.sources.json_forms import JsonReader

READER = JsonReader("europepmc")
