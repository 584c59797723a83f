"""Signing in on a vendor's own pages: there and back, and every way that can go wrong."""

from __future__ import annotations

import logging
import time
from html import unescape
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from integrations import connections, consent
from integrations.models import AtsConnection
from pinsync.accounts.models import Membership
from tests.factories import UserFactory

from .consenting import come_back, decide, leave
from .scene import seen

pytestmark = pytest.mark.django_db(transaction=True)

SLUG = "jobadder"
TOKEN = "POST /connect/token$"
NOT_BEGUN = (
    "This sign-in at JobAdder was not begun here, or is used up. Begin it again."
)
REFUSED = (
    "JobAdder is not connected: the permission was refused there. Nothing was saved. "
    "Sign in again with somebody who may give it."
)
CONNECTED = "JobAdder is connected. Now choose in the settings of each job"


@pytest.fixture
def sim(jobadder_sim):
    return jobadder_sim


def url(name: str, *args: object) -> str:
    return reverse(f"integrations:{name}", args=args)


def words(reply) -> str:
    """Return the page without its markup's escapes."""
    return unescape(seen(reply))


def read(client: Client, name: str, *args: object) -> str:
    return words(client.get(url(name, *args)))


def asked(address: str) -> dict[str, str]:
    """Return the query of the address."""
    query = parse_qs(urlsplit(address).query)
    return {name: value for name, (value,) in query.items()}


def live() -> AtsConnection | None:
    return AtsConnection.objects.live().first()


def connect(alice: Client, user: str = "robin") -> AtsConnection:
    come_back(alice, SLUG, user)
    row = live()
    assert row
    return row


# --- Before anybody leaves ------------------------------------------------------------

VARIABLES = ("JOBADDER_CLIENT_ID", "JOBADDER_CLIENT_SECRET")


@pytest.mark.parametrize("missing", [VARIABLES, VARIABLES[:1], VARIABLES[1:]])
def test_without_the_variables_the_page_says_what_an_operator_must_do(
    missing, sim, as_alice, monkeypatch
):
    for name in missing:
        monkeypatch.setenv(name, " ")
    page = read(as_alice, "connect", SLUG)
    assert "JobAdder cannot be connected yet" in page
    assert [name for name in VARIABLES if name in page] == list(missing)
    assert f"{settings.PUBLIC_URL}/settings/ats/signed-in/jobadder/" in page
    assert "Continue to JobAdder" not in page
    reply = as_alice.get(url("sign_in", SLUG))
    assert reply["Location"] == url("connect", SLUG)


def test_the_page_explains_before_anybody_leaves(sim, as_alice):
    page = read(as_alice, "connect", SLUG)
    assert f'href="{url("sign_in", SLUG)}"' in page
    assert "Only an administrator of JobAdder can agree" in page
    assert "Grant API access to Integration partners" in page
    assert "never sees your password" in page
    for label in ("View users", "Manage candidates", "Manage job applications"):
        assert label in page
    assert "<input" not in page.partition("<main")[2]


def test_a_form_that_is_sent_all_the_same_connects_nobody(sim, as_alice):
    assert as_alice.post(url("connect", SLUG), {"api_key": "x"}).status_code == 200
    assert live() is None


def test_the_browser_goes_to_jobadder_with_the_exact_address_and_scopes(sim, as_alice):
    address = leave(as_alice, SLUG)
    query = asked(address)
    assert address.startswith(f"{sim.url}/connect/authorize?")
    assert query["client_id"] == "pinsync-demo"
    assert query["response_type"] == "code"
    assert query["redirect_uri"] == settings.PUBLIC_URL + url("signed_in", SLUG)
    assert query["scope"].split() == [
        "read_user",
        "read_job",
        "read_candidate",
        "write_candidate",
        "read_jobapplication",
        "write_jobapplication",
        "offline_access",
    ]
    assert len(query["state"]) >= 32
    assert "demo-jobadder-secret" not in address


def test_every_sign_in_has_a_state_of_its_own(sim, as_alice):
    states = {asked(leave(as_alice, SLUG))["state"] for _ in range(4)}
    assert len(states) == 4


def test_recruiters_and_strangers_get_nowhere(sim, as_bob, alice, client):
    for name in ("connect", "sign_in", "signed_in"):
        reply = as_bob.get(url(name, SLUG), {"code": "x", "state": "y"})
        assert reply.status_code == 403
        assert "Alice Moore" in words(reply)
        reply = client.get(url(name, SLUG))
        assert reply["Location"].startswith("/sign-in/")
    assert sim.count(TOKEN) == 0


def test_vendors_with_a_form_have_no_such_pages(as_alice):
    for slug in ("ashby", "crelate", "nobody"):
        for name in ("sign_in", "signed_in"):
            assert as_alice.get(url(name, slug)).status_code == 404


