"""EndNote's XML export."""

from kg.sources.xml_forms import XmlReader

READER = XmlReader("endnote")
