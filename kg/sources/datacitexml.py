"""DataCite's XML, which Zenodo, figshare and university repositories give for a DOI."""

from kg.sources.xml_forms import XmlReader

READER = XmlReader("datacitexml")
