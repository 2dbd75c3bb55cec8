"""Fit the judges of kg/extract/judge.py to what taggers say of papers that they have not seen."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from annotated import FOLDS, SETS, annotated, doc_of, fold_of, forms_of, is_of, places
from arxiv_gold import Paper, of_arxiv
from boosting import boosted
from cores import on_all_cores
from pair_judge import common_words, fit_relations, pair_rows

from kg.entity_types import LISTS
from kg.evaluation.matching import overlap, pairs, same_name
from kg.evaluation.scores import score
from kg.extract import judge, pipeline
from kg.extract.component import to_record
from kg.extract.context import DocView, view_of
from kg.extract.judge import Features, Judge
from kg.extract.named import WORD
from kg.extract.same import pair_features
from kg.extract.tagger import Tagger
from kg.extract.techniques import role_features
from kg.extract.types import NAME as TYPE
from kg.extract.types import Group, groups
from kg.extract.types import features as group_features
from kg.model import KINDS as PAPER_KINDS
from kg.model import ROLES, Mention
from kg.records import to_json
from kg.text import fold
from kg.vocabulary import Vocabulary

KINDS = ("hardware", "model", "dataset", "technique", "problem", "task")
NAMED = ("hardware", "model", "dataset")
THRESHOLDS = tuple(n / 100 for n in range(20, 55, 5))
SAME = tuple(n / 10 for n in range(5, 10))  # two things taken for one are worse than one told twice
NO_YES = ("no", "yes")
NONE = "none"
TYPE_LABELS = (NONE, *KINDS)
#: The least thresholds of types whose claims read worse than they score: more that is right is worth more than more.
PRECISE = {"technique": 0.5, "problem": 0.45, "task": 0.45}
TOLERANCE = 0.003  # of F1, within which thresholds are as good as one another
STEPS = 250  # of a logistic regression
LIGHT = 1e-4  # the penalty on the weights of the rules
DOUBT = 0.5  # what stands for the likelihood of a technique that annotators alone found
LEAST = 20  # rows that have a word, for it to be a feature
SLOW = ("kg_results", "kg_relations")  # components that no judge of an entity or a topic looks at

Row = tuple[Features, int]


class Workshop:
    """The annotated papers as Docs that are read up to the tagger, with their out-of-fold tags.

    `strange` hides the vocabulary's named things that one paper alone mentions: they are known because of that paper,
    and the judges are to learn what to expect of papers that nobody has seen.
    """

    def __init__(
        self, papers: Sequence[Paper], tags_of: Callable[[str, Any], Any], others: Tagger, strange: bool = True
    ) -> None:
        """`tags_of` gives the tags of annotated papers, `others` tags those of which only the devices are."""
        self.papers, self._others = papers, others
        self._docs: dict[str, tuple[Any, list[Any], Any]] = {}
        self.tags_of = tags_of
        self.gold = {d.id: r for d, r in papers}
        named = Counter(m for d, _ in papers for m in {m.concept for m in doc_of(d)._.matches})
        self.alone = {concept for concept, count in named.items() if count == 1 and strange}

    def start(self, paper: Paper) -> Any:
        """The Doc of a paper, read by everything before the tagger, with its tags; made once, given back as it was."""
        if paper[0].id not in self._docs:
            doc = doc_of(paper[0])
            whole = paper[0].id in self.gold
            if whole:
                doc._.matches = [m for m in doc._.matches if m.type not in NAMED or m.concept not in self.alone]
            for name, component in pipeline().pipeline:
                if name == "kg_tagger":
                    break
                doc = component(doc)
            tags = self.tags_of(paper[0].id, doc) if whole else self._others(doc)._.tags
            self._docs[paper[0].id] = doc, list(doc._.mentions), tags
        doc, mentions, tags = self._docs[paper[0].id]
        doc._.mentions, doc._.tags = [replace(m) for m in mentions], tags
        doc._.results, doc._.relations, doc._.topics, doc._.decided = [], [], [], {}
        return doc

    def read(self, paper: Paper, judges: dict[str, Judge], until: str = "", without: Sequence[str] = ()) -> Any:
        """The Doc of a paper after the components behind the tagger, with these judges, up to one, without some."""
        doc, behind = self.start(paper), False
        with using(judges):
            for name, component in pipeline().pipeline:
                if name == until:
                    break
                if behind and name not in without:
                    doc = component(doc)
                behind = behind or name == "kg_tagger"
        return doc

    def record(self, paper: Paper, judges: dict[str, Judge], without: Sequence[str] = ()) -> dict[str, Any]:
        """The record of a paper, in the annotators' form."""
        return to_json(to_record(self.read(paper, judges, without=without), paper[0]))


