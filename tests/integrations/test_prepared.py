"""Queries that are put together once say what the ORM says each time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from integrations.models import Export, ExportStep
from integrations.prepared import Lookup, Update, slot
from pinsync import clock

State = ExportStep.State


@pytest.fixture
def step(dana, export) -> ExportStep:
    export(dana)
    return ExportStep.objects.get(kind="person")


def test_a_lookup_answers_for_each_value_it_is_given(step):
    states = Lookup(
        lambda: (
            ExportStep.objects.order_by("pk")
            .filter(candidate_id=slot("candidate"), not_before__lte=slot("now"))
            .values_list("pk", "state")
        )
    )
    now = clock.now()
    assert states(candidate=step.candidate_id, now=now) == [(step.pk, "ready")]
    assert states(candidate=0, now=now) == []
    yesterday = now - timedelta(days=1)
    assert states(candidate=step.candidate_id, now=yesterday) == []


def test_an_update_stores_what_the_orm_would_store(step):
    now = clock.now()
    changes = {
        "state": State.DONE,
        "done_at": now,
        "not_before": None,
        "repeats": 2,
        "tries": 3,
        "error": "“100 %s” of O'Brien",
    }
    update = Update(
        lambda: ExportStep.objects.filter(pk=slot("pk"), state__in=[State.READY]),
        tuple(changes),
    )
    assert update(changes, pk=step.pk) == 1
    assert update(changes, pk=step.pk) == 0
    assert ExportStep.objects.filter(pk=step.pk, **changes).exists()
    step.refresh_from_db()
    assert (step.done_at, step.not_before, step.repeats) == (now, None, 2)


def test_a_value_that_is_missing_is_an_error(step):
    count = Lookup(lambda: Export.objects.filter(pk=slot("pk")).values_list("pk"))
    with pytest.raises(KeyError):
        count(id=1)


def test_a_row_is_not_taken_for_its_id(step):
    count = Lookup(lambda: Export.objects.filter(pk=slot("pk")).values_list("pk"))
    with pytest.raises(TypeError):
        count(pk=step.export)
