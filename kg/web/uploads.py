"""What changes the graph from a page: adding files, and taking back what was added. Only with `--writable`."""

from __future__ import annotations

import asyncio
import json
import os
import re
import secrets
import shutil
import signal
import sys
import tempfile
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from kg.serving.guard import FILE
from kg.serving.scratch import scratch
from kg.views.words import PageWords
from kg.web import page_worker
from kg.web.app import asked_of, respond
from kg.web.asked import Asked, Shown
from kg.web.told import told

if TYPE_CHECKING:
    from kg.web.app import Site

_FILES, _KEPT = 20, 20
#: Uploads that are received, wait or are read at the same time, and their bytes.
_UPLOADS, _BYTES = 5, 2 * FILE
_FOLDER = "kg-serve-"
_SECONDS = 3600.0  # that reading may take
#: What is left of a name that a browser gives: no folders, nothing that a shell or a page would obey.
_UNSAFE = re.compile(r"[^\w.()+@ -]+")


@dataclass(slots=True)
class Job:
    """A reading of some files, as far as it is known."""

    id: str
    files: list[str]
    state: str = "waiting"  # waiting | reading | done
    said: dict[str, Any] = field(default_factory=dict)  # the last line of the process
    undone: list[str] | None = None  # entries that were taken out again
    is_leaving: bool = False  # whether they are being taken out

    def to_json(self) -> dict[str, Any]:
        return {"id": self.id, "files": self.files, "state": self.state, "undone": self.undone} | self.said


