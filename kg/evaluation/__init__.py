"""The scorer inside the product: records against annotated papers by type, and what each part of the extraction adds.

The protocol is that of the annotated papers' own scorer: entities pair one to one by token overlap or name, results by
value, unit and change, relations by type and both ends; the headline is the mean F1 of ten types.
"""

from kg.evaluation.matching import f1, overlap, pairs, same_name, same_result
from kg.evaluation.scores import HEADLINE, Reader, Score, Scores, compare, evaluate, score

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
