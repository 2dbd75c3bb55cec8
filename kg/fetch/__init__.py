"""Fetch papers from online services: a query in, response files out, which `kg.sources` reads like any other files.

Nothing here knows about documents, extraction or the graph, except `lacking`, which compares documents with a graph.
"""

from __future__ import annotations

from kg.fetch.arxiv_search import Arxiv
from kg.fetch.client import Client
from kg.fetch.harvest import Harvest, Service, fetch
from kg.fetch.listed import Listed
from kg.fetch.oai_harvest import Oai

__all__ = ["Arxiv", "Client", "Harvest", "Listed", "Oai", "Service", "fetch"]
