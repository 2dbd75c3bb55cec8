"""Feeds of journals and of PubMed in RSS and Atom, which name papers by PRISM or Dublin Core."""

from kg.sources.xml_forms import XmlReader

READER = XmlReader("feed")
