"""What no blow may do to a graph; see tests/build/torture_short.py and scripts/torture.py."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.skipif(sys.platform != "linux", reason="processes are forked, and disks are mounted")
def test_nothing_is_lost_and_what_is_lost_is_found():
    short = Path(__file__).with_name("torture_short.py")
    ended = subprocess.run([sys.executable, short], capture_output=True, text=True, timeout=600)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "kill -9, add" in ended.stdout
