"""Measure what rules alone say, as with `--fast`, on the annotated papers: data/models/rules.json.

    python scripts/fit_rules.py GOLD... --texts FILE... [--check]

GOLD are annotated papers (JSON lines), FILE what `kg read` reads: their texts.

`relations` is the share of relations by the rules that is right, by type: what is right less than half as often is
not said. `sure` are the thresholds from which claims are sure, fitted as scripts/fit_sure.py does; types that never
reach what is wanted have none. Rules and vocabulary were written with these papers in view, so expect somewhat less
elsewhere. Prints the figures by type; `--check` writes nothing.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from fit_sure import FOLDS, fitted, joined, merged, show

from kg import trust
from kg.evaluation.trust_scores import claims, figures
from kg.extract import extract
from kg.link.linker import Linker
from kg.model import RELATION_TYPES
from kg.records import to_json
from kg.sources import read
from kg.vocabulary import Vocabulary

FILE = Path(__file__).resolve().parent.parent / "data" / "models" / "rules.json"


def main() -> int:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", type=Path, nargs="+", help="annotated papers")
    parser.add_argument("--texts", type=Path, nargs="+", required=True, help="their texts")
    parser.add_argument("--check", action="store_true", help="print the figures alone")
    given = parser.parse_args()
    shares = trust.ruled_relations()
    shares |= dict.fromkeys(RELATION_TYPES, 1.0)  # for this once all are said
    linker, gold, said = Linker(Vocabulary.load()), merged(given.gold), {}
    for document in (document for file in given.texts for document in read(file).documents if document.id in gold):
        said[document.id] = to_json(linker.link(document, extract(document, fast=True)))
    names = sorted(said)
    parts = [claims({name: gold[name] for name in names[fold::FOLDS]}, said) for fold in range(FOLDS)]
    every = joined(parts)
    right = {kind: round(figures(every[kind]).precision, 2) for kind in RELATION_TYPES}
    least = {key: value for key, value in fitted(every).items() if key not in RELATION_TYPES}
    show(f"{len(names)} papers", parts, least)
    if not given.check:
        FILE.write_text(json.dumps({"relations": right, "sure": least}, indent=1, sort_keys=True) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
