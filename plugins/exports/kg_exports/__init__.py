"""Writes graphs out for Cytoscape, VOSviewer, Neo4j and Obsidian: `kg export --format cytoscape` and others."""

from __future__ import annotations

from kg.views.export.file_sets import Format
from kg_exports.neo4j import neo4j
from kg_exports.networks import cytoscape, vosviewer
from kg_exports.obsidian import obsidian

CYTOSCAPE = Format("cyjs", "a network for Cytoscape", cytoscape)
VOSVIEWER = Format("zip", "map and network of VOSviewer", files=vosviewer, is_chosen=True)
NEO4J = Format("zip", "CSV for neo4j-admin", files=neo4j)
OBSIDIAN = Format("zip", "a vault of linked notes", files=obsidian)
