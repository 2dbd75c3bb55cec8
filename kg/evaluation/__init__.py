"""Scoring: predicted records and annotated papers (gold) in, scores by type and ablations of the extraction out.

The protocol is that of the scorer of the annotated papers: entities are paired one to one by token overlap or name,
results by value, unit and change, relations by type and both ends. The headline is the mean F1 of ten types.
"""

from kg.evaluation.matching import HEADLINE, f1, overlap, pairs, same_name, same_result
from kg.evaluation.scores import Reader, Score, Scores, compare, evaluate, score

__all__ = [
    "HEADLINE",
    "Reader",
    "Score",
    "Scores",
    "compare",
    "evaluate",
    "f1",
    "overlap",
    "pairs",
    "same_name",
    "same_result",
    "score",
]
