"""The outreach facts: how rungs are reached, and that nothing else writes them."""

import ast
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from candidates.events import outreach_recorded
from candidates.models import FACTS, JobCandidate, Kind, OutreachEvent
from tests.factories import CandidateFactory, JobCandidateFactory, JobFactory

ROOT = Path(__file__).parent.parent.parent
WRITERS = {
    "JobCandidate",
    "bulk_create",
    "bulk_update",
    "create",
    "get_or_create",
    "setattr",
    "update",
    "update_or_create",
}


@pytest.fixture
def row(acme):
    person = CandidateFactory(organization=acme, email="", phone="")
    return JobCandidateFactory(job=JobFactory(organization=acme), candidate=person)


@pytest.fixture
def heard():
    calls = []

    def listen(job_candidate, events, **kwargs):
        calls.append([event.kind for event in events])

    outreach_recorded.connect(listen)
    yield calls
    outreach_recorded.disconnect(listen)


def _facts(row):
    row.refresh_from_db()
    return {kind for kind, name in FACTS.items() if getattr(row, name)}


def test_a_reply_reaches_the_rungs_below_with_its_own_time(row, heard):
    moment = timezone.now() - timedelta(hours=3)
    assert row.record(Kind.REPLIED, occurred_at=moment)
    row.refresh_from_db()
    assert row.added_to_outreach_at == row.first_message_at == row.replied_at == moment
    assert row.interested_at is None
    assert heard == [[Kind.ADDED, Kind.FIRST_MESSAGE, Kind.REPLIED]]
    implied = OutreachEvent.objects.filter(implied=True).values_list("kind", flat=True)
    assert set(implied) == {Kind.ADDED, Kind.FIRST_MESSAGE}


def test_a_later_rung_leaves_the_times_of_earlier_ones(row):
    early = timezone.now() - timedelta(days=2)
    row.record(Kind.ADDED, occurred_at=early)
    row.record(Kind.INTERESTED)
    row.refresh_from_db()
    assert row.added_to_outreach_at == early
    assert row.replied_at > early


def test_the_same_step_twice_is_once(row, heard):
    assert row.record(Kind.ADDED)
    assert not row.record(Kind.ADDED)
    assert heard == [[Kind.ADDED]]
    assert OutreachEvent.objects.count() == 1


def test_an_earlier_step_after_a_later_one_is_no_news(row, heard):
    row.record(Kind.INTERESTED)
    assert not row.record(Kind.FIRST_MESSAGE)
    assert len(heard) == 1


def test_the_future_counts_as_now(row):
    row.record(Kind.ADDED, occurred_at=timezone.now() + timedelta(days=1))
    row.refresh_from_db()
    assert row.added_to_outreach_at <= timezone.now()


def test_contact_found_when_the_email_comes_second(row, heard):
    row.record(Kind.ADDED)
    assert Kind.CONTACT_FOUND not in _facts(row)
    row.candidate.email = "dana@example.com"
    row.candidate.save()
    assert Kind.CONTACT_FOUND in _facts(row)
    assert heard == [[Kind.ADDED], [Kind.CONTACT_FOUND]]


def test_contact_found_when_the_outreach_comes_second(row, heard):
    row.candidate.phone = "+12025550123"
    row.candidate.save()
    assert heard == []
    row.record(Kind.ADDED)
    assert heard == [[Kind.ADDED, Kind.CONTACT_FOUND]]


def test_contact_found_is_told_once_for_every_job_in_outreach(row, heard):
    other = JobCandidateFactory(
        job=JobFactory(organization=row.job.organization), candidate=row.candidate
    )
    JobCandidateFactory(
        job=JobFactory(organization=row.job.organization), candidate=row.candidate
    )
    row.record(Kind.ADDED)
    other.record(Kind.ADDED)
    heard.clear()
    row.candidate.email = "dana@example.com"
    row.candidate.save()
    row.candidate.save()
    assert heard == [[Kind.CONTACT_FOUND]] * 2


def test_a_linkedin_address_is_no_contact_information(row, heard):
    row.record(Kind.ADDED)
    row.candidate.linkedin_url = "https://www.linkedin.com/in/dana"
    row.candidate.save()
    assert heard == [[Kind.ADDED]]


