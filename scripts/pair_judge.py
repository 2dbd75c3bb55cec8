"""Fit the judge of relations to pairs of entities (kg/extract/pairs.py), with the words it looks at between them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from kg.evaluation import overlap
from kg.extract import pipeline
from kg.extract.context import view_of
from kg.extract.pairs import NAMES, entities, names_with, table
from kg.model import LISTS, RELATION_TYPES, Mention

HIDDEN, DECAY = 16, 3e-2
COMMON, WORDS, LEAST = 200, 40, 60  # words that are tried, words that are taken, pairs that one stands between at least
SEEDS, EPOCHS, RATE, BATCH = 3, 6, 2e-2, 512
PLAIN = 0.97  # likelihood of no relation by the tagger from which a pair teaches little, and one in `DRAWN` is shown
DRAWN = 4
THRESHOLD = 0.2

Pairs = tuple[Any, Any, Any]  # features (pairs, NAMES), words between (pairs, 2 * words), label (pairs,)


def common_words(docs: Sequence[Any]) -> list[str]:
    """The words that stand in most annotated papers."""
    count: Counter[str] = Counter()
    for doc in docs:
        count.update({w.text.lower() for words in doc._.words for w in words if not w.text.isdigit()})
    return [word for word, _ in sorted(count.items(), key=lambda c: (-c[1], c[0]))[:COMMON]]


def fitted_pairs(tables: Sequence[Pairs], words: Sequence[str]) -> dict[str, Any]:
    """What a judge's file says of a network fitted to pairs, with the words between them that tell most.

    Most pairs are plainly unrelated: of those it sees a part, which weighs for all.
    """
    rows, between, wanted = (np.concatenate([t[k] for t in tables]) for k in range(3))
    taken = _telling(between, wanted, words)
    rows = np.concatenate([rows, between[:, taken]], 1)
    names = [names_with(tuple(words))[len(NAMES) + k] for k in taken]
    sure = rows[:, NAMES.index("tag none")] >= np.log(PLAIN)
    drawn = np.random.default_rng(0).random(len(rows)) < 1 / DRAWN
    plain = sure & (wanted == 0)
    shown = ~plain | drawn
    weights = np.where(plain, float(DRAWN), 1.0)
    labels = ("none", *RELATION_TYPES)
    return fitted_batches([*NAMES, *names], rows[shown], wanted[shown], weights[shown], labels)


def _telling(between: Any, wanted: Any, words: Sequence[str]) -> list[int]:
    """The columns of the words whose presence tells most of the label: bits over what the labels' shares say."""
    kinds = np.eye(int(wanted.max()) + 1, dtype=np.float32)[wanted]
    count = between.astype(np.float32).T @ kinds + 0.5
    share = np.log(count / count.sum(1, keepdims=True)) - np.log(kinds.mean(0))
    tells = (count * share).sum(1) * (between.sum(0) >= LEAST)
    best = np.maximum(tells[: len(words)], tells[len(words) :])
    chosen = sorted(np.argsort(-best, kind="stable")[:WORDS].tolist())
    return [*chosen, *(len(words) + k for k in chosen)]


