"""The queries that run every second use their partial indexes, whatever the ledger's size.

What is explained is what the product sends: each function runs, its statements are
caught with their parameters, and PostgreSQL is asked how it would run exactly those.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from integrations import (
    backlog,
    badges,
    dependents,
    derived,
    dispatcher,
    due,
    figures,
    later_looks,
    metrics,
    notices,
    outreach_check,
    retention,
    verify,
)
from integrations.models import AtsConnection, Export, ExportStep
from pinsync import clock

EXPORTS = 10_000
LARGE = {
    "integrations_export",
    "integrations_exportstep",
    "integrations_exportattempt",
    "integrations_atsperson",
    "integrations_identityclaim",
    "candidates_candidate",
    "candidates_outreachevent",
}

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.postgres,
    pytest.mark.skipif(
        connection.vendor != "postgresql", reason="only PostgreSQL explains like this"
    ),
]


@pytest.fixture(scope="module")
def filled(django_db_setup, django_db_blocker) -> Iterator[Any]:
    """Fill the tables once, in a transaction that is rolled back in the end."""
    from tests.bench.ledger import fill

    with django_db_blocker.unblock(), transaction.atomic():
        offices = fill(EXPORTS, organizations=20)
        with connection.cursor() as cursor:  # no foreign key leads nowhere
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        yield offices
        transaction.set_rollback(True)


# --- What was sent, and how it would be run ----------------------------------------


@contextmanager
def caught() -> Iterator[list[tuple[str, Any]]]:
    """Yield the statements that are executed, with their parameters."""
    sent: list[tuple[str, Any]] = []

    def note(execute: Any, sql: str, params: Any, *rest: Any) -> Any:
        sent.append((sql, params))
        return execute(sql, params, *rest)

    with connection.execute_wrapper(note):
        yield sent


class Plan:
    """How PostgreSQL runs one statement; ``kept``: with a plan made before the values."""

    def __init__(self, sql: str, params: Any, *, kept: bool = False) -> None:
        self.sql = sql
        found = (_kept if kept else _explained)(sql, params)
        tree = found if isinstance(found, list) else json.loads(found)
        self.nodes = list(_nodes(tree[0]["Plan"]))

    @property
    def indexes(self) -> set[str]:
        return {n["Index Name"] for n in self.nodes if "Index Name" in n}

    @property
    def read_through(self) -> set[str]:
        """Return the large tables that are read from end to end."""
        scans = [n for n in self.nodes if n["Node Type"] == "Seq Scan"]
        return {n["Relation Name"] for n in scans} & LARGE


def _explained(sql: str, params: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", params)
        return cursor.fetchone()[0]


def _kept(sql: str, params: Any) -> Any:
    first, *pieces = sql.replace("%%", "%").split("%s")
    numbered = first + "".join(f"${n}{piece}" for n, piece in enumerate(pieces, 1))
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL plan_cache_mode = force_generic_plan")
        cursor.execute(f"PREPARE kept AS {numbered}")
        values = ", ".join(["%s"] * len(pieces))
        found = _explained(f"EXECUTE kept ({values})", params)
        cursor.execute("DEALLOCATE kept")
    return found


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", ()):
        yield from _nodes(child)


def plans_of(run: Callable[[], Any]) -> list[Plan]:
    """Run it and return the plans of what it read and changed."""
    with caught() as sent:
        run()
    words = ("SELECT", "UPDATE", "DELETE")
    asked = [(sql, params) for sql, params in sent if sql.startswith(words)]
    assert asked
    return [Plan(*one) for one in asked if "clock_timestamp" not in one[0]]


def indexes_of(run: Callable[[], Any]) -> set[str]:
    """Return the indexes it uses; nothing large may be read from end to end."""
    plans = plans_of(run)
    assert [p.sql for p in plans if p.read_through] == []
    return {index for plan in plans for index in plan.indexes}


def indexes_of_steps(run: Callable[[], Any]) -> set[str]:
    """Return by which indexes it finds steps."""
    used = indexes_of(run)
    return {i for i in used if i.startswith(("step_", "integrations_exportstep"))}


# --- The ledger that they are asked about --------------------------------------------


def test_the_ledger_is_one_that_the_product_could_have_made(filled):
    ExportStep.objects.filter(state="sending").update(intent_at=clock.now())
    assert verify.broken_invariants() == {}
    states = set(Export.objects.values_list("state", flat=True).distinct())
    assert states == set(Export.State.values)
    assert ExportStep.objects.count() >= 3 * EXPORTS


def test_its_derived_states_are_those_that_follow_from_the_steps(filled):
    exports = Export.objects.exclude(state="sent").order_by("pk")
    before = list(exports.values_list("pk", "state"))
    for export in exports:
        derived.refresh_exports(export.connection_id, export.candidate_id)
    assert list(exports.values_list("pk", "state")) == before


# --- Claiming ------------------------------------------------------------------------


def test_connections_with_due_work_are_found_by_one_look_at_each(filled):
    found: list[AtsConnection] = []
    plans = plans_of(lambda: found.extend(due.connections(clock.now())))
    assert len(found) > 10
    assert indexes_of_steps(lambda: due.connections(clock.now())) == {"step_due"}
    # A join would read the whole queue of everybody else.
    assert not any("Join" in node["Node Type"] for node in plans[0].nodes)


def test_due_steps_are_picked_in_the_order_of_their_index(filled):
    busiest = _busiest()
    assert len(due.people(busiest)) > 100
    assert indexes_of(lambda: due.people(busiest)) == {"step_due"}


def test_a_step_and_its_candidate_are_loaded_by_their_keys(filled):
    step_id, _ = due.people(_busiest())[0]
    used = indexes_of(lambda: due.step(step_id))
    assert "integrations_exportstep_pkey" in used


def _busiest() -> AtsConnection:
    now = clock.now()
    queues = [(len(due.people(row)), row.pk) for row in due.connections(now)]
    return AtsConnection.objects.get(pk=max(queues)[1])


def test_plans_that_are_kept_use_the_same_indexes(filled):
    """Statements put together once are planned once, before anybody knows the values."""
    busiest = _busiest()
    step_id, _ = due.people(busiest)[0]
    runs: list[Callable[[], Any]] = [
        lambda: due.connections(clock.now()),
        lambda: due.people(busiest),
        lambda: due.step(step_id),
    ]
    expected = ["step_due", "step_due", "integrations_exportstep_pkey"]
    for run, index in zip(runs, expected, strict=True):
        with caught() as sent:
            run()
        sql, params = next(one for one in sent if "exportstep" in one[0])
        plan = Plan(sql, params, kept=True)
        assert index in plan.indexes
        assert plan.read_through == set()


# --- The dispatcher ----------------------------------------------------------------------


def test_the_sweep_reads_only_what_is_on_its_way(filled):
    assert ExportStep.objects.filter(state="sending").update(intent_at=clock.now())
    assert indexes_of(dispatcher.sweep) == {"step_sending"}


def test_steps_that_vanished_are_swept_by_their_index(filled):
    sending = ExportStep.objects.filter(state="sending")
    sending.update(intent_at=clock.now() - timedelta(minutes=5))
    swept: list[int] = []
    used = indexes_of(lambda: swept.append(dispatcher.sweep()))
    assert swept[0] > 0
    assert "step_sending" in used


@pytest.mark.parametrize("are_held", [False, True])
def test_whether_an_export_is_due_is_one_look_at_each_connection(filled, are_held):
    if are_held:
        later = clock.now() + timedelta(minutes=1)
        AtsConnection.objects.live().update(leased_until=later)
    assert dispatcher.exports_due() is not are_held
    assert indexes_of_steps(dispatcher.exports_due) == {"step_due"}


def test_whatever_else_a_tick_looks_for_has_its_index(filled):
    now = clock.now()
    assert "resume_due" in indexes_of(dispatcher.documents_due)
    assert "later_look_due" in indexes_of(later_looks.is_due)
    assert "later_look_twice" in indexes_of(lambda: notices._due(now).exists())
    indexes_of(outreach_check.is_due)


def test_what_waits_for_a_person_is_looked_through_by_its_index(filled):
    assert indexes_of_steps(dependents.release_forgotten) == {"step_waiting"}


def test_states_are_repaired_by_the_index_of_open_exports(filled):
    used = indexes_of(dispatcher.repair_states)
    assert "export_open" in used


# --- Monitoring ----------------------------------------------------------------------


def test_readyz_asks_two_looks_of_each_connection(filled):
    assert indexes_of_steps(backlog.waits) == {"step_due"}
    with caught() as sent:
        Client().get("/readyz")
    asked = [one for one in sent if "integrations_exportstep" in one[0]]
    assert [Plan(*one).indexes for one in asked] == [{"step_due"}]


def test_metrics_read_open_steps_by_their_index(filled):
    used = indexes_of(lambda: list(metrics._waiting()))
    assert used >= {"step_due"}


def test_exports_are_counted_without_a_join(filled):
    # By what one index holds; whether it is worth its while, PostgreSQL decides.
    (_, counting) = plans_of(lambda: list(metrics._by_connection()))
    assert not any("Join" in node["Node Type"] for node in counting.nodes)


# --- Pages ---------------------------------------------------------------------------


def test_the_numbers_of_connections_are_counted_in_indexes(filled):
    live = AtsConnection.objects.of(filled.organization).live()
    used = indexes_of(lambda: figures.figures_of(live))
    assert used >= {"export_by_state", "export_in_ats", "ats_person_ours"}


@pytest.mark.parametrize(
    ("query", "index"),
    [("", "export_newest"), ("state=failed", "step_failed")],
)
def test_the_page_exports_reads_no_more_than_it_shows(filled, query, index):
    browser = Client(headers={"host": "localhost"})
    browser.force_login(filled.user, "django.contrib.auth.backends.ModelBackend")
    used = indexes_of(lambda: browser.get(f"/exports/?{query}"))
    assert index in used


def test_badges_of_a_page_are_looked_up_by_person(filled):
    rows = filled.job.job_candidates.select_related("candidate")[:50]
    people = [row.candidate for row in rows]
    used = indexes_of(lambda: badges.badges_of(people, filled.organization))
    assert used & {"step_person", "step_once"}


# --- Pruning -------------------------------------------------------------------------


def test_pruning_walks_along_the_key_in_small_steps(filled):
    plans = plans_of(retention._snapshots)
    assert len(plans) > EXPORTS / retention.BATCH
    read = set().union(*(plan.read_through for plan in plans))
    assert "integrations_exportattempt" not in read
