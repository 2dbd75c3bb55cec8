"""PubMed's XML, the answer of its service and the files of its baseline."""

from kg.sources.xml_forms import XmlReader

READER = XmlReader("pubmed")
