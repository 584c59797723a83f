"""probe_ats: what an API looks like, told without anything that is in it."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import CommandError, call_command

from integrations import connections, probing, shapes
from integrations.adapters import Reply
from integrations.models import AtsConnection
from integrations.replies import decoded
from pinsync import clock
from tests.vendors.kortivity_clerk import DANA, PASSWORD, USER, Clerk

# Tokens are kept by the clock of the database.
pytestmark = pytest.mark.django_db


CREDENTIALS = {"username": USER, "password": PASSWORD}
VALUES = ("Dana", "Jo Park", "dana-example", "mail.example", "501", "Controls", "t1")


@pytest.fixture
def clerk():
    clerk = Clerk("bearer_login", "data")
    yield clerk
    clerk.close()


@pytest.fixture
def connection(acme, alice, clerk) -> AtsConnection:
    row = AtsConnection.objects.create(
        organization=acme,
        vendor="kortivity",
        connected_by=alice,
        connected_at=clock.now(),
    )
    row.set_credentials({**CREDENTIALS, "api_url": clerk.url})
    row.save()
    return row


def probed(*args: str) -> str:
    out = io.StringIO()
    call_command("probe_ats", *args, stdout=out)
    return out.getvalue()


def typed(monkeypatch, **fields):
    for name, value in fields.items():
        monkeypatch.setenv(f"PROBE_{name.upper()}", value)


# -- The command -------------------------------------------------------------------


def test_each_read_shows_its_call_and_its_shape(monkeypatch, clerk):
    typed(monkeypatch, **CREDENTIALS, api_url=f"{clerk.url}/#/jobs")
    said = probed("kortivity")
    for line in (
        "who is signed in\n  POST /api/login\n    200, application/json, ",
        "    token: a text\n    expiresIn: a whole number\n",
        "  GET /api/users/me\n",
        "    data: an object\n    data.id: a whole number\n    data.name: a text\n",
        "one job\n  GET /api/jobs/…\n",
        "candidates\n  GET /api/candidates\n",
        "    data: a list of 1\n    data[]: an object\n",
        "    data[].email: a text (an email)\n",
        "    data[].personalUrl: a text (a web address)\n",
        "one candidate\n  GET /api/candidates/…\n",
        "who is on a job\n  GET /api/jobs/…/candidates\n",
    ):
        assert line in said


def test_no_value_is_shown(monkeypatch, clerk):
    typed(monkeypatch, **CREDENTIALS, api_url=clerk.url)
    clerk.people[0]["firstName"] = "Secretname"
    said = probed("kortivity")
    for value in (*VALUES, "Secretname", USER, PASSWORD):
        assert value not in said


def test_it_signs_in_once_and_only_reads(monkeypatch, clerk):
    typed(monkeypatch, **CREDENTIALS, api_url=clerk.url)
    probed("kortivity")
    assert clerk.sign_ins == 1
    assert [c for c in clerk.calls if c.startswith("POST")] == ["POST /api/login"]


def test_a_refused_password_ends_it_after_one_try(monkeypatch, clerk):
    typed(monkeypatch, username=USER, password="wrong-one", api_url=clerk.url)
    said = probed("kortivity")
    assert clerk.sign_ins == 1
    assert len(clerk.calls) == 1
    assert "  POST /api/login\n    401, application/json" in said
    assert "does not accept the user name or password" in said
    assert "wrong-one" not in said


def test_an_address_that_is_unknown_does_not_end_it(monkeypatch, clerk):
    typed(monkeypatch, **CREDENTIALS, api_url=clerk.url)
    real = clerk._ask
    clerk._ask = lambda method, path, query, body: (
        (404, "<!doctype html><title>Dana</title>", {})
        if path == "/api/jobs"
        else real(method, path, query, body)
    )
    said = probed("kortivity")
    assert "  GET /api/jobs\n    404, text/html, 34 bytes\n    a web page\n" in said
    assert "one candidate" in said
    assert "one job" not in said


def test_a_connection_gives_its_own_credential(connection, clerk):
    said = probed("kortivity", "--organization", "acme")
    assert "data[].email: a text (an email)" in said
    connection.refresh_from_db()
    assert (connection.state, connection.token) == ("connected", "")


def test_nobody_elses_connection_is_used(connection, globex):
    with pytest.raises(CommandError, match="globex has no connection to Kortivity"):
        probed("kortivity", "--organization", "globex")


def test_a_connection_that_ended_has_no_credential_any_more(connection, alice):
    connections.disconnect(connection, by=alice)
    with pytest.raises(CommandError, match="no connection"):
        probed("kortivity", "--organization", "acme")


def test_a_credential_that_no_key_opens_is_named(connection, settings):
    settings.CREDENTIALS_KEYS = [b"x" * 32]
    with pytest.raises(CommandError, match="cannot be read any more"):
        probed("kortivity", "--organization", "acme")


def test_what_is_typed_is_judged_as_on_the_form(monkeypatch, db):
    typed(monkeypatch, **CREDENTIALS, api_url="our Kortivity")
    with pytest.raises(CommandError, match="not a web address"):
        probed("kortivity")


def test_what_the_environment_lacks_is_asked_for(monkeypatch, clerk):
    asked = []

    def answering(answer):
        def ask(text):
            asked.append(text)
            return answer

        return ask

    monkeypatch.setenv("PROBE_API_URL", clerk.url)
    monkeypatch.setattr("builtins.input", answering(USER))
    command = "integrations.management.commands.probe_ats.getpass"
    monkeypatch.setattr(command, answering(PASSWORD))
    assert "data[].email" in probed("kortivity")
    assert asked == ["Username: ", "Password: "]


def test_every_vendor_can_be_probed(monkeypatch, ashby_sim):
    typed(monkeypatch, api_key="demo-ashby-key")
    said = probed("ashby")
    assert "account\n  POST /apiKey.info\n    200, application/json" in said
    assert "jobs\n  POST /job.list\n" in said
    assert "demo-ashby-key" not in said


def test_a_host_that_is_no_simulator_is_not_called(monkeypatch, db):
    monkeypatch.delenv("KORTIVITY_UNVERIFIED_OK", raising=False)
    typed(monkeypatch, **CREDENTIALS, api_url="https://kortivity.invalid")
    said = probed("kortivity")
    assert "KORTIVITY_UNVERIFIED_OK" in said
    assert "POST" not in said


# -- The shapes --------------------------------------------------------------------


def shape(data) -> dict[str, str]:
    return dict(line.split(": ", 1) for line in shapes.of_json(data))


def test_types_are_shown_and_lists_are_merged():
    data = [
        {"a": 1, "b": None, "when": "2026-05-01", "at": "2026-05-01T10:00:00Z"},
        {"a": "x", "b": {"c": [True, 1.5]}, "blank": " ", "n": "42"},
    ]
    assert shape(data) == {
        "$": "a list of 2",
        "$[]": "an object",
        "$[].a": "a whole number or a text",
        "$[].b": "null or an object",
        "$[].when": "a text (a date)",
        "$[].at": "a text (a moment)",
        "$[].b.c": "a list of 2",
        "$[].b.c[]": "true or false or a number",
        "$[].blank": "an empty text",
        "$[].n": "a text (digits)",
    }


@pytest.mark.parametrize(
    "key", ["dana@mail.example", "Dana Example", "+1 202 555 0123", "4711", "p20260501"]
)
def test_a_key_that_is_no_plain_name_is_masked(key):
    assert shape({key: {"city": "Denver"}}) == {
        "$": "an object",
        "…": "an object",
        "….city": "a text",
    }


def test_an_object_with_very_many_keys_is_taken_for_a_table():
    table = {f"Name{chr(97 + n % 26) * (n // 26 + 1)}": 1 for n in range(61)}
    assert shape(table) == {"$": "an object", "…": "a whole number"}


def test_a_long_shape_is_cut_and_says_so():
    data = [{f"k{a}": {f"j{b}": 1 for b in range(9)}} for a in range(20)]
    lines = shapes.of_json(data)
    assert len(lines) == shapes.MOST_LINES + 1
    assert lines[-1] == "and 82 more"


def test_something_very_deep_ends_somewhere():
    data = json.loads('{"a":' * 50 + "1" + "}" * 50)
    assert len(shapes.of_json(data)) < 10


@pytest.mark.parametrize(
    ("target", "told"),
    [
        ("/api3/contacts?email=dana%40x.y&page=1", "/api3/contacts?email=…&page=…"),
        ("/api/v1/jobs/42", "/api/v1/jobs/…"),
        ("/people/6F1c-22aa-0001/files", "/people/…/files"),
        ("/people/dana-example", "/people/…"),
        ("/", "/"),
    ],
)
def test_a_call_is_told_without_ids(target, told):
    assert shapes.of_call("GET", target, {"dana-example"}) == f"GET {told}"


def test_cookies_and_redirects_are_told_by_name_and_path():
    body = b"\x00\x01"
    reply = Reply(
        302,
        {"Location": "https://sso.example/login/4711?user=dana", "Content-Type": "x/y"},
        decoded(body),
        body,
        {"sid": "s1", "user-dana@x.y": "1"},
    )
    assert shapes.of_reply(reply) == [
        "302, x/y, 2 bytes",
        "sets cookies: sid, …",
        "leads to: another address, /login/…",
        "not JSON",
    ]


def test_values_that_could_stand_in_a_path_are_known():
    found = shapes.values_in([DANA, {"more": ["a b", None, 1.5, True]}])
    assert {"501", "Dana", "a%20b"} <= found


def test_the_door_is_closed_at_the_end(clerk, monkeypatch):
    closed = []
    monkeypatch.setattr(probing.ListeningHttp, "close", lambda self: closed.append(1))
    list(probing.probe("kortivity", {**CREDENTIALS, "api_url": clerk.url}))
    assert closed == [1]
