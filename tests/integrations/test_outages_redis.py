"""Redis is away, or accepts and says nothing: how long anybody waits for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import django_rq
import pytest
import rq
from django.test import Client
from django.urls import reverse
from redis import Redis

from candidates.models import JobCandidate, Kind, ResumeDocument
from integrations import backlog, dispatcher, mappings
from integrations.adapters import Trigger
from integrations.models import Export
from pinsync import waking
from tests.factories import JobCandidateFactory, UserFactory
from tests.faults.parts import wait_until

from .outages import SOON, Away, away, in_a_thread, use_redis, waited_for
from .screens import Screen

pytestmark = pytest.mark.django_db(transaction=True)

RQ = reverse("admin:django_rq_dashboard_changelist")


@pytest.fixture
def silent(settings, monkeypatch, unmeasured) -> Iterator[Away]:
    """A Redis that accepts and says nothing; tests need not wait a second each time."""
    assert waking.ANSWERS_WITHIN <= 1, "a page waits for it"
    monkeypatch.setattr(waking, "REST", 3_000.0 / settings.TIME_SCALE)
    with (
        away("silent") as redis,
        waited_for(SOON),
        use_redis(f"redis://127.0.0.1:{redis.port}/0"),
    ):
        yield redis


@pytest.fixture
def enabled(connection, job, bob):
    return mappings.save_mapping(
        job=job,
        connection=connection,
        trigger=Trigger.ADDED,
        ats_job_id="job-1",
        ats_job_name="Job 1",
        by=bob,
    )


# --- Waiting -----------------------------------------------------------------------


def test_fifty_added_to_outreach_wait_once_for_a_silent_redis(
    silent, enabled, job, as_bob
):
    rows = JobCandidateFactory.create_batch(50, job=job)
    waking.connection.cache_clear()  # saving the setting has found out already
    before = silent.calls
    reply = as_bob.post(
        reverse("candidates:add_to_outreach", args=[job.pk]),
        {"candidate": [row.candidate_id for row in rows]},
        follow=True,
    )
    assert "50 candidates were added to the outreach." in Screen(reply).words
    assert Export.objects.filter(state="waiting").count() == 50
    assert ResumeDocument.objects.count() == 50
    assert silent.calls == before + 1


def test_pages_after_that_do_not_wait_again_for_a_while(silent, enabled, job, as_bob):
    waking.connection.cache_clear()
    before = silent.calls
    for row in JobCandidateFactory.create_batch(3, job=job):
        as_bob.post(reverse("candidates:record", args=[row.pk]), {"kind": "added"})
    assert Export.objects.count() == 3
    assert silent.calls == before + 1


def test_a_redis_that_is_back_is_woken_again(redis, redis_server):
    def prune_is_asked_for() -> bool:
        waking.wake_now("checks", "integrations.tasks.prune", timeout=9)
        return rq.Queue("checks", connection=redis).count == 1

    redis_server.kill()
    waking.wake_now("checks", "integrations.tasks.prune", timeout=9)
    redis_server.start()
    wait_until(prune_is_asked_for, seconds=20, what="the wake")


def test_a_silent_redis_is_woken_after_what_was_recorded_is_there(
    silent, enabled, job, as_bob
):
    """What the wake is about can be read by anybody at the moment the wake goes out."""
    seen: list[int] = []

    def look(_: object) -> None:
        with in_a_thread():
            seen.append(Export.objects.count())

    waking.connection.cache_clear()
    assert silent.server
    silent.server.on_connect = look
    row = JobCandidateFactory(job=job)
    as_bob.post(reverse("candidates:record", args=[row.pk]), {"kind": "added"})
    assert seen == [1]


def test_a_dispatcher_that_cannot_wake_still_does_the_rest(silent, enabled, job):
    JobCandidate.objects.filter(pk=JobCandidateFactory(job=job).pk).record(Kind.ADDED)
    waking.connection.cache_clear()
    before = silent.calls
    for _ in range(3):
        dispatcher.tick()
    assert silent.calls == before + 1
    assert backlog.dispatcher_lives().is_well


# --- Who asks Redis itself ----------------------------------------------------------


def test_the_check_says_so_after_one_question(silent):
    reply = Client().get("/readyz")
    assert reply.status_code == 503
    assert reply.json()["redis"] == "failing: does not answer (TimeoutError)"
    assert silent.calls == 1


def test_the_figures_come_without_those_of_redis_after_one_question(silent, settings):
    settings.METRICS_TOKEN = "a-token-for-prometheus"
    reply = Client(headers={"Authorization": f"Bearer {settings.METRICS_TOKEN}"}).get(
        "/metrics"
    )
    text = reply.content.decode()
    assert 'pinsync_up{part="redis"} 0.0' in text
    assert 'pinsync_up{part="database"} 1.0' in text
    assert silent.calls == 1


@pytest.fixture
def operator() -> Client:
    client = Client()
    user = UserFactory(email="root@example.com", is_staff=True, is_superuser=True)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


AWAY = "Redis does not answer, so its queues cannot be shown."


@pytest.mark.parametrize("path", ["", "queues/0/", "queues/0/details/", "workers/0/"])
def test_rqs_pages_say_that_redis_is_silent(silent, operator, path):
    reply = operator.get(f"{RQ}{path}")
    assert reply.status_code == 503
    assert AWAY in Screen(reply).words
    assert silent.calls == 1


def test_rqs_pages_say_that_redis_is_away(operator):
    with away("refuses") as redis, use_redis(f"redis://127.0.0.1:{redis.port}/0"):
        reply = operator.get(RQ)
        assert reply.status_code == 503
        words = Screen(reply).words
    assert AWAY in words
    assert "Nothing is lost" in words
    assert Screen(reply).links()["/readyz"] == "/readyz"


def test_whoever_changes_a_queue_is_not_told_that_it_is_done(silent, operator):
    reply = operator.post(f"{RQ}queues/0/empty/")
    assert reply.status_code == 503
    assert f"{AWAY} What you asked for may not have been done" in Screen(reply).words


def test_a_redis_that_goes_away_in_the_middle_of_a_page_is_said(redis, operator):
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Redis, "ping", lambda self: True)
        with away("refuses") as gone, use_redis(f"redis://127.0.0.1:{gone.port}/0"):
            reply = operator.get(RQ)
    assert reply.status_code == 503


def test_what_rq_asks_has_an_end_too():
    """The library's own deadline: RQ's pages have no other once Redis has answered."""
    made: Any = django_rq.get_connection("exports").connection_pool.make_connection()
    assert 0 < made.socket_timeout <= 5
    assert 0 < made.socket_connect_timeout <= 5
