"""What the model of the protocol (``tests/model``) found in the engine.

Each is a history that the model printed, told again with the engine itself; then what
mending them brought up.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from integrations import connections, decisions, dependents, dispatcher, timing
from integrations.adapters import Wire
from integrations.errors import AlreadyThere, Unclear
from integrations.models import AtsPerson, Decision, Export, ExportStep
from integrations.verify import broken_invariants
from pinsync import clock
from tests.factories import CandidateFactory

from .fakeats import Bench, pass_time

pytestmark = pytest.mark.django_db(transaction=False)


def lags(ats) -> None:
    """Let nobody who is added from now on show in the vendor's search."""
    real = ats.add

    def add(*args, **fields):
        person = real(*args, **fields)
        ats.hidden.add(person.id)
        return person

    ats.add = add


@pytest.fixture
def unsure(connection, ats, ready_resume) -> Bench:
    """A vendor whose "nobody" proves nothing: it finds nobody at all."""
    lags(ats)
    return Bench(connection, ats, proves_absence_by=())


@pytest.fixture
def twin(dana):
    """Another row of Dana, without her profile."""
    return CandidateFactory(
        organization=dana.organization,
        first_name="Dana",
        last_name="Example",
        email=dana.email,
        linkedin_url="",
    )


@pytest.fixture
def robin(dana):
    """Somebody else who has Dana's email by mistake."""
    return CandidateFactory(
        organization=dana.organization,
        first_name="Robin",
        last_name="Miller",
        email=dana.email,
        linkedin_url="https://www.linkedin.com/in/robin-miller",
    )


def freeze_after_adding(ats, meanwhile) -> None:
    """Let the worker that adds somebody next stop there, until long after."""
    real = ats.add

    def add(*args, **fields):
        ats.add = real
        person = real(*args, **fields)
        pass_time(timedelta(hours=1).total_seconds())
        meanwhile()
        return person

    ats.add = add


def answer(candidate, choice, by) -> None:
    question = Decision.objects.get(choice="", step__candidate=candidate)
    assert decisions.decide(question, choice=choice, by=by)


def step(candidate, kind="person") -> ExportStep:
    return ExportStep.objects.get(candidate=candidate, kind=kind)


def test_two_rows_of_one_human_of_whom_both_are_to_be_created_anyway(
    dana, twin, export, bench, ats, bob
):
    """ "Create anyway" means not Robert; it does not mean not each other."""
    ats.add("Robert Miller", emails=(dana.email,))
    export(dana)
    export(twin)
    bench.run()
    lags(ats)
    answer(dana, "create", bob)
    answer(twin, "create", bob)
    bench.run()
    bench.settle()
    assert [p.name for p in ats.people.values()] == ["Robert Miller", "Dana Example"]


def test_a_resume_is_not_sent_again_by_another_row_that_was_unclear_once(
    dana, twin, export, bench, ats
):
    ats.fail["create"] = ["unclear", "busy"]
    export(dana)
    bench.run()
    bench.settle()  # absent twice, and the repetition is surely refused
    assert (step(dana).state, step(dana).ever_unclear) == ("ready", True)
    export(twin)
    ExportStep.objects.filter(candidate=dana, not_before__isnull=False).update(
        not_before=clock.now() + clock.period(3_600)
    )
    bench.pass_time(130)
    bench.run()
    bench.settle()
    assert len(ats.people) == 1
    assert len(ats.resumes) == 1


def test_a_job_that_was_called_off_is_not_sent_with_another(
    dana, export, bench, ats, bob
):
    there = ats.add("Robert Miller", emails=(dana.email,))
    first = export(dana, "job-1")
    bench.run()
    answer(dana, "skip", bob)
    first.refresh_from_db()
    assert first.state == Export.State.CANCELLED
    del ats.people[there.id]
    export(dana, "job-2")
    bench.run()
    assert [job for _, job in ats.links] == ["job-2"]


def test_a_refusal_that_comes_while_disconnecting_leaves_nothing_due(
    dana, connection, export, bench, ats, alice
):
    there = ats.add("Dana Example", emails=(dana.email,))
    ats.hidden.add(there.id)

    def disconnect():
        connections.disconnect(connection, by=alice)
        raise AlreadyThere("Duplicate.", person_id=there.id)

    def die():
        raise KeyboardInterrupt

    ats.fail["create"], ats.fail["person"] = [disconnect], [die]
    export(dana)
    with pytest.raises(KeyboardInterrupt):
        bench.run()
    assert broken_invariants() == {}


