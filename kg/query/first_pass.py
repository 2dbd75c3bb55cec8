"""The first pass over a question: its pieces, longest label first; numbers with their units; dates."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain, pairwise
from math import inf

from kg.entity_types import NAMED
from kg.query.chinese_words import in_english
from kg.query.filter import Fact
from kg.query.lexicon import Lexicon, Sense
from kg.query.question_dates import Dates, relative
from kg.query.question_items import MADE, PERIODS, Item
from kg.query.question_numbers import numbers
from kg.query.question_words import QuestionWord
from kg.query.spelling import is_superlative, label_pairs
from kg.query.word_order import reordered, with_shared
from kg.text import Token, fold, has_han, is_kind, tokens

#: The cost of an unknown word in a compound; known pieces cost 2 or 3.
_UNNAMED = 20
#: The folded label of the metric for model size.
_SIZE = "parameter"
#: Types whose labels may be compounds.
_KINDS = ("technique", "problem", "task", "metric")
#: The longest label in tokens, and the words of a name written apart.
_LONGEST, _APART = 12, 3
_ENTRY = re.compile(r"(?<![A-Za-z0-9_.-])(\d{3}-\d{2,3})(?![A-Za-z0-9_.-])")
#: An arXiv id, as it is cited.
_ARXIV = re.compile(r"(?:arxiv[:\s]\s?)?(?<![A-Za-z0-9.-])(\d{4}\.\d{4,5})(?:v\d{1,2})?(?![A-Za-z0-9.%-]|\.\d)", re.I)
#: A bit width; in a model size the number is in billions ("7B").
_WIDTH = re.compile(r"(?<![A-Za-z0-9_.])(\d{1,2}(?:\.\d{1,2})?)[\s-]?(?:bits?(?![A-Za-z])|比特|位(?=[量的精权]))", re.I)
#: A thing that a method avoids ("rehearsal-free"), by its ending.
_FREE = re.compile(r"(?<![\w-])([A-Za-z]{3,}(?:-[A-Za-z]{3,})?)-free(?![\w-])", re.IGNORECASE)
_BITS = ("1", "1.5", "1.58", "2", "2.5", "3", "3.5", "4", "5", "6", "8", "16")
_JOINERS = " -\u2010\u2011\u2013_/\t'’+.&"
_BREAK = re.compile(r"[,;:、，；：。.!！?？()（）]")


class QuestionReader:
    """The first pass: pieces of the text, longest label first."""

    def __init__(self, text: str, lexicon: Lexicon) -> None:
        self.text = text
        self.lexicon = lexicon
        self.phrases = PhraseParting(text, lexicon)
        self.tokens = tokens(text)
        self.unknown: list[str] = []  # unknown words, as written

    def items(self) -> list[Item]:
        """The pieces in order, with periods relative to the newest date of the graph."""
        items = self.pieces()
        if not any(item.means("last", "this", "ago") for item in items):
            return items
        return relative(items, self.text, self.lexicon.latest)

    def pieces(self) -> list[Item]:
        """The pieces in order; adjacent unknown words form one piece."""
        taken: list[Item] = []
        found = self._uncut(list(self._candidates()))
        found = [item for item in found if not item.means("with-which") or self._is_behind_made(item, found)]
        for item in sorted(found, key=lambda i: (-self._weight(i), not i.fact, i.value is None, i.start)):
            if all(item.end <= other.start or item.start >= other.end for other in taken):
                taken.append(item)
        unknown = self._unknown(taken)
        self.unknown = [item.text for item in unknown]
        taken += unknown
        items = whole_words(sorted(taken, key=lambda item: (item.start, item.end)))
        items = with_shared(hyphenated(reordered(items, self.text, self.lexicon), self.text), self.lexicon)
        for item, behind in pairwise(items):
            if item.is_ordinary and (behind.senses or behind.is_unknown or behind.of("type:") in NAMED):
                item.senses = []  # "unsupervised pruning", though some paper names a technique "unsupervised"
            is_device = all(one.types == {"hardware"} and not one.words for one in (item, behind))
            if is_device and not self.text[item.end : behind.start].strip():
                behind.senses, behind.words = [], self.lexicon.words.bearing("hardware")  # "wearable sensors"
            if item.is_unknown and behind.types == {"metric"} and is_superlative(item.text):
                item.words = self.lexicon.words.meaning("order:highest")  # "longest acceptance length"
        out: list[Item] = []
        for at, item in enumerate(items):
            if item.is_verb and not item.senses and any(one.senses for one in items[at + 1 : at + 4]):
                nouns = (fold(noun) for word in item.words for noun in word.facts.get("noun", ()))
                item.words += [w for one in nouns for w in self.lexicon.words.bearing(one) if "deed" in w.means]
            item.parts = item.parts or self._parts(item)
            beside = items[at + 1 : at + 4]
            number = next((n for n, other in enumerate(beside) if other.value is not None), len(beside))
            is_measured = number < len(beside) and not any(i.senses or i.mark for i in beside[:number])
            near = items[max(at - 2, 0) : at] + beside[:2]
            is_measured = is_measured or any(i.words and i.of("order:") for i in near)  # 视频生成加速最高多少倍
            is_named = all(part.senses or part.words for part in item.parts)
            measures = item.parts and is_named and item.parts[-1].is_measure and item.parts[-1].end == item.end
            apart = is_measured or all(part.means("stated") for part in item.parts[:-1])
            out += item.parts if measures and apart else [item]  # "video generation speedup of 10x", "lossless speedup"
        return out

    def _uncut(self, items: list[Item]) -> list[Item]:
        """The candidates without Chinese ones that cut a character off a name: 神经网络剪枝 of 图神经网络剪枝."""
        spans = {(item.start, item.end) for item in items}
        ends = {end for _, end in spans}

        def cuts(item: Item) -> bool:
            before = item.start - 1
            opens = before == 0 or before in ends or (before > 0 and not has_han(self.text[before - 1]))
            inside = (end for start, end in spans if start == before and item.start < end < item.end)
            return opens and (before, item.start) not in spans and any((end, item.end) in spans for end in inside)

        def ends_inside(item: Item) -> bool:
            tail = item.end + 1
            rest = self.text[item.end :]
            is_last = has_han(rest[:1]) and not rest[1:2].isalnum() and (item.start, tail) not in spans
            starts = (start for start, end in spans if end == tail and item.start < start < item.end)
            return is_last and any((item.start, start) in spans for start in starts)  # 视频生成加速 of 视频生成加速比

        def splits(item: Item) -> bool:
            """Whether a Latin name extends to the left and the rest is a name too: "diffusion LLM推理加速"."""
            ends = (end for start, end in spans if start < item.start < end < item.end and has_han(self.text[end]))
            return any((end, item.end) in spans for end in ends)

        def between(item: Item) -> bool:
            """Whether both ends belong to neighbouring words: 理论 of 推理论文."""
            is_begun = self.text[max(item.start - 1, 0) : item.start + 1] in label_pairs()
            return is_begun and len(item.text) == 2 and (item.end - 1, item.end + 1) in spans

        return [i for i in items if not (cuts(i) or ends_inside(i) or between(i) if has_han(i.text[:1]) else splits(i))]

    def _is_behind_made(self, item: Item, others: list[Item]) -> bool:
        """Whether hardware or a data set comes before a piece: "GPUs that are used to train VLA models"."""
        made = (one for one in others if one.end < item.start and {one.of("type:"), *one.types} & MADE)
        gaps = (self.text[one.end : item.start].split() for one in made)
        return any(all(self.phrases.means("frame", fold(word)) for word in gap) for gap in gaps)

    def _parts(self, item: Item) -> list[Item]:
        """The pieces of a compound label of a technique, problem, task or metric; none for proper names.

        The split with the fewest pieces wins, with as few unknown words as possible; what nearly all papers are
        about ("LLM") is dropped.
        """
        inside = (token.fold for token in self.tokens if item.start <= token.start < item.end)
        if not _is_of_a_kind(item.senses, self.lexicon) or any(self.phrases.means("per", one) for one in inside):
            return []  # "energy per token" is not energy and token
        is_label = any(sense in self.lexicon.senses(fold(item.text)) for sense in item.senses)  # and not misspelt
        own = self._parted(item.senses, item.start, item.end) if is_label else []
        is_named_so = bool(self.lexicon.in_english(fold(item.text)))
        if (own and not is_named_so) or (is_label and not has_han(item.text)):
            return own
        label = self.lexicon.label(item.senses[0].concept)  # split like its English name, so that both mean the same
        english = [] if has_han(label) else QuestionReader(label, self.lexicon)._parted(item.senses)
        is_cut = any(part.means("stated") for part in own)  # 图像生成模型 is not 生成模型 with 图像
        return own if own and any(part.is_unknown for part in english) and not is_cut else english or own

    def _parted(self, senses: list[Sense], begin: int = 0, end: float = inf) -> list[Item]:
        """The cheapest pieces of a part of the text; none if that is a single unknown word."""
        found = [token for token in self.tokens if begin <= token.start and token.end <= end]
        best: list[tuple[int, list[Item]] | None] = [(0, [])]  # for each number of tokens: the cost, and the pieces
        for stop in range(1, len(found) + 1):
            ways = []
            for start in range(max(stop - _LONGEST, 0), stop):
                before, piece = best[start], self._piece(found[start:stop], senses)
                if before and piece:
                    ways.append((before[0] + piece[0], [*before[1], *piece[1]]))
            best.append(min(ways, key=lambda way: way[0], default=None))
        whole = best[-1]
        parts = self._hyphenated(whole[1]) if whole and whole[0] != _UNNAMED else []
        others = [part for part in parts if part.means("models") or not part.means("scope")]
        if not others or any(part.types - {"metric"} for part in others):
            parts = others
        return parts if len(parts) > 1 else []

    def _hyphenated(self, parts: list[Item]) -> list[Item]:
        """The pieces, with an unknown word joined to the one before it: "quantization-aware" training."""
        out: list[Item] = []
        for at, part in enumerate(parts):
            if part.is_unknown and 0 < at < len(parts) - 1:
                start = out.pop().start
                part = Item(start, part.end, self.text[start : part.end])
            out.append(part)
        return out

    def _piece(self, found: list[Token], whole: list[Sense]) -> tuple[int, list[Item]] | None:
        """A piece of a compound and its cost; no piece and a low cost for a filler word."""
        start, end = found[0].start, found[-1].end
        item = next(
            (one for one in chain(self._widths(), self._freedoms()) if (one.start, one.end) == (start, end)),
            self._named(found),
        )
        few = [word for word in self.lexicon.words.meaning("few-bits") if folds(found) in map(fold, word.labels)]
        if few:
            words = [QuestionWord({"stated"}, word.labels, word.facts) for word in few]
            return 3, [Item(start, end, self.text[start:end], words=words)]
        if item and item.means("models"):
            return 1, [item]
        is_cut = self.text[end : end + 1] == "-"  # "in-storage" is not storage
        if item and (item.means("scope") or (item.means("frame", "about") and not is_cut)):
            return 1, []
        if item:
            named = {sense.concept for sense in whole}
            known = [s for s in item.senses if s.known and s.type != "institution" and s.concept not in named]
            item.senses = [s for s in known if s.type != "topic" or (s.preferred and not self._is_epithet(found, s))]
        if item and (item.senses or item.means("stated", "increase")):
            return (2 if "topic" in item.types else 3), [item]
        text = self.text[start:end]
        return (_UNNAMED, [Item(start, end, text)]) if len(found) == 1 and len(text) > 2 and not has_han(text) else None

    def _candidates(self) -> Iterator[Item]:
        words = [token.fold for token in self.tokens]
        starts = range(len(words))
        phrases = (" ".join(words[at : at + size]) for at in starts for size in range(1, _LONGEST + 1))
        written_apart = ("".join(words[at : at + size]) for at in starts for size in range(2, _APART + 1))
        self.lexicon.look_up(chain(phrases, written_apart))
        yield from self._facts()
        widths = list(self._widths())
        yield from widths
        yield from self._freedoms()
        for number, unsaid in numbers(self.text, self.lexicon.words):
            is_width = any(number.start < width.end and width.start < number.end for width in widths)
            is_scaled = number.text[-1:].lower() in self.lexicon.words.amounts  # "below 3B parameters"
            is_name = bool(self.lexicon.senses(fold(number.text))) and not (number.unit or is_scaled)  # "4090" is a GPU
            if not (is_width or is_name):
                yield number
            if unsaid is not None:  # "under 3B"
                metric = [sense for sense in self.lexicon.senses(_SIZE) if sense.type == "metric"]
                yield Item(unsaid, unsaid, _SIZE, metric)
        yield from (Item(m.start(), m.end(), m.group(), mark=",") for m in _BREAK.finditer(self.text))
        for start in range(len(self.tokens)):
            for stop in range(start + 1, min(start + _LONGEST, len(self.tokens)) + 1):
                if stop - start > 1 and self._apart(self.tokens[stop - 2], self.tokens[stop - 1]):
                    break
                item = self._named(self.tokens[start:stop])
                if item:
                    yield item

    def _named(self, found: list[Token]) -> Item | None:
        folded = " ".join(token.fold for token in found)
        if not (self.lexicon.words.bearing(folded) or self.lexicon.senses(folded)):
            joined = "".join(token.fold for token in found)
            says = any(self.lexicon.words.bearing(token.fold) for token in found)  # "for a" is not FoRA
            if says or not (1 < len(found) <= _APART and self.lexicon.is_joined(joined, found[0].fold)):
                return None
            folded = joined  # "flash attention" is FlashAttention
        if self.phrases.is_apart(found):
            return None
        words = self._spelled_so(self.lexicon.words.bearing(folded), found)
        is_scope = bool(words) and all("scope" in word.means for word in words)
        senses = self.lexicon.senses(folded) if is_scope or not words else []
        if senses and self._is_made_up(found, senses):
            return None
        named_so = any(sense.known and sense.type in NAMED for sense in senses)  # "neuromorphic chips" are not a topic
        if senses and not named_so and "topic" not in {sense.type for sense in senses}:
            named = [tokens(english) for english in self.lexicon.in_english(folded)] or [found]
            senses = [s for core in map(self._core, named) for s in core if self._is_wider(s)] + senses
        if not (words or senses):
            return None
        start, end = found[0].start, found[-1].end
        item = Item(start, end, self.text[start:end], senses, words)
        amount = next((word for word in words if "amount" in word.means), None)
        if amount:
            item.value, item.unit = float(amount.facts["value"][0]), amount.facts["unit"][0]
        return item

    def _spelled_so(self, words: list[QuestionWord], found: list[Token]) -> list[QuestionWord]:
        """Among words that differ only in case ("US" and "us", "May" and "may"), the one that matches the text."""
        text = self.text[found[0].start : found[-1].end]
        opening = text[:1].lower() + text[1:] if found[0].start == 0 else text
        words = [w for w in words if "exactly" not in w.means or text in w.labels or opening in w.labels]
        return [word for word in words if text in word.labels] or words

    def _is_made_up(self, found: list[Token], senses: list[Sense]) -> bool:
        """Whether a generic phrase is not a name, though a paper's own thing has that name: "hybrid LLMs"."""
        last = found[-1].fold
        is_plain = self.text[found[0].start].islower() and self.phrases.means("scope", last)
        is_kind = is_plain or self.phrases.means(f"type:{senses[0].type}", last)  # "decoding methods"
        return len(found) > 1 and is_kind and not any(sense.known for sense in senses)

    def _core(self, found: list[Token]) -> list[Sense]:
        """The senses of a phrase without filler words, as in "quantization methods" or "LLM pruning"."""
        scope = next((n for n in (3, 2, 1) if n < len(found) and self.phrases.means("scope", folds(found[:n]))), 0)
        if scope:
            return self.lexicon.senses(folds(found[scope:])) or self._core(found[scope:])
        while size := self._frame_at_end(found):
            found = found[:-size]
            senses = self.lexicon.senses(folds(found))
            if senses:
                return senses
        return []

    def _is_wider(self, sense: Sense) -> bool:
        """Whether a phrase with a filler word means the same without it: topics, and tasks of several words.

        "Speech recognition models" are on speech recognition, but "reasoning models" are not everything on reasoning.
        """
        is_task = sense.type == "task" and sense.known and " " in self.lexicon.label(sense.concept)
        return is_task or sense.type == "topic"

    def _is_epithet(self, found: list[Token], topic: Sense) -> bool:
        """Whether hyphenated words, here or in a label, are not part of the topic's name ("post training")."""
        folded = folds(found)
        others = (sense.concept for sense in self.lexicon.senses(folded) if sense.concept != topic.concept)
        labels = [label for concept in others for label in self.lexicon.labels(concept) if fold(label) == folded]
        said = self.text[found[0].start : found[-1].end]
        names = (fold(label) for label in self.lexicon.vocabulary[topic.concept].label.values())
        return any("-" in one for one in (said, *labels)) and not any(folded in name for name in names)

    def _frame_at_end(self, found: list[Token]) -> int:
        """The length in tokens of a filler word at the end of a phrase; in Chinese each character is a token."""
        sizes = range(1, min(len(found), 3))
        folds = [token.fold for token in found]
        return next((size for size in sizes if self.phrases.means("frame", " ".join(folds[-size:]))), 0)

    def _apart(self, left: Token, right: Token) -> bool:
        between = self.text[left.end : right.start]
        return len(between) > 3 or (bool(between.strip(_JOINERS)) and between != ":")  # "2:4 sparsity"

    def _weight(self, item: Item) -> int:
        """The number of tokens covered; punctuation weighs nothing, so that the dot of a name stays in the name."""
        inside = sum(1 for token in self.tokens if item.start <= token.start and token.end <= item.end)
        return 0 if item.mark else max(inside, 1)

    def _freedoms(self) -> Iterator[Item]:
        """Things that methods avoid, which texts must state unless the phrase is a label: "rehearsal-free"."""
        for match in _FREE.finditer(self.text):
            folded = fold(match.group())
            if not (self.lexicon.words.bearing(folded) or self.lexicon.senses(folded)):
                forms = self.lexicon.words.meaning("lacks")[0].facts["stated"]
                said = [form.format(n=match[1].replace("-", " ")) for form in forms]
                word = QuestionWord({"stated"}, [match.group()], {"stated": said})
                yield Item(*match.span(), match.group(), words=[word])

    def _widths(self) -> Iterator[Item]:
        """Bit widths, which texts must state: "2-bit", "4比特"."""
        for match in _WIDTH.finditer(self.text):
            if words := self.lexicon.words.bearing(fold(match.group())):  # "1.58-bit" is ternary
                yield Item(*match.span(), match.group(), words=words)
                continue
            word = next(iter(self.lexicon.words.meaning("width")))
            start, end, widths = self._widths_below(match)
            said = [wording.format(n=width) for width in widths for wording in word.facts["stated"]]
            nouns = word.facts.get("noun", [])
            width = QuestionWord({"stated"}, [f"{'/'.join(widths)}-bit"], {"stated": said, "noun": nouns})
            yield Item(start, end, self.text[start:end], words=[width])

    def _widths_below(self, match: re.Match[str]) -> tuple[int, int, list[str]]:
        """The span of a width with its threshold word, and the widths that it allows."""
        before = [token for token in self.tokens if token.end <= match.start()][-2:]
        behind = [token for token in self.tokens if token.start >= match.end()][:2]
        for found in (before, before[-1:], behind):
            words = self.lexicon.words.bearing(folds(found)) if found else []
            least = any("less-than" in word.means for word in words) or (bool(found) and folds(found) == "sub")
            if least or any("at-most" in word.means for word in words):
                kept = [w for w in _BITS if float(w) < float(match[1]) or (not least and float(w) == float(match[1]))]
                return min(found[0].start, match.start()), max(found[-1].end, match.end()), kept or [match[1]]
        return match.start(), match.end(), [match[1]]

    def _facts(self) -> Iterator[Item]:
        for match in chain(_ENTRY.finditer(self.text), _ARXIV.finditer(self.text)):
            fact = Fact("paper", match[1], match[1], concept=f"entry:{match[1]}")
            yield Item(match.start(), match.end(), match.group().strip(), fact=fact)
        yield from Dates(self.text, self.tokens, self.lexicon.words)

    def _unknown(self, taken: list[Item]) -> list[Item]:
        out: list[Item] = []
        for token in self.tokens:
            if any(item.start < token.end and token.start < item.end for item in taken):
                continue
            said, last = self.text[token.start : token.end], out[-1] if out else None
            between = self.text[last.end : token.start] if last else ""
            mixed = last is not None and not between and has_han(last.text) != has_han(said)  # upcycle成
            if (
                last is None
                or mixed
                or between.strip(_JOINERS)
                or any(last.end <= i.start < token.start for i in taken)
            ):
                out.append(Item(token.start, token.end, said))
            else:
                last.end = token.end
                last.text = self.text[last.start : last.end]
        return out