# --- Agreed -------------------------------------------------------------------------


def test_consent_connects_the_account(sim, as_alice, alice):
    page = words(come_back(as_alice, SLUG, "robin"))
    assert CONNECTED in page
    row = live()
    assert row
    assert (row.state, row.connected_by, row.account_id) == (
        "connected",
        alice,
        "eu2:1234",
    )
    assert "Robin" in row.account_name
    assert page.count("Proven") == 5
    assert page.count("Not proven before a real write") == 2


def test_the_code_is_nowhere_once_the_page_is_there(sim, as_alice):
    back = decide(leave(as_alice, SLUG), SLUG, "robin")
    reply = as_alice.get(back)
    assert reply.status_code == 302
    assert "no-store" in reply["Cache-Control"]
    assert "code" not in reply["Location"]


def test_a_user_who_may_grant_access_need_not_be_an_administrator(sim, as_alice):
    assert "Sam" in connect(as_alice, "sam").account_name


def test_a_scope_that_was_not_granted_is_shown(sim, as_alice):
    sim.grant(
        "robin",
        ["read_user", "read_candidate", "read_jobapplication", "offline_access"],
    )
    page = words(come_back(as_alice, SLUG, "robin"))
    assert "it lacks permissions" in page
    assert 'View jobs</span> <span class="ats-tone-red">Missing' in page
    assert "Press Reconnect, and sign in with somebody who may give it." in page
    assert "key" not in page.partition("<main")[2]


# --- Refused ------------------------------------------------------------------------


@pytest.mark.parametrize("refusal", ["with_state", "described", "bare"])
@pytest.mark.parametrize(
    ("user", "decision", "not_admin"),
    [
        ("robin", "refuse", "page"),
        ("kim", "refuse", "page"),
        ("kim", "allow", "access_denied"),
    ],
)
def test_a_refusal_is_said_and_nothing_is_saved(
    user, decision, not_admin, refusal, sim, as_alice
):
    sim.set(refusal=refusal, not_admin=not_admin)
    reply = come_back(as_alice, SLUG, user, decision)
    assert REFUSED in words(reply)
    assert reply.redirect_chain[-1][0] == url("connect", SLUG)
    assert "Continue to JobAdder" in words(reply)
    assert live() is None
    assert sim.count(TOKEN) == 0


def test_a_refusal_without_state_means_nothing_where_nobody_went_there(sim, as_alice):
    reply = as_alice.get(
        url("signed_in", SLUG), {"error": "access_denied"}, follow=True
    )
    assert NOT_BEGUN in words(reply)


def test_a_refusal_changes_nothing_of_a_connection(sim, as_alice):
    row = connect(as_alice)
    reply = come_back(as_alice, SLUG, "robin", "refuse")
    assert REFUSED in words(reply)
    assert reply.redirect_chain[-1][0] == url("reconnect", row.pk)
    now = AtsConnection.objects.get()
    assert (now.state, now.token, now.token_version) == (
        "connected",
        row.token,
        row.token_version,
    )


def test_another_error_is_named(sim, as_alice):
    sim.set(unapproved_scopes="write_candidate")
    reply = come_back(as_alice, SLUG, "robin")
    assert "JobAdder ended the sign-in with an error (invalid_scope)." in words(reply)
    assert live() is None


@pytest.mark.parametrize(
    "error", ["<b>pay up</b>", "call 555 now", "x" * 400, "ééé", "\u202eevil"]
)
def test_no_words_of_another_site_get_onto_the_page(error, sim, as_alice):
    state = asked(leave(as_alice, SLUG))["state"]
    query = {"state": state, "error": error, "error_description": "Call 555-0100"}
    page = words(as_alice.get(url("signed_in", SLUG), query, follow=True))
    assert "JobAdder ended the sign-in with an error" in page
    assert error not in page
    assert "555" not in page


def test_an_answer_with_neither_code_nor_error_is_one(sim, as_alice):
    state = asked(leave(as_alice, SLUG))["state"]
    reply = as_alice.get(url("signed_in", SLUG), {"state": state}, follow=True)
    assert "JobAdder ended the sign-in with an error. Nothing was saved." in words(
        reply
    )
    assert sim.count(TOKEN) == 0


# --- The state ------------------------------------------------------------------------


def test_a_state_is_good_for_one_use(sim, as_alice):
    back = decide(leave(as_alice, SLUG), SLUG, "robin")
    as_alice.get(back)
    row, calls = live(), sim.count()
    reply = as_alice.get(back, follow=True)
    assert NOT_BEGUN in words(reply)
    assert sim.count() == calls
    now = live()
    assert row
    assert now
    assert (now.pk, now.token) == (row.pk, row.token)


