"""Crossref's XML: deposits, and records as its services give them (UNIXREF, UNIXSD)."""

from kg.sources.xml_forms import XmlReader

READER = XmlReader("crossrefxml")
