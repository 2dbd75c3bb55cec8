"""The last pass over a question: its pieces, taken from left to right under the cues before them, are conditions."""

from __future__ import annotations

from dataclasses import replace
from itertools import accumulate
from typing import Literal

from kg.query.facts import dated, is_source
from kg.query.filter import ORDERS, Compound, Entity, Fact, Filter, Link, Outcome, Phrase, Term
from kg.query.joins import (
    Taken,
    goes_on,
    in_or_list,
    in_phrase,
    is_any_network,
    is_either,
    is_for_either,
    is_listed,
    joined,
    or_follows,
    over_baselines,
)
from kg.query.lexicon import Lexicon, Sense
from kg.query.patterns import beside
from kg.query.question_items import PERSON, Item, is_passive
from kg.query.stating import (
    AFTER,
    by_name,
    cue_behind,
    done_by,
    is_deed,
    is_denied,
    is_made,
    is_name,
    is_of,
    is_property,
    lacking,
    named,
    rewordings,
    side_of_win,
    stands_over,
    stated,
    surer,
)
from kg.query.thresholds import Thresholds
from kg.query.topic import PROPOSED, USED, entity, models_in, of_topic
from kg.query.unnamed import is_author, is_averting, is_narrowing, is_told, phrase_of
from kg.text import fold, has_han

#: Meanings of words that say something: they are used, or told as ignored.
_RANKING = ("popular", "top", "rising", *(f"order:{order}" for order in ORDERS))
_ASKING = (*_RANKING, "similar", "advice", "trend", "count", "scarce", "when")
_DIRECTION = ("increase", "decrease", "improve")  # of a result
_TELLING = (*_ASKING, *_DIRECTION, "not", "amount", "stated", "extends")
_ANY_ROLE = ("proposed", "used", "baseline", "mentioned")
_ROLES = {"use": USED, "propose": PROPOSED, "baseline": ("baseline",)} | {"compare": _ANY_ROLE, "mention": _ANY_ROLE}
_CUES = ("use", "propose", "compare", "baseline", "mention", "outperform", "outdone", "evaluate", "by")
_CONDITIONS = ("kind:", "code:", "country:", "nation:", "venue:")  # of words that are conditions by themselves
_ONE = ("paper", "source", "kind", "venue", "year")  # of which a paper has one: "and" between two means "or"