def test_a_refusal_uses_the_state_up(sim, as_alice):
    state = asked(leave(as_alice, SLUG))["state"]
    query = {"state": state, "error": "access_denied"}
    as_alice.get(url("signed_in", SLUG), query)
    reply = as_alice.get(
        url("signed_in", SLUG), {"state": state, "code": "x"}, follow=True
    )
    assert NOT_BEGUN in words(reply)
    assert sim.count(TOKEN) == 0


@pytest.mark.parametrize("state", ["", "made-up", "a" * 5_000])
def test_a_state_that_was_never_given_is_refused(state, sim, as_alice):
    leave(as_alice, SLUG)
    query = {"state": state, "code": "x"}
    reply = as_alice.get(url("signed_in", SLUG), query, follow=True)
    assert NOT_BEGUN in words(reply)
    assert sim.count(TOKEN) == 0


def test_a_state_belongs_to_one_browser(sim, as_alice, alice, as_charlie):
    back = decide(leave(as_alice, SLUG), SLUG, "robin")
    another = Client()
    another.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")
    for client in (another, as_charlie):
        assert NOT_BEGUN in words(client.get(back, follow=True))
    assert sim.count(TOKEN) == 0
    assert live() is None
    assert CONNECTED in words(as_alice.get(back, follow=True))


def test_a_state_belongs_to_one_organization(sim, as_alice, alice, globex):
    back = decide(leave(as_alice, SLUG), SLUG, "robin")
    Membership.objects.filter(user=alice).update(organization=globex)
    assert NOT_BEGUN in words(as_alice.get(back, follow=True))
    assert sim.count(TOKEN) == 0
    assert live() is None


def test_a_state_belongs_to_one_vendor(sim, as_alice):
    back = decide(leave(as_alice, SLUG), SLUG, "robin")
    session = as_alice.session
    for row in session["ats-sign-ins"].values():
        row["vendor"] = "another"
    session.save()
    assert NOT_BEGUN in words(as_alice.get(back, follow=True))
    assert sim.count(TOKEN) == 0


def test_a_state_dies_after_half_an_hour(sim, as_alice, monkeypatch):
    back = decide(leave(as_alice, SLUG), SLUG, "robin")
    later = time.time() + 1_801
    monkeypatch.setattr(consent, "time", SimpleNamespace(time=lambda: later))
    assert NOT_BEGUN in words(as_alice.get(back, follow=True))
    assert sim.count(TOKEN) == 0


# --- Several tabs -------------------------------------------------------------------


def test_a_second_tab_that_comes_too_late_is_told_so(sim, as_alice):
    first, second = (decide(leave(as_alice, SLUG), SLUG, "robin") for _ in range(2))
    assert CONNECTED in words(as_alice.get(second, follow=True))
    row = live()
    reply = as_alice.get(first, follow=True)
    assert "JobAdder is connected already." in words(reply)
    now = AtsConnection.objects.get()
    assert row
    assert (now.pk, now.token) == (row.pk, row.token)


def test_two_tabs_that_reconnect_both_do(sim, as_alice):
    row = connect(as_alice)
    tabs = [decide(leave(as_alice, SLUG), SLUG, "robin") for _ in range(2)]
    for back in tabs:
        assert "is connected again" in words(as_alice.get(back, follow=True))
    assert AtsConnection.objects.get().pk == row.pk
    assert AtsConnection.objects.get().state == "connected"


def test_five_tabs_may_be_open_and_the_oldest_is_forgotten(sim, as_alice):
    states = [asked(leave(as_alice, SLUG))["state"] for _ in range(6)]
    query = {"error": "access_denied"}

    def answer(state: str) -> str:
        page = as_alice.get(
            url("signed_in", SLUG), {**query, "state": state}, follow=True
        )
        return words(page)

    assert NOT_BEGUN in answer(states[0])
    assert all(REFUSED in answer(state) for state in states[1:])


def test_a_connection_that_ended_meanwhile_is_not_reconnected(sim, as_alice, alice):
    row = connect(as_alice)
    back = decide(leave(as_alice, SLUG), SLUG, "robin")
    connections.disconnect(row, by=alice)
    asked_for_tokens = sim.count(TOKEN)
    reply = as_alice.get(back, follow=True)
    assert "JobAdder was disconnected meanwhile. Connect it anew." in words(reply)
    assert reply.redirect_chain[-1][0] == url("connect", SLUG)
    assert sim.count(TOKEN) == asked_for_tokens
    assert live() is None


# --- The code -----------------------------------------------------------------------


def test_a_code_that_is_too_old_is_said_so(sim, as_alice):
    back = decide(leave(as_alice, SLUG), SLUG, "robin")
    sim.set(clock_ahead_s=301)
    page = words(as_alice.get(back, follow=True))
    assert "JobAdder did not accept the code of this sign-in" in page
    assert live() is None


