"""Reads papers on the workers of a Ray cluster: `kg add --engine ray`."""