class Desk:
    """Takes files and has them read, one lot after the other."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.jobs: OrderedDict[str, Job] = OrderedDict()
        self._home, self._lock = scratch(_FOLDER)
        site.closing.callback(shutil.rmtree, self._home, ignore_errors=True)
        self._reserved: dict[Path, int] = {}  # the folder of each upload that is not read yet, with its bytes
        self._turn = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    async def form(self, request: Request) -> Response:
        """The page that takes files."""
        asked = asked_of(request, self.site, "add")
        listed = [job.to_json() for job in reversed(self.jobs.values())]
        shown = Shown("add.html.jinja", PageWords(asked.lang)("web.nav_add"), {"jobs": listed}, is_kept=False)
        return respond(request, page_worker.given(shown, asked))

    async def take(self, request: Request) -> Response:
        """Take the files of a form, begin to read them, and lead to the page that follows it."""
        asked = asked_of(request, self.site, "add")
        if not request.headers.get("content-type", "").startswith("multipart/form-data"):
            raise HTTPException(415, asked.error("upload_form"))
        size = int(request.headers.get("content-length", FILE))
        if len(self._reserved) >= _UPLOADS or sum(self._reserved.values()) + size > _BYTES:
            raise HTTPException(503, asked.error("upload_busy"))
        folder = Path(tempfile.mkdtemp(dir=self._home))
        self._reserved[folder] = size
        try:
            async with request.form(max_files=_FILES, max_fields=4) as form:
                names = await asyncio.to_thread(
                    _kept, folder, [f for f in form.getlist("files") if not isinstance(f, str)]
                )
            if not names:
                raise HTTPException(400, asked.error("upload_empty"))
        except BaseException:
            self._free(folder)
            raise
        job = Job(secrets.token_hex(8), names)
        self.jobs[job.id] = job
        for old in [one.id for one in self.jobs.values() if one.state == "done"][: max(0, len(self.jobs) - _KEPT)]:
            del self.jobs[old]
        self._begin(self._read(job, folder))
        return RedirectResponse(asked.url(f"/add/{job.id}"), 303)

    async def follow(self, request: Request) -> Response:
        """How far a reading is, and what came of it."""
        name, dot, form = request.path_params["job"].partition(".")
        asked = asked_of(request, self.site, "add", name, form if dot else "html")
        words, data = PageWords(asked.lang), self._job(asked).to_json()
        if "error" in data:
            data["error"] = _said(asked, data["error"])
        shown = Shown("added.html.jinja", words("web.nav_add"), data, {"told": told}, is_kept=False)
        return respond(request, await asyncio.to_thread(page_worker.given, shown, asked))

    async def undo(self, request: Request) -> Response:
        """Take out what a reading added."""
        asked = asked_of(request, self.site, "add", request.path_params["job"])
        job = self._job(asked)
        if job.state != "done" or job.is_leaving or job.undone is not None or not job.said.get("added"):
            raise HTTPException(409, asked.error("upload_undo"))
        job.is_leaving = True
        try:
            async with self._turn:
                last = await self._run({"graph": self.site.location, "remove": job.said["added"]}, job, quiet=True)
        finally:
            job.is_leaving = False
        if "error" in last:
            raise HTTPException(503, _said(asked, str(last["error"])))
        job.undone = list(last["taken_out"])
        return RedirectResponse(asked.url(f"/add/{job.id}"), 303)

    def _job(self, asked: Asked) -> Job:
        if asked.name not in self.jobs:
            raise HTTPException(404, asked.error("upload_missing"))
        return self.jobs[asked.name]

    def _begin(self, coming: Any) -> None:
        task = asyncio.ensure_future(coming)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _read(self, job: Job, folder: Path) -> None:
        try:
            async with self._turn:
                job.state = "reading"
                job.said = await self._run({"graph": self.site.location, "folder": str(folder)}, job)
        finally:
            job.state = "done"
            self._free(folder)

    def _free(self, folder: Path) -> None:
        """Remove the files of an upload, and give its place to another."""
        shutil.rmtree(folder, ignore_errors=True)
        self._reserved.pop(folder, None)

    async def _run(self, asked: dict[str, Any], job: Job, quiet: bool = False) -> dict[str, Any]:
        """The last line of a process that changes the graph; each line of progress is the job's."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "kg.web.add_process"), stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE, limit=64 << 20, start_new_session=True, pass_fds=self._lock,
        )  # fmt: skip
        assert process.stdin
        assert process.stdout
        last: dict[str, Any] = {"error": "upload_memory"}
        try:
            async with asyncio.timeout(_SECONDS):
                process.stdin.write(json.dumps(asked).encode())
                process.stdin.close()
                async for line in process.stdout:
                    said = json.loads(line)
                    if said.pop("state", "") == "done":
                        last = said
                    elif not quiet:
                        job.said = said
                await process.wait()
        except TimeoutError:
            last = {"error": "upload_slow"}
        finally:
            _end(process.pid)
            await process.wait()
        return last


def _said(asked: Asked, error: str) -> str:
    """Why a reading failed, in the language of the page: by its key where it is an error of the pages' own."""
    return asked.error(error) if PageWords(asked.lang).has(f"web_error.{error}") else told(error, asked.lang)


def _kept(folder: Path, files: list[UploadFile]) -> list[str]:
    """Write the files into a folder under harmless names; gives these."""
    names: list[str] = []
    for file in files:
        given = (file.filename or "").replace("\\", "/").rpartition("/")[2]
        name = _UNSAFE.sub("_", given).lstrip(".-_ ")[-120:]
        if name and name not in names:
            with (folder / name).open("xb") as out:
                shutil.copyfileobj(file.file, out)
            names.append(name)
    return names


def _end(process: int) -> None:
    """End a process with all that it started; asyncio's own `kill` would take its exit status away from asyncio."""
    with suppress(OSError):
        (os.killpg if hasattr(os, "killpg") else os.kill)(process, signal.SIGKILL)


def routes(site: Site) -> list[Any]:
    """The addresses that change the graph."""
    desk = Desk(site)
    return [
        Route("/add", desk.form, methods=["GET"]),
        Route("/add", desk.take, methods=["POST"]),
        Route("/add/{job}", desk.follow, methods=["GET"]),
        Route("/add/{job}/undo", desk.undo, methods=["POST"]),
    ]
