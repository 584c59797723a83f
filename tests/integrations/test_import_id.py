"""A CSV column with ids of an ATS: it links people, and they are never exported again."""

from __future__ import annotations

import pytest
from django.core.management import call_command

from candidates import importing
from candidates.import_columns import all_columns, template
from candidates.models import Candidate, CandidateImport, JobCandidate, Kind
from integrations import connections, decisions, import_ids, mappings, triggers
from integrations.adapters import vendors
from integrations.badges import badges_of
from integrations.imported import Imported, OnTheWay, people_imported
from integrations.models import (
    AtsConnection,
    AtsPerson,
    Decision,
    Export,
    ExportStep,
    IdentityClaim,
)
from integrations.triggers import InAtsAlready
from integrations.verify import broken_invariants
from pinsync import clock
from tests.candidates.csv_files import data
from tests.factories import CandidateFactory, JobCandidateFactory

from .conftest import make_connection
from .fakeats import Bench, FakeAts, fake_adapter

pytestmark = pytest.mark.django_db

HEADER = "First name,Last name,Email,LinkedIn URL,TrackerRMS id"
DANA = "Dana,Example,dana@example.com,linkedin.com/in/dana-example,188077"


@pytest.fixture
def connection(acme, alice):
    return make_connection(acme, vendor="trackerrms", by=alice)


@pytest.fixture
def check(job):
    return lambda *rows, header=HEADER: importing.check(
        data("\n".join([header, *rows])), job
    )


@pytest.fixture
def take(job, bob, check):
    """Import the rows, as after a preview that was confirmed."""

    def carry_out(*rows, header=HEADER):
        kept = CandidateImport.objects.create(
            organization=job.organization,
            job=job,
            user=bob,
            file_name="people.csv",
            data=data("\n".join([header, *rows])),
            created_at=clock.now(),
        )
        plan = check(*rows, header=header)
        assert plan.problems == []
        importing.carry_out(kept, seen=plan.seen, without_wrong=False, by=bob)
        assert broken_invariants() == {}
        return kept

    return carry_out


@pytest.fixture
def problem(check):
    def the_only(*rows):
        (found,) = check(*rows).problems
        return found

    return the_only


def imported(candidate) -> AtsPerson:
    person = AtsPerson.objects.get(candidate=candidate)
    assert person.known_by == AtsPerson.KnownBy.IMPORTED
    return person


def is_moved(candidate, state, *, kind="person", **fields):
    ExportStep.objects.filter(candidate=candidate, kind=kind).update(
        state=state, **fields
    )


# --- The column --------------------------------------------------------------------


def test_every_vendor_that_declares_a_column_has_one():
    declared = {cls.import_id_column for cls in vendors().values()} - {None}
    assert "TrackerRMS id" in declared
    assert declared <= {column.name for column in all_columns()}
    header = template().decode("utf-8-sig").splitlines()[0].split(",")
    assert declared <= set(header)


def test_the_page_explains_the_column(as_bob, job):
    page = as_bob.get(f"/jobs/{job.pk}/candidates/import/").content.decode()
    assert "TrackerRMS id" in page
    assert "Only for people who are in TrackerRMS: their id there." in page


def test_a_vendor_without_a_column_adds_none(monkeypatch):
    Other = type(fake_adapter(FakeAts(), "ashby"))
    monkeypatch.setattr(import_ids, "vendors", lambda: {"other": Other})
    before = all_columns()
    import_ids.register()
    assert all_columns() == before


# --- People who are new ------------------------------------------------------------


def test_a_new_person_is_linked_and_shows_the_badge(connection, take, acme):
    kept = take(DANA)
    dana = Candidate.objects.get()
    assert imported(dana).person_id == "188077"
    badge = badges_of([dana], acme)[dana.pk][0]
    assert badge.words == "Already in TrackerRMS"
    assert badge.person_id == "188077"
    assert "imported with its id" in badge.sentence
    assert kept.linked == 1


def test_an_empty_cell_links_nobody_and_needs_no_connection(take):
    take("Dana,Example,dana@example.com,,")
    assert not AtsPerson.objects.exists()


def test_an_imported_person_is_never_exported(connection, take, job, bob):
    take(DANA)
    dana = Candidate.objects.get()
    with pytest.raises(InAtsAlready):
        triggers.request_export(connection=connection, candidate=dana, by=bob)
    mappings.save_mapping(job=job, connection=connection, trigger="added", by=bob)
    JobCandidate.objects.get().record(Kind.ADDED)
    bench = Bench(connection, ats := FakeAts())
    bench.run()
    assert ats.people == {}
    assert Export.objects.get().state == Export.State.SENT
    assert broken_invariants() == {}


