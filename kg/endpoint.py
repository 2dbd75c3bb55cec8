"""A client for a language model behind an OpenAI-compatible endpoint, with time limits and an answer cache.

The protocol is chat completions (https://platform.openai.com/docs/api-reference/chat), as served by vLLM, llama.cpp,
Ollama and most services. No request is made unless the environment names both the endpoint and the model.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from kg.files import cache_folder, keep
from kg.http import BUSY, Again, TooLong, phrase, retry_after, seconds_of, trusted, until_answered
from kg.model import KgError

if TYPE_CHECKING:
    import httpx

#: Increased when the instructions or the schema change, which invalidates cached answers.
PROMPT_VERSION = "2"
SECONDS = 120.0  # for one paper, retries and waits included, unless KG_LLM_TIMEOUT says otherwise
MOST_BYTES = 1_000_000  # of an answer
MOST_TOKENS = 4096  # that the model may write
_TRIES = 3  # where the endpoint is busy or stumbles
_PAUSE = 1.0  # seconds before the next try where the endpoint names none; doubles
_NOT_UNDERSTOOD = (400, 415, 422, 501)  # a parameter may be unknown there
_ADVICE = {
    401: "check the key in KG_LLM_API_KEY",
    403: "check the key in KG_LLM_API_KEY",
    404: "check KG_LLM_BASE_URL and KG_LLM_MODEL",
}
_LOCAL = ("localhost", "127.0.0.1", "::1")
_log = logging.getLogger(__name__)


class Unanswered(Exception):
    """The model gave no usable answer; the message is the end of a sentence."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The address of a language model: `url` is its chat completions URL; the key is never shown or stored."""

    url: str
    model: str
    key: str = field(default="", repr=False)
    seconds: float = SECONDS

    @property
    def host(self) -> str:
        """Host and port, without other parts of the URL, which may hold a password."""
        return urlsplit(self.url).netloc.rpartition("@")[2]

    @property
    def extractor(self) -> str:
        """The name of the extractor in provenance."""
        return f"llm:{self.model}/{PROMPT_VERSION}"


def language_model() -> Endpoint | None:
    """The endpoint that the environment names, or None; an invalid configuration is logged once."""
    try:
        return configured()
    except KgError as error:
        _tell_once(str(error))
        return None


@cache
def _tell_once(sentence: str) -> None:
    _log.warning(sentence)


def configured(environment: Mapping[str, str] | None = None) -> Endpoint | None:
    """The endpoint that the environment names, or None; raises KgError for an incomplete or invalid one."""
    said = os.environ if environment is None else environment
    base, model = said.get("KG_LLM_BASE_URL", "").strip(), said.get("KG_LLM_MODEL", "").strip()
    if not base and not model:
        return None
    if not base or not model:
        missing = "KG_LLM_MODEL" if base else "KG_LLM_BASE_URL"
        raise KgError(f"{missing} is not set: no language model is asked; set it, or unset the other.")
    if len(model) > 200 or not model.isprintable():
        raise KgError(
            "KG_LLM_MODEL is no name of a model: no language model is asked; set it to what the server calls it."
        )
    url, local = _completions(base)
    key = said.get("KG_LLM_API_KEY")
    # The key of one service must not be sent to an arbitrary server, least of all unencrypted.
    if key is None and (local or url.startswith("https:")):
        key = said.get("OPENAI_API_KEY")
    key = (key or "").strip()
    if not key.isascii() or not key.isprintable():
        raise KgError("KG_LLM_API_KEY holds characters that no key has: no language model is asked; set it anew.")
    return Endpoint(url, model, key, seconds_of(said.get("KG_LLM_TIMEOUT", ""), "KG_LLM_TIMEOUT", SECONDS, 3600))


def _completions(base: str) -> tuple[str, bool]:
    """The chat completions URL under a base URL, and whether it is on this machine."""
    try:
        parts = urlsplit(base)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        sound = False
    if not sound or not base.isprintable() or " " in base:
        raise KgError("KG_LLM_BASE_URL is no http or https URL: no language model is asked; write https://HOST/v1.")
    path = parts.path.rstrip("/")
    if not path.endswith("/chat/completions"):
        path += "/chat/completions"
    return parts._replace(path=path, fragment="").geturl(), parts.hostname in _LOCAL


