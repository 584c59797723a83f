"""Real processes, ended in the worst moment: nobody is lost, nobody comes twice."""

from __future__ import annotations

import pytest

from candidates.models import OutreachEvent
from integrations import connections, mappings
from integrations.models import AtsPerson, Export, ExportStep
from integrations.simulation import RunningSimulator
from integrations.verify import broken_invariants
from tests.factories import CandidateFactory, JobCandidateFactory, JobFactory
from tests.vendors.desk import FACTS

from .parts import Parts, kill_with_child, wait_until

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]

# The call that creates the person, and where each keeps the people it has.
CREATES = {"ashby": "POST /candidate.create", "crelate": "POST /api3/contacts$"}
PEOPLE = {"ashby": "candidates", "crelate": "contacts"}


@pytest.fixture
def parts(redis, redis_server, tmp_path):
    running = Parts(redis_server.url, tmp_path / "processes.log")
    yield running
    running.stop()
    for step in ExportStep.objects.exclude(state="done")[:5]:
        print(step.kind, step.state, step.tries, step.error)
    print((tmp_path / "processes.log").read_text()[-4000:])


@pytest.fixture(params=["ashby", "crelate"])
def vendor(request) -> str:
    return request.param


@pytest.fixture
def simulator(vendor, request) -> RunningSimulator:
    return request.getfixturevalue(f"{vendor}_sim")


@pytest.fixture
def connected(vendor, simulator, acme, alice):
    return connections.connect(
        organization=acme,
        vendor=vendor,
        credentials={"api_key": FACTS[vendor].key},
        by=alice,
    )


@pytest.fixture
def on_job(acme, bob, connected):
    """Return a function that puts people on a job whose trigger is a reply."""
    job = JobFactory(organization=acme)
    with connections.opened(connected) as adapter:
        (first, *_) = adapter.search_jobs("")
    mappings.save_mapping(
        job=job,
        connection=connected,
        trigger="replied",
        ats_job_id=first.id,
        ats_job_name=first.title,
        by=bob,
    )

    def add(candidate):
        return JobCandidateFactory(job=job, candidate=candidate)

    return add


def arrived(simulator, vendor, email) -> int:
    people = simulator.truth()[PEOPLE[vendor]]
    return sum(email in str(person) for person in people)


def states() -> set[str]:
    return set(Export.objects.values_list("state", flat=True))


def test_a_worker_killed_between_the_save_and_our_commit_makes_no_second_person(
    parts, vendor, simulator, on_job, acme
):
    dana = CandidateFactory(organization=acme, email="dana.killed@example.com")
    simulator.fault("delay", match=CREATES[vendor], ms=60_000)
    worker = parts.worker("exports")
    parts.worker("documents")
    parts.dispatcher()
    on_job(dana).record(OutreachEvent.Kind.REPLIED)
    wait_until(
        lambda: arrived(simulator, vendor, dana.email), seconds=30, what="the save"
    )
    assert ExportStep.objects.get(kind="person").state == "sending"
    kill_with_child(worker)
    parts.worker("exports")
    wait_until(
        lambda: AtsPerson.objects.filter(candidate=dana).exists(),
        seconds=60,
        what="the badge to turn green",
    )
    wait_until(lambda: states() == {"sent"}, seconds=30, what="the export to end")
    assert arrived(simulator, vendor, dana.email) == 1
    assert AtsPerson.objects.get().known_by == "recovered"
    assert broken_invariants() == {}


def test_all_of_redis_lost_with_a_hundred_exports_due_loses_and_doubles_nobody(
    parts, vendor, simulator, on_job, acme, redis
):
    people = [
        CandidateFactory(
            organization=acme, email=f"due{n}@example.com", linkedin_url=""
        )
        for n in range(100)
    ]
    for candidate in people:
        on_job(candidate).record(OutreachEvent.Kind.REPLIED)
    assert redis.llen("rq:queue:exports") == 1
    redis.flushall()
    parts.worker("exports")
    parts.worker("documents")
    parts.dispatcher()
    wait_until(
        lambda: AtsPerson.objects.count() > 20, seconds=60, what="the first to arrive"
    )
    redis.flushall()
    wait_until(lambda: states() == {"sent"}, seconds=120, what="all exports to end")
    for candidate in people:
        assert arrived(simulator, vendor, candidate.email) == 1
    assert broken_invariants() == {}


def test_a_worker_told_to_stop_finishes_the_call_in_flight(
    parts, vendor, simulator, on_job, acme
):
    dana = CandidateFactory(organization=acme, email="dana.stopped@example.com")
    simulator.fault("delay", match=CREATES[vendor], ms=1_500)
    worker = parts.worker("exports")
    on_job(dana).record(OutreachEvent.Kind.REPLIED)
    parts.dispatcher()
    wait_until(
        lambda: arrived(simulator, vendor, dana.email), seconds=30, what="the save"
    )
    worker.terminate()
    worker.wait(20)
    step = ExportStep.objects.get(kind="person")
    assert (step.state, step.ever_unclear) == ("done", False)
    assert AtsPerson.objects.get().known_by == "created"