def _is_of_a_kind(senses: list[Sense], lexicon: Lexicon) -> bool:
    """Whether a phrase names generic things ("visual token pruning"), not a topic or a proper name."""
    labels = [lexicon.label(sense.concept) for sense in senses if sense.type in _KINDS]
    heads = [label.split(" ")[-1] for label in labels if " " in label]
    classes = (word for head in heads for word in lexicon.words.bearing(fold(head)) if "models" in word.means)
    return len(labels) == len(senses) and (any(map(is_kind, labels)) or any(classes))  # "ternary LLM"


# Split words


def whole_words(items: list[Item]) -> list[Item]:
    """The pieces, with an unknown Chinese character joined to the neighbours that it forms a word with.

    轻量化 is not quantization (量化), and 自动 not "since" (自); 不需要重训练 is 不需要重训.
    """
    out: list[Item] = []
    for item in items:
        last = out[-1] if out else None
        if last and last.end == item.start and item.is_unknown and has_han(item.text) and _is_period(last):
            item = Item(last.start, item.end, last.text + item.text)  # 月球车 is not a month
            out.pop()
            last = out[-1] if out else None
        if last and last.end == item.start and last.text[-1:] + item.text[:1] in label_pairs():
            if item.is_unknown and len(item.text) == 1 and len(last.text) > 1:
                last.end, last.text = item.end, last.text + item.text
                continue
            is_begun = last.is_unknown and len(last.text) == 1 and (item.senses or len(item.text) == 1)
            # 动生 of 自动生成, 语言 of 多语言 and 任务 of 多任务, but not 保持 of 能保持
            is_word = bool(in_english(last.text + item.text))
            is_cut = is_word if not item.is_unknown else is_word or item.text[:2] not in label_pairs()
            is_cut = is_cut and not item.senses
            if is_begun or (is_cut and (len(last.text) == 1 or last.is_unknown) and not last.senses):
                item = Item(last.start, item.end, last.text + item.text)
                out.pop()
        out.append(item)
    return out


