"""A server of PostgreSQL in a temporary folder, for tests and measurements: over a Unix socket, gone at its end."""

from __future__ import annotations

import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_SETTINGS = ("-c", "listen_addresses=", "-c", "fsync=off", "-c", "autovacuum=off")
_PR_SET_PDEATHSIG = 1


def programs() -> Path | None:
    """The folder of PostgreSQL's server programs: the newest that Debian has, else that of the path."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    path = shutil.which("initdb")
    return found[-1].parent if found else Path(path).parent if path else None


@contextmanager
def server(rules: str = "") -> Iterator[Path]:
    """Start a server whose user `kg` may do everything without a password; gives the folder of its socket.

    `rules` are lines of pg_hba.conf that come before that.
    """
    bin = programs()
    if bin is None:
        raise RuntimeError("PostgreSQL is not installed: run `apt-get install postgresql`.")
    folder = Path(tempfile.mkdtemp(prefix="kg-pg-"))
    user = None
    if os.getuid() == 0:  # as which it refuses to run
        user = next(name for name in ("postgres", "nobody") if name in {one.pw_name for one in pwd.getpwall()})
        shutil.chown(folder, user)
    data = folder / "data"

    def run(program: str, *options: str, wait: float = 0) -> None:
        """Run a program, again and again for some seconds until it succeeds."""
        end = time.monotonic() + wait
        while subprocess.run([bin / program, *options], cwd=folder, user=user, stdout=subprocess.DEVNULL).returncode:
            if time.monotonic() > end:
                raise RuntimeError(f"{program} failed: see what it says above.")
            time.sleep(0.05)

    run("initdb", "--no-sync", "-D", str(data), "-U", "kg", "-E", "UTF8", "--locale=C.UTF-8", "-A", "trust")
    hba = data / "pg_hba.conf"
    hba.write_text(rules + hba.read_text())
    command = [str(bin / "postgres"), "-D", str(data), "-k", str(folder), *_SETTINGS]
    try:
        with (folder / "log").open("w") as log:
            process = subprocess.Popen(command, cwd=folder, user=user, stderr=log, preexec_fn=_ends_with_its_parent)
        try:
            run("pg_isready", "-h", str(folder), "-t", "0", wait=60)
            yield folder
        finally:
            process.send_signal(signal.SIGQUIT)  # at once: nothing is to be kept
            process.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _ends_with_its_parent() -> None:
    """Let the server end when this process is killed."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGQUIT)
