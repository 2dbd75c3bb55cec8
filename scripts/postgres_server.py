"""A server of PostgreSQL in a temporary folder, for tests and measurements: over a Unix socket, gone at its end."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_SETTINGS = "-k {0} -c listen_addresses='' -c fsync=off -c autovacuum=off"


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

    def run(program: str, *options: str) -> None:
        subprocess.run([bin / program, *options], check=True, cwd=folder, user=user, stdout=subprocess.DEVNULL)

    run("initdb", "--no-sync", "-D", str(data), "-U", "kg", "-E", "UTF8", "--locale=C.UTF-8", "-A", "trust")
    hba = data / "pg_hba.conf"
    hba.write_text(rules + hba.read_text())
    run("pg_ctl", "start", "-w", "-D", str(data), "-l", str(folder / "log"), "-o", _SETTINGS.format(folder))
    try:
        yield folder
    finally:
        run("pg_ctl", "stop", "-m", "immediate", "-D", str(data))
        shutil.rmtree(folder, ignore_errors=True)
