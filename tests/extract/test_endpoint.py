"""The endpoint of a language model: the protocol, its failures, the answers that are kept, the environment."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from kg import endpoint as protocol
from kg.endpoint import PROMPT_VERSION, Endpoint, configured
from kg.extract import extract, pipeline
from kg.extract.llm import INSTRUCTIONS, LanguageModel, schema
from kg.model import ENTITY_TYPES, RELATION_TYPES, ROLES, Document, KgError, Record
from tests.extract.model_server import (
    ABSTRACT,
    GOOD,
    MODEL,
    TITLE,
    Server,
    babble,
    completion,
    drip,
    mention,
    own,
    plain,
    said,
    without,
)
from tests.fetch.local_server import Answer, endless, hang_up, send

pytestmark = pytest.mark.usefixtures("without_model")

Entry = Callable[..., Document]


# --- the protocol -----------------------------------------------------------------------------------------------------


def test_what_is_asked_is_the_protocols(server: Server, entry: Entry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KG_LLM_API_KEY", "sk-secret")
    extract(entry(ABSTRACT, title=TITLE, line="Harvard", keywords="caching"))
    (asked,) = server.asked
    assert server.paths == ["/v1/chat/completions"]
    assert server.headers[0]["Authorization"] == "Bearer sk-secret"
    assert (asked["model"], asked["temperature"], asked["seed"]) == (MODEL, 0, 0)
    assert asked["response_format"]["type"] == "json_schema"
    assert asked["response_format"]["json_schema"]["schema"] == schema()
    sent = json.loads(asked["messages"][1]["content"])
    assert sent == {"title": TITLE, "abstract": ABSTRACT, "institutions": "Harvard", "keywords": "caching"}


def test_without_a_key_none_is_sent(server: Server, entry: Entry) -> None:
    extract(entry(ABSTRACT))
    assert "Authorization" not in server.headers[0]


def test_the_schema_knows_the_types_of_the_record() -> None:
    items = {name: said["items"]["properties"] for name, said in schema()["properties"].items()}
    assert tuple(items["mentions"]["type"]["enum"]) == ENTITY_TYPES
    assert items["mentions"]["role"]["enum"] == [*ROLES, ""]
    assert tuple(items["relations"]["type"]["enum"]) == RELATION_TYPES
    assert items["results"]["change"]["enum"] == ["increase", "decrease", "absolute"]


def test_strict_servers_take_the_schema() -> None:
    """All properties required and no others: what strict servers ask of each object."""

    def objects(node: Any) -> Iterator[dict[str, Any]]:
        if isinstance(node, dict):
            if node.get("type") == "object":
                yield node
            for value in node.values():
                yield from objects(value)

    found = list(objects(schema()))
    assert len(found) == 4
    for node in found:
        assert node["required"] == list(node["properties"])
        assert node["additionalProperties"] is False


def test_what_is_asked_changes_with_its_version_only() -> None:
    asked = json.dumps([INSTRUCTIONS, schema()], sort_keys=True)
    known = {"2": "4543a9265982626f"}
    assert known[PROMPT_VERSION] == sha256(asked.encode()).hexdigest()[:16], "raise PROMPT_VERSION and note it here"


@pytest.mark.parametrize("unknown", ["json_schema", "response_format", "seed", "temperature", "max_tokens"])
def test_what_a_server_does_not_know_is_left_out_from_then_on(server: Server, entry: Entry, unknown: str) -> None:
    server.answers = [without(unknown)]
    assert own(extract(entry(ABSTRACT, title=TITLE)))
    assert len(server.asked) == (3 if unknown == "response_format" else 2)
    extract(entry(ABSTRACT, title=TITLE + "."))
    assert len(server.asked) == (4 if unknown == "response_format" else 3)


def test_a_request_that_fails_in_every_form_changes_no_manner(
    server: Server, entry: Entry, caplog: pytest.LogCaptureFixture
) -> None:
    server.answers = [send(b"too long", 400), send(b"too long", 400), send(b"too long", 400), completion(GOOD)]
    assert extract(entry(ABSTRACT)).partial
    assert own(extract(entry(ABSTRACT, title=TITLE)))
    assert server.asked[-1]["response_format"]["type"] == "json_schema"
    assert "400 Bad Request" in caplog.text


@pytest.mark.parametrize("content", ["```json\n{}\n```", "<think>Is it {so}?</think>\n{}", "Here it is: {} Done."])
def test_an_object_is_found_among_other_words(server: Server, entry: Entry, content: str) -> None:
    server.answers = [completion(content.replace("{}", json.dumps(GOOD)))]
    assert own(extract(entry(ABSTRACT, title=TITLE)))


# --- failures ---------------------------------------------------------------------------------------------------------

FAILURES: dict[str, tuple[Answer, str]] = {
    "no JSON": (completion("I cannot help with that."), "no JSON object"),
    "half JSON": (completion(json.dumps(GOOD)[:-20]), "no JSON object"),
    "a list": (completion("[1, 2]"), "no JSON object"),
    "deep JSON": (completion('{"mentions":' + "[" * 100_000), "no JSON object"),
    "deep completion": (send(b'{"choices":' + b"[" * 100_000), "no chat completion"),
    "cut off": (completion(json.dumps(GOOD), finish="length"), "cut off"),
    "no text": (send(json.dumps({"choices": [{"message": {"content": None}}]}).encode()), "without text"),
    "no choice": (send(b'{"choices": []}'), "no chat completion"),
    "odd choice": (send(b'{"choices": {"0": 1}}'), "no chat completion"),
    "no completion": (send(b'{"error": "no"}'), "no chat completion"),
    "a page": (send(b"<html>Welcome</html>", Content_Type="text/html"), "no chat completion"),
    "bytes": (send(bytes(range(256))), "no chat completion"),
    "nothing": (send(b""), "no chat completion"),
    "gzip": (send(b"\x1f\x8b\x08\x00", Content_Encoding="gzip"), "no chat completion"),
    "huge": (completion(" " * 2_000_000), "larger than 1,000,000 bytes"),
    "endless": (endless, "larger than 1,000,000 bytes"),
    "drip": (drip, "no whole answer within 0.5 s"),
    "hung up": (hang_up, "could not be reached"),
    "no HTTP": (babble, "could not be reached"),
    "401": (send(b'{"error": {"message": "bad key sk-secret \x1b[31m"}}', 401), "401 Unauthorized: check the key"),
    "403": (send(b"{}", 403), "403 Forbidden"),
    "404": (send(b"{}", 404), "404 Not Found: check KG_LLM_BASE_URL and KG_LLM_MODEL"),
    "redirect": (send(b"", 307, Location="http://127.0.0.1:9/elsewhere"), "307 Temporary Redirect"),
    "500": (send(b"oops", 500), "500 Internal Server Error"),
    "999": (send(b"", 999), "999"),
    "429": (send(b"{}", 429), "429 Too Many Requests"),
    "429 for long": (send(b"{}", 429, Retry_After="86400"), "only in 86400 s"),
    "429 until": (send(b"{}", 429, Retry_After="Fri, 31 Dec 2094 23:59:59 GMT"), "asked again only in"),
    "429 oddly": (send(b"{}", 429, Retry_After="-1e999 soon"), "429 Too Many Requests"),
    "429 hugely": (send(b"{}", 429, Retry_After="9" * 5000), "429 Too Many Requests"),
}


@pytest.mark.timeout(60, func_only=True)
@pytest.mark.parametrize("name", FAILURES)
def test_a_failure_is_one_sentence_and_the_rules_record_stands(
    server: Server,
    entry: Entry,
    ruled: Record,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
) -> None:
    monkeypatch.setenv("KG_LLM_API_KEY", "sk-secret")
    if name == "drip":
        monkeypatch.setenv("KG_LLM_TIMEOUT", "0.5")
    answer, why = FAILURES[name]
    server.answers = [answer]
    pipeline()
    record = extract(entry(ABSTRACT, title=TITLE))
    assert plain(record) == plain(ruled)
    assert record.partial
    (sentence,) = [r.getMessage() for r in caplog.records if r.name.startswith("kg.") and r.levelno == logging.WARNING]
    assert sentence.startswith(f"x-1: the language model {MODEL} at 127.0.0.1:")
    assert why in sentence
    assert sentence.isprintable()
    assert "sk-secret" not in sentence


def test_a_server_that_is_not_there_harms_nothing(
    entry: Entry, ruled: Record, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KG_LLM_BASE_URL", "http://user:pass@127.0.0.1:1/v1")
    monkeypatch.setenv("KG_LLM_MODEL", MODEL)
    assert plain(extract(entry(ABSTRACT, title=TITLE))) == plain(ruled)
    assert "could not be reached, ConnectError" in caplog.text
    assert "pass" not in caplog.text


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_server_is_asked_again(server: Server, entry: Entry, status: int) -> None:
    server.answers = [send(b"{}", status, Retry_After="0"), send(b"{}", status), completion(GOOD)]
    assert own(extract(entry(ABSTRACT, title=TITLE)))
    assert len(server.asked) == 3


def test_retry_after_is_waited_for(server: Server, entry: Entry) -> None:
    pipeline()
    server.answers = [send(b"{}", 429, Retry_After="1"), completion(GOOD)]
    begun = time.monotonic()
    assert own(extract(entry(ABSTRACT, title=TITLE)))
    assert time.monotonic() - begun >= 1


def test_a_model_that_fails_is_left_alone_for_a_while(
    server: Server, entry: Entry, caplog: pytest.LogCaptureFixture
) -> None:
    server.answers = [send(b"{}", 401)]
    records = [extract(entry(ABSTRACT, id=f"x-{i}")) for i in range(10)]
    assert len(server.asked) == 3
    assert all(record.partial for record in records)
    assert len(caplog.records) == 3
    assert caplog.messages[2].endswith("It failed 3 times in a row and is left alone for 5 minutes.")
    component = pipeline().get_pipe("kg_llm")
    assert isinstance(component, LanguageModel)
    component.silent_until = 0.0
    server.answers = [completion(GOOD)]
    assert not extract(entry(ABSTRACT, id="x-11")).partial


def test_an_entry_without_text_asks_nothing(server: Server, entry: Entry) -> None:
    assert not extract(entry()).partial
    assert not extract(entry(" ", title="\n")).partial
    assert server.asked == []


def test_it_works_inside_a_running_loop(server: Server, entry: Entry) -> None:
    import asyncio

    async def cell() -> Record:
        return extract(entry(ABSTRACT, title=TITLE))

    assert own(asyncio.run(cell()))


# --- the cache --------------------------------------------------------------------------------------------------------


def test_an_answer_is_asked_for_once(server: Server, entry: Entry, tmp_path: Path) -> None:
    first = extract(entry(ABSTRACT, title=TITLE))
    server.answers = [send(b"", 500)]
    assert plain(extract(entry(ABSTRACT, title=TITLE))) == plain(first)
    assert plain(extract(entry(ABSTRACT, title=TITLE, id="x-2"))).replace("x-2", "x-1") == plain(first)
    assert len(server.asked) == 1
    (file,) = (tmp_path / "llm").iterdir()
    assert json.loads(file.read_text()) == GOOD


def test_another_text_or_model_is_asked_for_anew(server: Server, entry: Entry, monkeypatch: pytest.MonkeyPatch) -> None:
    extract(entry(ABSTRACT, title=TITLE))
    extract(entry(ABSTRACT, title=TITLE + "!"))
    monkeypatch.setenv("KG_LLM_MODEL", "tiny-2")
    extract(entry(ABSTRACT, title=TITLE))
    assert len(server.asked) == 3


def test_failures_are_not_kept(server: Server, entry: Entry) -> None:
    server.answers = [completion("no"), completion(GOOD)]
    assert extract(entry(ABSTRACT, title=TITLE)).partial
    assert own(extract(entry(ABSTRACT, title=TITLE)))


@pytest.mark.parametrize("damage", [b"", b"{", b"[1]", b"\xff\xfe", b"[" * 100_000])
def test_a_damaged_file_is_asked_for_anew(server: Server, entry: Entry, tmp_path: Path, damage: bytes) -> None:
    first = extract(entry(ABSTRACT, title=TITLE))
    (file,) = (tmp_path / "llm").iterdir()
    file.write_bytes(damage)
    assert plain(extract(entry(ABSTRACT, title=TITLE))) == plain(first)
    assert len(server.asked) == 2
    assert json.loads(file.read_text()) == GOOD


def test_a_forged_file_is_held_to_the_text_too(server: Server, entry: Entry, ruled: Record, tmp_path: Path) -> None:
    extract(entry(ABSTRACT, title=TITLE))
    (file,) = (tmp_path / "llm").iterdir()
    file.write_text(json.dumps(said(mentions=[mention("world peace")])))
    assert plain(extract(entry(ABSTRACT, title=TITLE))) == plain(ruled)


def test_a_cache_that_cannot_be_written_costs_only_asking_again(server: Server, entry: Entry, tmp_path: Path) -> None:
    (tmp_path / "llm").write_text("no folder")
    assert own(extract(entry(ABSTRACT, title=TITLE)))
    assert own(extract(entry(ABSTRACT, title=TITLE)))
    assert len(server.asked) == 2


# --- the environment --------------------------------------------------------------------------------------------------

BASE = {"KG_LLM_BASE_URL": "https://example.org/v1/", "KG_LLM_MODEL": "m"}


def test_an_endpoint_is_read_from_the_environment() -> None:
    assert configured({}) is None
    assert configured({"KG_LLM_API_KEY": "k", "OPENAI_API_KEY": "o"}) is None
    assert configured(BASE) == Endpoint("https://example.org/v1/chat/completions", "m")
    whole = "https://a.example/x/chat/completions?api-version=1"
    assert configured(BASE | {"KG_LLM_BASE_URL": whole, "KG_LLM_TIMEOUT": "7"}) == Endpoint(whole, "m", "", 7)


@pytest.mark.parametrize(
    ("base", "keys", "sent"),
    [
        ("https://example.org/v1", {"OPENAI_API_KEY": "o"}, "o"),
        ("https://example.org/v1", {"OPENAI_API_KEY": "o", "KG_LLM_API_KEY": "k"}, "k"),
        ("https://example.org/v1", {"OPENAI_API_KEY": "o", "KG_LLM_API_KEY": ""}, ""),
        ("http://localhost:8000/v1", {"OPENAI_API_KEY": "o"}, "o"),
        ("http://example.org/v1", {"OPENAI_API_KEY": "o"}, ""),
        ("http://example.org/v1", {"KG_LLM_API_KEY": "k"}, "k"),
    ],
)
def test_the_key_is_the_one_that_is_meant(base: str, keys: dict[str, str], sent: str) -> None:
    endpoint = configured(BASE | {"KG_LLM_BASE_URL": base} | keys)
    assert endpoint is not None
    assert endpoint.key == sent
    assert "key" not in repr(endpoint)


@pytest.mark.parametrize(
    "wrong",
    [
        {"KG_LLM_MODEL": ""},
        {"KG_LLM_BASE_URL": ""},
        {"KG_LLM_MODEL": "m\x1b[31m"},
        {"KG_LLM_MODEL": "m" * 201},
        {"KG_LLM_BASE_URL": "example.org/v1"},
        {"KG_LLM_BASE_URL": "file:///etc/passwd"},
        {"KG_LLM_BASE_URL": "http://"},
        {"KG_LLM_BASE_URL": "http://[::1/v1"},
        {"KG_LLM_BASE_URL": "http://a:99999/v1"},
        {"KG_LLM_BASE_URL": "http://a b/v1"},
        {"KG_LLM_API_KEY": "secret\u4e2d"},
        {"KG_LLM_API_KEY": "secret\r\nX-Evil: 1"},
        {"KG_LLM_TIMEOUT": "soon"},
        {"KG_LLM_TIMEOUT": "-1"},
        {"KG_LLM_TIMEOUT": "nan"},
    ],
)
def test_a_wrong_environment_is_told_in_one_sentence_and_turns_it_off(
    entry: Entry,
    ruled: Record,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    wrong: dict[str, str],
) -> None:
    with pytest.raises(KgError, match=next(iter(wrong))) as told:
        configured(BASE | wrong)
    assert "secret" not in str(told.value)
    for name, value in (BASE | wrong).items():
        monkeypatch.setenv(name, value)
    protocol._tell_once.cache_clear()
    for _ in range(2):
        assert plain(extract(entry(ABSTRACT, title=TITLE))) == plain(ruled)
    assert caplog.messages == [str(told.value)]
