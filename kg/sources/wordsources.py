"""Papers in the list of sources that Word keeps (Sources.xml), by the schema of Office Open XML."""

from kg.sources.xml_forms import XmlReader

READER = XmlReader("wordsources")
