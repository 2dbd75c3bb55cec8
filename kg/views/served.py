"""What a view needs to know where a server shows it: where names lead, and what its scripts must bear."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Served:
    """`lead` gives the address of a CURIE or entry, `nonce` is that of the page's scripts, `bar` leads back.

    `forms` are the page's other ones: media type and address.
    """

    lead: Callable[[str], str]
    nonce: str = ""
    bar: tuple[tuple[str, str], ...] = ()  # what a link is called, and its address
    forms: tuple[tuple[str, str], ...] = ()
