"""What `kg.sources.repair` is made of: one kind of fault a file, each making edits that lead back to the raw text."""
