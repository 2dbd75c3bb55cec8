"""Do to a graph what a bad day does, many times, and print what was lost: nothing may be.

    python scripts/torture.py [FILES ...] [--papers 500] [--kills 200] [--seed 1] [--folder DIR]

FILES are papers in any form; without them papers are made up. They are read once (`--fast`), for what is tried here is
how they are stored: a process that has them read is forked, adds them, and is killed at a random moment. (This process
itself opens no store, for the threads of RocksDB do not come along.) After each
blow the graph must open, hold all that had counted, each entry whole (its triples are those of the undisturbed graph,
but for which work it is), with its source, and its texts in the log of sources; going on must come to the same bytes.
Whole processes of `kg add` are killed too, for fewer times. Exit status 1 when anything was lost.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import cast

import kg.graph.bulk
import pyoxigraph as ox
from kg.graph.kept import held
from torture_child import Child, apart
from torture_look import Entries, dump, entries

import kg.adding
from kg.api import Graph
from kg.graph import staging
from kg.graph.rdf import Written, local_id
from kg.graph.store import SOURCES
from kg.model import Document, KgError
from kg.pipeline import Annotations, Pipeline

OLD = Path(__file__).parent.parent / "tests" / "graph" / "data" / "schema1.nq.gz"
#: Entries that get a transaction each, and triples of a part: so that 500 papers are many of either.
PATHS = {"bulk": (3, 8_000), "transactions": (10**9, 8_000)}
_TITLES = ("Cache Eviction", "Sparse Attention", "Draft Models", "Weight Pruning", "Token Merging", "Expert Routing")
_ABSTRACT = (
    "We study {0} in large language models, propose {1}, a method that keeps what matters of each layer, and find that "
    "it is {2}x faster than FlashAttention-2 on an H100 while it uses half of the memory that others take on {3} tasks."
)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("files", type=Path, nargs="*", help="papers; made up when none are given")
    parser.add_argument("--papers", type=int, default=500, help="that are made up; of files all are read")
    parser.add_argument("--kills", type=int, default=200, help="of `kg add`; of the rest a tenth each")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="where the graphs lie, some hundred MB")
    arguments = parser.parse_args()
    if arguments.folder:
        arguments.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=arguments.folder) as place:
        torture = Torture(Path(place), arguments.files, arguments.papers, arguments.seed)
        tenth = max(1, arguments.kills // 10)
        for path in PATHS:
            torture.killed(path, arguments.kills // 2)
        torture.killed_commands(tenth)
        torture.power_cuts(tenth)
        torture.full_disks(tenth)
        torture.read_only()
        torture.two_writers(tenth)
        torture.damaged(2 * tenth)
        torture.killed_rebuilds(tenth)
        torture.killed_migrations(tenth)
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
        half = papers // 2
        self.files = files or [made_up(place / f"{n}.jsonl", half, seed + k) for k, n in enumerate(("one", "two"))]
        self.counts: dict[str, Counter[str]] = {}
        self.faults: list[str] = []
        self._read()
        self.seconds: dict[str, float] = {}
        for path in PATHS:
            folder = self._begun(path)
            start = time.monotonic()
            child = Child(lambda path=path, folder=folder: self._add(folder, path))  # type: ignore[misc]
            child.ended()
            if child.told:
                raise KgError(child.told)
            self.seconds[path] = time.monotonic() - start
        self.dump, self.entries = apart(dump, self.place / "bulk"), apart(entries, self.place / "bulk")
        if apart(dump, self.place / "transactions") != self.dump:
            self.faults.append("one transaction an entry gives another graph than the bulk build")

    def _begun(self, name: str) -> Path:
        """A new graph with nothing but the vocabulary in it, which takes longer to load than papers do to add."""
        empty = self.place / "empty"
        if not empty.exists():
            apart(lambda folder: Graph(folder).close(), empty)
        return Path(shutil.copytree(empty, self.place / name))

    def _read(self) -> None:
        """Read all papers; from now on each that is stored is as it was read."""
        pipeline = Pipeline(fast=True)
        read: dict[tuple[str, str], Written] = {}
        for batch in pipeline.batches(self.files, None, kg.pipeline.Added(), strict=False):
            for document in batch.documents:
                read[document.source, document.id] = pipeline.written(document)
        self.read = read

        def written(
            self: Pipeline, document: Document, annotations: Annotations | None = None, meanings: bool = False
        ) -> Written:
            return read[document.source, document.id]

        self._written = written

    # --- blows ----------------------------------------------------------------------------------------------------

    def killed(self, path: str, times: int) -> None:
        """Kill `add` at random moments, again and again until the graph is whole, then begin with a new one."""
        folder = self.place / "killed"
        for count in self._each(f"kill -9, {path}", times):
            if not folder.exists():
                before: set[str] = set()
                if self.dice.random() < 0.9:
                    self._begun("killed")
            child = Child(lambda: self._add(folder, path))
            if self.dice.random() < 0.5:
                ended = child.killed(self.dice.random() * self.seconds[path])
            else:  # or while it is at work, however long it took to begin
                ended = child.killed(self.dice.random() / 5, after=self.dice.randrange(1, 2 + len(self.entries) // 5))
            before = self._check(folder, (before | child.came) - child.went, count)
            count["added whole" if ended else "killed"] += 1
            if ended or len(before) == len(self.entries):
                self._goes_on(folder, count)
                shutil.rmtree(folder)
        if folder.exists():
            self._goes_on(folder, count)
            shutil.rmtree(folder)

    def killed_commands(self, times: int) -> None:
        """Kill `kg add` as one calls it, with processes that read; what a reader saw before must be there."""
        folder = self.place / "command"
        command = [sys.executable, "-m", "kg", "add", "--fast", "--jobs", "2", "--graph", str(folder)]
        command += map(str, self.files)
        start = time.monotonic()
        subprocess.run(command, capture_output=True, check=False)
        whole = time.monotonic() - start
        shutil.rmtree(folder)
        for count in self._each("kill -9, kg add as a command", times):
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(self.dice.random() * whole)
            seen = set(self._held(folder))
            process.kill()
            process.wait()
            found = self._check(folder, seen, count)
            count["killed"] += 1
            if len(found) == len(self.entries):
                shutil.rmtree(folder)
        if folder.exists():
            self._goes_on(folder, count)
            shutil.rmtree(folder)

    def power_cuts(self, times: int) -> None:
        """Kill a build, and take away what the system need not have written: the ends of what is appended to.

        What an earlier `add` put in must be there, and what was staged. Oxigraph does not wait for a transaction to be
        on the disk: the last ones may be lost, or the data be refused for want of them, and made anew.
        """
        first = self._begun("first file")
        files, self.files = self.files, self.files[:1]
        Child(lambda: self._add(first, "bulk")).ended()
        self.files = files
        before, size = apart(entries, first).keys(), (first / SOURCES).stat().st_size
        for count in self._each("power cut, as far as it can be imitated", times):
            folder = Path(shutil.copytree(first, self.place / "cut"))
            path = self.dice.choice(sorted(PATHS))
            child = Child(lambda folder=folder, path=path: self._add(folder, path))  # type: ignore[misc]
            child.killed(self.dice.random() / 2, after=self.dice.randrange(len(self.entries) // 3))
            for log in folder.glob("oxigraph*/*.log"):
                self._lose_the_end(log)
            self._lose_the_end(folder / SOURCES, max(size, child.synced))
            try:
                apart(entries, folder)
                count["opened"] += 1
            except KgError:
                count["told and rebuilt"] += 1
                Child(lambda folder=folder: self._rebuild(folder)).ended()  # type: ignore[misc]
            self._check(folder, before | child.staged, count, logged=False)
            self._goes_on(folder, count)
            shutil.rmtree(folder)

    def _lose_the_end(self, log: Path, least: int = 0) -> None:
        size = log.stat().st_size
        os.truncate(log, self.dice.randint(least, size))
        if self.dice.random() < 0.5:  # a file system that had its length already
            os.truncate(log, size)

    def full_disks(self, times: int) -> None:
        """Add to a disk that is too small; with more room it goes on."""
        need = sum(path.stat().st_size for path in (self.place / "bulk").rglob("*") if path.is_file())
        for count in self._each("disk full", times):
            path = self.dice.choice(sorted(PATHS))
            room = int(need * (0.7 + self.dice.random()))
            with disk(self.place / "disk", room) as place:
                if place is None:
                    count["passed over: no disk can be mounted here"] += 1
                    return
                child = Child(lambda place=place, path=path: self._add(place / "g", path))  # type: ignore[misc]
                child.ended()
                told = child.told
                self._check(place / "g", child.came - child.went, count)
                shutil.copytree(place / "g", self.place / "copy")
            if told and "make room" not in told:
                self._fault(count, f"a full disk is told as {told!r}")
            count["told" if told else "had room"] += 1
            self._goes_on(self.place / "copy", count)
            shutil.rmtree(self.place / "copy")

    def read_only(self) -> None:
        """Read and write where only reading is allowed."""
        for count in self._each("folder that is read-only", 1):
            with disk(self.place / "disk", 1 << 30) as place:
                if place is None:
                    count["passed over: no disk can be mounted here"] += 1
                    return
                shutil.copytree(self.place / "bulk", place / "g")
                if subprocess.run(["mount", "-o", "remount,ro", place], check=False).returncode:
                    count["passed over: no disk can be mounted so here"] += 1
                    return
                if apart(dump, place / "g") != self.dump:
                    self._fault(count, "a graph that is read-only is read as another")
                for what in (lambda: self._add(place / "g", "bulk"), lambda: Graph.rebuild(place / "g")):
                    child = Child(what)
                    child.ended()
                    if "check the folder's permissions" not in child.told:
                        self._fault(count, f"to write what is read-only is told as {child.told!r}")
                    count["told"] += 1

    def two_writers(self, times: int) -> None:
        """Two processes add the same at once: one is told, or comes after the other."""
        for count in self._each("two writers at once", times):
            folder = self._begun("two")
            path = self.dice.choice(sorted(PATHS))
            both = [
                Child(lambda path=path, folder=folder: self._add(folder, path))  # type: ignore[misc]
                for _ in range(2)
            ]
            for child in both:
                child.ended()
            said = [child.told for child in both if child.told]
            if len(said) > 1 or any("written by another process" not in told for told in said):
                self._fault(count, f"two writers are told {said}")
            count["one was told" if said else "one after the other"] += 1
            self._same(folder, count)
            shutil.rmtree(folder)

    def damaged(self, times: int) -> None:
        """Take files away, cut them, flip bits: it is told where it is met, and `rebuild` makes the same graph."""
        for count in self._each("damaged data", times):
            folder = Path(shutil.copytree(self.place / "bulk", self.place / "damaged"))
            what = self._damage(folder)
            try:
                apart(dump, folder)
                count["not met by a reader"] += 1
            except KgError as error:
                count["told"] += 1
                if "kg rebuild" not in str(error):
                    self._fault(count, f"{what} is told as {error}")
            child = Child(lambda folder=folder: self._rebuild(folder))  # type: ignore[misc]
            child.ended()
            if child.told:
                self._fault(count, f"{what} cannot be mended: {child.told}")
            self._same(folder, count, what)
            shutil.rmtree(folder)

    def _damage(self, folder: Path) -> str:
        files = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.name not in ("LOCK", "LOG")]
        weights = [1 + path.stat().st_size for path in files]
        path = self.dice.choice([self.dice.choice(files), *self.dice.choices(files, weights)])
        size, kind = path.stat().st_size, self.dice.choice(("gone", "cut", "flipped"))
        if kind == "gone":
            path.unlink()
        elif kind == "cut":
            os.truncate(path, self.dice.randrange(size + 1))
        elif size:
            data = bytearray(path.read_bytes())
            for _ in range(self.dice.choice((1, 10, 1000))):
                data[self.dice.randrange(size)] ^= 1 << self.dice.randrange(8)
            path.write_bytes(data)
        return f"{path.relative_to(folder)} {kind}"

    def killed_rebuilds(self, times: int) -> None:
        """Kill `rebuild` at random moments: the graph is the same before, after and between."""
        folder = Path(shutil.copytree(self.place / "bulk", self.place / "rebuilt"))
        start = time.monotonic()
        Child(lambda: self._rebuild(folder)).ended()
        whole = time.monotonic() - start
        for count in self._each("kill -9, kg rebuild", times):
            child = Child(lambda: self._rebuild(folder))
            # Half of them where the new data are put in, which is the end and takes no time.
            child.killed(whole * (self.dice.random() if self.dice.random() < 0.5 else self.dice.uniform(0.9, 1.1)))
            count["killed"] += 1
            self._same(folder, count)
        self._goes_on(folder, count)
        shutil.rmtree(folder)

    def killed_migrations(self, times: int) -> None:
        """Kill the migration of a graph of schema 1 at random moments."""
        first, whole = self.place / "first", self.place / "migrated"
        apart(old_graph, first)
        shutil.copytree(first, whole)
        start = time.monotonic()
        Child(lambda: Graph.migrate(whole)).ended()
        seconds = time.monotonic() - start
        wanted = apart(dump, whole)
        for count in self._each("kill -9, migration of an older schema", times):
            folder = Path(shutil.copytree(first, self.place / "older"))
            child = Child(lambda folder=folder: Graph.migrate(folder))  # type: ignore[misc]
            child.killed(seconds * self.dice.uniform(0.3, 1.1))
            count["killed"] += 1
            with suppress(KgError):  # not migrated yet, which a reader is told
                if apart(dump, folder) != wanted:
                    self._fault(count, "a graph that was migrated in part is read")
            Child(lambda folder=folder: Graph.migrate(folder)).ended()  # type: ignore[misc]
            if apart(dump, folder) != wanted:
                self._fault(count, "a migration that was killed does not go on to the same graph")
            shutil.rmtree(folder)

    # --- what must hold -------------------------------------------------------------------------------------------

    def _check(self, folder: Path, counted: set[str], count: Counter[str], logged: bool = True) -> set[str]:
        """What counted is there, and all that is there is whole; gives the names of the entries."""
        try:
            found = self._held(folder)
        except KgError as error:
            self._fault(count, f"the graph does not open: {error}")
            return set()
        lost = counted - found.keys()
        if lost:
            self._fault(count, f"{len(lost)} entries that counted are lost, {min(lost)}")
        half = [name for name, said in found.items() if said != self.entries.get(name)]
        if half:
            self._fault(count, f"{len(half)} entries are not whole, {half[0]}")
        if logged:
            log = {(source.name, document.id) for source, texts in held(folder) for document, _ in texts}
            missed = [name for name in found if not any((s, local_id(name, s)) in log for s in self._sources(name))]
            if missed:
                self._fault(count, f"{len(missed)} entries are not in the log of sources, {missed[0]}")
        count["entries checked"] += len(found)
        return set(found)

    def _sources(self, name: str) -> Iterator[str]:
        return (source for source, local in self.read if name in (local, f"{local}@{source}"))

    def _held(self, folder: Path) -> Entries:
        try:
            return cast(Entries, apart(entries, folder))
        except KgError as error:
            if "no graph" not in str(error):
                raise
            return {}  # it had not begun

    def _goes_on(self, folder: Path, count: Counter[str]) -> None:
        child = Child(lambda: self._add(folder, "bulk"))
        child.ended()
        if child.told:
            self._fault(count, f"it does not go on: {child.told}")
        self._same(folder, count)

    def _same(self, folder: Path, count: Counter[str], what: str = "") -> None:
        with suppress(KgError):
            if apart(dump, folder) == self.dump:
                count["same bytes"] += 1
                return
        self._fault(count, f"the graph is another than the undisturbed one {what}".rstrip())

    def _fault(self, count: Counter[str], what: str) -> None:
        count["FAULTS"] += 1
        self.faults.append(f"{next(name for name, c in self.counts.items() if c is count)}: {what}")
        print(self.faults[-1], file=sys.stderr, flush=True)

    # --- what is done in other processes --------------------------------------------------------------------------

    def _add(self, folder: Path, path: str) -> None:
        kg.adding._FEW, kg.graph.bulk._TRIPLES = PATHS[path]
        self._as_read()
        with Graph(folder) as graph:
            report = graph.add(*self.files, fast=True)
        if report.skipped:
            raise KgError(report.skipped[0])

    def _rebuild(self, folder: Path) -> None:
        self._as_read()
        Graph.rebuild(folder)

    def _as_read(self) -> None:
        Pipeline.written = self._written  # type: ignore[method-assign]

    def _each(self, what: str, times: int) -> Iterator[Counter[str]]:
        count = self.counts.setdefault(what, Counter())
        for _ in range(times):
            count["times"] += 1
            yield count
        print(f"{what}: {dict(count)}", file=sys.stderr, flush=True)

    def table(self) -> str:
        """What was done how often, and what came of it, in Markdown."""
        lines = [f"{len(self.entries)} entries of {len(self.files)} files, the same bytes both ways:", ""]
        lines += ["| blow | times | what came of it | faults |", "|---|---:|---|---:|"]
        for what, count in self.counts.items():
            came = ", ".join(f"{kind} {n:,}" for kind, n in sorted(count.items()) if kind not in ("times", "FAULTS"))
            lines.append(f"| {what} | {count['times']} | {came} | {count['FAULTS']} |")
        return "\n".join(lines)


def old_graph(folder: Path) -> None:
    """A graph as a program of schema 1 left it."""
    folder.mkdir()
    (folder / "meta.json").write_text('{"schema": 1}\n')
    store = ox.Store(str(folder / staging.LIVE))
    store.bulk_load(gzip.decompress(OLD.read_bytes()), format=ox.RdfFormat.N_QUADS)
    store.flush()


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
