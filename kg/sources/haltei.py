"""Papers in the TEI of HAL, a list of full references (https://api.archives-ouvertes.fr/docs/tei)."""

from kg.sources.xml_forms import XmlReader

READER = XmlReader("haltei")
