"""Tokens of a connection: renewed by one caller at a time, stored before they are used."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connections as databases

from integrations import sign_in
from integrations.adapters import Effect, OAuth2, Token, TokenExchange
from integrations.errors import AtsError, BadCredentials, NotSent
from integrations.models import AtsConnection
from integrations.sign_in import StoredTokens, stored
from integrations.tokens import MemoryTokens
from pinsync import clock

from .badserver import BadServer, reply
from .conftest import make_connection
from .door import ExampleAts, open_door

pytestmark = pytest.mark.django_db(transaction=True)


def token(number: int = 1, *, expires_in: float | None = 600) -> Token:
    return Token(
        {"Authorization": f"Bearer token-{number}"}, expires_in, f"next-{number}"
    )


@pytest.fixture
def row(acme, alice, monkeypatch) -> AtsConnection:
    connection = make_connection(acme, by=alice)
    monkeypatch.setattr(connection.adapter_class, "sign_in", TokenExchange())
    return connection


def kept(row: AtsConnection, number: int = 1, **fields) -> AtsConnection:
    sign_in.keep(row, token(number))
    AtsConnection.objects.filter(pk=row.pk).update(**fields)
    row.refresh_from_db()
    return row


def expired(row: AtsConnection) -> AtsConnection:
    return kept(row, token_renew_at=clock.now() - timedelta(seconds=1))


def tokens(row: AtsConnection, patience: float = 30) -> StoredTokens:
    return StoredTokens(row, patience=patience)


class Vendor:
    """Gives tokens by number, or raises what is set."""

    def __init__(self, number: int = 2) -> None:
        self.number = number
        self.asked: list[Token | None] = []
        self.error: AtsError | None = None
        self.lock = threading.Lock()

    def __call__(self, old: Token | None) -> Token:
        with self.lock:
            self.asked.append(old)
        if self.error:
            raise self.error
        return token(self.number)


def test_fifty_callers_at_the_end_of_a_token_ask_once(row):
    row, vendor, begin = expired(row), Vendor(), threading.Barrier(50)

    def call(_: int) -> str:
        mine = tokens(AtsConnection.objects.get(pk=row.pk))
        begin.wait()
        try:
            return mine.get(vendor).token.headers["Authorization"]
        finally:
            databases.close_all()

    with ThreadPoolExecutor(50) as pool:
        answers = set(pool.map(call, range(50)))
    assert answers == {"Bearer token-2"}
    assert [old and old.renewal for old in vendor.asked] == ["next-1"]


def test_a_new_token_is_stored_before_anybody_uses_it(row):
    held = tokens(row).get(Vendor())
    row.refresh_from_db()
    assert stored(row).token.headers == held.token.headers
    assert stored(row).version == held.version
    assert row.token_leased_until <= clock.now()


def test_the_stored_token_shows_no_secret(row):
    row = kept(row)
    assert "token-1" not in row.token
    assert "next-1" not in row.token


def test_a_good_token_is_used_without_asking(row):
    row, vendor = kept(row), Vendor()
    assert tokens(row).get(vendor).token.renewal == "next-1"
    assert vendor.asked == []


def test_a_refused_token_is_renewed_once_for_all(row):
    row, vendor = kept(row), Vendor()
    refused = stored(row)
    first = tokens(row).get(vendor, refused=refused)
    second = tokens(row).get(vendor, refused=refused)
    assert first.version == second.version
    assert len(vendor.asked) == 1


def test_a_refused_renewal_parks_the_connection(row):
    row, vendor = expired(row), Vendor()
    vendor.error = BadCredentials("Sign in again.")
    with pytest.raises(BadCredentials):
        tokens(row).get(vendor)
    row.refresh_from_db()
    assert (row.state, row.trouble) == ("parked", "Sign in again.")


def test_nobody_asks_again_once_the_renewal_was_refused(row):
    row, vendor = expired(row), Vendor()
    vendor.error = BadCredentials("Sign in again.")
    later = tokens(AtsConnection.objects.get(pk=row.pk))
    with pytest.raises(BadCredentials):
        tokens(row).get(vendor)
    with pytest.raises(BadCredentials, match=r"Sign in again\."):
        later.get(vendor)
    assert len(vendor.asked) == 1


def test_nobody_asks_who_looked_just_before_the_renewal_was_refused(row):
    vendor = Vendor()
    vendor.error = BadCredentials("Refused.")
    other = tokens(row)

    class Slow(StoredTokens):
        def _lease(self, seen: AtsConnection) -> bool:
            if not vendor.asked:  # between our look at the row and our lease
                with pytest.raises(BadCredentials):
                    other.get(vendor)
            return super()._lease(seen)

    with pytest.raises(BadCredentials, match="Refused"):
        Slow(row, patience=30).get(vendor)
    assert len(vendor.asked) == 1


def test_a_parked_connection_may_be_tested(row):
    row = expired(row)
    AtsConnection.objects.update(state="parked", parked_at=clock.now())
    row.refresh_from_db()
    assert tokens(row).get(Vendor()).token.renewal == "next-2"


def test_what_was_not_answered_is_not_asked_again_at_once(row):
    row, vendor = expired(row), Vendor()
    vendor.error = NotSent("No answer.")
    with pytest.raises(NotSent, match="No answer"):
        tokens(row).get(vendor)
    row.refresh_from_db()
    assert row.state == "connected"
    assert row.token_leased_until > clock.now()


def test_who_waits_too_long_for_another_tries_later(row):
    row, vendor = expired(row), Vendor()
    AtsConnection.objects.update(
        token_leased_by="another", token_leased_until=clock.now() + timedelta(hours=1)
    )
    with pytest.raises(NotSent, match="tries again by itself"):
        tokens(row, patience=0).get(vendor)
    assert vendor.asked == []


def test_a_vanished_renewal_is_taken_over(row):
    row, vendor = expired(row), Vendor()
    AtsConnection.objects.update(
        token_leased_by="dead", token_leased_until=clock.now() - timedelta(seconds=1)
    )
    assert tokens(row).get(vendor).token.renewal == "next-2"


def test_a_credential_replaced_meanwhile_keeps_its_own_token(row):
    old = tokens(expired(row))
    now = AtsConnection.objects.get(pk=row.pk)
    now.set_credentials({"api_key": "another"})
    now.save()
    vendor = Vendor()
    with pytest.raises(NotSent, match="replaced meanwhile"):
        old.get(vendor)
    assert vendor.asked == []


def test_a_token_of_a_credential_replaced_in_the_middle_is_not_stored(row):
    row = expired(row)

    def replaced_meanwhile(old):
        now = AtsConnection.objects.get(pk=row.pk)
        now.set_credentials({"api_key": "another"})
        sign_in.put(now, None)
        now.save()
        return token(2)

    with pytest.raises(NotSent, match="meanwhile"):
        tokens(row).get(replaced_meanwhile)
    row.refresh_from_db()
    assert stored(row) is None


def test_an_unused_sign_in_is_kept_alive_once_a_day(row, monkeypatch):
    oauth = OAuth2(client_id="ID", client_secret="SECRET")
    monkeypatch.setattr(row.adapter_class, "sign_in", oauth)
    sign_in.keep(row, token(expires_in=None))
    row.refresh_from_db()
    assert row.token_renew_at < clock.now() + timedelta(days=1, seconds=1)


# --- At the door --------------------------------------------------------------------


class TokenAts(ExampleAts):
    sign_in = TokenExchange()

    def new_token(self, old: Token | None) -> Token:
        data = self.http.call(
            "POST", "/token", effect=Effect.HELPER, json={}, sign=False
        ).data
        return Token({"Authorization": f"Bearer {data['token']}"}, facts={"n": "1"})


@pytest.fixture
def server():
    server = BadServer()
    yield server
    server.close()


def issue(name: str):
    return reply(200, b'{"token": "%s"}' % name.encode())


REFUSED = reply(401, b"{}")
FINE = reply(200, b'{"id": 7}')


def seen(server: BadServer) -> list[tuple[str, str | None]]:
    return [(r.target, r.headers["Authorization"]) for r in server.requests]


def test_a_call_signs_in_first(server):
    server.plan(issue("one"), FINE)
    door = open_door(server.url, TokenAts)
    assert door.call("GET", "/people").data == {"id": 7}
    assert seen(server) == [("/token", None), ("/people", "Bearer one")]


def test_what_came_with_the_token_reaches_the_adapter(server):
    server.plan(issue("one"), FINE)
    door = open_door(server.url, TokenAts)
    door.call("GET", "/people")
    assert door._served.facts == {"n": "1"}


def test_a_read_that_is_refused_is_made_once_more_with_a_new_token(server):
    server.plan(issue("one"), REFUSED, issue("two"), FINE)
    door = open_door(server.url, TokenAts)
    assert door.call("GET", "/people").data == {"id": 7}
    assert seen(server)[2:] == [("/token", None), ("/people", "Bearer two")]


def test_a_second_refusal_is_one(server):
    server.plan(issue("one"), REFUSED, issue("two"), REFUSED)
    door = open_door(server.url, TokenAts)
    with pytest.raises(BadCredentials):
        door.call("GET", "/people")
    assert len(server.requests) == 4


def test_a_refused_write_is_left_for_later_with_a_new_token(server):
    server.plan(issue("one"), REFUSED, issue("two"), FINE)
    door = open_door(server.url, TokenAts)
    gates = []
    with (
        pytest.raises(NotSent, match="signed in again"),
        door.writing(lambda: gates.append(1)),
    ):
        door.call("POST", "/people", json={}, effect=Effect.WRITE)
    assert [target for target, _ in seen(server)] == ["/token", "/people", "/token"]
    assert gates == [1]
    door.call("GET", "/people")
    assert seen(server)[-1] == ("/people", "Bearer two")


def test_a_write_surely_refused_is_repeated_under_the_same_intent(server):
    server.plan(reply(409, b"{}"), FINE)
    door, gates = open_door(server.url), []
    with door.writing(lambda: gates.append(1)):
        door.call("POST", "/people", json={}, effect=Effect.WRITE, accept=(409,))
        answer = door.call(
            "POST",
            "/people",
            json={},
            headers={"X-Override": "code"},
            effect=Effect.WRITE,
            again=True,
        )
    assert answer.data == {"id": 7}
    assert server.requests[1].headers["X-Override"] == "code"
    assert gates == [1]


def test_there_is_nothing_to_repeat_before_a_write(server):
    door = open_door(server.url)
    with door.writing(lambda: None), pytest.raises(RuntimeError, match="no WRITE"):
        door.call("POST", "/people", json={}, effect=Effect.WRITE, again=True)
    assert server.requests == []


def test_no_error_shows_the_token(server):
    server.plan(issue("s3cr3t-token"), reply(422, b'{"message": "s3cr3t-token"}'))
    door = open_door(server.url, TokenAts)
    with pytest.raises(Exception, match="refused this") as caught:
        door.call("GET", "/people")
    assert "s3cr3t" not in str(caught.value)


def test_a_token_in_memory_is_renewed_like_a_stored_one():
    memory, vendor = MemoryTokens(TokenExchange()), Vendor()
    first = memory.get(vendor)
    assert memory.get(vendor) is first
    assert memory.get(vendor, refused=first).version == 2
    assert len(vendor.asked) == 2


def test_a_token_that_comes_while_keys_are_rotated_is_not_thrown_away(row):
    """It works once at some vendors: the sign-in would be lost with it."""
    asked_with = AtsConnection.objects.get(pk=kept(row).pk)
    call_command("rotate_credentials", stdout=StringIO())
    assert AtsConnection.objects.get().credentials != asked_with.credentials
    assert sign_in.keep(asked_with, token(2))
    held = stored(AtsConnection.objects.get())
    assert held
    assert held.token.renewal == "next-2"
