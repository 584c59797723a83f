"""The index of who is in an ATS: pulled in the background, page by page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F

from integrations import directory, dispatcher, errors, retention
from integrations.adapters import Page, RemotePerson, adapter_class
from integrations.models import (
    AtsConnection,
    AtsDirectoryEntry,
    AtsDirectoryKey,
    AtsDirectoryPull,
)
from pinsync import clock

from .conftest import make_connection

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def real_time(settings):
    """Let periods have their real length: only ``later()`` makes time pass."""
    settings.TIME_SCALE = 1.0


def person(number: int, **fields: Any) -> RemotePerson:
    given = {"name": f"Dana {number}", "emails": (f"dana.{number}@example.com",)}
    return RemotePerson(id=f"p{number}", **given | fields)


def page(*numbers: int, cursor: str | None = None, **fields: Any) -> Page:
    return Page(tuple(person(n) for n in numbers), cursor, **fields)


class List:
    """What the vendor's list answers, by the cursor it is asked with."""

    def __init__(self) -> None:
        self.pages: dict[str | None, Any] = {}
        self.asked: list[str | None] = []

    def people(self, cursor: str | None) -> Iterator[Page]:
        while True:
            self.asked.append(cursor)
            answer = self.pages[cursor]
            if isinstance(answer, Exception):
                raise answer
            yield answer
            if answer.is_last:
                return
            cursor = answer.cursor


@pytest.fixture
def listed(monkeypatch) -> List:
    listed = List()
    cls = adapter_class("ashby")
    monkeypatch.setattr(cls, "people", lambda self, cursor: listed.people(cursor))
    return listed


def ids(connection: AtsConnection) -> list[str]:
    rows = AtsDirectoryEntry.objects.filter(connection=connection)
    return sorted(rows.values_list("person_id", flat=True))


def state(connection: AtsConnection) -> AtsDirectoryPull:
    return AtsDirectoryPull.objects.get(connection=connection)


def later(connection: AtsConnection, seconds: float) -> None:
    """Let that much (scaled) time pass for the directory."""
    by = clock.period(seconds)
    rows = AtsDirectoryPull.objects.filter(connection=connection)
    rows.update(due_at=F("due_at") - by)
    rows.exclude(full_at=None).update(full_at=F("full_at") - by)
    rows.exclude(leased_until=None).update(leased_until=F("leased_until") - by)


# --- When it is pulled ----------------------------------------------------------------


def test_a_new_connection_is_due_at_once(connection):
    assert list(directory.due()) == [connection]


def test_a_vendor_that_cannot_list_people_is_never_due(connection, monkeypatch):
    monkeypatch.setattr(adapter_class("ashby"), "lists_people", False)
    assert not directory.is_due()


@pytest.mark.parametrize("there", ["parked", "disconnected", "resting"])
def test_a_connection_that_may_not_be_called_is_not_due(connection, there):
    if there == "resting":
        connection.paused_until = clock.now() + timedelta(hours=1)
    else:
        connection.state = there
        connection.credentials = ""
    connection.save()
    assert not directory.is_due()


def test_the_dispatcher_asks_a_worker_for_checks_never_one_for_exports(
    connection, monkeypatch
):
    asked = []
    monkeypatch.setattr(retention, "is_due", lambda: False)  # done for today
    monkeypatch.setattr(
        "pinsync.waking.wake_now", lambda queue, task, **kw: asked.append((queue, task))
    )
    dispatcher.tick()
    assert ("checks", "integrations.tasks.pull_directories") in asked
    assert "exports" not in [queue for queue, _ in asked]


def test_proofs_go_first(connection, monkeypatch):
    AtsConnection.objects.update(last_proven_at=clock.now() - timedelta(days=1))
    asked = []
    monkeypatch.setattr(
        "pinsync.waking.wake_now", lambda queue, task, **kw: asked.append(task)
    )
    dispatcher.tick()
    assert asked == ["integrations.tasks.prove_connections"]


# --- A pull of everybody --------------------------------------------------------------


def test_everybody_is_read_and_the_next_pull_asks_for_changes(connection, listed):
    listed.pages = {
        None: page(1, 2, cursor="a"),
        "a": page(3, cursor="since", is_last=True),
    }
    directory.pull(connection)
    assert ids(connection) == ["p1", "p2", "p3"]
    row = state(connection)
    assert (row.people, row.read, row.began_at, row.cursor) == (3, 3, None, "since")
    assert not directory.is_due()
    listed.pages = {"since": page(2, 4, cursor="since 2", is_last=True)}
    later(connection, directory.CHANGES_EVERY)
    assert directory.is_due()
    directory.pull(connection)
    assert ids(connection) == ["p1", "p2", "p3", "p4"]
    assert state(connection).cursor == "since 2"


def test_without_changes_to_ask_for_everybody_is_read_once_a_day(connection, listed):
    listed.pages = {None: page(1, is_last=True)}
    directory.pull(connection)
    later(connection, directory.CHANGES_EVERY)
    assert not directory.is_due()
    later(connection, directory.EVERYBODY_EVERY)
    assert directory.is_due()