class using:
    """Let the components see these judges."""

    def __init__(self, judges: dict[str, Judge]) -> None:
        self.judges = judges

    def __enter__(self) -> None:
        self.kept = judge.judges
        judge.judges = lambda: self.judges  # type: ignore[assignment]

    def __exit__(self, *_: object) -> None:
        judge.judges = self.kept


def _readers() -> list[Any]:
    """The components whose candidates have a judge."""
    return [component for _, component in pipeline().pipeline if getattr(component, "entity", "") in KINDS]


def span_rows(shop: Workshop, paper: Paper) -> dict[str, list[Row]]:
    """Features of each candidate of a paper, and whether it is near anything that annotators named, by type."""
    doc, out = shop.start(paper), {}
    for component in _readers():
        kind = component.entity
        if LISTS[kind] in paper[1]:
            view = view_of(doc, component.vocabulary)
            found = judge.with_tags(doc, kind, component.candidates(doc), view, component.taken(doc))
            gold = paper[1][LISTS[kind]]
            right = [bool(pairs(gold, [form], *_alike(kind))) for form in _forms(doc, kind, found)]
            out[kind] = [(c.features, int(r)) for c, r in zip(found, right, strict=True)]
    return out


def group_rows(shop: Workshop, paper: Paper, judges: dict[str, Judge]) -> dict[str, list[Row]]:
    """Features of each group of candidates that judges let through, and the type of which annotators named it.

    Of a paper in which one type alone is annotated: the groups that can be of no other.
    """
    doc = shop.start(paper)
    view = view_of(doc, Vocabulary.load())
    with using(judges):
        found = groups(doc, view, _readers())
    known = {kind for kind in KINDS if LISTS[kind] in paper[1]}
    label = _types_of(doc, paper[1], found, sorted(known))
    rows = enumerate(group_features(view, found))
    return {TYPE: [(told, TYPE_LABELS.index(label.get(n, NONE))) for n, told in rows if known.issuperset(found[n])]}


def _types_of(doc: Any, record: dict[str, Any], found: Sequence[Group], kinds: Sequence[str]) -> dict[int, str]:
    """The types of groups that annotators named, by number: one to one with what they named, the most alike first."""
    near = []
    for kind in kinds:
        alike, least = _alike(kind)
        numbers = [n for n, group in enumerate(found) if kind in group]
        forms = _forms(doc, kind, [found[n][kind][0] for n in numbers])
        for n, form in zip(numbers, forms, strict=True):
            likeness = ((float(alike(gold, form)), i) for i, gold in enumerate(record[LISTS[kind]]))
            near += [(-like, n, kind, i) for like, i in likeness if like >= least]
    out: dict[int, str] = {}
    done: set[tuple[str, int]] = set()
    for _, n, kind, i in sorted(near):
        if n not in out and (kind, i) not in done:
            out[n] = kind
            done.add((kind, i))
    return out


def _alike(kind: str) -> tuple[Callable[[Any, Any], float], float]:
    """How what is found of a type is paired with what is annotated."""
    return (same_name, 0.75) if kind in NAMED else (overlap, 0.5)


def _forms(doc: Any, kind: str, found: Sequence[judge.Candidate]) -> list[dict[str, str]]:
    """The candidates as the annotators would name them."""
    out = []
    for c in found:
        surface = doc._.text[c.start : c.end]
        concept = Vocabulary.load().find(surface, kind)
        out.append({"surface": surface, "canonical": concept.label["en"] if concept else surface})
    return out


