"""A vendor that says when to come back: obeyed by the whole connection, by no other."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from django.urls import reverse

from integrations import connections, directory, later_looks, outreach_check
from integrations.models import AtsConnection, Export
from pinsync import clock
from tests.faults.parts import wait_until
from tests.vendors import signing_in
from tests.vendors.desk import FACTS

from .crowd import THREADS, crowd, row, widen
from .fakeats import pass_time
from .holding import holding
from .scene import Scene, only_ashby

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("patience"),
]


@pytest.fixture(autouse=True)
def _wide(monkeypatch, settings) -> None:
    widen(monkeypatch, settings)


def date(seconds: float) -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)


# What is told, and the least and the most that is waited: a busy machine takes minutes.
TOLD = {
    "seconds": (lambda: "2000", 1_700, 2_000),
    "a date": (lambda: date(2_000), 1_700, 2_000),
    "a day": (lambda: "86400", 3_300, 3_600),
    "a date next week": (lambda: date(604_800), 3_300, 3_600),
    "nonsense": (lambda: "when it suits you", 0, 60),
    "a negative number": (lambda: "-2000", 0, 60),
    "a date that is past": (lambda: date(-2_000), 0, 60),
}


def waits(scene: Scene) -> float:
    """Return for how many more seconds the connection rests."""
    until = row(scene).paused_until
    return (until - clock.now()).total_seconds() if until else 0.0


@pytest.mark.parametrize("where", ["find", "create"])
@pytest.mark.parametrize("status", [429, 503])
def test_seconds_and_dates_are_obeyed_by_reads_and_writes(scene, status, where):
    match = getattr(scene.facts, where)
    for told in ("seconds", "a date"):
        value, least, most = TOLD[told]
        headers = {"Retry-After": value()}
        scene.sim.fault("status", match=match, status=status, headers=headers)
        scene.trigger(scene.candidate())
        scene.work()
        assert least < waits(scene) <= most, told
        pass_time(most)


@only_ashby
@pytest.mark.parametrize("told", TOLD)
@pytest.mark.parametrize("status", [429, 503])
def test_nonsense_means_a_minute_and_nothing_means_more_than_an_hour(
    scene, status, told
):
    value, least, most = TOLD[told]
    candidate, headers = scene.candidate(), {"Retry-After": value()}
    scene.sim.fault("status", match=scene.facts.find, status=status, headers=headers)
    sent = scene.trigger(candidate)
    scene.work()
    assert least < waits(scene) <= most
    assert row(scene).failures_in_row == 0
    pass_time(most)
    scene.work()
    assert scene.state(sent) == Export.State.SENT


@only_ashby
def test_ashbys_refusal_with_status_200_is_obeyed_too(scene):
    body = {
        "success": False,
        "errors": ["rate_limit_exceeded"],
        "errorInfo": {"code": "rate_limit_exceeded", "message": "Slow down."},
    }
    for told in ("seconds", "a date", "nonsense"):
        value, least, most = TOLD[told]
        headers = {"Retry-After": value()}
        scene.sim.fault(
            "status", match=scene.facts.find, status=200, json=body, headers=headers
        )
        scene.trigger(scene.candidate())
        scene.work()
        assert least < waits(scene) <= most, told
        pass_time(most)


def other_than(scene: Scene, request) -> AtsConnection:
    """Return a connection of the same people to another vendor."""
    vendor = "crelate" if scene.connection.vendor == "ashby" else "ashby"
    sim = request.getfixturevalue(f"{vendor}_sim")
    alice = scene.connection.connected_by
    assert alice
    return connections.connect(
        organization=scene.connection.organization,
        vendor=vendor,
        credentials=signing_in.credentials(vendor, FACTS[vendor].key, sim.url),
        by=alice,
    )


def test_one_429_stops_all_threads_of_its_connection_and_of_no_other(scene, request):
    vendor = "crelate" if scene.connection.vendor == "ashby" else "ashby"
    sim = request.getfixturevalue(f"{vendor}_sim")
    other = Scene(
        sim, other_than(scene, request), {"alice": scene.alice, "bob": scene.bob}
    )
    crowd(scene)
    headers = {"Retry-After": "3000"}
    scene.sim.fault("status", status=429, headers=headers)
    with holding(scene.sim) as hold, scene.working():
        hold.wait_for(THREADS)
        hold.let(1)
        wait_until(lambda: waits(scene) > 0, seconds=60, what="the rest")
        hold.let_all()
    assert len(hold.arrived) == THREADS
    other.trigger(other.candidate())
    other.work()
    assert len(other.people()) == 1
    assert len(hold.arrived) == THREADS


def test_pages_and_what_works_in_the_background_rest_as_well(scene):
    picker = reverse("integrations:job_search", args=[scene.connection.pk])
    headers = {"Retry-After": "3000"}
    scene.sim.fault("status", match=scene.facts.jobs, status=429, headers=headers)
    assert "asks for fewer calls" in scene.read(picker)  # and so it was a page's call
    assert 2_700 < waits(scene) <= 3_000
    calls = scene.sim.count()
    scene.trigger(scene.candidate())
    AtsConnection.objects.update(last_proven_at=clock.now() - timedelta(days=1))
    scene.work()
    connections.prove_due()
    directory.pull_due()
    outreach_check.check_due()
    later_looks.look_due()
    assert "is busy or does not answer" in scene.read(picker)
    assert "is left alone until" in scene.administer("test")
    assert scene.sim.count() == calls
    pass_time(3_000)
    assert "the connection works" in scene.administer("test")


@only_ashby
def test_a_longer_rest_is_not_shortened_by_the_breaker(scene):
    crowd(scene, 8)
    headers = {"Retry-After": "3000"}
    scene.sim.fault("status", match=scene.facts.find, status=429, headers=headers)
    scene.sim.fault("status", match=scene.facts.find, status=500, times=7)
    with holding(scene.sim) as hold, scene.working():
        hold.wait_for(8)
        hold.let(1)
        wait_until(lambda: waits(scene) > 0, seconds=60, what="the rest")
        hold.let_all()
    assert row(scene).probe_wait > 0
    assert waits(scene) > 2_000