def _is_period(item: Item) -> bool:
    """Whether a piece is one Chinese character for a unit of time."""
    return len(item.text) == 1 and item.of("type:") in PERIODS


def hyphenated(items: list[Item], text: str) -> list[Item]:
    """The pieces, with hyphenated words joined into one unknown word if one side is unknown: GPT-7 is not GPT.

    Likewise, "near-storage" does not mean storage space.
    """
    out: list[Item] = []
    for item in items:
        last = out[-1] if out else None
        is_version = item.value is not None and not item.unit and item.text.isdigit()
        is_name = last is not None and last.text[:1].isupper() and bool(last.senses) and is_version
        is_word = last is not None and last.is_unknown and item.types == {"metric"}
        if last and (is_name or is_word) and text[last.end : item.start] == "-":
            out[-1] = Item(last.start, item.end, text[last.start : item.end])
        else:
            out.append(item)
    return out


def folds(found: list[Token]) -> str:
    """The folded words of some tokens."""
    return " ".join(token.fold for token in found)


# Phrases

#: Words between two things, of which the second is the purpose or place of the first.
BETWEEN = ("for", "in", "on")


class PhraseParting:
    """Decides which phrases of a text are more than one thing."""

    def __init__(self, text: str, lexicon: Lexicon) -> None:
        self.text, self.lexicon = text, lexicon

    def is_apart(self, found: list[Token]) -> bool:
        """Whether some tokens must be read piece by piece."""
        below = self.text[: found[0].start].lower().endswith("sub-")  # "sub-4-bit KV cache" does not mean 4 bits
        return below or any(is_so(found) for is_so in (self._is_based, self._is_pair, self._is_top, self._is_efficient))

    def means(self, meaning: str, folded: str) -> bool:
        """Whether a folded phrase is a question word with a meaning."""
        return any(meaning in word.means for word in self.lexicon.words.bearing(folded))

    def _is_based(self, found: list[Token]) -> bool:
        """Whether a phrase is like "YOLO-based detectors": the named thing and the rest are two conditions."""
        based = next((i for i, token in enumerate(found) if self.means("based", token.fold)), 0)
        before = self.lexicon.senses(" ".join(token.fold for token in found[:based])) if based else []
        return any(sense.type in NAMED for sense in before)

    def _is_pair(self, found: list[Token]) -> bool:
        """Whether a phrase is two named things: "quantization and pruning", "pruning for reasoning".

        Topics may have such names; "for" does not split a preferred label.
        """
        whole = self.lexicon.senses(folds(found))
        joints = [i for i, token in enumerate(found) if 0 < i < len(found) - 1]
        joint = next((i for i in joints if self.means("and", found[i].fold)), 0)
        if not joint and not any(sense.preferred for sense in whole):
            joint = next((i for i in joints if found[i].fold in BETWEEN), 0)
        sides = [self.lexicon.senses(folds(side)) for side in (found[:joint], found[joint + 1 :]) if joint]
        is_two = bool(sides) and all({sense.type for sense in side} - {"metric"} for side in sides)
        is_two = is_two and self.text[found[joint - 1].end : found[joint].start] != "-"  # "compute-in-memory"
        return bool(whole) and is_two and not {"topic", "institution"} & {sense.type for sense in whole}

    def _is_top(self, found: list[Token]) -> bool:
        """Whether a phrase is "top 5", as opposed to "top-5 accuracy"."""
        is_top = len(found) == 2 and found[1].fold.isdigit() and self.means("top", found[0].fold)
        return is_top and self.text[found[0].end : found[1].start].isspace()

    def _is_efficient(self, found: list[Token]) -> bool:
        """Whether a phrase is like "efficient VLA", which means VLA models; "efficient reasoning" is a topic."""
        whole, rest = (self.lexicon.senses(folds(some)) if some else [] for some in (found, found[1:]))
        is_one = any(sense.type == "topic" or sense.preferred for sense in whole)
        return self.means("efficient", found[0].fold) and not is_one and bool({s.type for s in rest} - {"metric"})