def test_a_trigger_puts_an_imported_person_on_the_ats_job(connection, take, job, bob):
    take(DANA)
    mappings.save_mapping(
        job=job, connection=connection, trigger="added", ats_job_id="7", by=bob
    )
    JobCandidate.objects.get().record(Kind.ADDED)
    bench = Bench(connection, ats := FakeAts())
    bench.run()
    assert (ats.people, ats.links) == ({}, [("188077", "7")])
    assert (ats.resumes, ats.notes) == ([], [])
    assert broken_invariants() == {}


def test_no_sourced_from_mark_goes_with_them(connection, take):
    take(DANA)
    assert Candidate.objects.get().source == Candidate.Source.CSV


@pytest.mark.parametrize("share", ["email", "linkedin_url"])
def test_a_second_entry_of_an_imported_person_is_linked_not_created(
    connection, take, acme, share, export, ready_resume
):
    take(DANA)
    dana = Candidate.objects.get()
    fields = {"email": "", "linkedin_url": "", share: getattr(dana, share)}
    twin = CandidateFactory(organization=acme, last_name="Example", **fields)
    export(twin)
    bench = Bench(connection, ats := FakeAts())
    bench.run()
    assert ats.people == {}
    assert AtsPerson.objects.get(candidate=twin).person_id == "188077"
    assert broken_invariants() == {}


def test_somebody_else_with_the_email_of_an_imported_person_asks(
    connection, take, acme, export, ready_resume
):
    take(DANA)
    eve = CandidateFactory(
        organization=acme, first_name="Eve", last_name="Moss", email="dana@example.com"
    )
    export(eve)
    Bench(connection, FakeAts()).run()
    assert Decision.objects.get(choice="").shown_ids() == ["188077"]


# --- People who are here -----------------------------------------------------------


def test_a_known_person_is_linked(connection, take, dana):
    take(DANA)
    assert imported(dana).person_id == "188077"
    assert Candidate.objects.count() == 1


def test_the_id_alone_recognizes_an_imported_person(connection, take, check):
    header = "Full name,TrackerRMS id"
    take("Dana Example,188077", header=header)
    plan = check("Dana Example,188077", header=header)
    assert (len(plan.new), len(plan.known)) == (0, 1)
    take("Dana Example,188077", header=header)
    assert Candidate.objects.count() == AtsPerson.objects.count() == 1


def test_the_id_in_the_account_of_others_recognizes_nobody(connection, globex, check):
    theirs = make_connection(globex, vendor="trackerrms")
    _link(theirs, CandidateFactory(organization=globex), "188077")
    assert len(check(DANA).new) == 1


def test_a_waiting_export_is_answered_by_the_import(
    connection, take, dana, export, ready_resume
):
    sent = export(dana, "7")
    take(DANA)
    assert imported(dana)
    bench = Bench(connection, ats := FakeAts())
    bench.run()
    assert (ats.people, ats.links) == ({}, [("188077", "7")])
    assert (ats.resumes, ats.notes) == ([], [])
    sent.refresh_from_db()
    assert sent.state == Export.State.SENT
    assert broken_invariants() == {}


def test_an_open_question_is_answered_by_the_import(
    connection, take, dana, export, bob, ready_resume
):
    ats = FakeAts()
    ats.add("Eve Moss", emails=("dana@example.com",))
    export(dana)
    Bench(connection, ats).run()
    question = Decision.objects.get(choice="")
    take(DANA)
    question.refresh_from_db()
    assert (question.choice, question.person_id) == ("link", "188077")
    assert question.decided_by == bob
    assert not decisions.decide(question, choice="skip", by=bob)
    assert Export.objects.get().state != Export.State.NEEDS_YOU


@pytest.mark.parametrize("state", ["failed", "cancelled", "skipped"])
def test_what_had_ended_does_not_create_them_after_the_import(
    connection, take, dana, export, state, ready_resume
):
    export(dana, "7")
    is_moved(dana, state, not_before=None)
    Export.objects.update(state="failed" if state == "failed" else "cancelled")
    take(DANA)
    triggers.make_export(
        connection=connection,
        candidate=dana,
        ats_job_id="8",
        ats_job_name="",
        job=None,
        origin=Export.Origin.TRIGGER,
        event=None,
        by=None,
    )
    bench = Bench(connection, ats := FakeAts())
    bench.run()
    assert ats.people == {}
    assert ("188077", "8") in ats.links
    assert broken_invariants() == {}


# --- What is refused ---------------------------------------------------------------


