"""What kg asks of SPARQL servers: where each kind takes updates, and which settings it refuses."""

from __future__ import annotations

import pytest

from kg.model import KgError
from kg_publish.protocol import Access


@pytest.mark.parametrize(
    ("query", "server", "user", "update"),
    [
        ("http://h:8890/sparql", "Virtuoso/07.20", "dba", "http://h:8890/sparql-auth"),
        ("http://h:8890/sparql", "Virtuoso/07.20", "", "http://h:8890/sparql"),
        ("http://h:8890/sparql-auth/", "Virtuoso/07.20", "dba", "http://h:8890/sparql-auth"),
        ("http://h/query", "Oxigraph", "", "http://h/update"),
        ("http://h/ds/sparql", "Jetty", "", "http://h/ds/update"),
        ("https://h/repositories/kg", "", "u", "https://h/repositories/kg/statements"),
        ("http://h/other?a=b", "", "", "http://h/other?a=b"),
    ],
)
def test_updates_go_where_each_kind_of_server_has_them(query: str, server: str, user: str, update: str):
    assert Access(query, user=user).update_at(server) == update
    assert Access(query, update="http://h/own").update_at(server) == "http://h/own"


@pytest.mark.parametrize(
    ("url", "environment", "told"),
    [
        ("papers.kg", {}, "no http or https URL"),
        ("http://", {}, "no http or https URL"),
        ("http://h:99999/", {}, "no http or https URL"),
        ("http://h/\nx", {}, "no http or https URL"),
        ("http://user:secret@h/sparql", {}, "holds a user or a password: put these into KG_SPARQL_USER"),
        ("http://h/", {"KG_SPARQL_UPDATE": "file:///etc"}, "KG_SPARQL_UPDATE is no http or https URL"),
        ("http://h/", {"KG_SPARQL_GRAPH_STORE": "x"}, "KG_SPARQL_GRAPH_STORE is no http or https URL"),
        ("http://h/", {"KG_SPARQL_TIMEOUT": "soon"}, "KG_SPARQL_TIMEOUT is no number of seconds"),
    ],
)
def test_wrong_setting_is_told(url: str, environment: dict[str, str], told: str):
    with pytest.raises(KgError, match=told) as caught:
        Access.of(url, environment)
    assert "secret" not in str(caught.value)
