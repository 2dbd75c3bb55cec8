"""Makes data/gold/works.jsonl: pairs of entries of one work, or of two, each in the form of a real kind of source.

KG_SHARED=... python scripts/make_works.py [-o FILE]

Kinds, forms and numbers stand in data/gold/works.toml. Works are parted by a hash of their title before anything is
drawn, so that no work of the part held out is in the part to tune on, and both parts are drawn in the same way.
What may not be copied (abstracts, Chinese titles) is named by place: the file below the folder KG_SHARED, and the line.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cached_property
from itertools import combinations
from pathlib import Path
from typing import Any

from works_material import SEED, Material, Work, abstract_keys, common

from kg.entity_types import data_folder
from kg.link.titles import letters

GOLD = data_folder("data") / "gold"
OTHER = 0.1  # of the shingles of two abstracts, those of two works at most
NEAR = 0.62  # of the words of two titles
HEADS = ("Published as a conference paper at {v} {y} ", "Under review as a conference paper at {v} {y} ", "Preprint. ")
ANSWERS = (": Part II", " II", ", Part 2", " v2", " 2.0", "++")
_HEAD = 5  # letters
_SHORT = 45

Pair = dict[str, Any]


class Maker:
    """Draws the pairs of one part."""

    def __init__(self, material: Material, part: str) -> None:
        self.material, self.part = material, part
        self.held_out = part == "held out"
        self.random = random.Random(f"{SEED} {part}")
        self.used: set[str] = set()
        tables = tomllib.loads((GOLD / "works.toml").read_text("utf-8"))
        self.forms, self.venues, self.kinds = tables["forms"], tables["venues"], tables["kinds"]
        self.wrong = set(tables["wrong"])

    def pairs(self) -> Iterator[Pair]:
        """The pairs of a part, kind by kind."""
        for kind, said in self.kinds.items():
            wanted = said["count"] * (1 if self.held_out else 2)
            made = 0
            for same, a, b, how in getattr(self, "_" + re.sub(r"\W+", "_", kind).lower())():
                if made == wanted:
                    break
                if self._is_new(a, b):
                    one, other = self._sides(kind, a, b)
                    yield {"same": same, "kind": kind, "part": self.part, "how": how, "a": one, "b": other}
                    made += 1
            if made < wanted:
                print(f"{self.part}, {kind}: {made} of {wanted}")

    def _is_new(self, *works: Work) -> bool:
        titles = {letters(title) for work in works for title in (work.title, work.other) if title}
        if titles & self.used:
            return False
        self.used |= titles
        return True

    def _mine(self, *works: Work) -> bool:
        return all(work.held_out == self.held_out for work in works)

    def _some(self, works: list[Any]) -> list[Any]:
        return self.random.sample(works, len(works))

    # --- sides ----------------------------------------------------------------------------------------------------

    def _sides(self, kind: str, a: Work, b: Work) -> list[Pair]:
        bare = kind == "retitled, no abstract"
        sides: list[Pair] = []
        for at, work in enumerate((a, b)):
            hidden = bare or (kind == "retitled, an abstract" and at == 1)
            forms = [name for name, form in self.forms.items() if self._fills(work, form, hidden)]
            if kind == "report and preprint":
                forms = ["report"] if at == 0 else ["arxiv"]
            form = self.random.choice(forms or ["bibtex"])
            if form == "arxiv" and sides and sides[0]["form"] == "arxiv":
                form = self.random.choice([name for name in forms if name != "arxiv"] or ["pdf"])
            sides.append(self._side(work, form))
        return sides if self.random.random() < 0.5 or kind == "report and preprint" else sides[::-1]

    def _fills(self, work: Work, form: Pair, hidden: bool) -> bool:
        fields = set(form["fields"])
        if hidden and "abstract" in fields:
            return False
        has = {
            "authors": bool(work.authors),
            "abstract": bool(work.abstract),
            "institutions": bool(work.institutions),
            "venue": bool(work.venue),
            "arxiv": bool(work.arxiv),
        }
        return all(has.get(name, True) for name in fields)

    def _side(self, work: Work, name: str) -> Pair:
        form = self.forms[name]
        venue = self.venues.get(work.venue, work.venue) if form.get("venue") == "long" else work.venue
        known: Pair = {
            "authors": [_named(author, form.get("names", "")) for author in work.authors],
            "abstract": work.abstract,
            "institutions": list(work.institutions),
            "author_count": work.count or len(work.authors),
            "venue": venue,
            "year": work.year,
            "arxiv": work.arxiv,
            "date": work.date,
        }
        # What stays where it is, is named by its place.
        known["abstract_of" if "#" in work.abstract[:99] else "abstract"] = known.pop("abstract")
        title = {"title_of": work.line} if work.title == work.chinese else {"title": work.title}
        fields = [*form["fields"], *(["abstract_of"] if "abstract" in form["fields"] else [])]
        return {"form": name, **title, **{key: known[key] for key in fields if known.get(key)}}

    # --- one work -------------------------------------------------------------------------------------------------

    def _retitled_abstracts(self) -> Iterator[tuple[bool, Work, Work, str]]:
        for a, b in self._some([pair for pair in self._versions if self._mine(pair[1])]):
            if a.authors and b.authors:
                yield True, a, b, f"{a.place} and {b.place}: {common(a, b) or 0:.0%} of the abstract in common"
        for work in self._some(self._two_titled()):
            if work.abstract:
                yield True, work, work.under(work.other), f"{work.place}, its two titles, with one abstract"

    def _retitled_an_abstract(self) -> Iterator[tuple[bool, Work, Work, str]]:
        listed = [(work, work.under(work.other)) for work in self._two_titled() if work.abstract]
        found = [pair for pair in self._versions if self._mine(pair[1]) and pair[0].authors]
        for a, b in self._some(listed + self._proceedings() + found):
            yield True, a, b, f"{a.place} and {b.place}, under two titles"

    def _retitled_no_abstract(self) -> Iterator[tuple[bool, Work, Work, str]]:
        listed = [(work, work.under(work.other)) for work in self._two_titled()]
        for a, b in self._some(listed + self._proceedings()):
            yield True, a, b, f"{a.place}, under two titles"

    @cached_property
    def _versions(self) -> list[tuple[Work, Work]]:
        return [(a, b) for a, b in self.material.versions() if letters(a.title) != letters(b.title)]

    def _two_titled(self) -> list[Work]:
        """Papers with two titles in one line of a list."""
        two = [work for work in self.material.listed if work.other and work.other not in self.wrong]
        return [work for work in two if letters(work.other) != letters(work.title) and self._mine(work)]

    def _proceedings(self) -> list[tuple[Work, Work]]:
        """Papers that a conference lists under two titles: by four authors or more, who have no third one there."""
        groups: defaultdict[tuple[Any, ...], list[Work]] = defaultdict(list)
        for work in self.material.listed:
            groups[(work.venue, work.year, work.authors)].append(work)
        two = [group for key, group in groups.items() if len(group) == 2 and len(key[2]) > 3]
        told = [(a, b) for a, b in two if bool(a.abstract) != bool(b.abstract) and letters(a.title) != letters(b.title)]
        mine = [(a, b) for a, b in told if a.venue == "ICML" and a.year == 2025 and self._mine(a, b)]
        return [(a, b) if a.abstract else (b, a) for a, b in mine]

    def _report_and_preprint(self) -> Iterator[tuple[bool, Work, Work, str]]:
        bands = defaultdict(list)
        for work in self.material.reports:
            for key in abstract_keys(work.text):
                bands[key].append(work)
        found = []
        for preprint in self.material.preprints:
            near = {id(work): work for key in abstract_keys(preprint.text) for work in bands.get(key, ())}
            found += [(work, preprint) for work in near.values() if (common(work, preprint) or 0) > 0.7]
        for work, preprint in self._some([pair for pair in found if self._mine(pair[1])]):
            yield True, work, preprint, f"{work.place} of a report and {preprint.place}"

    def _truncated(self) -> Iterator[tuple[bool, Work, Work, str]]:
        for work in self._some(self._works()):
            if len(work.title) > 60:
                cut = work.title[: self.random.randint(40, len(work.title) - 12)].rstrip()
                end = self.random.choice(["...", "…", " ...", ""])
                yield True, work, work.under(cut + end), f"{work.place}, cut off after {len(cut)} characters"

    def _hyphen_broken(self) -> Iterator[tuple[bool, Work, Work, str]]:
        for work in self._some(self._works()):
            words = [word for word in work.title.split() if len(word) > 7 and word.isalpha()]
            broken = self.random.sample(words, min(2, len(words)))
            title, mark = work.title, self.random.choice(["-\n", "-\n", "- "])
            for word in broken:
                at = self.random.randint(3, len(word) - 3)
                title = title.replace(word, f"{word[:at]}{mark}{word[at:]}", 1)
            if broken:
                yield True, work, work.under(title), f"{work.place}, words broken as at line ends"

    def _capitals(self) -> Iterator[tuple[bool, Work, Work, str]]:
        for work in self._some(self._works()):
            yield True, work, work.under(work.title.upper()), f"{work.place}, in capitals"

    def _subtitle(self) -> Iterator[tuple[bool, Work, Work, str]]:
        for work in self._some(self._works()):
            if ": " in work.title:
                parts = work.title.split(": ", 1)
                yield True, work, work.under(parts[self.random.random() < 0.4]), f"{work.place}, a part of its title"

    def _translated(self) -> Iterator[tuple[bool, Work, Work, str]]:
        for work in self._some(self._works()):
            if _is_chinese(work.chinese):
                yield True, work.under(work.chinese), work, f"{work.place}, its Chinese title in a list"

    def _misprint(self) -> Iterator[tuple[bool, Work, Work, str]]:
        for work in self._some(self._works()):
            words = [word for word in work.title.split() if len(word) > 7 and word.isalpha()]
            if words:
                word = self.random.choice(words)
                at = self.random.randint(3, len(word) - 2)
                wrong = word[:at] + self.random.choice(["", 2 * word[at]]) + word[at + 1 :]
                yield True, work, work.under(work.title.replace(word, wrong, 1)), f"{work.place}: {wrong}"

    def _latex(self) -> Iterator[tuple[bool, Work, Work, str]]:
        for work in self._some(self._works()):
            if "$" in work.title:
                plain = re.sub(r"\\(?:text|math)?[a-z]*\{([^{}]*)\}", r"\1", work.title)
                plain = re.sub(r"[$\\{}^]", "", plain).replace("_", "")
                yield True, work, work.under(plain), f"{work.place}, its LaTeX as plain text"

    def _template(self) -> Iterator[tuple[bool, Work, Work, str]]:
        for work in self._some(self._works()):
            head = self.random.choice(HEADS).format(v=work.venue, y=work.year)
            yield True, work, work.under(head + work.title.upper()), f"{work.place}, the head of its page before it"

    def _works(self) -> list[Work]:
        return [work for work in self.material.known if self._mine(work)]

    # --- two works ------------------------------------------------------------------------------------------------

    def _near_titles(self) -> Iterator[tuple[bool, Work, Work, str]]:
        for share, a, b in self._likest(lambda a, b: not _people(a, b), self._works()):
            yield False, a, b, f"{a.place} and {b.place}: {share:.0%} of the words of the titles in common"

    def _likest(
        self, fits: Callable[[Work, Work], bool], works: list[Work], least: float = NEAR
    ) -> Iterator[tuple[float, Work, Work]]:
        """Two works whose titles are much alike and whose abstracts are not, in a drawn order."""
        by_word: defaultdict[str, list[Work]] = defaultdict(list)
        for work in works:
            stems = sorted(set(work.heading.stems))
            for pair in combinations(stems, 3) if len(stems) < 12 else ():
                by_word[" ".join(pair)].append(work)
        pairs = {
            (id(a), id(b)): (a, b) for group in by_word.values() if len(group) < 12 for a, b in combinations(group, 2)
        }
        near = [(a.heading.share(b.heading), a, b) for a, b in pairs.values()]
        for share, a, b in self._some([one for one in near if least <= one[0]]):
            if letters(a.title) != letters(b.title) and (common(a, b) or 0) < OTHER and fits(a, b):
                yield share, a, b

    def _same_people_near_titles(self) -> Iterator[tuple[bool, Work, Work, str]]:
        pairs = [(a.heading.share(b.heading), at, a, b) for at, (a, b) in enumerate(self._of_one_group())]
        for share, _, a, b in sorted(pairs, key=lambda one: -one[0]):
            yield False, a, b, f"{a.place} and {b.place}: {share:.0%} of the words of the titles in common"

    def _same_people(self) -> Iterator[tuple[bool, Work, Work, str]]:
        for a, b in self._some(self._of_one_group()):
            yield False, a, b, f"{a.place} and {b.place}, of the same authors"

    def _of_one_group(self) -> list[tuple[Work, Work]]:
        found = [pair for group in self.material.groups() for pair in combinations(group, 2)]
        mine = [(a, b) for a, b in found if self._mine(a, b) and letters(a.title) != letters(b.title)]
        return [(a, b) for a, b in mine if (common(a, b) or 0) < OTHER]

    def _follow_up(self) -> Iterator[tuple[bool, Work, Work, str]]:
        heads: defaultdict[str, list[Work]] = defaultdict(list)
        for work in self._works():
            heads[letters(work.title)[:_HEAD]].append(work)
        found = [pair for group in heads.values() if len(group) < 200 for pair in combinations(group, 2)]
        for a, b in self._some([pair for pair in found if _people(*pair) > 1]):
            if letters(a.title) != letters(b.title) and (common(a, b) or 0) < OTHER:
                yield False, a, b, f"{a.place} and {b.place}: {_people(a, b)} authors in common"

    def _series(self) -> Iterator[tuple[bool, Work, Work, str]]:
        works = [work for work in self.material.preprints if self._mine(work)]
        counted = [work for work in works if work.heading.numbers]
        alike: defaultdict[str, list[Work]] = defaultdict(list)
        for work in counted:
            alike[re.sub(r"\d+|\b[IVX]+\b", "#", work.title)].append(work)
        pairs = [pair for group in alike.values() for pair in combinations(group, 2)]
        for at, (a, b) in enumerate(self._some(pairs)):
            if a.heading.numbers != b.heading.numbers and at < 6 * (1 + (not self.held_out)):
                yield False, a, replace(b, arxiv=""), f"{a.place} and {b.place}, of one series"
        for work in self._some(self._works()):
            second = work.under(work.title + self.random.choice(ANSWERS))
            yield False, work, replace(second, abstract=""), f"{work.place} and a made second part of it"

    def _one_title(self) -> Iterator[tuple[bool, Work, Work, str]]:
        works = self._some(self._works())
        for work, other in zip(works, self._some(works), strict=True):
            if not _people(work, other) and len(letters(work.title)) <= _SHORT:  # those that happen twice are short
                yield False, work, other.under(work.title), f"{work.place} and its title on another of {other.place}"

    def _one_name(self) -> Iterator[tuple[bool, Work, Work, str]]:
        names: defaultdict[str, list[Work]] = defaultdict(list)
        for work in self._works():
            if len(work.heading.name) > 3:
                names[work.heading.name].append(work)
        pairs = [pair for group in names.values() for pair in combinations(group, 2)]
        for a, b in self._some(pairs):
            if letters(a.title) != letters(b.title) and not _people(a, b) and (common(a, b) or 0) < OTHER:
                yield False, a, b, f"{a.place} and {b.place}, by others"

    def _translated_other_work(self) -> Iterator[tuple[bool, Work, Work, str]]:
        near = self._likest(lambda a, b: _is_chinese(a.chinese) or _is_chinese(b.chinese), self._works(), 0.5)
        for share, a, b in near:
            one, other = (a, b) if _is_chinese(a.chinese) else (b, a)
            how = f"the Chinese title of one of {one.place}, and one of {other.place}: English titles {share:.0%} alike"
            yield False, one.under(one.chinese), other, how

    def _truncated_other_work(self) -> Iterator[tuple[bool, Work, Work, str]]:
        heads: defaultdict[str, list[Work]] = defaultdict(list)
        for work in self._works():
            heads[letters(work.title)[:18]].append(work)
        for group in self._some([group for group in heads.values() if len(group) > 1]):
            a, b = group[:2]
            same = _beginning(a.title.lower(), b.title.lower())
            if same > 18 and letters(a.title) != letters(b.title) and (common(a, b) or 0) < OTHER:
                yield False, a.under(a.title[:same].rstrip() + "…"), b, f"{a.place}, cut off, and {b.place}"


def _people(a: Work, b: Work) -> int:
    return len({letters(name) for name in a.authors} & {letters(name) for name in b.authors})


def _beginning(one: str, other: str) -> int:
    """How many characters two texts begin with alike."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))


def _is_chinese(title: str) -> bool:
    return len(re.findall(r"[\u3400-\u9fff]", title)) > 4


def _named(author: str, how: str) -> str:
    first, _, last = author.rpartition(" ")
    if not first or not how:
        return author
    if how == "last, first":
        return f"{last}, {first}"
    return f"{' '.join(f'{name[0]}.' for name in first.split())} {last}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-o", type=Path, default=GOLD / "works.jsonl")
    options = parser.parse_args()
    material = Material(Path(os.environ["KG_SHARED"]))
    pairs = [pair for part in ("tune", "held out") for pair in Maker(material, part).pairs()]
    lines = [json.dumps({"id": f"w{at:03d}", **pair}, ensure_ascii=False) for at, pair in enumerate(pairs, 1)]
    options.o.write_text("\n".join(lines) + "\n", "utf-8")
    print(Counter((pair["part"], pair["same"]) for pair in pairs))


if __name__ == "__main__":
    main()