def test_without_a_connection_the_row_says_what_to_do(problem):
    found = problem(DANA)
    assert (found.row, found.column) == (2, "TrackerRMS id")
    assert found.sentence == (
        "TrackerRMS is not connected, so nobody can be linked to it. Connect TrackerRMS "
        "under Settings > ATS Integration first, or leave the column out."
    )


def test_an_ended_connection_does_not_count(connection, problem, alice):
    connections.disconnect(connection, by=alice)
    assert "TrackerRMS is not connected" in problem(DANA).sentence


def test_a_parked_connection_counts(connection, take):
    AtsConnection.objects.update(state=AtsConnection.State.PARKED)
    take(DANA)
    assert AtsPerson.objects.exists()


def test_another_id_than_the_known_one_is_refused(connection, dana, problem):
    _link(connection, dana, "5")
    assert problem(DANA).sentence == (
        "Dana Example is linked to 5 in TrackerRMS already. Enter that id, or empty the "
        "cell."
    )


def test_the_known_id_is_no_news(connection, dana, take):
    _link(connection, dana, "188077")
    take(DANA)
    assert AtsPerson.objects.get().person_id == "188077"


def test_an_id_and_an_email_of_two_people_are_refused(connection, dana, acme, problem):
    eve = CandidateFactory(organization=acme, first_name="Eve", last_name="Moss")
    _link(connection, eve, "188077")
    assert "TrackerRMS id is that of Eve Moss." in problem(DANA).sentence


def test_one_id_for_two_people_of_the_file_is_refused(connection, problem):
    found = problem(DANA, "Eve,Moss,,,188077")
    assert (found.row, found.column) == (3, "TrackerRMS id")


@pytest.mark.parametrize("state", ["sending", "uncertain"])
def test_somebody_under_way_is_refused(connection, dana, export, problem, state):
    export(dana)
    is_moved(dana, state, intent_at=clock.now())
    assert "is being exported to TrackerRMS at this moment." in problem(DANA).sentence


def test_who_went_under_way_meanwhile_is_not_linked(connection, dana, export, bob):
    export(dana)
    is_moved(dana, "sending", intent_at=clock.now())
    with pytest.raises(OnTheWay):
        people_imported(connection, [Imported(dana, "1")], reason="", by=bob)
    assert not AtsPerson.objects.exists()


@pytest.mark.parametrize("cell", ["1.88E+05", "188 077", "x" * 201])
def test_what_is_no_id_is_refused(connection, problem, cell):
    found = problem(f"Dana,Example,,,{cell}")
    assert found.column == "TrackerRMS id"


def test_a_disconnection_meanwhile_imports_nobody(connection, take, check, alice, job):
    plan = check(DANA)
    connections.disconnect(connection, by=alice)
    with pytest.raises(importing.Changed):
        import_ids.IdLinks(connection.adapter_class).link(
            job.organization,
            [(CandidateFactory(organization=job.organization), "1")],
            by=alice,
        )
    assert plan.linked == 1
    assert not AtsPerson.objects.exists()


# --- The ledger --------------------------------------------------------------------


def test_the_ledger_is_sound_with_imported_people(connection, take, capsys):
    take(DANA, "Eve,Moss,eve@moss.example,,2", "Al,Bo,,,3")
    assert IdentityClaim.objects.filter(step=None).count() == 3
    call_command("exports_verify")
    assert capsys.readouterr().out == "Every invariant holds.\n"


def test_what_another_entry_holds_stays_with_it(
    connection, take, dana, acme, export, ready_resume
):
    twin = CandidateFactory(
        organization=acme, last_name="Example", email="dana@example.com"
    )
    JobCandidateFactory(job__organization=acme, candidate=twin)
    export(dana)
    Bench(connection, FakeAts()).run()
    before = set(IdentityClaim.objects.values_list("step", "key", "value"))
    people_imported(connection, [Imported(twin, "p1")], reason="", by=None)
    assert before <= set(IdentityClaim.objects.values_list("step", "key", "value"))
    assert broken_invariants() == {}


def test_a_thousand_links_cost_few_questions(
    connection, take, django_assert_max_num_queries
):
    rows = [
        f"P{n},N{n},p{n}@people.example,linkedin.com/in/p{n},{n}" for n in range(1000)
    ]
    with django_assert_max_num_queries(150):
        take(*rows)
    assert AtsPerson.objects.count() == 1000


def _link(connection, candidate, person_id):
    return AtsPerson.objects.create(
        connection=connection,
        candidate=candidate,
        person_id=person_id,
        known_by=AtsPerson.KnownBy.LINKED,
        known_at=clock.now(),
    )
