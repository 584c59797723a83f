"""A refused credential and its replacement, with the real dispatcher and workers."""

from __future__ import annotations

import pytest

from integrations.models import AtsPerson, Export, ExportStep
from integrations.verify import broken_invariants
from tests.faults.parts import Parts, wait_until

from .scene import Scene

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def hurried() -> None:
    """Leave all periods as they are: the processes have their own."""


@pytest.fixture
def parts(redis, redis_server, tmp_path):
    running = Parts(redis_server.url, tmp_path / "processes.log")
    yield running
    running.stop()
    print((tmp_path / "processes.log").read_text(errors="replace")[-4000:])


@pytest.mark.parametrize("vendor", ["crelate", "jobadder"])
def test_what_was_parked_goes_on_by_itself_after_reconnecting(parts, scene: Scene):
    for queue in ("exports", "documents"):
        parts.worker(queue)
    parts.dispatcher()
    scene.sim.revoke(scene.facts.key)
    people = [scene.candidate() for _ in range(5)]
    for candidate in people:
        scene.trigger(candidate)

    def is_parked() -> bool:
        scene.connection.refresh_from_db()
        return scene.connection.state == "parked"

    wait_until(is_parked, seconds=60, what="the refusal")
    assert set(Export.objects.values_list("state", flat=True)) == {"waiting"}
    scene.grant("a-new-key")
    assert "What waited goes on by itself." in scene.reconnect("a-new-key")
    wait_until(
        lambda: AtsPerson.objects.count() == len(people), seconds=60, what="them"
    )
    wait_until(
        lambda: set(Export.objects.values_list("state", flat=True)) == {"sent"},
        seconds=120,
        what="the exports to end",
    )
    assert len(scene.people()) == len(people)
    assert not ExportStep.objects.filter(ever_unclear=True).exists()
    assert broken_invariants() == {}
