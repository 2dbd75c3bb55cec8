"""Write the vectors of the vocabulary's labels (data/models/labels.npz), and print what their threshold is worth.

    python scripts/label_vectors.py [--check]

Run it after a change of the ontology; what the file lacks is encoded at each start, which takes a millisecond a label.
`--check` writes nothing and ends with 1 where the file is not what would be written. The threshold is measured on
labels that stand for phrases nobody has listed: each alternative label of a concept asks for the nearest concept among
all other labels, and is right where it finds its own.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from kg.encoder import encoder
from kg.query.nearness import Vectors, encoder_name, labels, shipped, shipped_file
from kg.text import fold
from kg.vocabulary import Vocabulary


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing; end with 1 where the file is stale")
    arguments = parser.parse_args()
    vocabulary = Vocabulary.load()
    path, vectors = shipped_file(), Vectors.of(labels(vocabulary), encoder(), shipped())
    if arguments.check:
        with TemporaryDirectory() as folder:
            made = ship(vectors, Path(folder) / path.name)
            is_fresh = path.is_file() and path.read_bytes() == made.read_bytes()
        print(f"{path}: {'fresh' if is_fresh else 'stale: run scripts/label_vectors.py'}")
        return 0 if is_fresh else 1
    ship(vectors, path)
    print(f"{path}: {len(vectors.keys)} labels, {path.stat().st_size} bytes")
    for line in worth(vectors, vocabulary):
        print(line)
    return 0


def ship(vectors: Vectors, path: Path) -> Path:
    """Write labels with their vectors into a file: the same bytes for the same labels."""
    keys = "\n".join(f"{name}\t{text}" for name, text in vectors.keys)
    parts = (np.frombuffer(part, np.uint8) for part in (keys.encode(), encoder_name().encode(), vectors.kept.tobytes()))
    np.savez(path, **dict(zip(("keys", "model", "kept"), parts, strict=True)))  # type: ignore[arg-type]
    return path


def worth(vectors: Vectors, vocabulary: Vocabulary) -> list[str]:
    """How many alternative labels find their own concept or one of its kin, and how many find any, by threshold."""
    matrix = vectors.rows
    kin = {name: {name, *vocabulary.broader(name), *vocabulary.narrower(name)} for name in {n for n, _ in vectors.keys}}
    bearing: dict[str, set[str]] = {}
    for name, text in vectors.keys:
        bearing.setdefault(fold(text), set()).update(kin[name])
    found = []
    codes = np.unique([fold(text) for _, text in vectors.keys], return_inverse=True)[1]
    asked = [n for n, (name, text) in enumerate(vectors.keys) if text != vocabulary[name].label.get("en")]
    for start in range(0, len(asked), 512):
        chunk = asked[start : start + 512]
        likeness = matrix[chunk] @ matrix.T
        likeness[codes[chunk][:, None] == codes] = -1  # the label itself, of this concept or of a topic of that name
        for n, row, best in zip(chunk, likeness, likeness.argmax(1), strict=True):
            found.append((float(row[best]), vectors.keys[best][0] in bearing[fold(vectors.keys[n][1])]))
    out = [f"{'threshold':>9}{'found':>8}{'right':>8}"]
    for threshold in (0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9):
        above = [right for similarity, right in found if similarity >= threshold]
        out.append(f"{threshold:>9}{len(above) / len(found):>8.0%}{sum(above) / max(len(above), 1):>8.0%}")
    return out


if __name__ == "__main__":
    raise SystemExit(main())
