"""Errors of the cluster and of the way to it as errors of ours."""

import socket
import time
from collections.abc import Callable

import pytest
from opensearchpy import OpenSearch, exceptions
from opensearchpy.client.indices import IndicesClient

from service.cluster import ClusterSettings
from service.deadline import within
from service.engines.opensearch.client import Client
from service.engines.opensearch.client_errors import our_errors
from service.engines.opensearch.nodes import Address
from service.errors import Busy, CuttingsError, DiskFull, InvalidRequest, Misconfigured
from service.settings import read_settings

TOO_MANY = {"error": {"root_cause": [{"type": "too_many_clauses", "reason": "1024"}]}}
WIDE = {"error": {"reason": "Automaton [中*] expanded to too many terms (limit 128)"}}
FULL = {"error": {"reason": "blocked: disk usage exceeded flood-stage watermark"}}

FAULTS: list[tuple[Callable[[], Exception], type[CuttingsError]]] = [
    (lambda: exceptions.AuthenticationException(401, "no", "Unauthorized"), Misconfigured),
    (lambda: exceptions.AuthorizationException(403, "no", {}), Misconfigured),
    (lambda: exceptions.SSLError("N/A", "bad certificate", Exception()), Misconfigured),
    (lambda: exceptions.ImproperlyConfigured("http+x"), Misconfigured),
    (lambda: exceptions.AuthorizationException(403, "cluster_block", FULL), DiskFull),
    (lambda: exceptions.TransportError(429, "cluster_block", FULL), DiskFull),
    (lambda: exceptions.NotFoundError(404, "index_not_found_exception", {}), Misconfigured),
    (lambda: exceptions.NotFoundError(404, "search_phase_execution_exception", {}), Busy),
    (lambda: exceptions.TransportError(500, "search_phase_execution_exception", {}), Busy),
    (lambda: exceptions.RequestError(400, "parsing_exception", {}), Misconfigured),
    (lambda: exceptions.RequestError(400, "search_phase_execution", TOO_MANY), InvalidRequest),
    (lambda: exceptions.TransportError(500, "search_phase_execution", WIDE), InvalidRequest),
    (lambda: exceptions.ConnectionTimeout("TIMEOUT", "slow", Exception()), Busy),
    (lambda: exceptions.ConnectionError("N/A", "refused", Exception()), Busy),
    (lambda: exceptions.TransportError(429, "circuit_breaking_exception", {}), Busy),
    (lambda: exceptions.TransportError(503, "no_shard_available", {}), Busy),
    (lambda: exceptions.SerializationError("odd"), Busy),
]


@pytest.mark.parametrize(("made", "ours"), FAULTS)
def test_every_error_is_one_of_ours(
    made: Callable[[], Exception], ours: type[CuttingsError]
) -> None:
    with pytest.raises(ours), our_errors():
        raise made()


def refused(kind: str, reason: str) -> Exception:
    return exceptions.AuthorizationException(403, kind, {"error": {"type": kind, "reason": reason}})


def tls(said: str) -> Exception:
    return exceptions.SSLError("N/A", f"[SSL] {said} (_ssl.c:1006)", Exception())