def fitted(rows: Sequence[Row], labels: Sequence[str], threshold: float = 0.5) -> dict[str, Any]:
    """What is told of a judge that is fitted to rows of features with the number of their label."""
    count = Counter(name for features, _ in rows for name in features)
    names = sorted(name for name, n in count.items() if n >= LEAST or not name.startswith(WORD))
    return boosted(names, _table(rows, names), np.array([label for _, label in rows]), labels, threshold)


def _table(rows: Sequence[Row], names: Sequence[str]) -> Any:
    """Rows of features as a matrix (rows, names)."""
    column = {name: i for i, name in enumerate(names)}
    table = np.zeros((len(rows), len(names)), np.float32)
    for i, (features, _) in enumerate(rows):
        for name, value in features.items():
            if name in column:
                table[i, column[name]] = value
    return table


def fit_all(shop: Workshop) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """All judges, fitted to all papers, and those fitted without each fold.

    Two rounds: the judges of entities first, then those that stand on the entities they let through.
    """
    papers = shop.papers
    told, held = fit_entities(shop)
    made = [_made(judges) for judges in held]
    second = on_all_cores(lambda i: _second_rows(shop, papers[i], made[fold_of(i)]), len(papers))
    _fit_each(second, told, held, {"role": ("role", ROLES), "topic": ("topic", NO_YES), "kind": ("kind", PAPER_KINDS)})
    made = [_made(judges) for judges in held]
    second = on_all_cores(lambda i: {"same": same_rows(shop, papers[i], made[fold_of(i)])}, len(papers))
    _fit_each(second, told, held, {"same": ("same", NO_YES)})
    _thresholds(shop, told, held, {("same", ""): ("techniques", "technique role")}, SAME)
    wanted = {(TYPE, "technique"): ("techniques", "technique role"), ("topic", ""): ("topics",)}
    _thresholds(shop, told, held, wanted)
    made = [_made(judges) for judges in held]
    words = common_words([shop.start(p) for p in papers])
    third = [pair_rows(shop.read(p, made[fold_of(i)], until="kg_relations"), p[1], words) for i, p in enumerate(papers)]
    related, related_held = fit_relations(third, words, [fold_of(i) for i in range(len(papers))], FOLDS)
    told |= related
    for judges, more in zip(held, related_held, strict=True):
        judges |= more
    return told, held


def read_held_out(shop: Workshop, held: Sequence[dict[str, Judge]]) -> list[dict[str, Any]]:
    """The records of all papers by the judges of each fold that had not seen them; prints their scores."""
    papers = shop.papers
    found = on_all_cores(lambda i: shop.record(papers[i], held[fold_of(i)]), len(papers))
    for what in SETS:
        part = {d.id: (r, f) for (d, r), f in zip(papers, found, strict=True) if is_of(d.id, what)}
        table = score({k: r for k, (r, _) in part.items()}, {k: f for k, (_, f) in part.items()})
        print(what, len(part), "papers")
        for name, s in table.items():
            print(f"  {name:18} P {s.precision:.3f} R {s.recall:.3f} F1 {s.f1:.3f}", flush=True)
    return found