class Parser:
    """The last pass: from pieces to conditions."""

    def __init__(self, text: str, items: list[Item], lexicon: Lexicon, language: str = "") -> None:
        """`language` is that of the labels, where it is not that of the text."""
        self.text = text
        self.is_chinese = has_han(text)
        self.language = language or ("zh" if self.is_chinese else "en")
        self.items = items
        self.lexicon = lexicon
        self.ignored: list[str] = []
        self.narrowing: list[str] = []  # those of them that say for what or where
        self.unnamed: list[str] = []  # others that nothing bears
        self.proposes = False  # whether all techniques are meant as proposed ("谁提出的")
        self.links: dict[int, Link] = {}  # by the place of the thing, where the kind of question says the relation
        self.outside = [item for item in items if item.means("outside") and not item.senses]
        for item in self.outside:
            item.words = []
        self.thresholds = Thresholds(text, items, lexicon, self.language)

    def conditions(self, last_resort: bool = True) -> list[Taken]:
        """The conditions of all pieces that do not say what is asked for; else words that were not understood."""
        for at, item in enumerate(self.items):
            if item.value is not None and not item.asked and not is_source(self.items, at):
                self.thresholds.find(at)
        return self._taken() or (self._last_resort() if last_resort else [])

    def filter(self, taken: list[Taken]) -> Filter:
        """The filter of such conditions; what says something and was not used is ignored."""
        left = [i for i in self.items if not (i.senses or i.asked or i.taken or i.used)]
        unused = (i.text for i in left if i.means(*_TELLING) or i.is_verb or (i.is_speed and not i.means("outperform")))
        bare = (i for i in self.items if not (i.senses or i.asked or i.taken or i.value is not None))
        units = (i.text for i in bare if i.means("unit"))
        words = (*self.ignored, *unused, *units)
        words = tuple(sorted(dict.fromkeys(words), key=self.text.find))
        unnamed = tuple(word for word in self.unnamed if word in words and word not in self.narrowing)
        return Filter(tuple(joined(taken)), words, narrowing=tuple(self.narrowing), unnamed=unnamed)

    def _taken(self) -> list[Taken]:
        out: list[Taken] = []
        cue = ""
        negated = joins = anded = False
        listed = False  # a comma stands between this thing and the one before
        steering: list[Item] = []  # the words that say how the next thing is meant
        last = 0  # the place of the thing before
        for at, item in enumerate(self.items):
            if at in self.thresholds.outcomes:
                outcome, text = self.thresholds.outcomes[at]
                out.append(Taken([outcome], negated, joins and bool(out), "result", text, at=at))
                negated = joins = anded = False
                continue
            if item.asked:
                continue
            if item.mark:
                listed = True
                cue = ""
                negated, steering = (
                    False,
                    [],
                )  # a denial ends with its phrase, and so does "or": "faster or smaller, on"
                joins = joins and item.mark != ","
                continue
            if item.taken and not item.senses:
                cue = "outperform" if item.means("outperform") else cue  # "2x faster than vLLM"
                continue
            if item.words and not item.senses:
                steers = self._steer(at, cue, negated, joins)
                if steers is not None:
                    cue, negated, joins = steers
                    steering.append(item)
                    anded = anded or (item.means("and") and not listed)  # ", and" joins all that stands before it
                    continue
            is_doer = item.means("scope") or (item.is_unknown and item.text.isascii() and item.text.islower())
            if is_doer and steering and steering[-1].means("by-whom"):  # by LLMs or students, which are no authors
                said, verb = done_by(self.items, self.items.index(steering[-1]), at, self.text)
                self.ignored = [word for word in self.ignored if word != verb]
                out.append(Taken([said], negated, False, said.field, said.label))
                cue, steering, negated = "", [], False
                continue
            behind = self.items[at + 1 : at + 2]
            ends = item.done or (item.is_speed and any("technique" in other.types for other in behind))
            if ends or any(other.done or other.means("purpose") for other in behind):
                cue = ""  # "use reinforcement learning to compress chains of thought", "用强化学习做剪枝", 用X加速Y
            lacks = (word for word in steering if word.means("lacking") or (word.means("not") and word.means("use")))
            lacked = next(lacks, None) if negated else None  # "without a draft model", "not using calibration data"
            if negated and item.is_unknown and any(behind.senses for behind in self.items[at + 1 : at + 2]):
                denier = next(word for word in steering[::-1] if word.means("not"))
                negated = not denier.means("of-verb")  # "does not hurt reasoning" denies no reasoning
                self.ignored.append(item.text if negated else self.text[denier.start : item.end])
                continue  # "without a separate draft model"
            if negated and cue == "use" and "topic" in item.types:
                cue = ""  # "not using pruning" leaves out what is on pruning
            terms = [] if item.taken else self._terms(at, cue)
            having: list[Term] = []  # what is to be had by none, where no text states that it does without
            if negated and terms and terms[0].field == "problem" and any(map(is_averting, steering)):
                negated, lacked = False, None  # "how to avoid codebook collapse"
            if not terms and item.is_unknown and not negated and in_or_list(self.items, at):
                terms = [phrase_of(item.text)]
                self.ignored.remove(item.text)
                self.narrowing = [word for word in self.narrowing if word != item.text]
            if lacked and is_property(item, lacked, self.lexicon):
                free = [self.entity(sense) for sense in self.lexicon.without(item.text)]
                having = [term for term in terms if isinstance(term, Entity)] or [phrase_of(item.text)]
                terms, negated = [lacking(item, self.lexicon), *free], False
                if item.text in self.ignored[-1:]:
                    self.ignored.pop()
            is_named = bool(negated and item.senses and terms) and (
                terms[0].field == "hardware" or (terms[0].field == "technique" and is_name(item, self.lexicon))
            )
            if is_named and not any(isinstance(term, Phrase) for term in terms):
                terms.append(named(item, item.senses[0].concept, self.lexicon))  # what names it has it
            if not terms:
                if negated and not item.taken:  # what is denied is not known: it denies nothing else
                    negated = False
                continue
            for word in (item, *steering):
                # "best" that ranks nothing is told as ignored, and so is a speed-up that nothing is asked of.
                asks = word.means(*_ASKING, *_DIRECTION) or word.is_speed or word.is_verb
                word.used = word.used or word is item or not asks
            steering = []
            kind = terms[0].field
            is_other = bool(out) and out[-1].field != kind
            joins = joins and not (is_other and item.means("deed"))  # "LLaDA faster or smaller"
            joins = joins or (
                anded and bool(out) and is_for_either(self.items, last, at, (out[-1].terms[0], terms[0]), self.lexicon)
            )
            is_list = bool(out) and is_listed(self.items, last, at, (out[-1].field, kind))
            joins = joins or (bool(out) and is_either(self.items, last, at, self.text, is_list))
            again = joins or (listed and bool(out) and or_follows(self.items, at)) or (anded and kind in _ONE)
            same = bool(out) and (out[-1].field == kind or joins)
            negation = out[-1].negated if again and same and not negated else negated
            if anded and out and out[-1].negated and goes_on(self.items, last, at, same):
                negation = True  # "without pruning and quantization"
            if kind == "code" and not negation:
                negation = is_denied(self.items, at)
            last = at
            scope = self._is_scope(at, cue)
            compared = self._roles(at, cue) == _ANY_ROLE
            how = (scope, at, compared, having, is_list)
            out.append(Taken(terms, negation, again and same, kind, item.text, *how))
            if models := None if negation else models_in(item.text, terms[0], self.lexicon):
                out.append(Taken([models], False, False, models.field, models.label))
            negated = joins = listed = anded = False
        out = over_baselines(out, self.items)
        if all(one.negated for one in out if not one.scope):
            unnamed = (item.text for item in self.items if item.is_unknown and item.text in self.ignored)
            self.narrowing += [text for text in unnamed if len(text) > 3 and is_told(text)] if out else []
            return out  # "emergent outliers in LLMs"
        kept = [one for one in out if one.scope and self._names_models(one)]
        self.ignored += [one.text for one in out if one.scope and one not in kept]
        return [one for one in out if one in kept or not one.scope]

    def _names_models(self, scope: Taken) -> bool:
        """Whether a word for what nearly all papers are about names a kind of network; its texts then must name it."""
        own = [i for i in self.items if i.text == scope.text and not is_any_network(self.items, scope.at)]
        words = [word for item in own for word in item.words if "models" in word.means]
        for word in words[:1]:
            things = [replace(term, roles=_ANY_ROLE) if isinstance(term, Entity) else term for term in scope.terms]
            scope.terms = [*things, Phrase(scope.text, tuple(word.facts["stated"]))]
        return bool(words)

    def _is_scope(self, at: int, cue: str) -> bool:
        """Whether a piece says only what nearly all papers are about ("pruning of large language models")."""
        return self.items[at].means("scope") and cue in ("", "evaluate", "by")  # "removing layers from LLMs"

    def _steer(self, at: int, cue: str, negated: bool, joins: bool) -> tuple[str, bool, bool] | None:
        """The state after a word that names nothing; None for a word that is a condition."""
        item = self.items[at]
        if item.means("code", "stated") or is_deed(self.items, at) or any(item.of(prefix) for prefix in _CONDITIONS):
            return None
        if item.of("made:") and is_made(self.items, at, cue):
            return None
        if item.means("purpose"):  # "用强化学习做剪枝"
            return "", negated, joins
        if item.means("not"):
            return ("use" if item.means("use") else cue), True, joins
        if item.means("or", "and"):
            return cue, negated and item.means("or"), item.means("or") and not in_phrase(self.items, at, self.ignored)
        if cue == "outperform" and is_passive([item]):
            return "outdone", negated, joins
        found = stands_over(self.items, at) or next((c for c in _CUES if item.means(c)), "")
        if found in ("outperform", "outdone") and not self._follows(at):
            return "", negated, joins
        return (found or ("" if item.means("about") else cue)), negated, joins

    def _follows(self, at: int) -> bool:
        return any(item.senses for item in self.items[at + 1 :])

    def _terms(self, at: int, cue: str) -> list[Term]:
        item = self.items[at]
        if item.fact and not item.fact.value:  # "last month" of a graph without dates
            self.ignored.append(item.text)
            return []
        if item.fact:
            return [dated(self.items, at, self.text)]
        if item.words and not item.senses:
            return self._said(at, cue)
        if item.is_unknown:
            return self._unknown(at, cue)
        if item.value is not None:
            if is_source(self.items, at):
                return [Fact("source", item.text, item.text, concept=f"source:{item.text}")]
            self.ignored.append(item.text)
            return []
        if at in self.links:
            return [self.links[at]]
        if side := side_of_win(self.items[at + 1 :]):
            return [self.link("outperforms", side, item)]
        if cue == "outperform" and "metric" in item.types and (self.changes(at - 1) or self.changes(at + 1)):
            return self._measured(at)  # 比LoRA显存更低
        if cue in ("outperform", "outdone"):
            return [self.link("outperforms", "tail" if cue == "outperform" else "head", item)]
        senses = self.chosen(at, cue or cue_behind(self.items, at))
        if senses and senses[0].type == "metric":
            return self._measured(at)
        roles = self._roles(at, cue)
        compound = self._parts(item)
        is_of = bool(roles) and (cue != "use" or is_name(item, self.lexicon))
        said = [] if is_of else rewordings(senses, compound is not None, self.lexicon, self.language)
        both = senses if roles else [*senses, *self.lexicon.as_models(senses)]
        found = [self.entity(sense, roles) for sense in both]
        said += [] if roles else by_name(self.items, at, senses, self.lexicon)
        return [*found, *([compound] if compound and not roles else []), *said]

    def _parts(self, item: Item) -> Compound | None:
        """All parts of a compound; None where a part names nothing."""
        own = {fold(part.text) for part in item.parts}
        if not own or not own.isdisjoint(self.lexicon.words.folds("prefix")):
            return None
        text = " ".join(part.text for part in item.parts)
        ends = list(accumulate((len(part.text) + 1 for part in item.parts), initial=0))
        pieces = [replace(part, start=at, end=at + len(part.text)) for at, part in zip(ends, item.parts, strict=False)]
        inner = Parser(text, pieces, self.lexicon, self.language)
        named = {one.text: one.terms for one in inner.conditions(last_resort=False) if not one.is_measure}
        parts: list[tuple[Entity | Outcome | Phrase, ...]] = []
        for part in item.parts:
            terms = tuple(term for term in named.get(part.text, []) if isinstance(term, Entity | Outcome | Phrase))
            if not terms:
                if part.types - {"metric"} or len(parts) + len(named) < len(item.parts) - 1 or not named:
                    return None
                others = [other for other in item.parts if other is not part]
                known = [one for o in others for sense in o.senses[:1] for one in self.lexicon.labels(sense.concept)]
                terms = (beside(part.text, [*(other.text for other in others), *known]),)
            parts.append(terms)
        label = " + ".join(terms[0].label for terms in parts)
        return Compound(label, tuple(parts)) if len(set(parts)) == len(parts) else None

    def entity(self, sense: Sense, roles: tuple[str, ...] = ()) -> Entity:
        """A thing in one of its senses, with what counts as it."""
        return entity(sense, self.lexicon, self.language, roles)

    def chosen(self, at: int, cue: str = "") -> list[Sense]:
        """Which of its senses a piece has after a cue; several where types share a name that no topic bears."""
        by = {sense.type: sense for sense in reversed(surer(self.items[at].senses))}
        if cue == "by" and "institution" in by:
            return [by["institution"]]
        if "metric" in by and "topic" not in by and at and self.changes(at - 1):
            return [by["metric"]]  # "saves GPU memory"
        if cue in ("use", "compare", "mention", "baseline", "evaluate"):
            used = [by[kind] for kind in AFTER if kind in by]
            if cue == "evaluate":
                used = [sense for sense in used if sense.type != "technique"] or used
            if used:
                return used
        if topic := of_topic(by, self.lexicon):
            return topic
        if "institution" in by:
            named = [by[kind] for kind in AFTER if kind in by]
            is_used = at > 0 and (self.items[at - 1].means("based") or fold(self.items[at - 1].text) == "with")
            return named if named and is_used else [by["institution"], *named]
        chosen = [by[kind] for kind in (*AFTER, "task", "problem") if kind in by]
        return chosen or [by["metric"]] if chosen or "metric" in by else []

    def _roles(self, at: int, cue: str) -> tuple[str, ...]:
        if self.proposes:
            return _ROLES["propose"]
        after = next((i for i in self.items[at + 1 :] if i.senses or i.mark), None)
        stop = self.items.index(after) if after else len(self.items)
        if any(item.means("baseline") for item in self.items[at + 1 : stop]):
            return _ROLES["baseline"]
        if any(item.means("compare") for item in self.items[at + 1 : stop]):
            return _ROLES["compare"]
        return _ROLES.get(cue, ())

    def link(self, relation: str, side: Literal["head", "tail"], item: Item) -> Link:
        """A relation with the thing that a piece names, in all senses that are no topic or metric."""
        things = [s for s in item.senses if s.type not in ("topic", "metric")] or item.senses
        beaten = (relation, side) == ("outperforms", "tail") and is_name(item, self.lexicon)
        family = self.lexicon.versions if beaten else self.lexicon.family  # who beats QLoRA does not beat LoRA
        concepts = {c for sense in things for c in family(sense.concept)}
        first = things[0].concept
        label = self.lexicon.label(first, self.language)
        found = Link(relation, side, first, label, tuple(sorted(concepts)))
        return self.lexicon.with_gains_over(found) if (relation, side) == ("outperforms", "tail") else found

    def _measured(self, at: int) -> list[Term]:
        """A metric without a number: a result on it, if the question asks for one."""
        near = (i for i in (at - 1, at - 2, at + 1) if 0 <= i < len(self.items) and not self.items[i].taken)
        change = next((i for i in near if self.changes(i)), None)
        others = any(i.senses for i in self.items if i is not self.items[at] and i.types != {"metric"})
        metric = self.metric(at, change)
        if change is None and others and not is_of(self.items, at):
            self.ignored.append(self.items[at].text)
            return []
        return [metric, named(self.items[at], metric.concept, self.lexicon)] if change is None and others else [metric]

    def metric(self, at: int, change: int | None = None) -> Outcome:
        """A result on the metric that a piece names, in the direction that it or the piece at `change` says."""
        core, inside = self.thresholds.without_change(self.items[at])
        senses = [s for s in (*self.lexicon.senses(core), *self.items[at].senses) if s.type == "metric"]
        metric = senses[0].concept
        if change is not None:
            self.items[change].used = True
        direction = self.thresholds.direction(inside if change is None else self.items[change].words, metric)
        wider = self.lexicon.vocabulary.broader(metric) if "hardware" in self.items[at].types else ()
        family = {one for each in (metric, *wider) for one in self.lexicon.family(each)}  # mostly told as "memory"
        return Outcome(metric, self.lexicon.label(metric, self.language), tuple(sorted(family)), (core,), direction)

    def changes(self, at: int) -> bool:
        """Whether a piece says the direction of a result, and no speed-up."""
        piece = self.items[at] if 0 <= at < len(self.items) else Item(0, 0, "")
        return piece.means(*_DIRECTION) and not piece.is_speed

    def _said(self, at: int, cue: str) -> list[Term]:
        """The condition of a word of its own: a kind, code, a country, a venue."""
        item = self.items[at]
        if item.means("stated") or is_deed(self.items, at):
            return [stated(item, self.language)]
        kind = item.of("kind:") or (item.of("made:") if is_made(self.items, at, cue) else "")
        beside = [self.items[i] for i in (at - 1, at + 1) if 0 <= i < len(self.items)]
        if kind in ("benchmark", "dataset") and any("dataset" in other.types for other in beside):
            return []
        if kind:
            return [Fact("kind", kind, kind, words=self.lexicon.words.folds(f"kind:{kind}"))]
        if item.of("country:"):
            return [Fact("country", item.of("country:"), item.text)]
        if item.of("nation:"):
            is_theirs = any(other.of("type:") in ("institution", "paper") for other in beside)
            return [Fact("country", item.of("nation:"), item.text)] if is_theirs else []
        if item.of("venue:"):
            venue = item.of("venue:")
            return [Fact("venue", venue, item.text, words=self.lexicon.words.folds(f"venue:{venue}"))]
        if item.means("code") and any(other.of("code:") for other in self.items):
            return []
        if item.means("code") or item.of("code:"):
            return [Fact("code", item.of("code:"), item.of("code:") or "code")]
        return []

    def _unknown(self, at: int, cue: str) -> list[Term]:
        item = self.items[at]
        quoted = item.start > 0 and self.text[item.start - 1] in "\"'“「『"
        is_person = PERSON.fullmatch(item.text) is not None and self.lexicon.is_author(item.text)
        if len(item.text) > 1 and not quoted and (is_person or is_author(self.items, at, cue)):
            return [Fact("author", item.text, item.text)]
        is_proper = item.text[:1].isupper() and (at > 0 or not item.text[1:].islower())
        is_name = is_proper or (cue == "by" and not item.text[:1].islower())
        if is_proper and any(other.means("published") for other in self.items[max(at - 1, 0) : at]):
            return [Fact("venue", item.text, item.text)]
        if len(item.text) > 1 and (quoted or is_name):
            return [Phrase(item.text)]
        behind_term = self.items[at - 1 : at] if self.is_chinese and item.text.isascii() and at else []
        if behind_term and behind_term[0].senses and behind_term[0].text.isascii():  # 低比特optimizer state
            return [Phrase(f"{behind_term[0].text} {item.text}")]
        self.ignored.append(item.text)
        if is_narrowing(self.items, at, self.is_chinese):
            self.narrowing.append(item.text)
        elif not any(other.means("not") for other in self.items[max(at - 1, 0) : at]):
            self.unnamed.append(item.text)
        return []

    def _last_resort(self) -> list[Taken]:
        """Where no condition was understood: a speed-up without a number, else the words themselves."""
        for at, item in enumerate(self.items):
            if self.items[at].is_speed and not item.asked:
                return [Taken([self.thresholds.speed_of(at)], False, False, "result", item.text)]
        said = [item for item in self.items if item.is_unknown and item.text in self.ignored and len(item.text) > 1]
        self.ignored = [word for word in self.ignored if word not in {item.text for item in said[:3]}]
        return [Taken([Phrase(item.text)], False, False, "text", item.text) for item in said[:3]]