class Chat:
    """Asks a model for JSON objects; answers are cached in the user's cache folder."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self.manner = Manner()

    def ask(self, instructions: str, text: str, schema: Mapping[str, Any]) -> dict[str, Any]:
        """The model's answer to a text, a JSON object that is not validated; raises Unanswered."""
        asked = json.dumps([self.endpoint.model, PROMPT_VERSION, instructions, schema, text], sort_keys=True)
        place = _folder() / f"{hashlib.sha256(asked.encode()).hexdigest()}.json"
        kept = _kept(place)
        if kept is not None:
            return kept
        messages = [{"role": "system", "content": instructions}, {"role": "user", "content": text}]
        # A thread of its own, for the caller (a notebook, say) may run a loop already.
        with ThreadPoolExecutor(1) as thread:
            body = thread.submit(self._until_answered, Question(messages, schema, self.manner)).result()
        answer = _object(_content(body))
        with suppress(OSError):
            _keep(place, answer)
        return answer

    def _until_answered(self, question: Question) -> bytes:
        """The body of the first good answer within the seconds of the endpoint; raises Unanswered."""
        import asyncio

        end = time.monotonic() + self.endpoint.seconds
        try:
            return until_answered(
                lambda: asyncio.run(self._within_time(question, end)), tries=_TRIES, pause=_PAUSE, end=end
            )
        except Again as reason:
            raise Unanswered(f"{reason}: try again later") from None
        except TooLong as reason:
            raise Unanswered(f"{reason} and may be asked again only in {reason.wait:g} s") from None

    async def _within_time(self, question: Question, end: float) -> bytes:
        import asyncio

        import httpx

        seconds, left = self.endpoint.seconds, end - time.monotonic()
        try:
            asked = httpx.AsyncClient(timeout=seconds, headers=self._headers(), verify=trusted())
            async with asyncio.timeout(left), asked as client:
                return await self._once(client, question)
        except (TimeoutError, httpx.TimeoutException):
            raise Unanswered(f"no whole answer within {seconds:g} s: KG_LLM_TIMEOUT may allow more") from None
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError, ImportError) as error:
            raise Unanswered(f"it could not be reached, {type(error).__name__}: check KG_LLM_BASE_URL") from None

    def _headers(self) -> dict[str, str]:
        # A compressed answer could be far larger than the bytes received.
        headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
        return headers | ({"Authorization": f"Bearer {self.endpoint.key}"} if self.endpoint.key else {})

    async def _once(self, client: httpx.AsyncClient, question: Question) -> bytes:
        """The body of a good answer, asked for in a plainer manner as long as the request is not understood."""
        while True:
            request = {"model": self.endpoint.model, **question.parameters()}
            status, wait, body = await _post(client, self.endpoint.url, request)
            if status == 200:
                self.manner = question.manner  # what was understood once is not tried out again
                return body
            plainer = question.manner.plainer(body) if status in _NOT_UNDERSTOOD else None
            if not plainer:
                break
            question.manner = plainer
        said = f"it answered {status} {phrase(status)}".rstrip()
        if status in BUSY:
            raise Again(said, wait)
        raise Unanswered(f"{said}: {_ADVICE.get(status, 'try again later')}")


@dataclass(slots=True)
class Question:
    """What is asked, and in which manner by now."""

    messages: list[dict[str, str]]
    schema: Mapping[str, Any]
    manner: Manner

    def parameters(self) -> dict[str, Any]:
        """The parameters of a request, without the model."""
        return {"messages": self.messages, **self.manner.parameters(self.schema)}


@dataclass(frozen=True, slots=True)
class Manner:
    """The request parameters beside model and messages that a server accepts."""

    options: tuple[tuple[str, int], ...] = (("temperature", 0), ("seed", 0), ("max_tokens", MOST_TOKENS))
    form: str = "json_schema"

    def parameters(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        """The parameters of a request."""
        if not self.form:
            return dict(self.options)
        form: dict[str, Any] = {"type": self.form}
        if self.form == "json_schema":
            form["json_schema"] = {"name": "paper", "strict": True, "schema": schema}
        return {**dict(self.options), "response_format": form}

    def plainer(self, complaint: bytes) -> Manner | None:
        """Parameters without the one that an error names, else with a simpler format; None if none is left to drop."""
        left = tuple(option for option in self.options if option[0].encode() not in complaint)
        if left != self.options and b"response_format" not in complaint:
            return replace(self, options=left)
        return replace(self, form="json_object" if self.form == "json_schema" else "") if self.form else None


async def _post(client: httpx.AsyncClient, url: str, request: Mapping[str, Any]) -> tuple[int, float | None, bytes]:
    """Status, delay in seconds before a retry (None if not given) and body of a response."""
    async with client.stream("POST", url, json=request) as response:
        body = bytearray()
        async for piece in response.aiter_raw():
            body += piece
            if len(body) > MOST_BYTES:
                raise Unanswered(f"its answer is larger than {MOST_BYTES:,} bytes")
        return response.status_code, retry_after(response.headers.get("Retry-After", "")), bytes(body)


def _content(body: bytes) -> str:
    """The text of a chat completion; raises Unanswered."""
    try:
        choice = json.loads(body)["choices"][0]
        content = choice["message"]["content"]
    except (ValueError, LookupError, TypeError, RecursionError):
        raise Unanswered("what it sent is no chat completion: check KG_LLM_BASE_URL") from None
    if choice.get("finish_reason") == "length":
        raise Unanswered("its answer was cut off")
    if not isinstance(content, str):
        raise Unanswered("it answered without text")
    return content


def _object(content: str) -> dict[str, Any]:
    """The JSON object in a model's text, without leading reasoning and a code fence; raises Unanswered."""
    content = content.rpartition("</think>")[2]
    try:
        answer = json.loads(content[content.find("{") : content.rfind("}") + 1])
    except (ValueError, RecursionError):
        raise Unanswered("its answer is no JSON object") from None
    if not isinstance(answer, dict):
        raise Unanswered("its answer is no JSON object")
    return answer


def _folder() -> Path:
    """One folder for all graphs and versions of the program: answers cost money."""
    return cache_folder() / "llm"


def _kept(place: Path) -> dict[str, Any] | None:
    """A cached answer, or None if it is missing or damaged."""
    with suppress(OSError, ValueError, RecursionError):
        if place.stat().st_size <= 4 * MOST_BYTES:  # escapes take more space
            answer = json.loads(place.read_bytes())
            return answer if isinstance(answer, dict) else None
    return None


def _keep(place: Path, answer: Mapping[str, Any]) -> None:
    """Cache an answer, readable by the user only."""
    place.parent.mkdir(parents=True, exist_ok=True)
    keep(place, [json.dumps(answer).encode()], mode=0o600)
