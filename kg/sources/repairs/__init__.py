"""Kinds of text damage, one module each; every module makes reversible edits for `kg.sources.repair`."""
