"""What each bad reply means for a read, a helper write and a link from a reply."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from integrations import http, transport
from integrations.adapters import Effect
from integrations.errors import (
    AlreadyThere,
    BadCredentials,
    MissingPermission,
    NotSent,
    Rejected,
    Throttled,
    Unexpected,
)
from integrations.replies import decoded

from .badserver import (
    BadServer,
    certificate,
    deaf,
    drip,
    raw,
    reply,
    reset,
    reset_now,
    server_context,
    silence,
)
from .door import KEY, open_door

READ, HELPER = Effect.READ, Effect.HELPER


@pytest.fixture
def server():
    server = BadServer()
    yield server
    server.close()


@pytest.fixture
def door(server):
    door = open_door(server.url)
    yield door
    door.close()


@pytest.fixture
def hurry(settings, monkeypatch):
    """Return what limits the calls from then on: connect first, at leisure."""

    def start(seconds=0.3):
        settings.TIME_SCALE = 1.0
        monkeypatch.setattr(http, "CALL_DEADLINE", seconds)

    return start


# --- Statuses -----------------------------------------------------------------------


@pytest.mark.parametrize("effect", [READ, HELPER])
@pytest.mark.parametrize(
    ("status", "error"),
    [
        (301, NotSent),
        (302, NotSent),
        (304, NotSent),
        (400, Rejected),
        (401, BadCredentials),
        (402, Rejected),
        (403, MissingPermission),
        (404, Rejected),
        (408, NotSent),
        (409, AlreadyThere),
        (410, Rejected),
        (413, Rejected),
        (422, Rejected),
        (425, NotSent),
        (429, Throttled),
        (500, NotSent),
        (502, NotSent),
        (503, NotSent),
        (600, NotSent),
        (103, NotSent),
    ],
)
def test_each_status_has_its_meaning_and_a_sentence(
    server, door, effect, status, error
):
    server.plan(reply(status, b"", f"Location: {server.url}/elsewhere"))
    with pytest.raises(error) as caught:
        door.call("GET", "/people", effect=effect)
    assert type(caught.value) is error
    assert caught.value.sentence.startswith("Example ATS ")
    assert caught.value.sentence.endswith(".")
    assert len(server.requests) == 1


def test_the_vendors_reason_is_told_without_secrets_or_contact_details(server, door):
    server.plan(
        reply(
            422,
            b'{"Errors": [{"Code": 7, "Message": "Last name is missing for '
            b"dana@example.com (key " + KEY.encode() + b').  "}]}',
        )
    )
    with pytest.raises(Rejected) as caught:
        door.call("POST", "/people")
    assert caught.value.sentence == (
        "Example ATS refused this (status 422): Last name is missing for [removed] "
        "(key [removed]). Correct it, then try again."
    )


@pytest.mark.parametrize("status", [401, 403])
def test_an_upload_address_that_refuses_says_nothing_of_our_credential(
    server, door, status
):
    upload = BadServer()
    upload.plan(reply(status, b"<Error>expired</Error>"))
    for effect in (READ, HELPER):
        with pytest.raises(NotSent, match="Example ATS gave refused"):
            door.call("PUT", f"{upload.url}/x", effect=effect, sign=False)
    with pytest.raises(Rejected), door.writing(lambda: None):
        door.call("PUT", f"{upload.url}/x", effect=Effect.WRITE, sign=False)
    upload.close()


# --- Asked to wait ------------------------------------------------------------------


# A number stands for a date that many seconds from now.
def _date(seconds: float) -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)


@pytest.mark.parametrize(
    ("told", "low", "high"),
    [
        ("17", 17, 17),
        (" 2.5 ", 2.5, 2.5),
        ("0", 1, 1),
        ("999999", 3600, 3600),
        ("9" * 400, 3600, 3600),
        ("", 60, 60),
        ("-5", 60, 60),
        ("soon", 60, 60),
        ("nan", 60, 60),
        ("1e3", 60, 60),
        ("٣", 60, 60),
        ("Mon, 32 Foo 2026 99:99:99 GMT", 60, 60),
        (-600, 60, 60),
        (600, 500, 600),
        (99_999, 3600, 3600),
    ],
)
def test_429_waits_as_told_within_reason(server, door, told, low, high):
    told = told if isinstance(told, str) else _date(told)
    server.plan(
        raw(
            b"HTTP/1.1 429 Slow down\r\nContent-Length: 0\r\nRetry-After: "
            + told.encode()
            + b"\r\n\r\n"
        )
    )
    with pytest.raises(Throttled, match="Example ATS asks for fewer calls") as caught:
        door.call("GET", "/")
    assert low <= caught.value.wait <= high


def test_429_without_retry_after_waits_a_minute(server, door):
    server.plan(reply(429))
    with pytest.raises(Throttled) as caught:
        door.call("GET", "/")
    assert caught.value.wait == 60


def test_a_date_without_a_zone_is_taken_as_utc(server, door):
    server.plan(reply(429, b"", f"Retry-After: {_date(600).replace('GMT', '-0000')}"))
    with pytest.raises(Throttled) as caught:
        door.call("GET", "/")
    assert 500 <= caught.value.wait <= 600


def test_a_date_is_read_by_the_vendors_own_clock(server, door):
    server.plan(
        reply(
            429,
            b"",
            "Date: Mon, 02 Feb 2015 10:00:00 GMT",
            "Retry-After: Mon, 02 Feb 2015 10:00:30 GMT",
        )
    )
    with pytest.raises(Throttled) as caught:
        door.call("GET", "/")
    assert caught.value.wait == 30


@pytest.mark.parametrize("effect", [READ, HELPER])
def test_503_that_says_when_to_return_makes_the_connection_wait(server, door, effect):
    server.plan(reply(503, b"", "Retry-After: 20"))
    with pytest.raises(Throttled, match="not available") as caught:
        door.call("GET", "/", effect=effect)
    assert caught.value.wait == 20


@pytest.mark.parametrize("told", ["soon", "-20", "Mon, 02 Feb 2015 10:00:00 GMT"])
def test_503_that_says_nonsense_makes_it_wait_a_minute(server, door, told):
    server.plan(reply(503, b"", f"Retry-After: {told}"))
    with pytest.raises(Throttled) as caught:
        door.call("GET", "/")
    assert caught.value.wait == 60


def test_a_refusal_that_the_vendor_words_itself_waits_as_the_header_says(server, door):
    door._served.explains = Throttled("Slow down.")
    server.plan(reply(200, b"{}", "Retry-After: 20"))
    with pytest.raises(Throttled) as caught:
        door.call("GET", "/")
    assert caught.value.wait == 20


# --- Broken off ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "action", [reset(), raw(b""), raw(b"HTTP/1.1 2"), raw(b"SSH-2.0-OpenSSH\r\n\r\n")]
)
def test_a_connection_broken_before_the_reply_is_tried_again(server, door, action):
    server.plan(action, reply(200, b"{}"))
    with pytest.raises(NotSent, match="broke off"):
        door.call("GET", "/")
    assert len(server.requests) == 1
    assert door.call("GET", "/").status == 200


def test_a_server_that_resets_before_reading_is_tried_again(server, door):
    server.on_connect = reset_now
    with pytest.raises(NotSent):
        door.call("GET", "/")


@pytest.mark.parametrize(
    ("action", "what"),
    [
        (raw(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"), "a part"),
        (raw(b"HTTP/1.1 200 OK\r\nContent-Length: 9, 8\r\n\r\n{}"), None),
        (
            raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"),
            "a part",
        ),
        (
            raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{"),
            "a part",
        ),
        (
            raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\n{}"),
            "a part",
        ),
        (reply(200, b"{}", "Content-Encoding: gzip"), "a part"),
        (reply(200, b"<html>Maintenance</html>"), "not JSON"),
        (reply(200), "an empty reply"),
        (reply(204), "an empty reply"),
    ],
)
def test_a_reply_that_cannot_be_used_is_unexpected_or_unsent(
    server, door, action, what
):
    server.plan(action)
    with pytest.raises(Unexpected if what else NotSent, match=what):
        door.call("GET", "/", effect=READ)
    with pytest.raises(NotSent, match=what):
        door.call("GET", "/", effect=HELPER)


def test_the_excerpt_for_administrators_is_short_and_redacted(server, door):
    page = (
        f"<html>{KEY} api_key=abc123&x=1\n\n Authorization: Basic YTpi\r\n"
        "dana@example.com +1 (202) 555-0123 " + "padding " * 200
    )
    server.plan(reply(200, page.encode()))
    with pytest.raises(Unexpected) as caught:
        door.call("GET", "/")
    excerpt = caught.value.excerpt
    assert excerpt.startswith("<html>[removed] api_key=[removed]&x=1 Authorization: ")
    assert len(excerpt) <= 300
    for secret in (KEY, "abc123", "YTpi", "dana", "555"):
        assert secret not in excerpt


# --- Too slow -----------------------------------------------------------------------

HEAD = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    "action",
    [
        silence(),
        drip(b""),
        drip(HEAD + b"X-Slow: "),
        drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        drip(HEAD + b"Content-Length: 99999\r\n\r\n"),
        drip(HEAD + b"Connection: close\r\n\r\n"),
        drip(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
    ],
)
def test_a_reply_in_drops_does_not_outlast_the_deadline(server, door, hurry, action):
    server.plan(reply(200, b"{}"), action)
    door.call("GET", "/")
    hurry()
    with pytest.raises(NotSent, match=r"did not answer within 0\.3 s"):
        door.call("GET", "/")


@pytest.fixture
def trusted(tmp_path, monkeypatch):
    files = certificate(tmp_path)
    context = transport.tls_context(files[0])
    monkeypatch.setattr(transport, "tls_context", lambda: context)
    server = BadServer(server_context(*files))
    yield server
    server.close()


@pytest.mark.parametrize(
    "action",
    [
        silence(),
        drip(HEAD + b"X-Slow: "),
        drip(HEAD + b"Content-Length: 99999\r\n\r\n"),
    ],
)
def test_nor_does_it_over_tls(trusted, hurry, action):
    trusted.plan(reply(200, b"{}"), action)
    door = open_door(trusted.url)
    door.call("GET", "/")
    hurry()
    with pytest.raises(NotSent, match=r"did not answer within 0\.3 s"):
        door.call("GET", "/")


def test_a_handshake_that_never_ends_does_not_outlast_the_deadline(server, hurry):
    hurry(1.0)
    with pytest.raises(NotSent, match="secure connection"):
        open_door(server.url.replace("http:", "https:")).call("GET", "/")


@pytest.mark.parametrize("which", ["server", "trusted"])
def test_a_server_that_does_not_read_does_not_outlast_the_deadline(
    request, hurry, which
):
    server = request.getfixturevalue(which)
    server.plan(deaf(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"))
    door = open_door(server.url)
    door.call("GET", "/")
    hurry()
    with pytest.raises(NotSent, match=r"did not answer within 0\.3 s"):
        door.call("POST", "/", json="x" * 20_000_000)


# --- Too large ----------------------------------------------------------------------


def test_a_gzip_bomb_is_left_at_the_limit(server, door):
    bomb = gzip.compress(b"0" * 50_000_000)
    server.plan(reply(200, bomb, "Content-Encoding: gzip"))
    with pytest.raises(Unexpected, match="too large"):
        door.call("GET", "/")
    with pytest.raises(NotSent, match="too large"):
        door.call("GET", "/", effect=HELPER)


def test_a_reply_of_just_the_limit_is_read(server, door, monkeypatch):
    monkeypatch.setattr(transport, "REPLY_LIMIT", 100_000)
    server.plan(reply(200, b'"' + b"x" * 99_998 + b'"'))
    assert len(door.call("GET", "/").body) == 100_000


def test_an_endless_chunk_is_left_at_the_limit_too(server, door, monkeypatch):
    # A chunk of size -1 makes the library read until the end of the connection.
    monkeypatch.setattr(transport, "_WIRE_LIMIT", 100_000)
    head = HEAD + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n"
    server.plan(raw(head + b"x" * 300_000))
    with pytest.raises(Unexpected, match="too large"):
        door.call("GET", "/")


def test_what_no_database_can_store_is_left_out_of_a_reply():
    body = b'{"name": "Da\\u0000na", "tags": ["a\\u0000"], "id\\u0000": 7, "n": null}'
    assert decoded(body) == {"name": "Dana", "tags": ["a"], "id": 7, "n": None}
