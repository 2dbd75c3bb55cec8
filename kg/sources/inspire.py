"""Answers of INSPIRE, the index of high-energy physics, in JSON."""

from kg.sources.json_forms import JsonReader

READER = JsonReader("inspire")