DENIED = "no permissions for [indices:data/read/search] and User [name=cuttings, roles=[]]"
TOLD: list[tuple[Callable[[], Exception], str]] = [
    (
        lambda: exceptions.AuthenticationException(401, "N/A", "Unauthorized"),
        "The cluster does not take these credentials: check CUTTINGS_OPENSEARCH_USER and "
        "_PASSWORD, or CUTTINGS_OPENSEARCH_API_KEY",
    ),
    (
        lambda: refused("security_exception", DENIED),
        "The cluster's user lacks a right, docs/cluster.md shows the role to give: no permissions "
        "for [indices:data/read/search]",
    ),
    # As other services than the plugin say it.
    (
        lambda: exceptions.AuthorizationException(403, "N/A", {"Message": "not authorized"}),
        "The cluster's user lacks a right, docs/cluster.md shows the role to give: {'Message': "
        "'not authorized'}",
    ),
    # Nobody may write into that one, whatever their rights.
    (
        lambda: refused("cluster_block_exception", "index [a] blocked by: [FORBIDDEN/8/write];"),
        "The cluster refused what it was asked (403): index [a] blocked by: [FORBIDDEN/8/write];",
    ),
    (
        lambda: tls("certificate verify failed: self-signed certificate"),
        "The cluster's certificate is not trusted, CUTTINGS_OPENSEARCH_CA may name its signer: "
        "[SSL] certificate verify failed: self-signed certificate",
    ),
    (
        lambda: tls("certificate verify failed: Hostname mismatch"),
        "The cluster's certificate is not trusted: [SSL] certificate verify failed: Hostname "
        "mismatch",
    ),
    (
        lambda: tls("WRONG_VERSION_NUMBER"),
        "The cluster's nodes do not speak TLS: CUTTINGS_OPENSEARCH_URL says https://",
    ),
    # A node that was killed while it was asked.
    (
        lambda: tls("UNEXPECTED_EOF_WHILE_READING"),
        "No node of the cluster can be reached: try again later",
    ),
    (
        lambda: exceptions.ConnectionError("N/A", "RemoteDisconnected('…')", Exception()),
        "The cluster's nodes close the connection: write https:// in CUTTINGS_OPENSEARCH_URL if "
        "they speak TLS, else try again later",
    ),
]


@pytest.mark.parametrize(("made", "told"), TOLD)
def test_who_is_refused_is_told_what_to_do(made: Callable[[], Exception], told: str) -> None:
    with pytest.raises(CuttingsError) as raised, our_errors():
        raise made()
    assert raised.value.detail == told


def test_no_password_and_no_key_is_shown() -> None:
    for kind in (Address, ClusterSettings):
        assert "geheim" not in repr(kind((), "me", "geheim", "geheim"))


SHOWN = [
    ("URL", "me:geheim@one.example:9200"),
    ("URL", "https://me:ge,geheim@one.example:9200"),
    ("API_KEY", "geheim geheim"),
    ("API_KEY", "geheim…"),
]


@pytest.mark.parametrize(("name", "text"), SHOWN)
def test_what_cannot_be_used_is_not_shown_if_it_is_secret(name: str, text: str) -> None:
    given = {
        "CUTTINGS_ENGINE": "opensearch",
        "CUTTINGS_OPENSEARCH_URL": "https://one.example:9200",
        f"CUTTINGS_OPENSEARCH_{name}": text,
    }
    with pytest.raises(Misconfigured, match=f"CUTTINGS_OPENSEARCH_{name}: ") as raised:
        read_settings(given)
    assert "geheim" not in raised.value.detail
    assert "me:ge" not in raised.value.detail


OPEN: list[tuple[Callable[[], Exception], type[CuttingsError]]] = [
    # Refused, so that nothing was written.
    (lambda: exceptions.RequestError(400, "mapper_parsing_exception", {}), Misconfigured),
    (lambda: exceptions.AuthorizationException(403, "no", {}), Misconfigured),
    (lambda: exceptions.TransportError(429, "cluster_block", FULL), DiskFull),
    # It may have been written all the same.
    (lambda: exceptions.ConnectionTimeout("TIMEOUT", "slow", Exception()), Busy),
    (lambda: exceptions.ConnectionError("N/A", "reset", Exception()), Busy),
    (lambda: exceptions.TransportError(500, "unavailable", {}), Busy),
    (lambda: exceptions.TransportError(503, "unavailable_shards", {}), Busy),
    (lambda: exceptions.SerializationError("odd"), Busy),
]


