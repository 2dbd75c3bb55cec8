"""The extraction: turns an entry (`Document`) into a `Record`.

A spaCy pipeline with one component per file, assembled from config.cfg. Each component only adds spans or claims to the
Doc. The extraction knows no other entry and no store; linking concepts across entries is left to kg.link.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import nullcontext
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from pkgutil import iter_modules
from typing import TYPE_CHECKING

from kg.compiled import no_search_for_garbage
from kg.endpoint import language_model
from kg.entity_types import LISTS
from kg.model import Document, Record
from kg.vocabulary import Vocabulary

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc
    from threadpoolctl import ThreadpoolController

    from kg.endpoint import Endpoint

CONFIG = Path(__file__).with_name("config.cfg")
#: Increased whenever the output of the extraction changes, so that entries of existing graphs are read again.
VERSION = "71"
LANGUAGE_MODEL = ("kg_llm", "kg_llm_relations")  # components that send texts to a service
TAGGER = "kg_tagger"  # the most expensive component, which `fast` leaves out


def version(fast: bool = False) -> str:
    """The version of an extraction: `VERSION`, and the language model where the environment names one."""
    if fast:
        return f"{VERSION} fast"
    model = language_model()
    return f"{VERSION} {model.extractor}" if model else VERSION


def pipeline(fast: bool = False) -> Language:
    """The extraction pipeline; it includes a language model if the environment names one (kg.extract.llm).

    `fast`: vocabulary and rules only, without the trained tagger and the language model.
    """
    return _assembled(None if fast else language_model(), fast)


def language(fast: bool = False) -> Language:
    """The same pipeline for texts: it gives Docs with tokens and spans, see kg.extract.spans; one object a process."""
    return _assembled(None if fast else language_model(), fast, spans=True)


@cache
def _assembled(model: Endpoint | None, fast: bool, spans: bool = False) -> Language:
    """The pipeline of config.cfg; components come from the entry points group spacy_factories.

    An entity type whose component config.cfg does not place has it before the techniques, which are no other names.
    """
    with no_search_for_garbage():
        from spacy.util import get_lang_class, load_config, registry

        from kg.extract import component  # noqa: F401  registers the tokenizer

    known = registry.factories
    config = load_config(CONFIG)
    components = config["nlp"]["pipeline"]
    for name in LISTS.values():
        one = f"kg_{name}"
        if one not in components and (one in known or find_spec(f"kg.extract.{name}")):  # of a type that was added
            components.insert(components.index("kg_techniques"), one)
            config["components"][one] = {"factory": one}
    if not all(name in known for name in components):  # in a checkout that is not installed
        for module in iter_modules(__path__):
            import_module(f"{__name__}.{module.name}")
    if fast:
        config["nlp"]["pipeline"] = [name for name in config["nlp"]["pipeline"] if name != TAGGER]
        del config["components"][TAGGER]
    nlp = get_lang_class("xx").from_config(config)
    if model:
        import kg.extract.llm  # registers them in a checkout that is not installed

        reads, relates = LANGUAGE_MODEL
        nlp.add_pipe(reads, before="kg_relations")
        nlp.add_pipe(relates, after="kg_relations")
    if spans:
        import kg.extract.spans  # noqa: F401  registers them in a checkout that is not installed

        nlp.add_pipe("kg_entries", first=True)
        nlp.add_pipe("kg_spans", last=True)
    return nlp


@cache
def _matrices() -> ThreadpoolController:
    """The thread pool of numpy's BLAS; on small matrices its threads cost more than they gain."""
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController().select(user_api="blas")


def extract(
    document: Document, components: Iterable[Callable[[Doc], Doc]] | None = None, *, fast: bool = False
) -> Record:
    """The Record of an entry: all claims of its texts, with offsets into the raw texts.

    `components` replaces the components of the pipeline; they run in the given order. `fast`: see `pipeline`.
    """
    from kg.extract.belonging import obtained
    from kg.extract.component import make_doc, to_record

    nlp, vocabulary = pipeline(fast), Vocabulary.load()
    with nullcontext() if fast else _matrices().limit(limits=1):
        doc = make_doc(nlp, document, vocabulary)
        doc.user_data["entry"] = document.id
        for component in [c for _, c in nlp.pipeline] if components is None else components:
            doc = component(doc)
    record = obtained(to_record(doc, document), document, vocabulary)
    record.partial = doc.user_data.get("partial", False)
    if document.parts:
        from kg.extract.body import read_body

        read_body(nlp, document, record, vocabulary)
    return record
