"""Processes that answer: what waits too long for one of them is sent away."""

from __future__ import annotations

import asyncio
from pkgutil import resolve_name

import pytest

from kg.serving import pool as module
from kg.serving.pool import Busy, Pool


def test_a_request_that_waited_long_enough_is_sent_away_and_the_others_are_answered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "_WAIT", 0.5)

    async def asked(pool: Pool) -> None:
        first = asyncio.create_task(pool.ask(2.0))
        await asyncio.sleep(0)
        with pytest.raises(Busy):
            await pool.ask(0.0)
        assert await first is None
        assert await pool.ask(0.0) is None

    pool = Pool(resolve_name, ("time:sleep",), at_once=1, seconds=60)
    try:
        pool.start()()
        asyncio.run(asked(pool))
    finally:
        pool.close()
