"""Papers as PDF: the header is read from the first pages, by position and font (`kg.sources.layout`).

The body is read in a process of its own (`kg.sources.body.pdfbody`): a page that takes too long costs no header.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from kg.apart import MEMORY, SECONDS, Lost, apart
from kg.model import Batch, KgError, Source
from kg.sources.body.bodyparts import Body
from kg.sources.inputs import LIMIT, InputFile
from kg.sources.layout.offices import Offices
from kg.sources.paper_rows import documents
from kg.wordcounts import WordCounts

if TYPE_CHECKING:
    from kg.sources.body.pdfpages import DrawnPage
    from kg.sources.layout.pages import Page

_FIRST = 12  # pages that may hold the header, covers among them; few are read
_PAGES = 8  # pages whose words show how words are spelled
_TEXT = 200_000  # characters per page that are used for words
_LEAST = 20  # letters on the first pages; scanned pages with a stamp have fewer
_PASSWORD = 4  # pdfium's error code
_BODY = 9  # seconds of CPU time for a body


class PdfReader:
    """Reads a PDF as one paper; it is named by its arXiv id, else its DOI, else its file."""

    name = "pdf"

    def sniff(self, file: InputFile) -> float:
        return 1.0 if b"%PDF-" in file.head[:1024] else 0.0

    def is_single(self, file: InputFile) -> bool:
        return True

    def read(self, file: InputFile) -> Batch:
        """Read the single entry; raises KgError for a PDF that is damaged, encrypted, empty or scanned without text."""
        with file.open() as stream:
            data = stream.read(LIMIT + 1)
        if len(data) > LIMIT:
            raise KgError(f"{file.path}: holds more than {LIMIT >> 20} MB: give the paper without its supplements.")
        _load()
        try:
            row, doubt, body = apart(lambda: _paper(file, data))
        except (Lost, MemoryError):
            raise KgError(
                f"{file.path}: its first pages take more than {SECONDS} seconds or {MEMORY >> 20} MB to read: "
                "print it to a new PDF first."
            ) from None
        if body is not None:
            row[1]["body"] = lambda: body
        source = Source(name=file.name, file=file.file_name, form=self.name, sha256=file.sha256)
        batch = Batch(source, ())
        batch.documents = list(documents(iter([row]), file, batch, "pages"))
        batch.doubts += [doubt] if doubt else []
        return batch


def _load() -> None:
    """Load what reading needs before the fork; otherwise each fork would load it again."""
    import pypdfium2  # noqa: F401

    from kg.sources.body import pdfbody  # noqa: F401
    from kg.sources.layout import doubt, header, join, pages  # noqa: F401
    from kg.sources.layout.page_words import HeaderLabels

    WordCounts.load()
    Offices.load()
    HeaderLabels.load()


def _paper(file: InputFile, data: bytes) -> tuple[tuple[str, dict[str, Any]], str, Body | None]:
    """The row of the paper, a sentence if it looks like none, and its body if the whole paper is wanted."""
    import pypdfium2

    from kg.sources.layout.doubt import is_nonsense, looks_like_a_paper
    from kg.sources.layout.header import header
    from kg.sources.layout.join import Joiner

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise _unreadable(file, error) from None
    try:
        if not len(document):
            raise KgError(f"{file.path}: the PDF has no pages: fetch the file again.")
        seen: list[Page] = []
        drawn: list[DrawnPage] = []
        first = drawn if file.is_whole else None
        text, words = "\n".join(_texts(document, first)), WordCounts.load()
        made = header(_pages(document, seen, first), Joiner(text, words))
        if sum(line.letters for page in seen for line in page.lines) < _LEAST:
            raise KgError(f"{file.path}: the PDF has no text, only pictures of pages: run OCR on it first (ocrmypdf).")
        if is_nonsense("\n".join(line.text for page in seen for line in page.lines), words):
            raise KgError(
                f"{file.path}: the fonts of the PDF map its letters to nonsense: "
                "run OCR on it first (ocrmypdf --force-ocr)."
            )
        texts = ("\n".join(some) for some in ([text], _texts(document, from_end=True)))
        is_paper = any(looks_like_a_paper(made, seen[:1], some) for some in texts)
        body = _body(document, drawn, made.abstract) if file.is_whole else None
    except pypdfium2.PdfiumError as error:
        raise KgError(f"{file.path}: the PDF is damaged ({error}): fetch the file again.") from None
    finally:
        document.close()
    row = {
        "id": made.arxiv or made.doi or file.name,
        "title": made.title,
        "abstract": made.abstract,
        "institutions": made.affiliations,
        "authors": made.authors,
        "keywords": made.keywords,
        "date": made.date,
        "venue": made.venue,
        "year": made.year,
        "arxiv": made.arxiv,
        "doi": made.doi,
    }
    doubt = (
        f"{file.path}: looks like no paper (signs such as a headed abstract, affiliations or references are missing): "
        "leave it out if it is none."
    )
    return ("page 1", row), "" if is_paper else doubt, body


def _body(document: Any, drawn: list[DrawnPage], abstract: str) -> Body:
    """The body, with the reason why some of it is missing; `drawn` are the first pages, as far as they are read."""
    import gc

    from kg.sources.body.pdfbody import pdf_body

    gc.disable()  # this process ends soon, and a page has thousands of characters
    try:
        return apart(lambda: pdf_body(document, drawn, abstract), _BODY)
    except (Lost, MemoryError):
        return Body(problem=f"it takes more than {_BODY} seconds or {MEMORY >> 20} MB to read")
    finally:
        gc.enable()


def _pages(document: Any, seen: list[Page], drawn: list[DrawnPage] | None) -> Iterator[Page]:
    """Yield the first pages lazily, and keep them in `seen`, and with what is drawn on them in `drawn`."""
    from kg.sources.body.pdfpages import drawn_page
    from kg.sources.layout.pages import read_page

    for number in range(min(_FIRST, len(document))):
        if drawn is not None and number == len(drawn):
            drawn.append(drawn_page(document, number))
        seen.append(read_page(document, number) if drawn is None else drawn[number].page)
        yield seen[-1]


def _unreadable(file: InputFile, error: Any) -> KgError:
    if getattr(error, "err_code", None) == _PASSWORD or "assword" in str(error):
        return KgError(f"{file.path}: the PDF is encrypted: save it without its password first (qpdf --decrypt).")
    return KgError(f"{file.path}: is not a complete PDF, it is damaged or cut off: fetch the file again.")


def _texts(document: Any, drawn: list[DrawnPage] | None = None, from_end: bool = False) -> Iterator[str]:
    """Yield the text of the first pages, which `drawn` keeps, or of the last that are not among these."""
    from pypdfium2 import PdfiumError

    from kg.sources.body.pdfpages import drawn_page

    first = min(_PAGES, len(document))
    with suppress(PdfiumError):  # what is behind an unreadable page contributes no words
        for number in range(max(first, len(document) - _PAGES), len(document)) if from_end else range(first):
            if drawn is not None:
                drawn.append(drawn_page(document, number))
                yield drawn[-1].text
                continue
            page = document[number]
            text = page.get_textpage()
            yield text.get_text_range(0, min(_TEXT, text.count_chars()))
            text.close()
            page.close()


READER = PdfReader()
