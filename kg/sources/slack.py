"""Messages of a Slack channel with papers that their links show, as Slack exports them."""

from kg.sources.json_forms import JsonReader

READER = JsonReader("slack")