def fitted_batches(
    names: Sequence[str], table: Any, wanted: Any, weights: Any, labels: Sequence[str]
) -> dict[str, Any]:
    """What a judge's file says of a network fitted to many rows, which it sees by the batch, each with its weight."""
    import torch
    from torch import nn
    from torch.nn import functional

    torch.set_num_threads(1)
    mean, scale = table.mean(0), np.maximum(table.std(0), 0.05)
    inputs, target = torch.tensor((table - mean) / scale, dtype=torch.float32), torch.tensor(wanted)
    weight = torch.tensor(weights, dtype=torch.float32)
    steps = EPOCHS * (len(table) // BATCH)
    nets = []
    for seed in range(SEEDS):
        torch.manual_seed(seed)
        net = nn.Sequential(nn.Linear(len(names), HIDDEN), nn.ReLU(), nn.Dropout(0.1), nn.Linear(HIDDEN, len(labels)))
        optimizer = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=DECAY)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=steps, pct_start=0.2)
        for _ in range(EPOCHS):
            for rows in torch.randperm(len(table))[: len(table) // BATCH * BATCH].split(BATCH):
                losses = functional.cross_entropy(net(inputs[rows]), target[rows], reduction="none")
                loss = (losses * weight[rows]).sum() / weight[rows].sum()
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                schedule.step()
        nets.append(net)
    return as_told(nets, names, mean, scale, labels, THRESHOLD)


def as_told(
    nets: Sequence[Any], names: Sequence[str], mean: Any, scale: Any, labels: Sequence[str], threshold: float
) -> dict[str, Any]:
    """Networks as one: their hidden layers side by side, their outputs the mean."""
    import torch

    with torch.no_grad():
        hidden = torch.cat([n[0].weight for n in nets]).T
        shift = torch.cat([n[0].bias for n in nets])
        out = torch.cat([n[3].weight for n in nets], 1).T / len(nets)  # the mean of the logits
        bias = sum(n[3].bias for n in nets) / len(nets)
    return {
        "labels": list(labels),
        "threshold": threshold,
        "features": list(names),
        "mean": rounded(mean),
        "scale": rounded(scale),
        "hidden": rounded(hidden),
        "shift": rounded(shift),
        "out": rounded(out),
        "bias": rounded(bias),
    }


def rounded(numbers: Any) -> Any:
    """Numbers as lists, to the fourth digit."""
    return np.round(np.asarray(numbers, float), 4).tolist()


def pair_rows(doc: Any, record: dict[str, Any], words: Sequence[str]) -> Pairs:
    """Features of all pairs of entities of a Doc, and the relations of annotators one to one, 0 for none."""
    component = dict(pipeline().pipeline)["kg_relations"]
    view = view_of(doc, component.vocabulary)
    found = entities(doc, view)
    head = component.head(doc, found)
    ruled = component.ruled(doc, found, head)
    at, rows = table(doc, view, found, ruled, head, words)
    forms = [_as_end(doc._.text[e.mention.start : e.mention.end], e.mention) for e in found]
    ends = {end for r in record["relations"] for end in (r["head"], r["tail"])}
    alike = {end: [overlap(_known(record, end), f) for f in forms] for end in ends}
    near = []
    for n, relation in enumerate(record["relations"]):
        for row, (i, j) in enumerate(at):
            like = min(alike[relation["head"]][i], alike[relation["tail"]][j])
            if like >= 0.5:  # of pairs that are equally like, the one that the rules would take
                near.append((like + 0.02 * (ruled.get((i, j)) == relation["type"]), -n, -row))
    wanted, told, taken = np.zeros(len(at), int), set(), set()
    for _, n, row in sorted(near, reverse=True):
        if n not in told and row not in taken:
            told.add(n)
            taken.add(row)
            wanted[-row] = RELATION_TYPES.index(record["relations"][-n]["type"]) + 1
    return rows[:, : len(NAMES)], rows[:, len(NAMES) :].astype(bool), wanted


def _as_end(surface: str, mention: Mention) -> dict[str, Any]:
    """An entity as the scorer sees it at the end of a relation, where its canonical name stands for it."""
    return {"surface": mention.canonical, "aliases": [surface]}


def _known(record: dict[str, Any], name: str) -> dict[str, Any]:
    """The annotators' name of an end with the forms by which the scorer knows it: aliases do not count."""
    out: list[str] = [name]
    for kind in LISTS.values():
        for entity in record[kind] if kind != "institutions" else ():
            known = [entity["surface"], entity.get("canonical") or "", *(entity.get("aliases") or [])]
            if name in known:
                out += [k for k in known if k]
    return {"surface": name, "aliases": out}
