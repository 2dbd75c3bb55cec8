"""Daily papers of Hugging Face."""

from kg.sources.json_forms import JsonReader

READER = JsonReader("huggingface")