@pytest.mark.parametrize(("made", "ours"), OPEN)
def test_a_write_tells_whether_it_is_open(
    monkeypatch: pytest.MonkeyPatch, made: Callable[[], Exception], ours: type[CuttingsError]
) -> None:
    def fail(*_args: object, **_said: object) -> None:
        raise made()

    client = Client(Address(("http://127.0.0.1:9",)))
    monkeypatch.setattr(OpenSearch, "index", fail)
    with pytest.raises(ours):
        client.replace("archive", "head", {}, None)
    client.close()


def test_another_document_in_its_place_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def conflict(*_args: object, **_said: object) -> None:
        raise exceptions.ConflictError(409, "version_conflict_engine_exception", {})

    client = Client(Address(("http://127.0.0.1:9",)))
    monkeypatch.setattr(OpenSearch, "index", conflict)
    assert client.replace("archive", "head", {}, (1, 1)) is None
    client.close()


STARTED: dict[str, object] = {
    "routing": {"state": "STARTED"},
    "docs": {"deleted": 0},
    "merges": {"current": 0},
    "seq_no": {"max_seq_no": 7},
    "retention_leases": {"leases": []},
}
COPIES: list[tuple[list[dict[str, object]], int, bool]] = [
    ([STARTED, STARTED], 2, True),
    ([STARTED, STARTED | {"docs": {"deleted": 1}}], 2, False),
    # One that is away, being made, or being opened may have whatever was deleted.
    ([STARTED], 2, False),
    ([STARTED, STARTED | {"routing": {"state": "INITIALIZING"}}], 2, False),
    ([STARTED, {"routing": {"state": "STARTED"}}], 2, False),
]


@pytest.mark.parametrize(("copies", "all_there_are", "is_expunged"), COPIES)
def test_nothing_is_expunged_of_which_a_copy_tells_nothing(
    monkeypatch: pytest.MonkeyPatch,
    copies: list[dict[str, object]],
    all_there_are: int,
    is_expunged: bool,
) -> None:
    said = {
        "_shards": {"total": all_there_are, "successful": len(copies), "failed": 0},
        "indices": {"articles": {"shards": {"0": copies}}},
    }
    for name in ("flush", "forcemerge", "refresh", "stats"):
        monkeypatch.setattr(IndicesClient, name, lambda *_args, **_kwargs: said)
    client = Client(Address(("http://127.0.0.1:9",)))
    assert client.expunge(("articles",)) == is_expunged
    client.close()


@pytest.mark.parametrize("fails", ["flush", "forcemerge", "refresh"])
def test_a_part_that_could_not_do_it_is_no_success(
    monkeypatch: pytest.MonkeyPatch, fails: str
) -> None:
    for name in ("flush", "forcemerge", "refresh"):
        said = {"_shards": {"total": 2, "successful": 1, "failed": int(name == fails)}}
        monkeypatch.setattr(IndicesClient, name, lambda *_args, said=said, **_kwargs: said)
    client = Client(Address(("http://127.0.0.1:9",)))
    with pytest.raises(Busy, match="too much to do"):
        client.expunge(("articles",))
    if fails == "refresh":
        with pytest.raises(Busy, match="too much to do"):
            client.refresh("articles")
    client.close()


def test_who_is_not_there_is_busy() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and never listens
        client = Client(Address((f"http://127.0.0.1:{taken.getsockname()[1]}",), seconds=1))
        with pytest.raises(Busy) as raised:
            client.search("articles", {})
        client.close()
    assert raised.value.headers["Retry-After"] == "5"


def test_who_answers_late_is_asked_no_longer_than_an_answer_may_take() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()  # and never answers
        client = Client(Address((f"http://127.0.0.1:{silent.getsockname()[1]}",)))
        began = time.monotonic()
        with pytest.raises(Busy), within(0.2):
            client.search("articles", {})
        assert time.monotonic() - began < 5
        with pytest.raises(Busy), within(1e-9):
            client.search("articles", {})
        client.close()
