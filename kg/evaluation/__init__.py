"""Scoring: predicted records and annotated papers (gold) in, scores by type (`matching`) and ablations out."""
