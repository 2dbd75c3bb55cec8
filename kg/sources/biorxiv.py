"""Preprints of the bioRxiv and medRxiv API."""

from kg.sources.json_forms import JsonReader

READER = JsonReader("biorxiv")
