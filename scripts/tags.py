"""Write data/tags.tsv.gz, the part-of-speech tags of words that kg.extract.speech reads, from Brill's lexicon.

    python scripts/tags.py en-lexicon.txt -o data/tags.tsv.gz

The lexicon is that of Brill's tagger with the words of tweets that Pattern and TextBlob added; the file is part of the
package textblob (textblob/en/en-lexicon.txt in 0.20.1). One line a word: the word, a tab, its most frequent tag. Left
out is every word whose tag its form tells, so that all texts get the same tags as with the whole lexicon.
"""

from __future__ import annotations

import argparse
import gzip
from pathlib import Path

from kg.extract.speech import tag_of, tagged

IN_PAPERS = {"exhibit": "VBP", "show": "VBP"}  # tags that are more frequent in papers than those of the lexicon


def read(path: Path) -> dict[str, str]:
    """The tags by word of a lexicon of Brill's form: a word, its tags, a line each; ";;;" begins a comment."""
    lines = (line.strip() for line in path.read_text("utf-8").splitlines())
    pairs = (line.split(" ", 2) for line in lines if line and not line.startswith(";;;"))
    return {pair[0]: pair[1].partition("/")[0] for pair in pairs}


def is_one_word(text: str) -> bool:
    """Whether the tagger takes a text for one word, so that a lexicon may say its tag."""
    return [word.text for word in tagged(text, 0, len(text))[0]] == [text]


def needed(lexicon: dict[str, str]) -> dict[str, str]:
    """The entries without which a word would get another tag, in a sentence or at its beginning."""

    def is_needed(word: str) -> bool:
        rest = {other: tag for other in (word, word.lower()) if other != word and (tag := lexicon.get(other))}
        return any(tag_of(word, lexicon, begins) != tag_of(word, rest, begins) for begins in (False, True))

    # A sentence may begin with any word in lower case: as a capital hides its form, these entries stay.
    kept = {w for w in lexicon if is_one_word(w) and ((w == w.lower() and w[0].isalpha()) or is_needed(w))}
    return {word: lexicon[word] for word in sorted(kept)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lexicon", type=Path)
    parser.add_argument("-o", "--output", type=Path, default=Path("data/tags.tsv.gz"))
    options = parser.parse_args()
    tags = needed(read(options.lexicon) | IN_PAPERS)
    table = "".join(f"{word}\t{tag}\n" for word, tag in tags.items())
    options.output.write_bytes(gzip.compress(table.encode(), 9, mtime=0))
    print(f"{options.output}: {len(tags)} words, {options.output.stat().st_size / 1024:.0f} KiB")


if __name__ == "__main__":
    main()
