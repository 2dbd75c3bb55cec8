"""Imported once by the process from which workers are forked, so that each begins with the vocabulary read."""

from __future__ import annotations

import gc
import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import kg.web.work  # noqa: F401
from kg.query.words import QuestionWords
from kg.vocabulary import Vocabulary

Vocabulary.load()
QuestionWords.load()
gc.freeze()  # what is here stays shared
