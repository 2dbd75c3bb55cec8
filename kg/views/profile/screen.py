"""A paper or concept on one screen of a terminal: a line for each type and claim, each sentence once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kg.entity_types import LISTS
from kg.text import fold, plain
from kg.views.profile import concept_profile as concepts
from kg.views.profile import paper_profile as papers
from kg.views.profile.body_profile import kind_named
from kg.views.readable import as_text
from kg.views.statement import stated
from kg.views.words import PageWords

if TYPE_CHECKING:
    from rich.console import Console

    from kg.views.reader import GraphReader

_WEAK = " (?)"
_RANK = {"sure": 0, "likely": 1, "weak": 2}
_ROLES = ("proposed", "used", "baseline", "evaluated", "mentioned")
_MOST, _SENTENCES = 4, 3  # claims or papers of a kind, and sentences, that one screen has room for


@dataclass(slots=True)
class Screen:
    """What is shown: a title, facts below it, rows of a name with a text, and how many lines were left out."""

    title: str
    facts: list[str]
    rows: list[tuple[str, str]]
    left: int = 0

    def print(self, out: Console, *, whole: bool = False) -> None:
        """Print it; a row is cut to one line, a text in quotes to two, unless the `whole` is wanted."""
        from rich.cells import cell_len
        from rich.table import Table
        from rich.text import Text

        out.print(Text(plain(self.title), style="bold"))
        out.print(Text(plain(" · ".join(filter(None, self.facts))), style="dim"))
        grid = Table.grid(padding=(0, 2))
        grid.add_column(no_wrap=True)
        grid.add_column(overflow="fold")
        room, last = out.width - max((cell_len(name) for name, _ in self.rows), default=0) - 2, ""
        for name, said in self.rows:
            shown = Text(plain(" ".join(said.split())))
            if not whole:
                shown.truncate(room * (2 if said.startswith("“") else 1) - 4, overflow="ellipsis")
            grid.add_row(Text(plain(name) if name != last else "", style="dim"), shown)
            last = name
        out.print(grid)

    @property
    def has_weak(self) -> bool:
        """Whether a claim is marked as weak."""
        return any(_WEAK in said for _, said in self.rows)


def of_paper(graph: GraphReader, name: str, lang: str, *, whole: bool = False) -> Screen:
    """The screen of the paper that an entry or CURIE names; the `whole` has all claims and sentences."""
    data, words = papers.profile(graph, name, lang), PageWords(lang)
    made = Screen(data["title"] or data["id"], [], [])
    kind = words(f"kind.{data['kind']}") if words.has(f"kind.{data['kind']}") else data["kind"]
    made.facts = [" ".join(one["id"] for one in data["entries"]), data["date"], kind, data["venue"], data["link"]]
    made.facts += [data["code"]]
    if data["authors"]:
        made.rows.append((words("column.author"), words("report.join").join(data["authors"])))
    for text in data["texts"]:
        if text["field"] == "S":
            said = as_text("".join(piece["text"] for piece in text["pieces"]))
            made.rows.append((words("web.field_S"), words("brief.quote", quote=said)))
    claims = sorted(data["claims"], key=lambda claim: (_RANK[claim["level"]], claim["number"]))
    used = {(kind, fold(one["name"])) for kind, things in data["used"].items() for one in things}
    for kind in ("topic", *LISTS):
        own = [c for c in claims if c.get("type") == kind and (kind, fold(c["label"])) not in used]
        for role in ("", *_ROLES):
            if said := words("report.join").join(_marked(c["label"], c) for c in own if c["role"] == role):
                made.rows.append(
                    (" · ".join(filter(None, (words(f"type.{kind}"), role and words(f"role.{role}")))), said)
                )
    _add_body(made, data, words, whole)
    for side in ("cites", "cited_by"):
        listed = data[side] if whole else data[side][:_MOST]
        made.left += len(data[side]) - len(listed)
        for one in listed:
            who = " ".join(filter(None, (one["id"] or one["name"], as_text(one["title"]))))
            quote = words("brief.quote", quote=as_text(one["quote"])) if whole and one["quote"] else ""
            made.rows.append((words(f"show.{side}"), f"{who} · {one['said']} {quote}".strip()))
    sentences: dict[str, int] = {}
    for kind in ("result", "relation"):
        own = [claim for claim in claims if claim["kind"] == kind]
        shown = own if whole else own[:_MOST]
        made.left += len(own) - len(shown)
        for claim in shown:
            number = sentences.setdefault(" ".join(claim["sentence"].split()), len(sentences) + 1)
            said = result(claim, words) if kind == "result" else relation(claim, words)
            cited = f" [{number}]" if whole or number <= _SENTENCES else ""
            made.rows.append((words(f"web.claims_{kind}"), _marked(said, claim) + cited))
    for claim in claims if whole else ():
        sentences.setdefault(" ".join(claim["sentence"].split()), len(sentences) + 1)
    for said, number in sentences.items():
        if whole or number <= _SENTENCES:
            made.rows.append((f"[{number}]", words("brief.quote", quote=as_text(said))))
    made.left += 0 if whole else max(0, len(sentences) - _SENTENCES)
    if whole:
        made.rows += [(words("show.repaired"), said) for said in data["repairs"]]
    return made


def _add_body(made: Screen, data: Mapping[str, Any], words: PageWords, whole: bool) -> None:
    """Add what the body of a paper says: what it uses and its set-up with their places, its limitations."""
    join = words("report.join")
    for kind, things in data["used"].items():
        name = f"{words('show.used')} · {kind_named(kind, words)}"
        said = [one["called"] + ("" if one["is_sure"] else _WEAK) + one["within"] for one in things]
        made.rows += [(name, one) for one in said] if whole else [(name, join.join(said))]
    for one in data["setup"]:
        told = words("answer.condition", field=one["said"], label=f"{one['value']} {one['unit']}".strip())
        made.rows.append((words("show.setup"), told + one["within"]))
    for one in data["limitations"] if whole else data["limitations"][:1]:
        quoted = words("brief.quote", quote=as_text(one["quote"]))
        made.rows.append((words("show.limitation"), quoted + one["within"]))


def of_concept(graph: GraphReader, concept: str, lang: str, *, whole: bool = False) -> Screen:
    """The screen of a concept or institution (CURIE); KgError for what no paper has and the vocabulary lacks."""
    data, words = concepts.profile(graph, concept, lang), PageWords(lang)
    other = data["labels"]["zh" if lang == "en" else "en"]
    made = Screen(data["label"], [words(f"type.{data['type']}"), concept, other if other != data["label"] else ""], [])
    made.facts += [words.count("count.paper", data["papers"]), data["naming"], data["unsaid"]]
    join, names = words("report.join"), {data["label"], other}
    also = [name for name in data["others"] if name not in names]
    listed = {
        words("web.also_called").rstrip(":："): join.join(also),
        words("show.definition"): data["definition"],
        words("show.broader"): _named(data["broader"], join),
        words("show.narrower"): _named(data["narrower"], join),
    }
    made.rows += [(name, said) for name, said in listed.items() if said]

    def rows(name: str, lines: Sequence[str]) -> None:
        shown = lines if whole else lines[:_MOST]
        made.left += len(lines) - len(shown)
        made.rows.extend((name, line) for line in shown)

    for side in ("beats", "beaten_by"):
        rows(words(f"web.{side}"), [_named([one], "") for one in data[side]])
    for group in data["beside"]:
        said = join.join(f"{one['label']} {one['papers']:,}" for one in group["things"])
        made.rows.append((words(f"type.{group['type']}"), f"{group['note']} {said}".strip()))
    rows(words("web.claims_result"), [f"{result(one, words)} ({one['paper']})" for one in data["results"]])
    for role in data["roles"]:
        rows(words(f"web.role_{role['role']}"), [_paper(one) for one in role["papers"]])
    if not data["roles"]:
        rows(words("web.newest"), [_paper(one) for one in data["newest"]])
    return made


def relation(claim: Mapping[str, Any], words: PageWords) -> str:
    """What a relation says, in the order of the language: "IIAD is part of IIET", "IIAD 是 IIET 的组成部分"."""
    around = f"relation.{claim['relation']}_around"
    said = words(around if words.has(around) else f"relation.{claim['relation']}")
    before, _, behind = (part.strip() for part in said.partition("…"))
    return " ".join(filter(None, (claim["head"], before, claim["tail"], behind)))


def result(claim: Mapping[str, Any], words: PageWords) -> str:
    """A result: its metric, value, baseline and setting."""
    against = f"{words('web.against')} {claim['baseline']}" if claim["baseline"] else ""
    said = f"{claim['metric']} {stated(words, claim)} {against}".strip()
    return " · ".join(filter(None, (said, claim["setting"])))


def _marked(said: str, claim: Mapping[str, Any]) -> str:
    """A claim, with a question mark where it is weak."""
    return as_text(said) + (_WEAK if claim["level"] == "weak" else "")


def _named(things: Iterable[Mapping[str, Any]], join: str) -> str:
    return join.join(one["label"] for one in things)


def _paper(one: Mapping[str, Any]) -> str:
    return f"{one['id']}  {as_text(one['title'])}"
