"""Keeps a graph in a PostgreSQL database, which several may write at once: `kg add --graph postgresql://...`."""
