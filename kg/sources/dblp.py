"""DBLP's XML: a dump (in parts of 200 MB), a person's list, an answer of its search."""

from kg.sources.xml_forms import XmlReader

READER = XmlReader("dblp")
