"""A Virtuoso server of the tests' own: in a temporary folder, on ports of this machine alone, with small buffers."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path

USER, PASSWORD = "dba", "of-the-tests"
PROGRAM = shutil.which("virtuoso-t")
MISSING = "Virtuoso is not installed (Debian: virtuoso-opensource-7-bin)"
_SETTINGS = Path(__file__).with_name("virtuoso.ini").read_text("utf-8")


class Virtuoso:
    """One server; started at once, to be ended with `stop`."""

    def __init__(self, folder: Path, empty: Path, sparql: str = "") -> None:
        """`empty` is what `make` made; `sparql` are lines of the section of that name of its settings."""
        self.folder = folder
        shutil.copytree(empty, folder)
        http, sql = _free_ports(2)
        self.url = f"http://127.0.0.1:{http}/sparql"
        (folder / "virtuoso.ini").write_text(_SETTINGS.format(http=http, sql=sql, sparql=sparql))
        self.start()

    @property
    def environment(self) -> dict[str, str]:
        """What `kg` is told of it."""
        return {"KG_SPARQL_USER": USER, "KG_SPARQL_PASSWORD": PASSWORD}

    @property
    def pid(self) -> int:
        return int((self.folder / "virtuoso.lck").read_text().partition("=")[2])

    def start(self) -> None:
        """Start it and wait until it answers."""
        _run(self.folder).check_returncode()

    def stop(self) -> None:
        """End it at once, whatever it does; it can be started again."""
        with suppress(OSError):
            os.kill(pid := self.pid, signal.SIGKILL)
            while Path(f"/proc/{pid}").exists() and "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text():
                time.sleep(0.01)
            (self.folder / "virtuoso.lck").unlink()


def make(folder: Path) -> None:
    """Make an empty database for servers to copy: that takes longer than to start one."""
    assert PROGRAM, MISSING
    http, sql = _free_ports(2)
    (folder / "virtuoso.ini").write_text(_SETTINGS.format(http=http, sql=sql, sparql=""))
    _run(folder, "+pwdold", "dba", "+pwddba", PASSWORD, "+pwddav", PASSWORD)  # with a password to set it ends then


def _run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    command = [str(PROGRAM), "+configfile", "virtuoso.ini", "+wait", *arguments]
    return subprocess.run(
        command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60, check=False
    )


def _free_ports(number: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports
