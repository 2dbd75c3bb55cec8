"""Volumes of the ACL Anthology, its XML."""

from kg.sources.xml_forms import XmlReader

READER = XmlReader("acl")
