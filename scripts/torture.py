"""Do to a graph what a bad day does, many times, and print what was lost: nothing may be.

    python scripts/torture.py [FILES ...] [--papers 500] [--kills 200] [--seed 1] [--folder DIR]

FILES are papers in any form; without them papers are made up. They are read once (`--fast`), for what is tried here is
how they are stored: a process that has them read is forked, adds them, and is killed at a random moment. (This process
itself opens no triples, for the threads of RocksDB do not come along.) After each blow the file must open, hold all
that had counted, each entry whole and with its source; going on must come to what an undisturbed `add` gives, in all
tables and in the triples. Whole processes of `kg add` are killed too. Exit status 1 when anything was lost.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from torture_child import Child, apart
from torture_look import entries, made, whole

import kg.build.adding
from kg.api import Graph
from kg.build.pipeline import Added, Annotations, Extracted, Pipeline
from kg.model import Document, KgError
from kg.serving.state import GraphPlace
from kg.store.file import StoreFile
from kg.store.lite import cache_of

_TITLES = ("Cache Eviction", "Sparse Attention", "Draft Models", "Weight Pruning", "Token Merging", "Expert Routing")
_ABSTRACT = (
    "We study {0} in large language models, propose {1}, a method that keeps what matters of each layer, and find that "
    "it is {2}x faster than FlashAttention-2 on an H100 while it uses half of the memory that others take on {3} tasks."
)
_FRAME = 4096 + 24  # bytes of a page in the log of SQLite (-wal), behind 32 at its beginning
_FEW = 10  # entries that the triples follow one by one
#: What is done, and how often for each kill of `add`.
BLOWS = {
    "killed": 1.0,
    "killed_commands": 0.05,
    "power_cuts": 0.1,
    "full_disks": 0.1,
    "read_only": 0.0,
    "two_writers": 0.03,
    "damaged": 0.15,
    "damaged_caches": 0.1,
    "killed_rebuilds": 0.1,
    "killed_caches": 0.1,
    "replaced": 0.2,
}
#: What is done to a graph that is open, beside what a writer does.
_ACTS = (
    "moved away",
    "removed",
    "removed with its log",
    "other moved in",
    "backup moved in",
    "backup copied in",
    "restored",
)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("files", type=Path, nargs="*", help="papers; made up when none are given")
    parser.add_argument("--papers", type=int, default=500, help="that are made up; of files all are read")
    parser.add_argument("--kills", type=int, default=200, help="of `add`; of the rest fewer")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="where the graphs lie, some hundred MB")
    arguments = parser.parse_args()
    if arguments.folder:
        arguments.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=arguments.folder) as place:
        torture = Torture(Path(place), arguments.files, arguments.papers, arguments.seed)
        for blow, share in BLOWS.items():
            getattr(torture, blow)(max(1, int(arguments.kills * share)))
    print(torture.table())
    return 1 if torture.faults else 0


def made_up(path: Path, count: int, seed: int) -> Path:
    """Papers of which some are one work with others, by id, title or DOI."""
    dice = random.Random(seed)
    with path.open("w", encoding="utf-8") as file:
        for n in range(count):
            number = dice.randrange(count * 2)
            title = f"{dice.choice(_TITLES)} for Model {number % (count // 3 + 1)}"
            said = _ABSTRACT.format(title.lower(), f"Zap-{number % 97}", 2 + number % 7, number % 9)
            paper = {"id": f"{path.stem}-{n}", "title": title, "abstract": said, "authors": [f"Wei Zhang{number % 11}"]}
            file.write(json.dumps(paper | ({"doi": f"10.1000/{number}"} if n % 7 == 0 else {})) + "\n")
    return path


class Torture:
    """Papers that are read, the graph that they give undisturbed, and what was found so far."""

    def __init__(self, place: Path, files: list[Path], papers: int, seed: int) -> None:
        self.place, self.dice = place, random.Random(seed)
        names = enumerate(("one", "two"))
        self.files = files or [made_up(place / f"{name}.jsonl", papers // 2, seed + k) for k, name in names]
        self.counts: dict[str, Counter[str]] = {}
        self.faults: list[str] = []
        self._read()
        self.graph, self.first = place / "whole" / "papers.kg", place / "first" / "papers.kg"
        apart(self._add, self.first, self.files[:1])
        apart(follow, self.first)
        shutil.copytree(self.first.parent, self.graph.parent)
        self.seconds = self._timed(self._add, self.graph)
        apart(follow, self.graph)
        self.said, self.entries = apart(whole, self.graph) | apart(made, self.graph), entries(self.graph)

    def _read(self) -> None:
        """Read all papers; from now on each that is stored is as it was read."""
        pipeline = Pipeline(fast=True)
        batches = pipeline.batches(self.files, None, Added(), strict=False)
        documents = [document for batch in batches for document in batch.documents]
        read = {(document.source, document.id): pipeline.extracted(document) for document in documents}

        def extracted(self: Pipeline, document: Document, annotations: Annotations | None = None) -> Extracted:
            return read[document.source, document.id]

        Pipeline.extracted = extracted  # type: ignore[method-assign]

    # --- blows ----------------------------------------------------------------------------------------------------

    def killed(self, times: int) -> None:
        """Kill `add` at random moments, again and again until the graph is whole, then begin with a new one."""
        graph = self._new()
        before: set[str] = set()
        for count in self._each("kill -9, add", times):
            child = Child(self._add, graph)
            if self.dice.random() < 0.5:
                ended = child.killed(self.dice.random() * self.seconds)
            else:  # or while it is at work, however long it took to begin
                ended = child.killed(self.dice.random() / 5, after=self.dice.randrange(1 + len(self.entries)))
            count["added whole" if ended else "killed"] += 1
            before = self._check(graph, before | set(child.held), count)
            if len(before) == len(self.entries):
                self._goes_on(graph, count)
                graph, before = self._new(), set()
        self._goes_on(graph, count)

    def killed_commands(self, times: int) -> None:
        """Kill `kg add` as one calls it, with processes that read; what a reader saw before must be there."""
        graph = self._new()
        command = [sys.executable, "-m", "kg", "add", "--fast", "--jobs", "2", "--graph", str(graph)]
        command += map(str, self.files)
        seconds = self._timed(lambda: subprocess.run(command, capture_output=True, check=True) and None)
        graph = self._new()
        for count in self._each("kill -9, kg add as a command", times):
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(self.dice.random() * seconds)
            seen = entries(graph)
            process.kill()
            process.wait()
            count["killed"] += 1
            if len(self._check(graph, set(seen), count)) == len(self.entries):
                self._goes_on(graph, count)
                self._new()
        self._goes_on(graph, count)

    def power_cuts(self, times: int) -> None:
        """Kill `add`, and take away what the system need not have written: the end of SQLite's log.

        What an earlier `add` put in must be there; the last transactions may be lost.
        """
        before = set(entries(self.first))
        for count in self._each("power cut, as far as it can be imitated", times):
            graph = self._new(self.first)
            Child(self._add, graph).killed(self.dice.random() / 2, self.dice.randrange(len(self.entries)))
            log, index = graph.with_name("papers.kg-wal"), graph.with_name("papers.kg-shm")
            if log.exists() and index.exists():
                # What is in the file already was on the disk before (WalCkptInfo of SQLite: nBackfillAttempted).
                (synced,) = struct.unpack_from("=I", index.read_bytes(), 128)
                size = log.stat().st_size
                os.truncate(log, self.dice.randint(min(size, 32 + synced * _FRAME), size))
                if self.dice.random() < 0.5:  # a file system that had its length already
                    os.truncate(log, size)
                index.unlink()
                count["cut"] += 1
            self._check(graph, before, count)
            self._goes_on(graph, count)

    def full_disks(self, times: int) -> None:
        """Add to a disk that is too small; with more room it goes on."""
        for count in self._each("disk full", times):
            with disk(self.place / "disk", int(self.graph.stat().st_size * self.dice.uniform(0.1, 2))) as place:
                if place is None:
                    count["passed over: no disk can be mounted here"] += 1
                    return
                child = Child(self._add, place / "papers.kg")
                told = child.ended()
                if told and "make room" not in told:
                    self._fault(count, f"a full disk is told as {told!r}")
                self._check(place / "papers.kg", set(child.held), count)
                graph = self._new(place / "papers.kg")
            count["told" if told else "had room"] += 1
            self._goes_on(graph, count)

    def read_only(self, times: int) -> None:
        """Read and write where only reading is allowed."""
        for count in self._each("folder that is read-only", times):
            with disk(self.place / "disk", 1 << 30) as place:
                graph = place / "g" / "papers.kg" if place else self.graph
                if place:
                    shutil.copytree(self.graph.parent, graph.parent)
                if not place or subprocess.run(["mount", "-o", "remount,ro", place], check=False).returncode:
                    count["passed over: no disk can be mounted so here"] += 1
                    return
                if not apart(made, graph).items() <= self.said.items():
                    self._fault(count, "a graph that is read-only is read as another")
                for work in self._add, rebuilt:
                    told = Child(work, graph).ended()
                    if "check the permissions" not in told:
                        self._fault(count, f"to write what is read-only is told as {told!r}")
                    count["told"] += 1

    def two_writers(self, times: int) -> None:
        """Two processes add the same at once: one is told, or comes after the other."""
        for count in self._each("two writers at once", times):
            graph = self._new()
            both = [Child(self._add, graph) for _ in range(2)]
            said = [told for child in both if (told := child.ended())]
            if len(said) > 1 or any("written by another process" not in told for told in said):
                self._fault(count, f"two writers are told {said}")
            count["one was told" if said else "one after the other"] += 1
            self._same(graph, count)

    def damaged(self, times: int) -> None:
        """Take the file away, cut it, flip bits: what `rebuild` cannot save it names, and `add` brings it back."""
        for count in self._each("damaged file", times):
            graph = self._new(self.graph)
            what = self._damage(graph)
            try:
                apart(made, graph)
                count["not met by a reader"] += 1
            except KgError as error:
                count["told"] += 1
                if "Error: " in str(error):
                    self._fault(count, f"{what} ends a reader: {error}")
            try:
                _, lost = apart(rebuilt, graph)
                gone = len(self.entries) - len(entries(graph))
                count["all was saved" if not lost else "some was saved"] += 1
                if gone and not lost:
                    self._fault(count, f"{what}: rebuild lost {gone} entries and says nothing")
            except KgError as error:
                count["nothing was saved"] += 1
                graph.unlink(missing_ok=True)
                if what != "papers.kg gone" and "could be read" not in str(error):
                    self._fault(count, f"{what} is told by rebuild as {error}")
            self._goes_on(graph, count, what)

    def damaged_caches(self, times: int) -> None:
        """The same with files of the cache: they are made again."""
        for count in self._each("damaged cache", times):
            graph = self._new(self.graph)
            kept = [file for file in sorted(cache_of(graph).rglob("*")) if file.is_file() and file.stat().st_size]
            self._same(graph, count, self._damage(self.dice.choice(kept)))

    def _damage(self, path: Path) -> str:
        size, kind = path.stat().st_size, self.dice.choice(("gone", "cut", "flipped", "flipped"))
        if kind == "gone":
            path.unlink()
        elif kind == "cut":
            os.truncate(path, self.dice.randrange(size))
        else:
            data = bytearray(path.read_bytes())
            for _ in range(self.dice.choice((1, 10, 1000))):
                data[self.dice.randrange(size)] ^= 1 << self.dice.randrange(8)
            path.write_bytes(data)
        return f"{path.name} {kind}"

    def killed_rebuilds(self, times: int) -> None:
        """Kill `rebuild` at random moments: the graph is the same before, after and between."""
        graph = self._new(self.graph)
        seconds = self._timed(rebuilt, graph)
        for count in self._each("kill -9, kg rebuild", times):
            # Half of them where the new file is put in, which is the end and takes no time.
            early = self.dice.random() < 0.5
            Child(rebuilt, graph).killed(seconds * (self.dice.random() if early else self.dice.uniform(0.9, 1.1)))
            count["killed"] += 1
            self._same(graph, count)

    def killed_caches(self, times: int) -> None:
        """Kill a process that lets the cache follow the file: all anew, many entries, or a few."""
        for count in self._each("kill -9, cache", times):
            way = self.dice.choice(("anew", "many", "few"))
            graph = self._new(self.first if way == "many" else self.graph)
            if way == "anew":
                shutil.rmtree(cache_of(graph), ignore_errors=True)
            apart(self._add if way == "many" else touch, graph)
            Child(follow, graph).killed(self.dice.random() * 4)
            count[way] += 1
            self._same(graph, count)

    def replaced(self, times: int) -> None:
        """Move, remove, replace and restore a graph that readers, a server and mostly a writer have open.

        What lies there then is what was put there. A writer says so, and all that it had stored is in another file.
        """
        backup, other = self.place / "backup.kg", self.place / "other.kg"
        apart(copied, self.first, backup)
        apart(copied, self.graph, other)
        for at, count in enumerate(self._each("moved, removed, replaced, restored while it is open", times)):
            act, graph = _ACTS[at % len(_ACTS)], self._new(self.first)
            readers = [Child(hold, graph), Child(serve, graph)]
            writer = Child(self._add, graph)
            is_writing = self.dice.random() < 0.7
            if is_writing:
                writer.reached(len(entries(self.first)) + self.dice.randrange(1, len(self.entries) // 3))
            else:  # it has ended, and its log stays for the reader
                writer.ended()
            told = self._act(act, graph, backup, other)
            stored = writer.so_far()
            wrote = writer.ended()
            if not wrote and act != "restored" and stored < len(self.entries):
                self._fault(count, f"{act}: the writer had stored {stored} entries, and reports success")
            self._right(act, graph, count, told, wrote, writer.held, {"backup": backup, "other": other})
            for reader in readers:
                reader.killed(0)
            count[act] += 1

    def _act(self, act: str, graph: Path, backup: Path, other: Path) -> str:
        """Do it as one does it by hand; why it was refused."""
        new = graph.with_name("new")
        if act == "restored":
            return Child(Graph.restore, graph, backup).ended()
        if act == "backup copied in":
            shutil.copyfile(backup, graph)
        elif act.endswith("moved in"):
            shutil.copyfile(other if act.startswith("other") else backup, new)
            os.replace(new, graph)
        elif act == "moved away":
            os.replace(graph, new)
        else:
            for ending in ("", "-wal", "-shm") if "log" in act else ("",):
                graph.with_name(graph.name + ending).unlink(missing_ok=True)
        return ""

    def _right(
        self, act: str, graph: Path, count: Counter[str], told: str, wrote: str, held: list[str], put: dict[str, Path]
    ) -> None:
        """What lies there is what was put there, whole; what a writer had stored is in the file that it names."""
        if told:  # a writer is not disturbed
            count["refused"] += 1
            if "being written by another process" not in told or wrote:
                self._fault(count, f"{act}: refused as {told!r}, the writer says {wrote!r}")
            self._same(graph, count, act)
            return
        if wrote:
            count["told"] += 1
            saved = re.search(r"all it held is in (\S+)\.$", wrote)
            if saved and held and (lost := set(held) - entries(Path(saved[1])).keys()):
                self._fault(count, f"{act}: {len(lost)} entries are not in what was saved")
            elif not saved and (act != "backup copied in" or "was replaced while it was written" not in wrote):
                self._fault(count, f"{act}: the writer says {wrote!r}")
        source = "backup" if act == "restored" else act.partition(" ")[0]
        wanted = entries(put[source]) if source in put else {}
        if entries(graph).keys() != wanted.keys():
            self._fault(count, f"{act}: there are {len(entries(graph))} entries, {len(wanted)} were put there")
        self._goes_on(graph, count, act)

    # --- what must hold -------------------------------------------------------------------------------------------

    def _new(self, of: Path | None = None) -> Path:
        """The place of a new graph, which may be a copy of another with all that lies beside it."""
        place = self.place / "tortured"
        shutil.rmtree(place, ignore_errors=True)
        if of is None:
            place.mkdir()
        else:
            shutil.copytree(of.parent, place)
        return place / "papers.kg"

    def _check(self, graph: Path, counted: set[str], count: Counter[str]) -> set[str]:
        """What counted is there, and all that is there is whole; gives the names of the entries."""
        try:
            found = entries(graph)
        except KgError as error:
            self._fault(count, f"the graph does not open: {error}")
            return set()
        if lost := counted - found.keys():
            self._fault(count, f"{len(lost)} entries that counted are lost, {min(lost)}")
        if half := [name for name, said in found.items() if said != self.entries.get(name)]:
            self._fault(count, f"{len(half)} entries are not whole, {half[0]}")
        count["entries checked"] += len(found)
        return set(found)

    def _goes_on(self, graph: Path, count: Counter[str], what: str = "") -> None:
        if told := Child(self._add, graph).ended():
            self._fault(count, f"{what} it does not go on: {told}".strip())
        self._same(graph, count, what)

    def _same(self, graph: Path, count: Counter[str], what: str = "") -> None:
        """The file says what the undisturbed one says, and so do its triples."""
        try:
            found = apart(whole, graph) | apart(made, graph)
            told = ", ".join(name for name, said in self.said.items() if found[name] != said)
        except KgError as error:
            told = str(error)
        if told:
            self._fault(count, f"{what} it says something else than the undisturbed graph: {told}".strip())
            return
        count["same"] += 1

    def _timed(self, work: Callable[..., object], *given: Any) -> float:
        """How long a thing takes in a process of its own."""
        start = time.monotonic()
        apart(work, *given)
        return time.monotonic() - start

    def _fault(self, count: Counter[str], what: str) -> None:
        count["FAULTS"] += 1
        self.faults.append(f"{next(name for name, c in self.counts.items() if c is count)}: {what}")
        print(self.faults[-1], file=sys.stderr, flush=True)

    def _add(self, graph: Path, files: list[Path] | None = None) -> None:
        kg.build.adding._SECONDS = self.dice.choice((0, 0.02))
        with StoreFile(graph) as store:
            report = kg.build.adding.add(Pipeline(fast=True), store, files or self.files)
        if report.skipped:
            raise KgError(report.skipped[0])

    def _each(self, what: str, times: int) -> Iterator[Counter[str]]:
        count = self.counts.setdefault(what, Counter())
        start = time.monotonic()
        for _ in range(times):
            count["times"] += 1
            yield count
        print(f"{what}, {time.monotonic() - start:.0f} s: {dict(count)}", file=sys.stderr, flush=True)

    def table(self) -> str:
        """What was done how often, and what came of it, in Markdown."""
        lines = [f"{len(self.entries)} entries of {len(self.files)} files:", ""]
        lines += ["| blow | times | what came of it | faults |", "|---|---:|---|---:|"]
        for what, count in self.counts.items():
            came = ", ".join(f"{kind} {n:,}" for kind, n in sorted(count.items()) if kind not in ("times", "FAULTS"))
            lines.append(f"| {what} | {count['times']} | {came} | {count['FAULTS']} |")
        return "\n".join(lines)


def rebuilt(graph: Path) -> tuple[list[str], list[str]]:
    """Make a graph anew: its entries, and what could not be saved."""
    done = Graph.rebuild(graph)
    return done.entries, done.lost


def follow(graph: Path) -> None:
    """Let the triples that are made of a graph follow it."""
    with Graph(graph) as opened:
        opened.sparql("ASK { ?paper a kg:Paper }")


def copied(graph: Path, to: Path) -> None:
    """Make a backup."""
    with Graph(graph, read_only=True) as opened:
        opened.backup(to)


def hold(graph: Path) -> None:
    """Read a graph in one transaction that does not end."""
    with StoreFile(graph, read_only=True) as store:
        store.db.execute("BEGIN")
        store.count()
        time.sleep(600)


def serve(graph: Path) -> None:
    """Ask for the graph that is there, again and again, as a server does."""
    there = GraphPlace(str(graph))
    while True:
        with suppress(KgError):
            there.now().entry_count()
        time.sleep(0.02)


def touch(graph: Path) -> None:
    """Store a few entries anew, as they are."""
    from kg.build.work_sets import Coming

    with StoreFile(graph) as store, store.batch():
        whole = {name: store.whole(name) for name in store.source_names()}
        for entry in store.entries(store.names()[:_FEW]).values():
            store.put(Coming.of(entry).draft)
        for name, ways in whole.items():
            store.note_whole(name, ways)


@contextmanager
def disk(place: Path, size: int) -> Iterator[Path | None]:
    """A small disk, mounted while it is used; None where that may not be."""
    place.mkdir(exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)]
    try:
        mounted = subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        mounted = False
    try:
        yield place if mounted else None
    finally:
        if mounted:
            # Lazily: whatever else looks at disks may hold it a moment longer.
            subprocess.run(["umount", "-l", place], check=True)


if __name__ == "__main__":
    sys.exit(main())