def test_who_was_skipped_in_doubt_is_not_created_again_unasked(
    dana, export, unsure, ats, bob
):
    ats.fail["create"] = ["lost"]
    export(dana, "job-1")
    unsure.run()
    unsure.settle()
    answer(dana, "skip", bob)  # Bob sees her there; she was not among those shown
    export(dana, "job-2")
    unsure.run()
    unsure.settle()
    assert len(ats.people) == 1


def test_a_500_that_names_a_field_and_saved_is_no_plain_refusal(
    dana, export, unsure, ats
):
    def save_and_complain():
        ats.add("Dana Example", emails=(dana.email,))
        raise Unclear("The ATS failed.", rejection="The ATS says: Company is required.")

    ats.fail["create"] = [save_and_complain]
    sent = export(dana)
    unsure.run()
    for _ in range(3):
        unsure.settle()
    sent.refresh_from_db()
    assert sent.state == Export.State.NEEDS_YOU


def test_an_export_whose_outcome_is_asked_about_cannot_be_cancelled(
    dana, twin, export, unsure, ats, bob
):
    """The question would be nobody's, and the other row would wait for ever."""
    ats.fail["create"] = ["unclear"]
    sent = export(dana)
    unsure.run()
    unsure.settle()
    assert step(dana).state == "asking"
    export(twin)
    assert not decisions.cancel(sent, reason="changed my mind", by=bob)
    answer(dana, "create", bob)
    for _ in range(3):
        unsure.settle()
    assert AtsPerson.objects.count() == 2
    assert len(ats.people) == 1


def test_what_was_unclear_once_is_not_sent_after_it_was_cancelled(
    dana, export, bench, ats, bob
):
    ats.fail["create"] = ["unclear", "busy"]
    sent = export(dana)
    bench.run()
    bench.settle()  # absent twice, and the repetition is surely refused
    assert step(dana).state == "ready"
    assert decisions.cancel(sent, reason="changed my mind", by=bob)
    bench.settle()
    assert ats.people == {}


def test_a_late_word_does_not_bring_the_second_look_forward(
    dana, connection, export, bench, ats
):
    """A worker was frozen; it tells of its time-out after somebody else's first look."""
    shown = []
    bench.adapter.has_resume = lambda *looked: bool(shown)

    def accept_and_freeze():
        ats.resumes.append(("p1", "Dana-resume.pdf"))
        bench.pass_time(1.2 * timing.settle(bench.adapter.wire) / clock.period(1))
        dispatcher.sweep()
        other = Bench(connection, ats)
        other.adapter.has_resume = bench.adapter.has_resume
        other.run()  # the first look finds nothing yet
        raise Unclear("The ATS did not answer.")

    ats.fail["attach_resume"] = [accept_and_freeze]
    sent = export(dana)
    bench.run()
    bench.run()
    shown.append(True)
    bench.settle()
    sent.refresh_from_db()
    assert sent.state == Export.State.SENT
    assert len(ats.resumes) == 1


# --- What mending them brought up ----------------------------------------------------


def test_another_row_of_who_was_skipped_in_doubt_is_asked_about_too(
    dana, twin, export, unsure, ats, bob
):
    ats.fail["create"] = ["lost"]
    export(dana)
    unsure.run()
    unsure.settle()
    answer(dana, "skip", bob)
    export(twin)
    unsure.run()
    assert step(twin).state == "asking"
    assert "could not tell" in Decision.objects.get(choice="").question
    assert len(ats.people) == 1
    assert broken_invariants() == {}


def test_the_other_row_is_created_where_a_recruiter_says_so(
    dana, twin, export, unsure, ats, bob
):
    ats.fail["create"] = ["unclear"]
    export(dana)
    unsure.run()
    unsure.settle()
    answer(dana, "skip", bob)
    export(twin)
    unsure.run()
    answer(twin, "create", bob)
    unsure.run()
    assert [p.name for p in ats.people.values()] == ["Dana Example"]
    assert step(twin).state == "done"
    export(dana)  # again: still nobody knows what became of the first write
    unsure.settle()
    assert step(dana).state == "asking"
    assert len(ats.people) == 1


def test_a_place_on_a_job_skipped_in_doubt_is_not_taken_by_the_other_row_unasked(
    dana, twin, export, connection, ats, ready_resume, bob
):
    unreadable = Bench(connection, ats, is_on_job=lambda *looked: None)
    ats.fail["add_to_job"] = ["lost"]
    export(dana)
    unreadable.run()
    unreadable.settle()
    assert step(dana, "job_link").state == "asking"
    answer(dana, "skip", bob)
    export(twin)
    unreadable.run()
    assert step(twin, "job_link").state == "asking"
    assert len(ats.links) == 1
    answer(twin, "repeat", bob)
    unreadable.run()
    assert step(twin, "job_link").state == "done"


