"""The names that questions of cases may use."""

from tests.query.conftest import lexicon

__all__ = ["lexicon"]
