"""The graph: a store behind a small interface, and records written as triples and read back."""