def test_what_became_ready_as_its_connection_ended_is_dropped_by_the_dispatcher(
    dana, connection, export, alice
):
    sent = export(dana)
    connections.disconnect(connection, by=alice)
    ExportStep.objects.update(state="ready", not_before=clock.now())
    dependents.drop_forgotten()
    assert broken_invariants() == {}
    sent.refresh_from_db()
    assert sent.state == Export.State.CANCELLED


def test_a_row_that_waits_for_another_looks_when_that_one_is_due(
    dana, twin, export, bench, ats
):
    ats.fail["create"] = ["unclear"]
    export(dana)
    bench.run()
    export(twin)
    bench.run()
    due = step(dana).not_before
    assert step(twin).not_before == due
    looks = ats.log.count("find")
    bench.run()
    assert ats.log.count("find") == looks


def test_two_rows_of_one_human_created_anyway_behind_a_third_row_meet_each_other(
    dana, twin, robin, export, bench, ats, bob
):
    """Robin's row keeps the email, so neither row of Dana claims it, and both create."""
    export(robin)
    bench.run()
    export(dana)
    export(twin)
    bench.run()
    lags(ats)
    answer(dana, "create", bob)
    answer(twin, "create", bob)
    bench.run()
    bench.settle()
    assert [p.name for p in ats.people.values()] == ["Robin Miller", "Dana Example"]


def test_a_late_word_that_she_was_created_answers_the_question(
    dana, twin, export, unsure, connection, ats, ready_resume
):
    """A worker froze after its create; it thaws while the recruiter is being asked."""
    other = Bench(connection, ats, proves_absence_by=())
    freeze_after_adding(ats, lambda: (dispatcher.sweep(), other.run()))
    sent = export(dana)
    unsure.run()
    assert step(dana).state == "done"
    assert Decision.objects.get().choice == "done"
    export(twin)
    unsure.settle()
    assert [p.name for p in ats.people.values()] == ["Dana Example"]
    assert len(ats.resumes) == 1
    sent.refresh_from_db()
    assert sent.state == Export.State.SENT


def test_who_was_skipped_and_is_there_by_a_late_word_is_shared_by_another_row(
    dana, twin, export, unsure, connection, ats, ready_resume, bob
):
    other = Bench(connection, ats, proves_absence_by=())

    def ask_and_skip():
        dispatcher.sweep()
        other.run()
        answer(dana, "skip", bob)

    freeze_after_adding(ats, ask_and_skip)
    sent = export(dana)
    unsure.run()
    sent.refresh_from_db()
    assert sent.state == Export.State.CANCELLED
    assert ats.links == ats.resumes == []
    export(twin)
    unsure.settle()
    assert [p.name for p in ats.people.values()] == ["Dana Example"]
    assert step(twin).state == "done"
    assert broken_invariants() == {}


def test_create_anyway_asked_in_doubt_about_somebody_else_is_looked_up_first(
    dana, export, connection, ats, ready_resume, bob
):
    """Bob says that Robert is not Dana: not that Dana's own create came to nothing."""
    slow = Bench(connection, ats, wire=Wire(per_minute=100, search_lag=6 * 3_600))
    ats.fail["create"] = ["lost"]
    lags(ats)
    export(dana)
    slow.run()
    robert = ats.add("Robert Miller", emails=(dana.email,))
    ats.hidden.discard(robert.id)
    slow.pass_time(600)
    slow.run()  # the early look: Robert shows in the search, Dana may not yet
    answer(dana, "create", bob)
    slow.run()
    assert [p.name for p in ats.people.values()] == ["Dana Example", "Robert Miller"]


def test_who_is_not_whom_the_unclear_write_sent_gets_no_second_resume(
    dana, twin, export, bench, ats
):
    """Dana's email was corrected in between: whom it finds now is the other row's."""
    ats.fail["create"] = ["unclear"]
    dana.email = "d.example@example.com"
    dana.save()
    export(dana)
    bench.run()
    dana.email = twin.email
    dana.save()
    export(twin)
    bench.run()
    bench.settle()
    assert [p.name for p in ats.people.values()] == ["Dana Example"]
    assert len(ats.resumes) == 1