def test_a_pull_of_everybody_once_a_day_finds_out_who_has_left(connection, listed):
    listed.pages = {None: page(1, 2, cursor="since", is_last=True)}
    directory.pull(connection)
    later(connection, directory.EVERYBODY_EVERY)
    listed.pages = {None: page(2, 3, cursor="since", is_last=True)}
    directory.pull(connection)
    assert ids(connection) == ["p2", "p3"]
    assert AtsDirectoryKey.objects.count() == 2


def test_a_pull_of_changes_removes_nobody_but_whom_the_vendor_names(connection, listed):
    listed.pages = {None: page(1, 2, 3, cursor="since", is_last=True)}
    directory.pull(connection)
    later(connection, directory.CHANGES_EVERY)
    listed.pages = {"since": page(cursor="since", is_last=True, gone=("p2",))}
    directory.pull(connection)
    assert ids(connection) == ["p1", "p3"]


def test_what_is_stored_is_what_matching_compares(connection, listed):
    dana = RemotePerson(
        id="p1",
        name="Dána  Example",
        emails=("Dana@Example.com ", "d.example@work.example"),
        linkedin_urls=("linkedin.com/in/Dana-Example/",),
        phones=("+12025550123",),
        url="https://ats.example/p1",
    )
    listed.pages = {None: Page((dana,), None, is_last=True)}
    directory.pull(connection)
    entry = AtsDirectoryEntry.objects.get()
    assert (entry.email, entry.linkedin) == ("dana@example.com", "in/dana-example")
    assert entry.link == "https://ats.example/p1"
    assert entry.search.startswith("dana example")
    assert set(entry.keys.values_list("key", "value")) == {
        ("email", "dana@example.com"),
        ("email", "d.example@work.example"),
        ("linkedin", "in/dana-example"),
    }


def test_changed_details_replace_the_old_ones(connection, listed):
    listed.pages = {None: page(1, cursor="since", is_last=True)}
    directory.pull(connection)
    later(connection, directory.CHANGES_EVERY)
    renamed = person(1, name="Dana Married", emails=("new@example.com",))
    listed.pages = {"since": Page((renamed,), "since", is_last=True)}
    directory.pull(connection)
    entry = AtsDirectoryEntry.objects.get()
    assert (entry.name, entry.email) == ("Dana Married", "new@example.com")
    assert list(entry.keys.values_list("value", flat=True)) == ["new@example.com"]


def test_the_same_person_twice_on_a_page_is_one_entry(connection, listed):
    listed.pages = {None: page(1, 1, is_last=True)}
    directory.pull(connection)
    assert ids(connection) == ["p1"]


def test_nothing_that_a_vendor_lists_is_too_long_to_store(connection, listed):
    huge = person(1, name="D" * 999, emails=("e" * 999,), url="https://x/" + "u" * 2000)
    no_id = RemotePerson(id="", name="Nobody")
    listed.pages = {None: Page((huge, no_id), None, is_last=True)}
    directory.pull(connection)
    entry = AtsDirectoryEntry.objects.get()
    assert (len(entry.name), entry.email, entry.url) == (300, "", "")


# --- Breaking off and going on --------------------------------------------------------


def test_a_slice_that_gives_way_goes_on_after_the_page_it_reached(connection, listed):
    listed.pages = {
        None: page(1, cursor="a"),
        "a": page(2, cursor="b"),
        "b": page(3, is_last=True),
    }
    directory.pull(connection, gives_way=lambda: len(listed.asked) == 2)
    assert ids(connection) == ["p1", "p2"]
    assert state(connection).read == 2
    later(connection, 60)
    assert directory.is_due()
    directory.pull(connection)
    assert listed.asked == [None, "a", "b"]
    assert ids(connection) == ["p1", "p2", "p3"]


def test_the_next_slice_keeps_the_distance_to_the_last_call(connection, listed):
    listed.pages = {None: page(1, cursor="a"), "a": page(2, is_last=True)}
    before = clock.now()
    directory.pull(connection, gives_way=lambda: True)
    row = state(connection)
    assert row.due_at >= before + timedelta(seconds=1)  # a fifth of 300 calls a minute
    assert row.leased_by == ""


def test_an_error_keeps_what_was_read_and_is_tried_again_later(connection, listed):
    listed.pages = {
        None: page(1, cursor="a"),
        "a": errors.NotSent("Ashby cannot be reached."),
    }
    directory.pull(connection)
    row = state(connection)
    assert ids(connection) == ["p1"]
    assert (row.cursor, row.tries) == ("a", 1)
    assert row.trouble == "Ashby cannot be reached."
    assert not directory.is_due()
    later(connection, 30)
    assert directory.is_due()
    listed.pages["a"] = page(2, is_last=True)
    directory.pull(connection)
    assert ids(connection) == ["p1", "p2"]
    assert state(connection).trouble == ""


def test_failures_in_a_row_wait_longer(connection, listed):
    listed.pages = {None: errors.Unexpected("Ashby answered with a page.")}
    waits = []
    for _ in range(6):
        before = clock.now()
        directory.pull(connection)
        waits.append(state(connection).due_at - before)
    least = [timedelta(seconds=s) for s in (30, 120, 600, 1_800, 3_600, 3_600)]
    assert all(wait >= known for wait, known in zip(waits, least, strict=True))
    assert waits[-1] < timedelta(hours=2)


