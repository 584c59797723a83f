"""Sequences that could lose somebody, send something twice, or wait for ever.

Each was a suspicion when the ledger was read with a bad eye.
"""

from __future__ import annotations

import pytest
from django.db import connections as databases

from integrations import (
    breaker,
    connections,
    decisions,
    dispatcher,
    drainer,
    ledger,
)
from integrations.adapters import Account
from integrations.errors import AlreadyThere, BadCredentials, MissingPermission
from integrations.models import (
    AtsConnection,
    AtsPerson,
    Decision,
    Export,
    ExportStep,
    IdentityClaim,
)
from integrations.verify import broken_invariants
from pinsync import clock
from tests.factories import CandidateFactory

from .fakeats import Bench, pass_time

pytestmark = pytest.mark.django_db(transaction=False)


def step(candidate, kind) -> ExportStep:
    return ExportStep.objects.get(candidate=candidate, kind=kind)


def state(export) -> str:
    export.refresh_from_db()
    return export.state


@pytest.fixture(autouse=True)
def invariants_hold(db):
    yield
    assert broken_invariants() == {}


# --- A resume that was accepted ------------------------------------------------------


@pytest.fixture
def slow_reader(connection, ats, ready_resume):
    bench = Bench(connection, ats, resume_appears_within=60.0)
    bench.adapter.has_resume = lambda *a: bench.adapter._meet("has_resume") or False
    return bench


@pytest.mark.parametrize("fault", ["down", "busy", "html", "crash", "bad key"])
def test_an_accepted_resume_is_not_sent_again_because_a_look_failed(
    fault, dana, connection, export, slow_reader, ats
):
    sent = export(dana)
    slow_reader.run()
    ats.fail["has_resume"] = [fault]
    slow_reader.pass_time(4)
    slow_reader.run()
    AtsConnection.objects.update(state="connected", trouble="")
    for _ in range(4):
        slow_reader.settle()
    assert len(ats.resumes) == 1
    assert state(sent) == Export.State.FAILED
    assert "accepted the resume of Dana Example but" in step(dana, "resume").error
