"""A token at its end, and fifty who need it: JobAdder is asked for one new one.

Its refresh tokens rotate: who used the old one a second time would lose the sign-in.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import pytest

from integrations.errors import BadCredentials
from integrations.models import AtsConnection
from integrations.sign_in import stored
from pinsync import clock

from .fifty import CALLERS, at_once
from .scene import Scene, only_jobadder

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("patience"),
    only_jobadder,
]

REFRESH = "POST /connect/token$"
LIFE = 3_600


def due(scene: Scene) -> None:
    """Let our clock say that the token ends."""
    ended = clock.now() - timedelta(seconds=1)
    AtsConnection.objects.filter(pk=scene.connection.pk).update(token_renew_at=ended)


def refused(scene: Scene) -> None:
    """Let JobAdder's clock say that the token has ended, and ours that it is good."""
    scene.sim.set(clock_ahead_s=LIFE + 60)


def both(scene: Scene) -> None:
    due(scene)
    refused(scene)


def signed_in(scene: Scene) -> Mapping[str, str]:
    """Return the stored token's headers and its refresh token."""
    scene.connection.refresh_from_db()
    held = stored(scene.connection)
    assert held
    return {**held.token.headers, "renewal": held.token.renewal}


@pytest.mark.parametrize("end", [due, refused, both])
def test_fifty_callers_at_the_end_of_a_token_cause_one_refresh(scene, end):
    before, asked = signed_in(scene), scene.sim.count(REFRESH)
    end(scene)
    job = scene.jobs[0]
    answers = at_once(scene, lambda adapter: adapter.job(job))
    assert [answer.id for answer in answers] == [job] * CALLERS
    assert scene.sim.count(REFRESH) == asked + 1
    after = signed_in(scene)
    assert after["renewal"] != before["renewal"]
    assert after["Authorization"] != before["Authorization"]


def test_the_refresh_token_that_is_stored_is_the_one_that_works(scene):
    for round_ in (1, 2, 3):
        scene.sim.set(clock_ahead_s=round_ * (LIFE + 60))
        at_once(scene, lambda adapter: adapter.ping())
    known = scene.sim.simulator.store.tables["refresh_tokens"]
    unused = [token for token, row in known.items() if row["used_at"] is None]
    # The sign-in and one refresh a round: no other token was ever given.
    assert signed_in(scene)["renewal"] in unused
    assert len(known) == 4


def test_fifty_callers_whose_sign_in_has_ended_ask_once_and_park_it(scene):
    asked = scene.sim.count(REFRESH)
    scene.sim.revoke(scene.facts.key)
    answers = at_once(scene, lambda adapter: adapter.ping())
    assert all(isinstance(answer, BadCredentials) for answer in answers)
    assert scene.sim.count(REFRESH) == asked + 1
    scene.connection.refresh_from_db()
    assert scene.connection.state == "parked"
    assert "has ended the sign-in" in scene.connection.trouble


def test_a_token_that_is_good_is_not_refreshed(scene):
    asked = scene.sim.count(REFRESH)
    at_once(scene, lambda adapter: adapter.ping())
    assert scene.sim.count(REFRESH) == asked
