"""Queries that are put together once say what the ORM says each time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.forms import model_to_dict
from django.test.utils import CaptureQueriesContext

from integrations.models import Export, ExportAttempt, ExportStep
from integrations.prepared import Insert, Lookup, Objects, Update, remember, slot
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


def test_objects_are_as_the_orm_would_make_them(step):
    prepared = Objects(
        lambda: ExportStep.objects.filter(pk=slot("pk")).select_related(
            "candidate__organization", "candidate__sourced_by", "export__event"
        )
    )
    expected = ExportStep.objects.get(pk=step.pk)
    (found,) = prepared(pk=step.pk)
    with CaptureQueriesContext(connection) as asked:
        assert vars_of(found) == vars_of(expected)
        assert found.candidate.organization.name == "Acme Recruiting"
        assert found.candidate.sourced_by is None
    assert len(asked) == 1  # the candidate of the one that the ORM made
    assert prepared(pk=0) == []


def vars_of(step: ExportStep) -> dict[str, Any]:
    return {
        "step": model_to_dict(step),
        "candidate": model_to_dict(step.candidate),
        "moments": (step.created_at, step.updated_at, step.not_before),
    }


def test_what_is_remembered_is_not_asked_again(step):
    candidate = step.candidate
    remember(candidate, "experiences", [])
    with CaptureQueriesContext(connection) as asked:
        assert list(candidate.experiences.all()) == []
    assert not asked
    assert candidate.experiences.filter(title="x").query.where  # still theirs alone


def test_a_row_is_stored_with_its_defaults(step):
    now = clock.now()
    row = {"step_id": step.pk, "number": 1, "intent_at": now, "snapshot": {"a": ["%s"]}}
    assert Insert(ExportAttempt, row)(**row) == 1
    attempt = ExportAttempt.objects.get()
    assert (attempt.snapshot, attempt.outcome, attempt.ended_at) == (
        {"a": ["%s"]},
        "",
        None,
    )
    assert attempt.intent_at == now
    with pytest.raises(IntegrityError), transaction.atomic():
        Insert(ExportAttempt, row)(**row)


def test_a_row_that_is_taken_is_left_as_it_is(step):
    row = {"step_id": step.pk, "number": 1, "intent_at": clock.now()}
    store = Insert(ExportAttempt, row, unless_taken=True)
    assert [store(**row), store(**row)] == [1, 0]
    with pytest.raises(IntegrityError), transaction.atomic():
        store(**{**row, "number": None})
