"""The drainer with real threads, and what wakes it."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
import rq
from django.db import OperationalError, transaction
from redis import Redis

from integrations import dispatcher, drainer, due, lines, tasks
from integrations.drainer import Drainer
from integrations.lines import Line, Paused, line_of
from integrations.models import AtsConnection, Export, ExportStep
from integrations.pace import Pace
from pinsync import clock, waking
from pinsync.worker import stopping
from tests.factories import CandidateFactory

from .fakeats import FakeAts, fake_adapter


@pytest.fixture
def vendors(monkeypatch, ready_resume):
    """Open a fake ATS per connection instead of the real door."""
    by_key: dict[str, FakeAts] = {}

    def open_fake(connection, credentials, *, share, before_call=None, may_start=None):
        ats = by_key.setdefault(credentials["api_key"], FakeAts())
        adapter: Any = fake_adapter(ats, connection.vendor)
        if may_start is None:
            return adapter
        write = adapter.http.write

        def paced_write():
            may_start()
            write()

        adapter.http.write = paced_write
        return adapter

    for module in (drainer, lines):
        monkeypatch.setattr(module, "open_connection", open_fake)
    monkeypatch.setattr(drainer, "LINGER", 0.05)
    monkeypatch.setattr(drainer, "BUDGET", 60)
    return by_key


@pytest.fixture(autouse=True)
def _no_redis(monkeypatch):
    monkeypatch.setattr(waking, "wake_now", lambda *args, **kwargs: None)


def people(acme, number):
    return [
        CandidateFactory(organization=acme, email=f"n{n}@example.com")
        for n in range(number)
    ]


@pytest.mark.django_db(transaction=True)
def test_threads_bring_everybody_over_exactly_once(acme, connection, export, vendors):
    for candidate in people(acme, 40):
        export(candidate)
    Drainer().run()
    ats = vendors["a-key"]
    assert len(ats.people) == len(ats.links) == len(ats.resumes) == 40
    assert set(Export.objects.values_list("state", flat=True)) == {"sent"}
    connection.refresh_from_db()
    assert connection.leased_by == ""


@pytest.mark.django_db(transaction=True)
def test_two_drainers_never_work_one_connection_twice(
    acme, connection, export, vendors
):
    for candidate in people(acme, 30):
        export(candidate)
    threads = [threading.Thread(target=drainer.drain) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(vendors["a-key"].people) == 30


@pytest.mark.django_db(transaction=True)
def test_a_lease_that_ran_out_is_taken_over(acme, connection, export, vendors):
    export(*people(acme, 1))
    AtsConnection.objects.update(
        leased_by="dead", leased_until=clock.now() - timedelta(seconds=1)
    )
    Drainer().run()
    assert len(vendors["a-key"].people) == 1


@pytest.mark.django_db(transaction=True)
def test_a_held_lease_is_left_alone(acme, connection, export, vendors):
    export(*people(acme, 1))
    AtsConnection.objects.update(
        leased_by="alive", leased_until=clock.now() + timedelta(minutes=1)
    )
    Drainer().run()
    assert vendors == {}


@pytest.mark.django_db(transaction=True)
def test_credentials_that_no_key_opens_park_the_connection(
    acme, connection, export, vendors, settings
):
    export(*people(acme, 1))
    settings.CREDENTIALS_KEYS = [b"x" * 32]
    Drainer().run()
    connection.refresh_from_db()
    assert connection.state == "parked"
    assert "CREDENTIALS_KEYS" in connection.trouble


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_is_parked_in_the_middle_rests(
    acme, connection, export, vendors
):
    vendors["a-key"] = ats = FakeAts()
    ats.fail["find"] = ["bad key"]
    for candidate in people(acme, 10):
        export(candidate)
    Drainer().run()
    assert len(ats.people) < 10
    AtsConnection.objects.update(state="connected")
    Drainer().run()
    assert len(ats.people) == 10


@pytest.mark.django_db(transaction=True)
def test_a_connection_paused_from_elsewhere_is_not_asked_again_and_again(
    acme, connection, export, vendors
):
    def rest():
        later = clock.now() + timedelta(hours=1)
        AtsConnection.objects.update(paused_until=later)

    vendors["a-key"] = ats = FakeAts()
    # Every question pauses it: another thread may be past its own by then.
    ats.fail["find"] = [rest] * 2 * 10
    for candidate in people(acme, 10):
        export(candidate)
    Drainer().run()
    assert not ats.people
    assert ats.log.count("find") <= 2 * 10  # each asks by email and by name


@pytest.mark.django_db(transaction=True)
def test_told_to_stop_it_finishes_calls_and_begins_no_more(
    acme, connection, export, vendors
):
    vendors["a-key"] = ats = FakeAts()
    ats.fail["create"] = [stopping.set]
    for candidate in people(acme, 10):
        export(candidate)
    try:
        drainer.drain()
    finally:
        stopping.clear()
    assert 1 <= len(ats.people) < 10
    assert not ExportStep.objects.filter(state="sending").exists()
    Drainer().run()
    assert len(ats.people) == 10


@pytest.mark.django_db(transaction=True)
def test_a_database_that_goes_away_in_a_thread_does_not_end_the_drainer(
    acme, connection, export, vendors, monkeypatch
):
    real, failed = due.step, []

    def load(step_id):
        if not failed:
            failed.append(step_id)
            raise OperationalError("gone")
        return real(step_id)

    monkeypatch.setattr(due, "step", load)
    for candidate in people(acme, 5):
        export(candidate)
    Drainer().run()
    assert len(vendors["a-key"].people) == 5


@pytest.mark.django_db(transaction=True)
def test_a_fault_outside_a_step_does_not_end_the_drainer(
    acme, connection, export, vendors, monkeypatch
):
    real, failed = due.step, []

    def load(step_id):
        if not failed:
            failed.append(step_id)
            raise ZeroDivisionError
        return real(step_id)

    monkeypatch.setattr(due, "step", load)
    export(*people(acme, 1))
    Drainer().run()
    assert len(vendors["a-key"].people) == 1


@pytest.mark.django_db
def test_what_is_asked_for_by_hand_goes_first(acme, connection, export, vendors):
    first, second = people(acme, 2)
    export(first, origin="trigger")
    export(second)
    line = Line(connection=connection, credentials={}, pace=Pace(None), most=4)
    Drainer()._pick(line)
    assert [candidate for _, candidate in line.picked] == [second.pk, first.pk]


def test_a_line_gains_a_thread_per_answer_and_loses_them_when_slow(connection):
    line = Line(connection=connection, credentials={}, pace=Pace(None), most=16)
    assert line.limit == 4
    for _ in range(20):
        line.answered(0.1)
    assert line.limit == 16
    line.answered(2.5)
    assert line.limit == 8


def test_a_closed_line_starts_no_call(connection):
    line = Line(connection=connection, credentials={}, pace=Pace(None), most=16)
    line.may_start()
    line.open = False
    with pytest.raises(Paused):
        line.may_start()


def test_the_pace_bounds_the_threads(connection, settings):
    settings.TIME_SCALE = 1
    line = line_of(connection)
    assert line.pace.per_second == pytest.approx(3.5)  # 70 % of 300 a minute
    assert line.most == 11


def test_simulators_are_not_paced_where_that_is_switched_off(
    connection, settings, ashby_sim
):
    settings.PACE = "off"
    assert line_of(connection).most == settings.DRAIN_THREADS


def test_real_vendors_are_paced_even_then(connection, settings):
    settings.PACE = "off"
    assert line_of(connection).pace.per_second is not None


# --- Waking ----------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_waking_enqueues_once_and_only_after_the_commit(redis, monkeypatch):
    monkeypatch.undo()
    queue = rq.Queue("exports", connection=redis)
    with transaction.atomic():
        tasks.wake()
        tasks.wake()
        assert queue.count == 0
    assert queue.count == 1
    tasks.wake()
    assert queue.count == 1
    redis.flushall()  # all is lost: the next tick asks anew
    tasks.wake_now()
    assert queue.count == 1


@pytest.mark.django_db(transaction=True)
def test_without_redis_waking_says_so_and_nothing_breaks(monkeypatch, caplog):
    monkeypatch.undo()
    dead = Redis(port=1, socket_connect_timeout=0.2)
    monkeypatch.setattr(waking, "connection", lambda: dead)
    tasks.wake()
    assert "Redis does not answer" in caplog.text


@pytest.mark.django_db
def test_the_dispatcher_wakes_for_due_work_that_nobody_holds(
    acme, connection, export, monkeypatch, ready_resume
):
    woken = []
    monkeypatch.setattr(dispatcher, "wake_now", lambda: woken.append("exports"))
    monkeypatch.setattr(dispatcher, "wake_documents", lambda: woken.append("documents"))
    dispatcher.tick()
    assert woken == []
    export(*people(acme, 1))
    dispatcher.tick()
    assert woken == ["exports"]
    AtsConnection.objects.update(leased_until=clock.now() + timedelta(minutes=1))
    dispatcher.tick()
    assert woken == ["exports"]
    AtsConnection.objects.update(leased_until=None, state="parked")
    dispatcher.tick()
    assert woken == ["exports"]


@pytest.mark.django_db
def test_the_dispatcher_wakes_for_documents(dana, monkeypatch):
    from candidates.models import ResumeDocument

    woken = []
    monkeypatch.setattr(dispatcher, "wake_now", lambda: None)
    monkeypatch.setattr(dispatcher, "wake_documents", lambda: woken.append("documents"))
    ResumeDocument.objects.create(
        candidate=dana, digest="1", template_version=1, file_name="a.pdf"
    )
    dispatcher.tick()
    assert woken == ["documents"]


@pytest.mark.django_db
def test_the_dispatcher_wakes_for_connections_not_proven_for_an_hour(
    connection, monkeypatch
):
    woken = []
    monkeypatch.setattr(dispatcher, "wake_proofs", lambda: woken.append("checks"))
    for minutes, times in ((1, 0), (61, 1)):
        AtsConnection.objects.update(
            last_proven_at=clock.now() - clock.period(minutes * 60)
        )
        dispatcher.tick()
        assert len(woken) == times


@pytest.mark.django_db
def test_the_dispatcher_repairs_a_derived_state(
    acme, connection, export, bench, monkeypatch
):
    sent = export(*people(acme, 1))
    bench.run()
    Export.objects.update(
        state="exporting", updated_at=clock.now() - timedelta(hours=1)
    )
    dispatcher.repair_states()
    sent.refresh_from_db()
    assert sent.state == "sent"


@pytest.mark.django_db
def test_the_dispatcher_goes_on_repairing_where_it_stopped(
    acme, connection, export, bench, monkeypatch
):
    exports = [export(person) for person in people(acme, 3)]
    bench.run()
    old = clock.now() - timedelta(hours=1)
    Export.objects.filter(pk=exports[2].pk).update(state="exporting", updated_at=old)
    # The first two stay as they are: they must not keep the third from its turn.
    ExportStep.objects.filter(
        candidate__in=[e.candidate_id for e in exports[:2]]
    ).update(state="ready")
    Export.objects.filter(pk__in=[e.pk for e in exports[:2]]).update(
        state="waiting", updated_at=old
    )
    monkeypatch.setattr(dispatcher, "REPAIR_BATCH", 2)
    after = dispatcher.repair_states()
    assert dispatcher.repair_states(after=after) == 0
    exports[2].refresh_from_db()
    assert exports[2].state == "sent"


@pytest.mark.django_db
def test_the_dispatcher_outlives_a_database_that_is_away(monkeypatch, caplog):
    stop, ticks = threading.Event(), []

    def tick():
        ticks.append(1)
        if len(ticks) == 1:
            raise OperationalError("gone")
        stop.set()

    monkeypatch.setattr(dispatcher, "tick", tick)
    monkeypatch.setattr(dispatcher, "close_old_connections", lambda: None)
    dispatcher.run(stop)
    assert len(ticks) == 2
    assert "database does not answer" in caplog.text
