"""Connecting, testing, reconnecting in place, disconnecting: over real sockets."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection as database

from integrations import breaker, connections, derived, http, sign_in, tasks, triggers
from integrations.adapters import PermissionState
from integrations.errors import AtsError, BadCredentials, NotSent
from integrations.models import (
    AtsConnection,
    AtsPerson,
    ConnectionPermission,
    Export,
    ExportStep,
)
from pinsync import clock
from tests.factories import CandidateFactory

KEY = {"api_key": "demo-ashby-key"}
State = AtsConnection.State


def connect(acme, alice, vendor="ashby", key="demo-ashby-key") -> AtsConnection:
    return connections.connect(
        organization=acme, vendor=vendor, credentials={"api_key": key}, by=alice
    )


def person_of(connection, candidate, person_id) -> AtsPerson:
    return AtsPerson.objects.create(
        connection=connection,
        candidate=candidate,
        person_id=person_id,
        known_by=AtsPerson.KnownBy.CREATED,
        known_at=clock.now(),
    )


def known_in(sim, organization):
    """Return our candidate, and the id of the same human in the ATS."""
    there = sim.truth()["seeded"][0]
    first, _, last = there["name"].partition(" ")
    ours = CandidateFactory(organization=organization, first_name=first, last_name=last)
    return ours, there["id"]


@pytest.fixture
def waiting(ready_resume, bob):
    """Make an export that waits."""

    def make(connection, candidate, **fields) -> Export:
        return triggers.request_export(
            connection=connection, candidate=candidate, by=bob, **fields
        )

    return make


def test_connecting_proves_each_permission(ashby_sim, acme, alice):
    connection = connect(acme, alice)
    states = dict(connection.permissions.values_list("code", "state"))
    assert connection.is_connected
    assert connection.connected_by == alice
    assert connection.last_proven_at
    assert states["jobs:read"] == PermissionState.PROVEN
    assert set(states) == {need.code for need in connection.adapter_class.needs}


def test_the_key_is_stored_encrypted(ashby_sim, acme, alice):
    connection = connect(acme, alice)
    assert "demo-ashby-key" not in connection.credentials
    assert AtsConnection.objects.get().get_credentials() == KEY


def test_a_refused_key_leaves_nothing_behind(ashby_sim, acme, alice):
    with pytest.raises(BadCredentials, match="Ashby"):
        connect(acme, alice, key="wrong")
    assert not AtsConnection.objects.exists()


def test_a_vendor_that_is_away_leaves_nothing_behind(monkeypatch, acme, alice):
    monkeypatch.setenv("ASHBY_URL", "http://127.0.0.1:9")
    with pytest.raises(NotSent):
        connect(acme, alice)
    assert not AtsConnection.objects.exists()


def test_a_key_that_lacks_a_permission_connects_and_says_so(ashby_sim, acme, alice):
    connection = connect(acme, alice, key="demo-ashby-key-readonly")
    missing = connection.permissions.get(state=ConnectionPermission.State.MISSING)
    assert missing.code == "candidates:write"


def test_one_live_connection_per_vendor(ashby_sim, acme, alice):
    connect(acme, alice)
    with pytest.raises(AtsError, match="connected already"):
        connect(acme, alice)
    assert AtsConnection.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_no_call_is_made_inside_a_transaction(ashby_sim, acme, alice, monkeypatch):
    outside = []
    opened = http.open_adapter

    def watched(*args, **kwargs):
        kwargs["before_call"] = lambda: outside.append(not database.in_atomic_block)
        return opened(*args, **kwargs)

    monkeypatch.setattr(connections, "open_adapter", watched)
    monkeypatch.setattr(sign_in, "open_adapter", watched)
    connection = connect(acme, alice)
    person_of(connection, *known_in(ashby_sim, acme))
    connections.test(connection)
    connections.reconnect(connection, credentials=KEY, by=alice)
    assert len(outside) > 3
    assert all(outside)


def test_testing_notes_when_it_was_proven(ashby_sim, acme, alice):
    connection = connect(acme, alice)
    earlier = clock.now() - timedelta(days=1)
    AtsConnection.objects.update(last_proven_at=earlier)
    connections.test(connection)
    assert AtsConnection.objects.filter(last_proven_at__gt=earlier).exists()


def test_testing_a_revoked_key_parks_the_connection(ashby_sim, acme, alice):
    connection = connect(acme, alice)
    ashby_sim.revoke("demo-ashby-key")
    with pytest.raises(BadCredentials):
        connections.test(connection)
    assert connection.state == State.PARKED
    assert "Ashby" in connection.trouble


def test_a_key_that_works_again_unparks(ashby_sim, acme, alice):
    connection = connect(acme, alice)
    breaker.park(connection, kind="bad_credentials", sentence="Refused.")
    connections.test(connection)
    assert connection.is_connected
    assert connection.trouble == ""


def test_an_unanswered_test_does_not_park(ashby_sim, acme, alice):
    connection = connect(acme, alice)
    ashby_sim.fault("status", status=500)
    with pytest.raises(NotSent):
        connections.test(connection)
    connection.refresh_from_db()
    assert connection.is_connected


def test_a_credential_that_no_key_opens_asks_for_a_new_one(ashby_sim, acme, alice):
    connection = connect(acme, alice)
    connection.credentials = connection.credentials[:-8] + "AAAAAAA="
    connection.save()
    with pytest.raises(BadCredentials, match="Enter it again"):
        connections.test(connection)
    assert connection.state == State.PARKED


def test_parking_keeps_the_first_sentence(ashby_sim, acme, alice):
    connection = connect(acme, alice)
    assert breaker.park(connection, kind="bad_credentials", sentence="First.")
    assert not breaker.park(connection, kind="bad_credentials", sentence="Second.")
    connection.refresh_from_db()
    assert connection.trouble == "First."


def test_a_new_key_of_the_same_account_goes_on_in_place(ashby_sim, acme, alice, bob):
    connection = connect(acme, alice)
    since = connection.connected_at
    person_of(connection, *known_in(ashby_sim, acme))
    breaker.park(connection, kind="bad_credentials", sentence="Refused.")
    ashby_sim.grant("second-key")
    now = connections.reconnect(
        connection, credentials={"api_key": "second-key"}, by=bob
    )
    assert now.pk == connection.pk
    assert now.is_connected
    assert now.trouble == ""
    assert now.connected_at == since
    assert AtsConnection.objects.get().get_credentials() == {"api_key": "second-key"}


def test_parked_steps_become_due_after_reconnecting(
    ashby_sim, acme, alice, waiting, monkeypatch
):
    woken = []
    connection = connect(acme, alice)
    waiting(connection, CandidateFactory(organization=acme))
    person = ExportStep.objects.filter(kind=ExportStep.Kind.PERSON)
    person.update(not_before=None, error_kind="missing_permission", error="No right.")
    monkeypatch.setattr(connections, "wake", lambda: woken.append(1))
    connections.reconnect(connection, credentials=KEY, by=alice)
    assert ExportStep.objects.due(clock.now()).filter(pk=person.get().pk).exists()
    assert person.get().error == ""
    assert woken


def test_what_waits_for_the_person_stays_waiting(ashby_sim, acme, alice, waiting):
    connection = connect(acme, alice)
    waiting(connection, CandidateFactory(organization=acme))
    connections.reconnect(connection, credentials=KEY, by=alice)
    assert ExportStep.objects.get(kind=ExportStep.Kind.RESUME).not_before is None


def test_where_nobody_is_known_somebody_says_which_account_it_is(
    ashby_sim, acme, alice, waiting
):
    connection = connect(acme, alice)
    person_of(connection, CandidateFactory(organization=acme), "gone")
    export = waiting(connection, CandidateFactory(organization=acme))
    ashby_sim.grant("second-key")
    entered = {"credentials": {"api_key": "second-key"}, "by": alice}
    with pytest.raises(connections.NotRecognised, match="none of the people whom"):
        connections.reconnect(connection, **entered)
    connection.refresh_from_db()
    assert connection.get_credentials() == KEY
    same = connections.reconnect(connection, **entered, if_unknown=connections.SAME)
    assert same.pk == connection.pk
    assert same.get_credentials() == {"api_key": "second-key"}
    export.refresh_from_db()
    assert export.state == Export.State.WAITING


def test_a_key_of_another_account_makes_a_new_connection(ashby_sim, acme, alice):
    connection = connect(acme, alice)
    person_of(
        connection, CandidateFactory(organization=acme), "11111111-1111-4111-8111"
    )
    now = connections.reconnect(
        connection, credentials=KEY, if_unknown=connections.ANOTHER, by=alice
    )
    connection.refresh_from_db()
    assert now.pk != connection.pk
    assert connection.state == State.DISCONNECTED
    assert not now.people.exists()


def test_an_account_whose_newest_people_are_gone_is_still_the_same(
    ashby_sim, acme, alice, waiting
):
    """Tried out with three people who were deleted, or linked by ids of a CSV file."""
    connection = connect(acme, alice)
    dana, person_id = known_in(ashby_sim, acme)
    person_of(connection, dana, person_id)
    for number in range(3):
        gone = person_of(
            connection, CandidateFactory(organization=acme), f"gone-{number}"
        )
    for number in range(25):
        gone = person_of(connection, CandidateFactory(organization=acme), f"{number}")
        gone.known_by = AtsPerson.KnownBy.IMPORTED
        gone.save()
    export = waiting(connection, CandidateFactory(organization=acme))
    again = connections.reconnect(connection, credentials=KEY, by=alice)
    assert again.pk == connection.pk
    export.refresh_from_db()
    assert export.state == Export.State.WAITING


def test_another_account_id_is_another_account(crelate_sim, acme, alice):
    connection = connect(acme, alice, "crelate", "demo-crelate-key")
    AtsConnection.objects.update(account_id="another tenant")
    connection.refresh_from_db()
    now = connections.reconnect(
        connection, credentials={"api_key": "demo-crelate-key"}, by=alice
    )
    assert now.pk != connection.pk


def test_a_refused_new_key_changes_nothing(ashby_sim, acme, alice):
    connection = connect(acme, alice)
    with pytest.raises(BadCredentials):
        connections.reconnect(connection, credentials={"api_key": "wrong"}, by=alice)
    connection.refresh_from_db()
    assert connection.is_connected
    assert connection.get_credentials() == KEY


def test_disconnecting_wipes_the_key_and_cancels_what_waits(
    ashby_sim, acme, alice, waiting
):
    connection = connect(acme, alice)
    export = waiting(connection, CandidateFactory(organization=acme))
    assert connections.exports_to_stop(connection) == 1
    connections.disconnect(connection, by=alice)
    export.refresh_from_db()
    assert connection.state == State.DISCONNECTED
    assert connection.credentials == ""
    assert connection.disconnected_at
    assert export.state == Export.State.CANCELLED
    assert export.cancel_reason == "disconnected"
    assert not ExportStep.objects.due(clock.now()).exists()


def test_disconnecting_leaves_what_is_unclear(ashby_sim, acme, alice, waiting):
    connection = connect(acme, alice)
    export = waiting(connection, CandidateFactory(organization=acme))
    ExportStep.objects.filter(kind=ExportStep.Kind.PERSON).update(
        state=ExportStep.State.UNCERTAIN, ever_unclear=True, intent_at=clock.now()
    )
    assert connections.exports_to_stop(connection) == 0
    assert connections.unclear_exports(connection) == 1
    connections.disconnect(connection, by=alice)
    export.refresh_from_db()
    step = ExportStep.objects.get(kind=ExportStep.Kind.PERSON)
    assert export.state != Export.State.CANCELLED
    assert step.state == ExportStep.State.UNCERTAIN


def test_disconnecting_leaves_nothing_that_is_due(ashby_sim, acme, alice, waiting):
    connection = connect(acme, alice)
    dana, person_id = known_in(ashby_sim, acme)
    export = waiting(connection, dana, ats_job_id="7", ats_job_name="Fitter")
    person_of(connection, dana, person_id)
    steps = ExportStep.objects.filter(candidate=dana)
    steps.update(state=ExportStep.State.DONE, not_before=None)
    steps.filter(kind="job_link").update(state=ExportStep.State.FAILED)
    steps.filter(kind="resume").update(state="ready", not_before=clock.now())
    derived.refresh_exports(connection.pk, dana.pk)
    connections.disconnect(connection, by=alice)
    export.refresh_from_db()
    assert export.state == Export.State.FAILED
    call_command("exports_verify")


def test_disconnecting_twice_is_the_same_as_once(ashby_sim, acme, alice):
    connection = connect(acme, alice)
    connections.disconnect(connection, by=alice)
    first = connection.disconnected_at
    connections.disconnect(connection, by=alice)
    assert connection.disconnected_at == first


@pytest.mark.parametrize("known", [False, True])
def test_connecting_anew_moves_the_moment_from_which_events_count(
    known, ashby_sim, acme, alice
):
    old = connect(acme, alice)
    if known:
        person_of(old, *known_in(ashby_sim, acme))
    AtsConnection.objects.update(connected_at=clock.now() - timedelta(days=9))
    connections.disconnect(old, by=alice)
    new = connect(acme, alice)
    assert (new.pk == old.pk) is known  # who nobody can vouch for is another account
    assert clock.now() - new.connected_at < timedelta(minutes=1)
    assert new.disconnected_at is None


def test_an_unclear_write_is_looked_up_when_the_same_account_returns(
    ashby_sim, acme, alice, waiting
):
    old = connect(acme, alice)
    person_of(old, *known_in(ashby_sim, acme))
    export = waiting(old, CandidateFactory(organization=acme))
    ExportStep.objects.filter(kind="person", export=export).update(
        state="uncertain", attempt=1, intent_at=clock.now()
    )
    connections.disconnect(old, by=alice)
    connect(acme, alice)
    usable = AtsConnection.objects.usable(clock.now())
    assert ExportStep.objects.filter(connection__in=usable, state="uncertain").exists()


def test_the_same_account_still_knows_who_is_there(ashby_sim, acme, alice, waiting):
    old = connect(acme, alice)
    dana, person_id = known_in(ashby_sim, acme)
    person_of(old, dana, person_id)
    connections.disconnect(old, by=alice)
    new = connect(acme, alice)
    with pytest.raises(triggers.InAtsAlready):
        waiting(new, dana)


def test_another_account_knows_nobody(ashby_sim, acme, alice):
    old = connect(acme, alice)
    person_of(old, CandidateFactory(organization=acme), "11111111-1111-4111-8111")
    connections.disconnect(old, by=alice)
    assert not connect(acme, alice).people.exists()


def test_an_account_where_the_id_is_somebody_elses_is_another(ashby_sim, acme, alice):
    old = connect(acme, alice)
    _, person_id = known_in(ashby_sim, acme)
    stranger = CandidateFactory(organization=acme, first_name="Zoe", last_name="Quux")
    person_of(old, stranger, person_id)
    connections.disconnect(old, by=alice)
    assert connect(acme, alice).pk != old.pk


# --- On a timer ------------------------------------------------------------------


def prove_old(connection):
    AtsConnection.objects.filter(pk=connection.pk).update(
        last_proven_at=clock.now() - timedelta(hours=2)
    )
    tasks.prove_connections()
    connection.refresh_from_db()


def test_every_hour_each_connection_is_proven_again(ashby_sim, acme, alice):
    connection = connect(acme, alice)
    prove_old(connection)
    assert connection.last_proven_at
    assert connection.last_proven_at > clock.now() - timedelta(minutes=1)
    before = ashby_sim.count()
    tasks.prove_connections()
    assert ashby_sim.count() == before


def test_a_key_revoked_overnight_is_noticed_without_any_export(ashby_sim, acme, alice):
    connection = connect(acme, alice)
    ashby_sim.revoke("demo-ashby-key")
    prove_old(connection)
    assert connection.state == AtsConnection.State.PARKED


def test_a_vendor_that_is_down_does_not_look_proven(ashby_sim, acme, alice):
    connection = connect(acme, alice)
    ashby_sim.fault("status", status=500, times="forever")
    prove_old(connection)
    assert connection.state == AtsConnection.State.CONNECTED
    assert connection.last_proven_at
    assert connection.last_proven_at < clock.now() - timedelta(hours=1)
    assert connection.failures_in_row == 1


def test_a_vendor_that_is_away_is_not_asked_for_a_proof_every_second(
    ashby_sim, acme, alice
):
    connection = connect(acme, alice)
    AtsConnection.objects.update(last_proven_at=clock.now() - timedelta(hours=1))
    ashby_sim.server.stop()
    for _ in range(5):
        connections.prove_due()
    assert not connections.due_for_proof().exists()  # the breaker is open
    AtsConnection.objects.update(paused_until=clock.now())
    connections.prove_due()
    assert not connections.due_for_proof().exists()
    connection.refresh_from_db()
    assert connection.probe_wait == 60
