"""Papers of the Papers with Code dumps, also its links between papers and code."""

from kg.sources.json_forms import JsonReader

READER = JsonReader("paperswithcode")