def fit_entities(shop: Workshop) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The judges of types of entities, fitted to all papers, and those fitted without each fold."""
    papers, more = shop.papers, of_arxiv("hardware")
    print(f"{len(papers)} papers, {len(more)} more of hardware, {len(shop.alone)} concepts of one paper", flush=True)
    held: list[dict[str, Any]] = [{} for _ in range(FOLDS)]
    told: dict[str, Any] = {}
    every = [*papers, *more]
    for paper in every:
        shop.start(paper)
    rows = on_all_cores(lambda i: span_rows(shop, every[i]), len(every))
    _fit_each(rows, told, held, {kind: (kind, NO_YES) for kind in KINDS})
    made = [_made(judges) for judges in held]
    rows = on_all_cores(lambda i: group_rows(shop, every[i], made[fold_of(i)]), len(every))
    _fit_each(rows, told, held, {TYPE: (TYPE, TYPE_LABELS)})
    for one in (told, *held):
        one[TYPE]["thresholds"] = [THRESHOLDS[0]] * len(KINDS)
    _thresholds(shop, told, held, {(TYPE, kind): (LISTS[kind],) for kind in KINDS})
    return told, held


def _made(told: dict[str, Any]) -> dict[str, Judge]:
    return {name: Judge(t) for name, t in told.items()}


def _fit_each(
    rows: Sequence[dict[str, list[Row]]],
    told: dict[str, Any],
    held: list[dict[str, Any]],
    wanted: dict[str, tuple[str, Sequence[str]]],
) -> None:
    """Fit judges to rows of all papers and, for each fold, of those outside; `wanted`: judge to (rows, labels)."""

    for name, (key, labels) in wanted.items():
        for number, judges in enumerate((*held, told)):
            shown = [r for i, paper in enumerate(rows) if fold_of(i) != number for r in paper.get(key, ())]
            judges[name] = fitted(shown, labels)
        print(name, sum(len(p.get(key, ())) for p in rows), "rows", flush=True)


def _thresholds(
    shop: Workshop,
    told: dict[str, Any],
    held: list[dict[str, Any]],
    names: Mapping[tuple[str, str], Sequence[str]],
    tried: Sequence[float] = THRESHOLDS,
) -> None:
    """Set the thresholds that are best by cross-validation; of those as good, the middle one, the lower of two.

    None is below PRECISE.

    `names`: judge and label ("" for the judge's only one) to the scores whose mean counts; nothing of results and
    relations.
    """
    f1: dict[tuple[str, str], dict[float, float]] = {name: {} for name in names}
    for least in tried:
        for name in f1:
            _set_threshold((told, *held), name, least)
        made = [_made(judges_told) for judges_told in held]
        found = on_all_cores(
            lambda i, made=made: shop.record(shop.papers[i], made[fold_of(i)], SLOW),  # type: ignore[misc]
            len(shop.papers),
        )
        table = score(shop.gold, {p[0].id: record for p, record in zip(shop.papers, found, strict=True)})
        for name, keys in names.items():
            f1[name][least] = sum(table[key].f1 for key in keys) / len(keys)
    for name, by in f1.items():
        good = sorted(t for t in by if by[t] >= max(by.values()) - TOLERANCE)
        best = max(good[(len(good) - 1) // 2], PRECISE.get(name[1], 0.0))
        line = " ".join(f"{t:.2f}:{v:.3f}" for t, v in by.items())
        print(f"{' '.join(name):20} threshold {best:.2f}  {line}", flush=True)
        _set_threshold((told, *held), name, best)


def _set_threshold(told: Sequence[dict[str, Any]], name: tuple[str, str], least: float) -> None:
    judge_name, label = name
    for judges in told:
        if label:
            judges[judge_name]["thresholds"][judges[judge_name]["labels"].index(label) - 1] = least
        else:
            judges[judge_name]["threshold"] = least


def _second_rows(shop: Workshop, paper: Paper, judges: dict[str, Judge]) -> dict[str, list[Row]]:
    """Rows for the judges of roles, topics and kinds, on the entities that the first ones let through."""
    doc = shop.read(paper, judges, until="kg_relations")
    components = dict(pipeline().pipeline)
    view = view_of(doc, components["kg_techniques"].vocabulary)
    found = [m for m in doc._.mentions if m.type == "technique"]
    forms = [{"surface": doc._.text[m.start : m.end], "canonical": m.canonical, "aliases": m.aliases} for m in found]
    gold = paper[1]["techniques"]
    roles = []
    for i, j in pairs(gold, forms, overlap, 0.5):
        mention = found[j]
        if not view.form(mention.start, mention.end).get("own name"):
            known = bool(view.vocabulary.find(doc._.text[mention.start : mention.end], "technique"))
            features = role_features(view, mention.start, mention.end, known)
            roles.append((features, ROLES.index(gold[i]["role"])))
    topics = components["kg_topics"].candidates(doc)
    kind = components["kg_kind"].features(doc), PAPER_KINDS.index(paper[1]["kind"])
    return {
        "role": roles,
        "topic": [(s.features, int(t in paper[1]["topics"])) for t, s in topics.items()],
        "kind": [kind],
    }


def same_rows(shop: Workshop, paper: Paper, judges: dict[str, Judge]) -> list[Row]:
    """Features of each pair of wordings of a paper, and whether they are of one annotated technique.

    Beside those that are found stand the other names that annotators gave. Of a pair that nobody annotated nothing is
    known.
    """
    doc = shop.read(paper, judges, until="kg_techniques")
    component = dict(pipeline().pipeline)["kg_techniques"]
    view, gold = view_of(doc, component.vocabulary), paper[1]["techniques"]
    with using(judges):
        found = component.wordings(doc)
    forms = [{"surface": m.surface, "canonical": m.canonical, "aliases": m.aliases} for m in found]
    of = {j: i for i, j in pairs(gold, forms, overlap, 0.5)}
    for j, form in enumerate(forms):
        like, best = max(((overlap(g, form), -i) for i, g in enumerate(gold)), default=(0.0, 0))
        if like >= 0.5:
            of.setdefault(j, -best)
    known = {fold(m.surface) for m in found}
    for i, name in ((i, name) for i, entity in enumerate(gold) for name in forms_of(entity)):
        start, end = next(places(view.text, name), (0, 0))
        if end and fold(name) not in known:
            known.add(fold(name))
            of[len(found)] = i
            surface = view.text[start:end]
            found.append(Mention("technique", surface, surface, start=start, end=end, confidence=DOUBT))
    return [
        (features, int(of.get(i) == of.get(j)))
        for (i, j), features in pair_features(view, found).items()
        if i in of or j in of
    ]


def print_phrases() -> None:
    """Print the weights by which the rules judge noun phrases; they stand, rounded, in techniques.py and tasks.py."""
    rows: dict[str, list[Row]] = {"technique": [], "task": []}
    for document, record in annotated():
        doc = doc_of(document)
        for name, component in pipeline().pipeline:
            doc = component(doc) if name in ("kg_names", "kg_phrases") else doc
        view = DocView(doc, Vocabulary.load())
        for phrase in view.phrases:
            form = {"surface": doc._.text[phrase.start : phrase.end]}
            for kind, found in rows.items():
                right = any(overlap(form, e) >= 0.5 for e in record[LISTS[kind]])
                found.append((view.features(phrase), int(right)))
    for kind, found in rows.items():
        print(kind, len(found), "phrases")
        for name, weight in _linear(found).items():
            print(f"  {name:16} {weight:6.2f}")


def _linear(rows: Sequence[Row]) -> dict[str, float]:
    """The weights of a logistic regression by feature, with "bias"."""
    import torch
    from torch import nn
    from torch.nn import functional

    names = sorted({name for features, _ in rows for name in features})
    table, target = _table(rows, names), torch.tensor([label for _, label in rows])
    mean, scale = table.mean(0), np.maximum(table.std(0), 0.05)
    inputs = torch.tensor((table - mean) / scale, dtype=torch.float32)
    straight = nn.Linear(len(names), 2)
    nn.init.zeros_(straight.weight)
    nn.init.zeros_(straight.bias)
    optimizer = torch.optim.LBFGS(straight.parameters(), max_iter=STEPS, line_search_fn="strong_wolfe")

    def loss() -> Any:
        optimizer.zero_grad()
        out = functional.cross_entropy(straight(inputs), target) + LIGHT * (straight.weight**2).sum()
        out.backward()
        return out

    optimizer.step(loss)
    no, yes = straight.weight.detach().numpy()
    weights = (yes - no) / scale
    first, second = straight.bias.tolist()
    return {"bias": second - first - float(mean @ weights), **dict(zip(names, weights.tolist(), strict=True))}


def write(told: dict[str, Any], folder: Path) -> None:
    """Write judges: the trees of each to a file of its own, all else as JSON, a judge a line."""
    (folder / "judges").mkdir(exist_ok=True)
    lines = []
    for name, one in told.items():
        file = f"judges/{name.replace(' ', '-')}.onnx"
        (folder / file).write_bytes(one["trees"])
        lines.append(f"{json.dumps(name)}: {json.dumps({**one, 'trees': file}, separators=(',', ':'))}")
    (folder / "judges.json").write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")
