"""A token at its end, and fifty who need it: TrackerRMS is asked for one new one."""

from __future__ import annotations

from datetime import timedelta

import pytest

from integrations import connections
from integrations.errors import BadCredentials
from integrations.models import AtsConnection
from pinsync import clock

from .fifty import at_once
from .scene import Scene, only_trackerrms

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("patience"),
    only_trackerrms,
]

EXCHANGE = "POST /api/Auth/ExchangeToken$"


def exchanges(scene: Scene) -> int:
    return scene.sim.count(EXCHANGE)


def at_its_end(scene: Scene) -> None:
    ended = clock.now() - timedelta(seconds=1)
    AtsConnection.objects.filter(pk=scene.connection.pk).update(token_renew_at=ended)


def refused_there(scene: Scene) -> None:
    """Let TrackerRMS forget the tokens it gave, but not the access token."""
    key = scene.facts.key
    scene.sim.revoke(key)
    scene.sim.grant(key)


# What a second exchange does to the first one's token is unknown: where it ends it, a
# second exchange would show as a second refusal.
@pytest.mark.parametrize("again", ["adds", "replaces"])
@pytest.mark.parametrize("end", [at_its_end, refused_there])
def test_fifty_callers_at_the_end_of_a_token_cause_one_exchange(scene, end, again):
    scene.sim.set(exchange_again=again)
    end(scene)
    before = exchanges(scene)
    jobs = scene.jobs[0]
    answers = at_once(scene, lambda adapter: adapter.job(jobs))
    assert {answer.id for answer in answers} == {jobs}
    assert exchanges(scene) == before + 1
    scene.connection.refresh_from_db()
    assert scene.connection.state == "connected"


def test_fifty_callers_with_a_regenerated_access_token_ask_once_and_park_it(scene):
    scene.sim.revoke(scene.facts.key)
    before = exchanges(scene)
    answers = at_once(scene, lambda adapter: adapter.ping())
    assert all(isinstance(answer, BadCredentials) for answer in answers)
    assert exchanges(scene) == before + 1
    scene.connection.refresh_from_db()
    assert scene.connection.state == "parked"
    assert "regenerated" in scene.connection.trouble


def test_a_token_that_is_good_is_not_exchanged(scene):
    before = exchanges(scene)
    at_once(scene, lambda adapter: adapter.ping())
    assert exchanges(scene) == before


def test_the_jwt_is_renewed_an_hour_before_its_end(scene):
    scene.sim.set(token_life_ms=10 * 3_600_000)
    refused_there(scene)
    with connections.opened(scene.connection) as adapter:
        adapter.ping()
    scene.connection.refresh_from_db()
    left = scene.connection.token_renew_at - clock.now()
    assert timedelta(hours=8) < left <= timedelta(hours=9)


def test_a_jwt_whose_end_is_not_told_serves_until_it_is_refused(scene):
    scene.sim.set(expiration="left_out")
    refused_there(scene)
    with connections.opened(scene.connection) as adapter:
        adapter.ping()
    scene.connection.refresh_from_db()
    assert scene.connection.token_renew_at is None
