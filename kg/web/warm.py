"""Imported once by the process from which workers are forked, so that each begins with what all of them need."""

from __future__ import annotations

import gc
import os
from importlib import import_module
from pkgutil import iter_modules

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy is imported

import kg.query.kinds
import kg.web.page_worker
from kg.query import Lexicon, read
from kg.query.units import kin
from kg.views.render import environment
from kg.vocabulary import Vocabulary
from kg.web.pages import pages
from kg.web.templating import templates

pages()
for made in (templates(), environment(False)):
    for template in made.list_templates(filter_func=lambda name: name.endswith(".html.jinja")):
        made.get_template(template)  # compiles it
for module in iter_modules(kg.query.kinds.__path__):
    import_module(f"kg.query.kinds.{module.name}")
for slow in ("pandas", "networkx", "rapidfuzz.process", "kg.query.nearness"):
    import_module(slow)
read("2x faster", Lexicon(Vocabulary.load()))  # reads the words of questions, and compiles their patterns
kin("s")  # reads the definitions of all units
gc.freeze()  # what is here stays shared
