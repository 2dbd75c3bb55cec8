"""What a question asks for: papers, things of a type, a definition, claims, a comparison, a ranking, a trend.

The pieces that say so are marked as asked, so that they set no condition; everything else of the question is the
filter, whatever the kind. What words mean here is data: `ontology/questions.ttl`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from kg.entity_types import NAMED
from kg.model import ROLES
from kg.query.filter import ORDERS, Entity, Order, Outcome, Query
from kg.query.pieces import Pieces
from kg.query.question_items import MADE, OPS, PERIODS, Item
from kg.query.relating import Relating
from kg.query.stating import is_name
from kg.text import fold, has_han

if TYPE_CHECKING:
    from kg.query.question import Parser

#: What words between two things mean that say which is better.
_BETTER = ("outperform", "outdone")
#: How far from "highest" its metric may stand, in pieces.
_NEAR = 4


class Intent(Pieces):
    """The kind of a question, found from its pieces."""

    def __init__(self, parser: Parser) -> None:
        super().__init__(parser)
        self.top: int | None = None  # the number of "top 5", once it was looked for
        self.papers_order: Order = "newest" if self._places("newest") else "best"

    def query(self) -> Query:
        """The query without its filter."""
        kinds = (self._similar, self._who, self._trend, self._path, self._comparison, self._advice, self._ranking)
        for kind in (*kinds, self._count, self._relations, self._definition):
            found = kind()
            if found:
                return found
        return self._claims() or self._entities() or Query(most=self._most(), order=self.papers_order)

    # Kinds

    def _similar(self) -> Query | None:
        """ "Papers similar to 2508.07747": to a paper, by its id, its title or what it proposes."""
        places = self._places("similar")
        papers = [at for at, item in enumerate(self.items) if item.fact and item.fact.field == "paper"]
        of_papers = any(item.of("type:") in ("paper", "technique") for item in self.items)
        if not places or not (papers or of_papers or not self.parser.is_chinese):  # 类似 is an adjective too
            return None
        named = papers[:1] or self._named_beside(places[0])
        if not named:
            return None
        self._mark([*places, *named, *self.asked_at])
        words = self.parser.text[self.items[named[0]].start : self.items[named[-1]].end]
        return Query("near", most=self._most(), like=words.strip(" \"'“”「」『』《》"))

    def _named_beside(self, at: int) -> list[int]:
        """What stands behind "similar to", else before 类似 up to 与."""
        ends = [i for i, item in enumerate(self.items) if item.mark in ("?", "？", "。") or self._is_behind_name(i)]
        behind = range(at + 1, min([i for i in ends if i > at] or [len(self.items)]))
        before = range(max((i + 1 for i in range(at) if self.items[i].means("and")), default=0), at)
        for span in (behind, before):
            telling = [i for i in span if not self.items[i].means("frame", "about", "and") or self.items[i].senses]
            if telling:
                return list(range(telling[0], telling[-1] + 1))
        return []

    def _is_behind_name(self, at: int) -> bool:
        """Whether a word behind what has a name of its own says more of what is asked for: "EAGLE-3, but for VLMs"."""
        before, item = self.items[max(at - 1, 0) : at], self.items[at]
        is_own = bool(before) and bool(before[0].types) and is_name(before[0], self.parser.lexicon)
        return is_own and (item.text in (",", "，") or (item.means("about") and not item.means("narrows")))

    def _who(self) -> Query | None:
        """ "Who works on visual token pruning?": its authors and institutions."""
        measured = any(self._is_metric(at) or "dataset" in item.types for at, item in enumerate(self.items))
        ranks = measured and self._places("order:best", "order:highest")  # "who has the best perplexity"
        if self.asked != "who" or ranks:
            return None
        if self._is_beater():
            self._ask_for("technique")
            return None
        proposing = self._places("propose")
        self.parser.proposes = bool(proposing) and self.parser.is_chinese  # which stands behind the thing
        self._mark([*self.asked_at, *self._most_papers(), *self._places("popular")])
        return Query("who", most=self._most())

    def _is_beater(self) -> bool:
        """Whether methods are meant: "who outperforms LoRA"."""
        return bool(self._places("outperform") and Relating(self.parser, "technique", self._things()).find())

    def _ask_for(self, kind: str) -> None:
        """Take a question for one that asks for things of another type than it says."""
        self.asked = kind

    def _most_papers(self) -> list[int]:
        """The words for "most" that are of papers: of what nothing bears before them they are not (h指数最高).

        Nor is the size of what stands behind them: "the largest model".
        """
        places = [at for at in self._places("order:highest") if not self.items[at].means("of-size")]
        beside = ((at, self.items[max(at - 1, 0)]) for at in places)
        return [at for at, item in beside if not item.is_unknown or item.text.endswith("得")]  # 写得最多

    def _trend(self) -> Query | None:
        named = bool(self.asked) or any(item.of("type:") for item in self.items)
        rising = [at for at in self._places("rising") if named and not self._names_papers()]
        rising = self._places("rises") + (self._rising() or rising)
        if not (self._things() or named):
            rising = []
        when = self._places("when") if self._earliest() or self._places("propose") else []  # but 什么时候LoRA优于DoRA
        places = self._places("trend") + when + rising
        over = next((kind for at in places if (kind := self._type(at)) in PERIODS), "")
        per = [at for at in self._places("per") if at + 1 < len(self.items) and self._type(at + 1) in PERIODS]
        if not over and per:
            over = self._type(per[0] + 1)
            places += [per[0], per[0] + 1]
        if not places or (self.papers_asked and not over and not self._places("how", "count")):
            return None
        beside = [at + 1 for at in places if at + 1 < len(self.items) and self.items[at + 1].of("type:")]
        beside = [at for at in beside if self._type(at) not in PERIODS]
        own = (kind for at in rising if (kind := self._type(at)))  # 热点: what rises
        wants = (self._type(beside[0]) if beside else next(own, self.asked)) or "paper"
        order: Order = "best"
        if rising and wants != "paper":
            order = "lowest" if any(self.items[at].means("falling") for at in rising) else "highest"
        compared: list[int] = []  # "more papers this year than last year" is asked of all months
        if self._places("than-before"):
            dates = [at for at, item in enumerate(self.items) if item.fact and item.fact.field == "date"]
            compared = [*dates, *(at for at in range(len(self.items)) if self._is_change(at))]
        self._mark([*places, *beside, *compared, *self._earliest(), *self.asked_at, *self._places("count")])
        return Query("trend", wants=wants, over=over or "month", order=order, most=self._most())

    def _earliest(self) -> list[int]:
        """The words that say that something is the first: "first mentioned", 首次出现."""
        words = self.parser.lexicon.words.folds("earliest")
        return [at for at, item in enumerate(self.items) if fold(item.text) in words]

    def _rising(self) -> list[int]:
        """The words that ask whether something rises: "is LoRA still popular?", "量化热门吗"."""
        opens = bool(self.items) and self.items[0].means("auxiliary")
        asks = opens or bool(self._places("yes-no", "how"))
        either = [at for at in self._places("or") if self._is_change(at - 1) and self._is_change(at + 1)]
        if either and self._things() and not self._places("asks"):  # "did it increase or decrease?"
            return [either[0] - 1, either[0], either[0] + 1]
        changes = [at for at in range(len(self.items)) if self._is_change(at)]
        measured = any(self._is_metric(at) or item.value is not None for at, item in enumerate(self.items))
        changes += [at for at in self._places("more-than", "less-than") if not self.items[at].means("outperform")]
        if asks and changes and not measured and self._names_papers() and self._things():  # 研究是在增加吗
            return changes
        return self._places("rising", "popular") if asks and self._things() else []

    def _path(self) -> Query | None:
        things = self._things()
        nouns, verbs = self._places("path"), self._places("related")
        if len(things) < 2 or self._names_papers() or not (nouns or (verbs and self._places("how"))):
            return None
        ends = [self._entity(at) for at in things[:2]]
        self._mark([*nouns, *verbs, *things[:2], *self._places("between")])
        return Query("path", things=tuple(end for end in ends if end))

    def _comparison(self) -> Query | None:
        chain = self._chain()
        if len(chain) < 2 or self._names_papers():
            return None
        differ = self._places("differ")
        compare = [at for at in self._places("compare") if not self.items[at].senses]
        is_open = bool(self._places("asks")) and not differ and not self._places("how")
        better = self._preferred(chain)
        asked = differ or (compare and not is_open) or self._is_yes_no(chain) or better or self._is_either(chain)
        asked = asked or self._is_which_of(chain)
        if not asked:
            return None
        things = [self._entity(at) for at in chain]
        if len(set(things)) < len(things) or self._is_covered(things):  # techniques of one topic
            things = [self._technique(at) or thing for at, thing in zip(chain, things, strict=True)]
        inside = range(chain[0], chain[-1])
        self._mark([*differ, *compare, *chain, *better, *self._places("between", "yes-no", *_BETTER)])
        self._mark(at for at in inside if self.items[at].means("and", "or"))
        metric = self._metric_near(chain[-1] + 1, chain[-1] + _NEAR)
        found = tuple(dict.fromkeys(thing for thing in things if thing))
        return Query("comparison", things=found, metric=metric)

    def _is_covered(self, things: Iterable[Entity | None]) -> bool:
        """Whether one thing is a topic that another belongs to: "token pruning and token merging"."""
        named = {thing.concept for thing in things if thing}
        topics = [concept for concept in named if concept.startswith("topic:")]
        return any(named & self.parser.lexicon.indicators(topic) for topic in topics)

    def _technique(self, at: int) -> Entity | None:
        """What a piece names as a technique, whatever topic it is the name of."""
        senses = [sense for sense in self.items[at].senses if sense.type == "technique"]
        return self.parser.entity(senses[0]) if senses else None

    def _chain(self) -> list[int]:
        """The longest run of things that only words of comparison and joining keep apart."""
        best: list[int] = []
        run: list[int] = []
        for at in self._things():
            between = self.items[run[-1] + 1 : at] if run else []
            joined = all(self._joins(item) for item in between)
            run = [*run, at] if run and joined and between else [at]
            best = run if len(run) > len(best) else best
        return best

    def _joins(self, item: Item) -> bool:
        joins = item.means("and", "or", "compare", "differ", "frame", *_BETTER) and not item.means("asks")
        differs = item.means("by") and bool(self._places("differ"))  # "how does Medusa differ from EAGLE?"
        return joins or differs or item.mark in (",", "、", "，")

    def _is_yes_no(self, chain: list[int]) -> bool:
        """ "Is dInfer faster than vLLM?", "dInfer比vLLM快吗": two things, and whether one is better."""
        opens = bool(self.items) and self.items[0].means("auxiliary")
        asks = opens or bool(self._places("yes-no"))
        between = self.items[chain[0] + 1 : chain[1]]
        return asks and any(item.means(*_BETTER) for item in between) and not self.asked

    def _is_either(self, chain: list[int]) -> bool:
        """ "ToMe or PiToMe for ViTs?": nothing stands before two things, of which one is asked for."""
        between = self.items[chain[0] + 1 : chain[1]]
        ends = self.parser.text.rstrip()[-1:] in ("?", "？")
        return ends and chain[0] == 0 and not self.asked and any(item.means("or") for item in between)

    def _is_which_of(self, chain: list[int]) -> bool:
        """ "A和B哪个精度更高", "does A or B keep more accuracy?", "which is faster, A or B?": which has more."""
        before, behind = self.items[: chain[0]], self.items[chain[-1] + 1 :][:_NEAR]
        if behind[:1] and behind[0].means("asks") and self.parser.is_chinese:
            named = any(self._type(chain[-1] + n) in NAMED for n in (1, 2) if n <= len(behind))
            return not named and all(item.means("frame") for item in before)
        is_last = all(item.mark for item in behind) and bool(before and before[0].means("asks") and before[-1].mark)
        opens = is_last or [item.means("auxiliary") for item in before] == [True]
        either = any(item.means("or") for item in self.items[chain[0] + 1 : chain[1]])
        more = (item.means("increase", "decrease", "improve") for item in (before if is_last else behind))
        return opens and either and any(more)

    def _preferred(self, chain: list[int]) -> list[int]:
        """ "Is AWQ or GPTQ better?", "AWQ还是GPTQ好", "should I use AWQ or GPTQ": the words that ask which it is."""
        between = self.items[chain[0] + 1 : chain[1]]
        if self.asked or not any(item.means("or") for item in between):
            return []
        advice = self._places("advice") if len(self._things()) == len(chain) else []
        behind = [at for at in self._places("preferred") if 0 < at - chain[-1] <= 2]
        return advice or (behind and [*behind, *self._places("auxiliary")])

    def _advice(self) -> Query | None:
        """ "What should I use for Llama-3.1-8B on an RTX 4090?": the best results on both."""
        places = self._places("advice")
        if not places or not self._things():
            return None
        speeds = [at for at, item in enumerate(self.items) if item.is_speed]
        metric = None if speeds else self._metric_near(0, len(self.items))  # those of speed are the usual ones
        self._mark([*places, *speeds, *self.asked_at, *self._places("order:best", "yes-no")])
        return Query("ranking", metric=metric, wants="technique", most=self._most())

    def _times(self) -> None:
        """Read what gets smaller as a ratio where it is asked by how many times: 3DGS压缩最高多少倍."""
        asked = (item for item, behind in pairwise(self.items) if item.means("count") and behind.means("unit"))
        if next(asked, None) is not None:
            times = Item(0, 0, "", unit="x")
            for at, item in enumerate(self.items):
                item.senses = item.senses or self.parser.thresholds.ratio(at, times)

    def _ranking(self) -> Query | None:
        self._times()
        for at in self._places(*(f"order:{order}" for order in ORDERS), "sort"):
            item = self.items[at]
            beside = self.items[max(at - 1, 0) : at] + self.items[at + 1 : at + 2]
            if item.means(*OPS) and any(other.value is not None for other in beside):
                continue
            order = next((order for order in ORDERS if item.means(f"order:{order}")), ORDERS[2])
            own = self.items[at].is_speed
            span = (0, len(self.items), None) if item.means("sort") else (at - 3, at + _NEAR, at)
            metric = self.parser.thresholds.speed_of(at) if own else self._metric_near(*span)
            for behind in self._places("by"):  # "best pruning at 50 % sparsity by perplexity"
                metric = metric or self._metric_near(behind + 1, behind + 2)
            if metric is None and self._most_of(at):
                return self._by_number(at)
            named = self.asked or self._things() or self._names_papers()
            if metric is None and not (item.means("order:best", "order:worst") and named):
                continue
            metric = self._scores(metric) or metric
            does = any(one.means("decrease") and not one.senses for one in self.items[max(at - 2, 0) : at])
            metric = self._turned(metric) if metric and does else metric  # "saves the most memory"
            self._mark([at, *self.asked_at, *self._places(f"order:{order}"), *self._places("sort")])
            return Query("ranking", metric=metric, order=order, most=self._most(), wants=self._ranked())
        top = self._places("top")
        number = self._most() if top else None
        metric = self._metric_near(top[0] + 2, len(self.items)) if number else None
        if number and metric:
            self._mark(self.asked_at)
            return Query("ranking", metric=metric, most=number, wants=self._ranked())
        self.top = number
        return None

    def _ranked(self) -> str:
        if self.asked == "who":
            return "institution"
        return self.asked if self.asked not in ("", "paper", "metric") else ""

    def _most_of(self, at: int) -> bool:
        """Whether "most" counts papers: "which institution has the most papers"."""
        beside = [i for i in (at + 1, at - 1, at - 2) if 0 <= i < len(self.items)]
        papers = any(self._type(i) == "paper" for i in beside) and not self._is_use_most(at)
        return papers and self.items[at].means("order:highest") and self.asked not in ("", "paper")

    def _is_use_most(self, at: int) -> bool:
        """Whether "most" is of the use: "which benchmarks do papers use the most"."""
        return at > 0 and self.items[at].means("order:highest") and self.items[at - 1].means("use", "evaluate")

    def _by_number(self, at: int) -> Query:
        self._mark([at, *self.asked_at])
        if kind := self._organisations(self.asked_at):  # "which company has the most papers"
            return Query("entities", wants=self.asked, most=self._most(), among=kind)
        return Query("count", wants="paper", over=self.asked, order="highest", most=self._most())

    def _count(self) -> Query | None:
        for at in self._places("count"):
            around = [i for i in (at, at + 1, at + 2, at - 1) if 0 <= i < len(self.items) and self._type(i)]
            counted = any(item.senses for item in self.items[at + 1 : at + 2])  # "how many GPUs": no graph knows that
            if not around and (counted or not (at < 2 and fold(self.items[at].text).startswith("how"))):
                continue
            wants = self._type(around[0]) if around else "paper"
            per = [i for i in self._places("per") if i + 1 < len(self.items) and self._type(i + 1)]
            each = [i for i, item in enumerate(self.items) if fold(item.text) == "each" and i + 1 < len(self.items)]
            over = next((i + 1 for i in (*per, *each) if self._type(i + 1) not in ("", wants)), None)
            self._mark([at, *around[:1], *per, *self.asked_at, *([over] if over is not None else [])])
            return Query("count", wants=wants, over="" if over is None else self._type(over))
        return None

    def _relations(self) -> Query | None:
        popular = self._places("popular")
        of_class = None if self.papers_asked or self._names_papers() else self._class(popular)
        members = self._classed(of_class) if of_class is not None else None  # "which GPUs are used for pruning"
        if self.papers_asked or self._names_papers() or (members and (popular or members.field in MADE)):
            return None
        found = Relating(self.parser, self.asked, self._things()).find()
        if found is None:
            return None
        self._mark(self.asked_at)
        return Query("relations", link=found, wants=self.asked, most=self._most())

    def _definition(self) -> Query | None:
        """ "What is EAGLE?": nothing but one thing is named, which the graph need not know."""
        places = self._places("defines")
        if not places and self._places("how"):  # "how does EAGLE work?"
            places = [at for at in self._places("works") if at == len(self.items) - 1 or self.items[at + 1].mark]
        said = [at for at, item in enumerate(self.items) if at not in places and not item.mark]
        named = [at for at in said if self.items[at].senses or self.items[at].is_unknown]
        if not places or not named or not all(at in named or self._is_idle(self.items[at]) for at in said):
            return None
        if len(named) > 1 and self.items[named[-1]].means("scope"):  # "... in LLMs"
            named = named[:-1]
        if named != list(range(named[0], named[-1] + 1)):
            return None
        self._mark([*places, *said])
        senses = self.items[named[0]].senses if len(named) == 1 else []
        senses = [sense for sense in senses if sense.known] or senses
        senses = [sense for sense in senses if self._bears(sense.concept, self.items[named[0]].text)] or senses
        things = [replace(self.parser.entity(sense), roles=ROLES) for sense in senses]
        words = self.parser.text[self.items[named[0]].start : self.items[named[-1]].end]
        return Query("definition", things=tuple(things), words=words)

    def _bears(self, concept: str, name: str) -> bool:
        """Whether a name is a label of a concept, and not only meant in questions ("KV cache")."""
        return fold(name) in {fold(label) for label in self.parser.lexicon.labels(concept)}

    def _is_idle(self, item: Item) -> bool:
        """Whether a word only stands around the one that is to be defined."""
        if item.of("type:") or item.of("relation:") or item.means("results", "reports", "quality", "this", "those"):
            return False
        return item.means("frame", "about", "auxiliary", "how", "scope")

    def _claims(self) -> Query | None:
        """What a paper says: its results, what it proposes, or all of it."""
        if self._names_papers() and not self._places("results"):
            return None
        things = [thing for at in self._things() if (thing := self._entity(at)) and self._is_named(thing)]
        asks = self._places("asks", "how")
        results = [at for at in self._places("results") if not self.papers_asked]
        if self.asked not in ("", "metric", "model", "technique") or self.papers_asked:
            return None
        metrics = [at for at in range(len(self.items)) if self._is_metric(at)]
        if any(item.value is not None for item in self.items) or self._names_papers():
            return None
        hows = [at for at in self._places("how") if not any(map(_is_done, self.items[at + 1 : at + 2]))]
        says = bool(self._places("reports") or hows)  # "how does it do", but no 怎么选 and no 如何降低显存
        if self.asked == "technique" and not (says or results or self._places("propose")):
            return None  # "what new methods are there for LoRA and memory?"
        papers = [item for item in self.items if item.fact and item.fact.field == "paper"]
        named = bool(things or papers)
        told = (says and bool(metrics)) or (named and (says or bool(metrics)))
        is_on = (
            bool(things) and things[0].field == "dataset" and len(self._things()) > 1
        )  # "... with results on LIBERO"
        if (results and (papers or self._things()) and not is_on) or (asks and told):
            metric = self._metric_near(0, len(self.items))
            metric = self._turned(metric) if metric else None
            self._mark([*results, *self.asked_at])
            return Query("claims", wants="result", things=tuple(things[:1]), metric=metric)
        if things and asks and self._places("propose") and self.asked in ("", "technique"):
            self._mark([*self.asked_at, *self._places("propose")])
            return Query("claims", wants="technique", things=tuple(things[:1]))
        if things and self._places("about-it") and not self.asked and len(self._things()) == 1:
            return Query("claims", things=tuple(things[:1]))
        return None

    def _is_named(self, thing: Entity) -> bool:
        """Whether it may be what one paper proposes, and not a topic."""
        return thing.field in ("technique", "model", "dataset")

    def _entities(self) -> Query | None:
        popular = self._places("popular") or [at for at in range(len(self.items)) if self._is_use_most(at)]
        of_class = self._class(popular)
        if of_class is not None:
            thing = self._classed(of_class)
            kinds = [at for at in (of_class - 1, of_class + 1) if 0 <= at < len(self.items) and self._type(at)]
            self._mark([of_class, *popular, *kinds, *self.asked_at, *self._places("asks", "order:highest")])
            self._mark(self._ways([of_class]))
            return Query("entities", wants=thing.field, most=self.top or self._most(), among=thing) if thing else None
        near = (i for at in popular for i in range(at + 1, min(at + 4, len(self.items))))  # "most used vision datasets"
        beside = [at for at in near if self._type(at) and self._is_open_class(at)][:1]
        wants = self.asked or (self._type(beside[0]) if beside else "")
        top = self.top or self._most()
        if top and not wants:
            wants = next((self._type(at) for at in range(len(self.items)) if self._type(at)), "")
        if wants in ("", "paper", "report", *PERIODS[:2]):
            return Query(most=top, order=self.papers_order) if top else None
        places = self.asked_at or beside or [at for at in range(len(self.items)) if self._type(at) == wants][:1]
        self._mark([*places, *popular, *self._ways(places), *self._most_papers()])
        return Query("entities", wants=wants, most=top, among=self._organisations(places))

    def _organisations(self, places: list[int]) -> Entity | None:
        """The companies, or the universities, where these are asked for and not all institutions."""
        words = [word for at in places for word in self.items[at].words if "organisationType" in word.facts]
        if not words:
            return None
        label = next(one for one in words[0].labels if has_han(one) == (self.parser.language == "zh"))
        return Entity("institution", "", label, self.parser.lexicon.organisations(words[0]))

    def _ways(self, places: list[int]) -> list[int]:
        """The verb right behind what is asked for ("which data sets are used to evaluate ..."), which is no cue."""
        out: list[int] = []
        for at in range(places[-1] + 1, len(self.items)) if self.asked not in ("institution", "technique", "") else ():
            if not self.items[at].means("frame", "use", "evaluate") or self.items[at].senses:
                break
            out += [at] if self.items[at].means("use", "evaluate") else []
        return out

    def _turned(self, metric: Outcome) -> Outcome:
        """A metric that has no direction in that which a word elsewhere says: "how much memory does it save"."""
        if metric.change:
            return metric
        change = next((at for at in self._places("decrease", "increase") if not self.items[at].senses), None)
        if change is None:
            return metric
        self._mark([change])
        return replace(metric, change=self.parser.thresholds.direction(self.items[change].words, metric.concept))

    def _is_change(self, at: int) -> bool:
        piece = self.items[at] if 0 <= at < len(self.items) else Item(0, 0, "")
        return piece.means("increase", "decrease") and not (piece.senses or piece.means("deed") or piece.is_verb)


def _is_done(item: Item) -> bool:
    """Whether what stands behind "how" is what one would like to do: a verb, or what nothing bears."""
    is_verb = item.is_speed or item.is_verb or bool(item.of("relation:"))
    return item.is_unknown or is_verb or item.means("increase", "decrease", "improve", "use")
