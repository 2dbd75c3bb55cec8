"""A user-defined lexicon: labels with phrases that are matched in running text, longest phrase first.

    protect: [diffusion tensor imaging]       # nothing else is matched inside these phrases
    labels:
      diffusion:
        en: Diffusion models
        zh: 扩散模型
        terms: [diffusion, score-based generative model]
      control:
        terms: [controllable, ControlNet]
        with: [diffusion]                      # counts only in papers that have these labels too
        broader: [generation]                  # its papers get these labels too

A phrase is matched in any spelling (case, hyphens, plurals); a phrase in capitals of up to five letters ("SAM") only as
written. A phrase inside a longer phrase of the lexicon is not matched: "score distillation" does not match
"distillation", unless it is also given for that label.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from kg.files import content
from kg.model import KgError
from kg.text import fold
from kg.vocabulary import Concept, Vocabulary

_LIMIT = 1_000_000  # bytes of a lexicon
_KEYS = ("en", "zh", "terms", "with", "broader")


class LabelMatch(NamedTuple):
    """A match of a label in a text, at [start, end) in code points."""

    label: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Label:
    """A label that is counted: its names by language, the labels it needs and implies."""

    names: dict[str, str]
    needs: tuple[str, ...] = ()
    broader: tuple[str, ...] = ()


class TrendLexicon:
    """Labels by key, and the phrases that match them."""

    def __init__(self, labels: Mapping[str, Label], terms: Mapping[str, Iterable[str]]) -> None:
        """`terms`: the labels of each phrase; none for a phrase that is only protected."""
        self.labels = dict(labels)
        by_fold: dict[str, tuple[str, set[str]]] = {}
        for phrase, keys in terms.items():  # spellings with the same folded form are merged
            by_fold.setdefault(fold(phrase), (phrase, set()))[1].update(keys)
        self._keys = [tuple(sorted(keys)) for _, keys in by_fold.values()]
        self._phrases = Vocabulary(
            Concept(str(n), "phrase", {"en": phrase}) for n, (phrase, _) in enumerate(by_fold.values())
        )

    @staticmethod
    def load(path: str | Path) -> TrendLexicon:
        """The lexicon of a YAML file; raises KgError with the position of an error."""
        import yaml

        path = Path(path)
        try:
            data = content(path, _LIMIT + 1)
            if len(data) > _LIMIT:
                raise KgError(f"{path}: is larger than {_LIMIT // 1000:,} KB: give a smaller lexicon.")
            said = yaml.safe_load(data.decode())
        except OSError as error:
            raise KgError(f"{path}: cannot be read ({error.strerror or error}): check the name.") from None
        except UnicodeDecodeError:
            raise KgError(f"{path}: is not text in UTF-8: save it as UTF-8.") from None
        except (yaml.YAMLError, RecursionError) as error:
            mark = getattr(error, "problem_mark", None)
            where = f"line {mark.line + 1}" if mark else "the file"
            raise KgError(f"{path}: {where} is not YAML: check indentation, colons and quotes.") from None
        return _Checked(path).lexicon(said)

    def find(self, text: str) -> list[LabelMatch]:
        """The matches of labels in a text, in text order: all longest phrases that are not inside another one."""
        return [
            LabelMatch(key, match.start, match.end)
            for match in self._phrases.match(text)
            for key in self._keys[int(match.concept)]
        ]

    def whole(self, found: Iterable[str]) -> set[str]:
        """The labels of a paper from those that match: without labels whose `with` is missing, with broader ones."""
        shown = set(found)
        while True:
            every = shown | _beyond(self.labels, shown, ("broader",))
            lacking = {key for key in shown if not every.issuperset(self.labels[key].needs)}
            if not lacking:
                return {key for key in every if every.issuperset(self.labels[key].needs)}
            shown -= lacking

    def above(self, key: str) -> frozenset[str]:
        """The labels that every paper with a given label has."""
        return frozenset(_beyond(self.labels, {key}) - {key})


def _beyond(labels: Mapping[str, Label], keys: Iterable[str], by: Iterable[str] = ("broader", "needs")) -> set[str]:
    """The labels to which some lead; a label is one of them where they lead back to it."""
    found: set[str] = set()
    ahead = set(keys)
    while ahead:
        ahead = {one for key in ahead for name in by for one in getattr(labels[key], name)} - found
        found |= ahead
    return found


class _Checked:
    """Parses and validates the content of a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def lexicon(self, said: Any) -> TrendLexicon:
        if not isinstance(said, dict) or not isinstance(said.get("labels"), dict) or not said["labels"]:
            raise self._wrong("it has no labels", "write `labels:`, and under it each label with its `terms:`")
        labels, terms = {}, dict.fromkeys(self._texts(said, "protect", "the lexicon"), ()) if "protect" in said else {}
        shown: dict[str, list[str]] = {phrase: [] for phrase in terms}
        for name, entry in said["labels"].items():
            key = str(name)
            if not isinstance(entry, dict) or not entry.get("terms"):
                raise self._wrong(f"the label {key[:60]!r} has no terms", "give it `terms: [a phrase, another]`")
            other = next((str(one) for one in entry if one not in _KEYS), None)
            if other:
                raise self._wrong(f"the label {key[:60]!r} has {other[:60]!r}", f"its keys are {', '.join(_KEYS)}")
            labels[key] = self._label(key, entry)
            for phrase in self._texts(entry, "terms", key):
                shown.setdefault(phrase, []).append(key)
        self._known(labels)
        return TrendLexicon(labels, shown)

    def _label(self, key: str, entry: dict[str, Any]) -> Label:
        names = {lang: " ".join(str(entry[lang]).split()) for lang in ("en", "zh") if entry.get(lang)}
        needs, broader = (
            tuple(self._texts(entry, name, key)) if entry.get(name) else () for name in ("with", "broader")
        )
        return Label(names or {"en": key}, needs, broader)

    def _texts(self, entry: dict[str, Any], name: str, where: str) -> list[str]:
        said = entry[name]
        texts = [str(one) if isinstance(one, int) else one for one in (said if isinstance(said, list) else [said])]
        if not all(isinstance(one, str) and fold(one) for one in texts):
            raise self._wrong(f"`{name}` of {where[:60]!r} holds what is no phrase", "quote words such as 'on' or 'no'")
        return texts

    def _known(self, labels: dict[str, Label]) -> None:
        for key, label in labels.items():
            for other in (*label.needs, *label.broader):
                if other not in labels:
                    raise self._wrong(f"the label {key[:60]!r} names {other[:60]!r}", "which is no label of the file")
        for key in labels:
            if key in _beyond(labels, [key]):
                raise self._wrong(f"the label {key[:60]!r} is broader than itself or needs itself", "break the circle")

    def _wrong(self, what: str, remedy: str) -> KgError:
        return KgError(f"{self.path}: {what}: {remedy}.")
