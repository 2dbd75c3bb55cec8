"""Results of Europe PMC's REST API as XML."""

from kg.sources.xml_forms import XmlReader

READER = XmlReader("europepmcxml")
