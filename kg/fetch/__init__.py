"""Papers fetched from the services that have them: answers in files, which `kg.sources` reads like any others."""

from __future__ import annotations

from kg.fetch.arxiv import Arxiv
from kg.fetch.client import Client
from kg.fetch.harvest import Harvest, Service, fetch
from kg.fetch.oai import Oai

__all__ = ["Arxiv", "Client", "Harvest", "Oai", "Service", "fetch"]
