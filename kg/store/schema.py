"""The tables of a graph's file: what is true in it, and what writing keeps beside that to find entries again."""

from __future__ import annotations

from pathlib import Path

#: The form of the file; a program refuses what a newer one wrote.
VERSION = 4
#: Marks a file as a graph of papers (`PRAGMA application_id`): "kgps".
APPLICATION = 0x6B677073
#: The tables, without the comment at the top, which would stand in a graph's file.
TABLES = Path(__file__).with_name("schema.sql").read_text("utf-8").partition("\n\n")[2]