def test_a_vendor_that_asks_for_patience_gets_it(connection, listed):
    listed.pages = {None: errors.Throttled("Ashby asks for fewer calls.", wait=600)}
    directory.pull(connection)
    connection.refresh_from_db()
    assert connection.paused_until > clock.now()
    assert state(connection).tries == 0
    assert not directory.is_due()


def test_a_refused_credential_parks_and_reading_goes_on_after_reconnecting(
    connection, listed
):
    listed.pages = {None: page(1, cursor="a"), "a": errors.BadCredentials("No key.")}
    directory.pull(connection)
    connection.refresh_from_db()
    assert connection.state == AtsConnection.State.PARKED
    assert not directory.is_due()
    AtsConnection.objects.update(state=AtsConnection.State.CONNECTED)
    listed.pages["a"] = page(2, is_last=True)
    assert directory.is_due()
    directory.pull(connection)
    assert ids(connection) == ["p1", "p2"]


def test_a_fault_of_our_own_is_recorded_and_tried_again_later(connection, listed):
    listed.pages = {None: ZeroDivisionError("ours")}
    directory.pull(connection)
    assert "ZeroDivisionError" in state(connection).trouble
    assert not directory.is_due()


def test_a_cursor_that_expired_starts_over_with_everybody(connection, listed):
    listed.pages = {None: page(1, 2, cursor="since", is_last=True)}
    directory.pull(connection)
    later(connection, directory.CHANGES_EVERY)
    listed.pages = {
        "since": page(2, cursor="a", starts_over=True),
        "a": page(3, cursor="since 2", is_last=True),
    }
    directory.pull(connection)
    assert ids(connection) == ["p2", "p3"]  # whoever was not seen has left
    row = state(connection)
    assert (row.is_full, row.read, row.cursor) == (True, 2, "since 2")


# --- One process at a time ------------------------------------------------------------


def test_while_one_process_reads_another_does_nothing(connection, listed):
    def read_too(cursor):
        directory.pull(connection)
        return page(1, is_last=True)

    asked = []

    def people(cursor):
        asked.append(cursor)
        yield read_too(cursor)

    listed.people = people
    directory.pull(connection)
    assert asked == [None]
    assert ids(connection) == ["p1"]


def test_a_process_that_was_overtaken_stores_nothing(connection, listed):
    def people(cursor):
        yield page(1, cursor="a")
        AtsDirectoryPull.objects.update(leased_by="somebody else")
        yield page(2, cursor="b")
        raise AssertionError("It must have stopped.")

    listed.people = people
    directory.pull(connection)
    row = state(connection)
    assert ids(connection) == ["p1"]
    assert (row.cursor, row.leased_by) == ("a", "somebody else")


def test_the_lease_of_a_process_that_vanished_ends(connection, listed):
    AtsDirectoryPull.objects.create(
        connection=connection,
        due_at=clock.now(),
        leased_by="gone",
        leased_until=clock.now() + timedelta(seconds=60),
    )
    assert not directory.is_due()
    AtsDirectoryPull.objects.update(leased_until=clock.now() - timedelta(seconds=1))
    assert directory.is_due()
    listed.pages = {None: page(1, is_last=True)}
    directory.pull(connection)
    assert ids(connection) == ["p1"]


# --- Letting go -----------------------------------------------------------------------


def test_the_people_of_a_disconnected_ats_are_removed(connection, listed, acme, alice):
    other = make_connection(acme, "crelate", by=alice)
    AtsDirectoryPull.objects.create(
        connection=other, due_at=clock.now() + timedelta(days=1)
    )
    AtsDirectoryEntry.objects.create(connection=other, person_id="c1", seen_in=1)
    listed.pages = {None: page(1, 2, cursor="since", is_last=True)}
    directory.pull(connection)
    AtsConnection.objects.filter(pk=connection.pk).update(
        state=AtsConnection.State.DISCONNECTED, credentials=""
    )
    assert directory.is_due()
    directory.pull_due()
    assert ids(connection) == []
    assert not AtsDirectoryPull.objects.filter(connection=connection).exists()
    assert ids(other) == ["c1"]
    assert not directory.is_due()


def test_reading_stops_as_soon_as_the_connection_ends(connection, listed):
    def people(cursor):
        yield page(1, cursor="a")
        AtsConnection.objects.update(
            state=AtsConnection.State.DISCONNECTED, credentials=""
        )
        yield page(2, cursor="b")
        raise AssertionError("It must have stopped.")

    listed.people = people
    directory.pull(connection)
    directory.pull_due()
    assert ids(connection) == []


@pytest.mark.django_db(transaction=True)
def test_several_connections_are_read_at_once(connection, listed, globex, charlie):
    other = make_connection(globex, by=charlie)
    listed.pages = {None: page(1, is_last=True)}
    directory.pull_due()
    assert ids(connection) == ids(other) == ["p1"]