def test_a_client_that_jobadder_does_not_know_names_the_variables(sim, as_alice):
    back = decide(leave(as_alice, SLUG), SLUG, "robin")
    sim.set(client_secret="another")
    page = words(as_alice.get(back, follow=True))
    assert "JobAdder does not accept this server as a client." in page
    assert all(name in page for name in VARIABLES)
    assert live() is None


@pytest.mark.parametrize(
    ("fault", "options"),
    [
        ("status", {"status": 503}),
        ("html_200", {}),
        ("half_body", {}),
        ("drop_before", {}),
        ("commit_then_drop", {}),
        ("empty_200", {}),
        ("without_keys", {"keys": ["access_token"]}),
    ],
)
def test_an_exchange_that_fails_is_said_and_a_new_sign_in_works(
    fault, options, sim, as_alice
):
    sim.fault(fault, match=TOKEN, **options)
    page = words(come_back(as_alice, SLUG, "robin"))
    assert "JobAdder" in page.partition('class="message')[2][:400]
    assert "by itself" not in page
    assert "automatically" not in page
    assert live() is None
    assert sim.count(TOKEN) == 1  # a code is used once, whatever came of it
    assert CONNECTED in words(come_back(as_alice, SLUG, "robin"))


# --- Again ----------------------------------------------------------------------------


def test_signing_in_again_keeps_everything(sim, as_alice):
    row = connect(as_alice)
    sim.revoke("robin")
    as_alice.post(url("test", row.pk))
    row.refresh_from_db()
    assert row.state == "parked"
    page = read(as_alice, "reconnect", row.pk)
    assert "JobAdder has ended the sign-in" in page
    assert "Continue to JobAdder" in page
    assert "is connected again. What waited goes on by itself." in words(
        come_back(as_alice, SLUG, "sam")
    )
    now = AtsConnection.objects.get()
    assert (now.pk, now.connected_at, now.state) == (
        row.pk,
        row.connected_at,
        "connected",
    )
    assert "Sam" in now.account_name


def test_another_account_makes_a_new_connection(sim, as_alice):
    row = connect(as_alice)
    sim.set(account=99)
    page = words(come_back(as_alice, SLUG, "robin"))
    assert "This is another JobAdder account, so a new connection was made." in page
    row.refresh_from_db()
    now = live()
    assert now
    assert (row.state, row.token, row.credentials) == ("disconnected", "", "")
    assert now.pk != row.pk
    assert now.account_id == "eu2:99"
    assert now.connected_at > row.connected_at


def test_connecting_anew_to_the_same_account_goes_on_with_it(sim, as_alice, alice):
    row = connect(as_alice)
    connections.disconnect(row, by=alice)
    now = connect(as_alice)
    assert now.pk == row.pk
    assert now.connected_at > row.connected_at


# --- What nobody may see ----------------------------------------------------------------


def secrets(sim) -> list[str]:
    """Return every token and code that JobAdder ever gave, and the client's secret."""
    tables = sim.simulator.store.tables
    names = ("codes", "access_tokens", "refresh_tokens")
    given = [key for name in names for key in tables[name]]
    assert len(given) >= 4
    return [*given, "demo-jobadder-secret"]


def test_no_token_and_no_code_is_on_any_page_in_any_log_or_in_the_database(
    sim, as_alice, alice, caplog
):
    caplog.set_level(logging.DEBUG)
    found, codes = [], []

    def follow(back: str) -> None:
        codes.append(asked(back).get("code", ""))
        reply = as_alice.get(back, follow=True)
        found.extend([words(reply), *map(str, reply.redirect_chain)])
        found.extend(str(message) for message in get_messages(reply.wsgi_request))

    follow(decide(leave(as_alice, SLUG), SLUG, "robin"))
    row = live()
    assert row
    sim.set(clock_ahead_s=3_700)
    found.append(words(as_alice.post(url("test", row.pk), follow=True)))
    follow(decide(leave(as_alice, SLUG), SLUG, "sam"))
    follow(codes_again := decide(leave(as_alice, SLUG), SLUG, "robin"))
    follow(codes_again)
    sim.fault("status", match=TOKEN, status=400, json={"error": "invalid_grant"})
    follow(decide(leave(as_alice, SLUG), SLUG, "robin"))
    for name, *args in (
        ("settings",),
        ("connection", row.pk),
        ("reconnect", row.pk),
        ("connect", SLUG),
    ):
        found.append(read(as_alice, name, *args))
    operator = UserFactory(is_staff=True, is_superuser=True)
    admin = Client()
    admin.force_login(operator, backend="django.contrib.auth.backends.ModelBackend")
    change = reverse("admin:integrations_atsconnection_change", args=[row.pk])
    found.append(words(admin.get(change)))
    found.append(repr(AtsConnection.objects.values()))
    text = "\n".join([*found, caplog.text])
    hidden = {*secrets(sim), *filter(None, codes)}
    assert [secret for secret in hidden if secret in text] == []
