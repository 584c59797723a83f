"""The real processes, watched from outside: ready, counted, and silent about people."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from integrations import connections, triggers
from integrations.measures import measures
from integrations.models import Export
from tests.factories import CandidateFactory
from tests.vendors.desk import FACTS

from .parts import Parts, wait_until

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]

TOKEN = "a-token-for-prometheus"


@pytest.fixture
def log(tmp_path):
    return tmp_path / "processes.log"


@pytest.fixture
def parts(redis, redis_server, log):
    measures.forget()  # what other tests counted here, and would be sent meanwhile
    running = Parts(redis_server.url, log)
    running.environment["LOG_FORMAT"] = "json"
    running.environment["LOG_LEVEL"] = "DEBUG"
    yield running
    running.stop()
    print(log.read_text()[-4000:])


def metric(name: str) -> float:
    reply = Client(headers={"Authorization": f"Bearer {TOKEN}"}).get("/metrics")
    lines = reply.content.decode().splitlines()
    return sum(float(line.split()[-1]) for line in lines if line.startswith(name))


def test_processes_are_seen_and_counted_and_their_logs_name_nobody(
    parts, ashby_sim, acme, alice, log, settings
):
    settings.METRICS_TOKEN = TOKEN
    assert Client().get("/readyz").status_code == 503
    connected = connections.connect(
        organization=acme,
        vendor="ashby",
        credentials={"api_key": FACTS["ashby"].key},
        by=alice,
    )
    candidate = CandidateFactory(
        organization=acme, first_name="Zebulon", last_name="Quackenbush"
    )
    ashby_sim.fault("status", match=FACTS["ashby"].find, status=500)
    triggers.request_export(
        connection=connected,
        candidate=candidate,
        ats_job_id=ashby_sim.truth()["jobs"][0]["id"],
        by=alice,
    )
    parts.worker("exports")
    parts.worker("documents")
    parts.dispatcher()
    wait_until(
        lambda: Export.objects.get().state == "sent", seconds=60, what="the export"
    )
    wait_until(
        lambda: Client().get("/readyz").status_code == 200, seconds=30, what="ready"
    )
    wait_until(
        lambda: (
            metric('pinsync_call_seconds_count{effect="write",vendor="ashby"}') >= 3
        ),
        seconds=30,
        what="the counts of the worker's child",
    )
    assert metric('pinsync_retries_total{vendor="ashby"}') == 1
    parts.stop()
    written = log.read_text()
    assert "quackenbush" not in written.casefold()
    objects = [json.loads(x) for x in written.splitlines() if x.startswith("{")]
    assert all({"time", "level", "logger", "message"} <= x.keys() for x in objects)
