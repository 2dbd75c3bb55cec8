"""Linking: institutions to the register, other entities to concepts, entries to works.

A document with its extracted record comes in; the same record with concepts and reasons goes out. Linking knows the
vocabulary, the register of organisations and manual overrides, but no store and no other entry.
"""
