"""The pieces of a question for numbers of tables: names of the vocabulary, other names, settings, ordinary words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial

from kg.files import toml_file
from kg.model import FACETS
from kg.query.chinese_words import in_english
from kg.vocabulary import Vocabulary
from kg.wordcounts import WordCounts

settings = partial(toml_file, __file__, "table_search.toml")


@dataclass(frozen=True, slots=True)
class QuestionPiece:
    """Words of a question that belong together.

    `kind` is a type of FACETS, the name of a setting, "name", "number", "table", "paper" (which the question says that
    it is about) or "word".
    """

    text: str
    kind: str
    options: tuple[frozenset[str], ...]  # its words, and those of its other names
    start: int = 0  # in the question
    is_hard: bool = False  # whether a cell must bear it
    is_excluded: bool = False  # whether no cell may bear it


@lru_cache(32_768)
def words_of(text: str) -> frozenset[str]:
    """The words and numbers of a text: "llama", "3", "8", "b" for "LLaMA-3 8B"; of Chinese, pairs of characters."""
    return frozenset(word_list(text))


def word_list(text: str) -> list[str]:
    """The same words in their order; "w/o" is "without"."""
    low = re.sub(r"(?<=\d),(?=\d{3})", "", text.lower())
    low = re.sub(r"\bw/(o\b)?", lambda found: "without " if found[1] else "with ", low)
    return re.findall(r"[a-z]+|\d+(?:\.\d+)?|[\u4e00-\u9fff]{2}", low)


def pieces_of(question: str) -> list[QuestionPiece]:
    """The pieces of a question in its order: a numbered table, settings, names of the vocabulary, other words."""
    text, forms = question[: settings()["limits"]["question"]], settings()["forms"]
    pieces: list[QuestionPiece] = []

    def take(form: str, made: Callable[[re.Match[str]], QuestionPiece]) -> None:
        nonlocal text
        pieces.extend(made(found) for found in re.finditer(form, text))
        text = re.sub(form, lambda found: "\0" * len(found[0]), text)

    take(forms["table"], _table)
    take(forms["setting"], _setting)
    for piece in _known(text):
        pieces.append(piece)
        text = text[: piece.start] + "\0" * len(piece.text) + text[piece.start + len(piece.text) :]
    take(forms["word"], _word)
    take(forms["han"], _han)
    ordered = sorted((piece for piece in pieces if piece.options[0]), key=lambda piece: piece.start)
    placed = [_in_place(piece, question) for piece in ordered]
    names = [words_of(piece.text) for piece in placed if piece.is_hard and piece.kind in ("name", *FACETS)]
    return [
        replace(piece, is_hard=False) if piece.kind in forms["by_number"] and _is_within(piece, names) else piece
        for piece in placed
    ]


def _is_within(piece: QuestionPiece, names: Sequence[frozenset[str]]) -> bool:
    """Whether a name of the question holds a number too: "4-bit keys (K4V16)"."""
    return any(piece.options[0] < words for words in names)


def _in_place(piece: QuestionPiece, question: str) -> QuestionPiece:
    """A piece as the words around it say: that of a paper that is named as such, or one to leave out."""
    forms, end = settings()["forms"], piece.start + len(piece.text)
    if re.search(forms["excluding"], question[: piece.start]):
        return replace(piece, is_hard=False, is_excluded=piece.is_hard or piece.kind == "number")
    is_paper = re.match(forms["paper"], question[end:]) or re.search(forms["table_of"], question[: piece.start])
    if is_paper and piece.kind in ("name", "method", "model", "word"):
        return replace(piece, kind="paper", is_hard=piece.kind != "word")
    return piece


def _table(found: re.Match[str]) -> QuestionPiece:
    """A numbered table; "Table 4-6" and "Table 4.6" are one."""
    return QuestionPiece(found[0], "table", (words_of(found[1].replace("-", ".")),), found.start(), True)


def _setting(found: re.Match[str]) -> QuestionPiece:
    """A number with the unit or name of a setting: of bits and shots the number counts, else the words too."""
    value = next(filter(None, found.groups()))
    words = words_of(found[0]) if found.lastgroup == "length" else words_of(value)
    return QuestionPiece(value, found.lastgroup or "number", (words,), found.start(), True)


def _han(found: re.Match[str]) -> QuestionPiece:
    """Chinese words that the vocabulary does not have, by their English ones."""
    options = dict.fromkeys((words_of(found[0]), *map(words_of, in_english(found[0]))))
    return QuestionPiece(found[0], "word", tuple(options), found.start())


def _word(found: re.Match[str]) -> QuestionPiece:
    """A word that is in no longer name: of the vocabulary in any case ("awq"), of the form of a name, or ordinary."""
    word, kinds = found[0], settings()["kinds"]
    count = WordCounts.load().count.get(word.lower(), 0)
    if count < settings()["limits"]["common"]:
        for kind in kinds:
            if concept := Vocabulary.load().find(word, kind):
                options = (words_of(word), words_of(concept.label.get("en", "")))
                return QuestionPiece(word, kinds[kind], options, found.start(), kind != "metric")
    if re.fullmatch(r"[\d.,:]+", word):
        return QuestionPiece(word, "number", (words_of(word),), found.start(), len(word) > 1)
    most = settings()["limits"]["common" if found.start() else "rare"]
    if word.lower() in settings()["forms"]["idle"]:
        return QuestionPiece(word, "word", (frozenset(),), found.start())
    has_form = is_name(word) or (word[0].isupper() and len(word) > 1 and count < most)
    return QuestionPiece(word, "name" if has_form else "word", (words_of(word),), found.start(), has_form)


def is_name(word: str) -> bool:
    """Whether a word has the form of a name: a capital within, or a digit beside letters."""
    has_digit = any(map(str.isdigit, word)) and any(map(str.isalpha, word))
    return has_digit or any(c.isupper() for c in word[1:])


def _known(text: str) -> Iterator[QuestionPiece]:
    """The longest names of the vocabulary in a text; those of data sets, models and devices come before others."""
    vocabulary, kinds, first = Vocabulary.load(), settings()["kinds"], settings()["forms"]["always"]
    found = [match for match in vocabulary.match(text) if match.type in kinds]
    taken: list[tuple[int, int]] = []
    for match in sorted(found, key=lambda m: (kinds[m.type] not in first, m.start - m.end, m.type)):
        said = text[match.start : match.end]
        if "\0" in said or any(match.start < end and start < match.end for start, end in taken):
            continue
        taken.append((match.start, match.end))
        concept, kind = vocabulary[match.concept], kinds[match.type]
        names = [concept.label.get("en", ""), *concept.alt.get("en", ())]
        is_class = (
            kind == "hardware" and not any(map(str.isdigit, said)) and len(vocabulary.narrower(match.concept)) > 1
        )
        is_hard = (kind in first and not is_class) or (
            kind == "method" and (is_name(said) or names[0] != names[0].lower())
        )
        options = dict.fromkeys((words_of(said), *(words_of(name) for name in names if name)))
        yield QuestionPiece(said, kind, tuple(options), match.start, is_hard)


@lru_cache(4096)
def is_near(printed: str, asked: str) -> bool:
    """Whether a printed number is the one that is asked for; a whole number is asked for about."""
    if printed == asked:
        return True
    numbers = re.fullmatch(r"(\d+\.\d+)", printed), re.fullmatch(r"\d+", asked)
    return all(numbers) and abs(float(printed) - float(asked)) <= settings()["limits"]["about"]


def listed_pieces(question: str, pieces: Sequence[QuestionPiece]) -> list[int]:
    """The hard pieces that a question lists with each other ("GPTQ, AWQ and VPTQ"), as bits; a cell bears one."""
    lists: list[int] = []
    last = -1
    for at, piece in enumerate(pieces):
        if not piece.is_hard or piece.start < 0:
            continue
        before = pieces[last]
        between = question[before.start + len(before.text) : piece.start] if last >= 0 else ""
        alike = (before.kind in FACETS or before.kind == "name") == (piece.kind in FACETS or piece.kind == "name")
        if last >= 0 and alike and re.fullmatch(settings()["forms"]["list"], between):
            lists[-1] |= 1 << at
        else:
            lists.append(1 << at)
        last = at
    return [some for some in lists if some & (some - 1)]
