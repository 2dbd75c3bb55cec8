"""MODS, the Library of Congress's XML, which the ACL Anthology and libraries export."""

from kg.sources.xml_forms import XmlReader

READER = XmlReader("mods")