def test_a_listeners_error_rolls_everything_back(row):
    def fail(**kwargs):
        raise RuntimeError("the listener failed")

    outreach_recorded.connect(fail)
    try:
        with pytest.raises(RuntimeError):
            row.record(Kind.REPLIED)
    finally:
        outreach_recorded.disconnect(fail)
    assert _facts(row) == set()
    assert not OutreachEvent.objects.exists()


def test_a_listeners_error_also_keeps_the_email_from_being_saved(row):
    row.record(Kind.ADDED)

    def fail(**kwargs):
        raise RuntimeError("the listener failed")

    outreach_recorded.connect(fail)
    row.candidate.email = "dana@example.com"
    try:
        with pytest.raises(RuntimeError):
            row.candidate.save()
    finally:
        outreach_recorded.disconnect(fail)
    row.candidate.refresh_from_db()
    assert row.candidate.email == ""


def test_the_bulk_form_records_all_and_counts_the_news(row, heard):
    job = row.job
    JobCandidateFactory.create_batch(2, job=job)
    row.record(Kind.ADDED)
    rows = JobCandidate.objects.filter(job=job)
    assert rows.record(Kind.ADDED) == 2
    assert rows.in_outreach().count() == 3


def test_the_bulk_form_is_all_or_nothing(row):
    second = JobCandidateFactory(job=row.job)

    def fail_for_the_second(job_candidate, **kwargs):
        if job_candidate.pk == second.pk:
            raise RuntimeError("the listener failed")

    outreach_recorded.connect(fail_for_the_second)
    try:
        with pytest.raises(RuntimeError):
            JobCandidate.objects.filter(job=row.job).record(Kind.ADDED)
    finally:
        outreach_recorded.disconnect(fail_for_the_second)
    assert not JobCandidate.objects.in_outreach().exists()


# --- Only record() writes the facts ----------------------------------------------


def _source_files():
    folders = ("pinsync", "jobs", "candidates", "integrations")
    for folder in folders:
        for path in (ROOT / folder).rglob("*.py"):
            if "migrations" not in path.parts:
                yield path


def _names_a_fact(node):
    facts = set(FACTS.values())
    return any(
        (isinstance(part, ast.Name) and part.id == "FACTS")
        or (isinstance(part, ast.Constant) and part.value in facts)
        or (isinstance(part, ast.keyword) and part.arg in facts)
        for part in ast.walk(node)
    )


def _has_a_fact_as_key(node):
    return any(key is not None and _names_a_fact(key) for key in node.keys)


def _writes(tree):
    """Yield the lines that set a fact, by whatever spelling we could think of."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            if node.attr in FACTS.values():
                yield node.lineno
        elif isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name in WRITERS and _names_a_fact(node):
                yield node.lineno
        elif isinstance(node, ast.DictComp):
            if _names_a_fact(node.key):
                yield node.lineno
        elif isinstance(node, ast.Dict) and _has_a_fact_as_key(node):
            yield node.lineno


def _lines_of_record():
    tree = ast.parse((ROOT / "candidates/models.py").read_text())
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    (model,) = [node for node in classes if node.name == "JobCandidate"]
    methods = [node for node in model.body if isinstance(node, ast.FunctionDef)]
    (record,) = [node for node in methods if node.name == "record"]
    return range(record.lineno, (record.end_lineno or 0) + 1)


def test_only_record_writes_the_facts():
    inside = {f"candidates/models.py:{line}" for line in _lines_of_record()}
    found = {
        f"{path.relative_to(ROOT)}:{line}"
        for path in _source_files()
        for line in _writes(ast.parse(path.read_text()))
    }
    assert found & inside, "the guard no longer sees what record() does"
    assert found - inside == set()


@pytest.mark.parametrize(
    "code",
    [
        "row.replied_at = now",
        "rows.update(first_message_at=now)",
        "JobCandidate(job=job, interested_at=now)",
        "objects.create(contact_found_at=now)",
        "setattr(row, FACTS[kind], now)",
        "setattr(row, 'replied_at', now)",
        "facts = {FACTS[kind]: now}",
        "facts = {FACTS[kind]: now for kind in kinds}",
        "rows.update(**{'replied_at': now})",
    ],
)
def test_the_guard_sees_a_write(code):
    assert list(_writes(ast.parse(code)))
