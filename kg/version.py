"""The version of the program, and how to install more of it."""

VERSION = "0.2.0"


def extra(name: str) -> str:
    """The command that installs an extra: from a clone, because no package index has kg."""
    return f"`pip install -e '.[{name}]'` in the clone of kg"
