"""Says in words what happened to a candidate in an ATS, and why nothing has yet."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from candidates.models import FACTS, JobCandidate, OutreachEvent
from pinsync import clock
from pinsync.local_time import at

from .adapters import Screen, Trigger
from .errors import AtsError
from .models import (
    AtsConnection,
    AtsPerson,
    Export,
    ExportStep,
    JobAtsMapping,
    LaterLook,
)
from .standings import Standing, standings_of
from .work import CONFIRMING

if TYPE_CHECKING:
    from candidates.models import Candidate

State, Kind = ExportStep.State, ExportStep.Kind

# A step that is due within this is as good as due.
SOON = timedelta(seconds=15)


def took(seconds: float) -> str:
    """Return “3 s”, “4 min” or “2 h”."""
    if seconds < 90:
        return f"{max(round(seconds), 0)} s"
    if seconds < 90 * 60:
        return f"{round(seconds / 60)} min"
    if seconds < 36 * 3600:
        return f"{round(seconds / 3600)} h"
    return f"{round(seconds / 86400)} days"


_PROMISES = ("tries again by itself.", "goes on by itself.", "again automatically.")


def at_the_page(error: AtsError) -> str:
    """Return the sentence for somebody who waits for an answer: nothing is repeated."""
    sentence = without_promise(error.sentence)
    if sentence != error.sentence:
        return f"{sentence} Try again in a moment."
    return sentence


def without_promise(text: str) -> str:
    """Leave out a last sentence that promises to go on by itself."""
    sentence, _, promise = text.rpartition(". ")
    if sentence and promise.endswith(_PROMISES):
        return f"{sentence}."
    return text


# --- One person in one ATS ---------------------------------------------------------


def sentence_of(standing: Standing, now: datetime) -> str:
    """Say where the person is in that ATS, or what the export waits for."""
    label = standing.connection.label
    if standing.person:
        return _is_there(standing, standing.person, now)
    export = standing.exports[0] if standing.exports else None
    if export is None:
        return f"Not in {label}."
    return sentence_of_export(standing, export, now)


def sentence_of_export(standing: Standing, export: Export, now: datetime) -> str:
    """Say how one export stands and who must do what."""
    label = standing.connection.label
    if export.state == Export.State.SENT:
        if standing.person:
            return _is_there(standing, standing.person, now)
        return f"Sent to {label}."
    if export.state == Export.State.CANCELLED:
        return cancelled(export)
    steps = standing.steps_of(export)
    if export.state == Export.State.NEEDS_YOU:
        return _first_error(steps, State.ASKING) or f"{label} needs your decision."
    if export.state == Export.State.FAILED:
        return _first_error(steps, State.FAILED) or f"The export to {label} failed."
    return _waiting_for(standing, steps, now)


def _is_there(standing: Standing, person: AtsPerson, now: datetime) -> str:
    words = _known_as(standing, person, now)
    return f"{words} {is_twice(standing.twice)}" if standing.twice else words


def is_twice(look: LaterLook) -> str:
    """Say that the ATS came to have one of our people twice, and what to do."""
    label, name = look.step.connection.label, look.step.candidate.full_name
    return (
        f"{label} has {len(look.found)} people who are {name}: it took in late what it "
        f"had not clearly answered. Merge them in {label}."
    )


def _known_as(standing: Standing, person: AtsPerson, now: datetime) -> str:
    label = standing.connection.label
    if not person.is_ours:
        decided = person.known_by == AtsPerson.KnownBy.DECIDED
        facts = ("decided here" if decided else "", without_stop(person.reason))
        why = ": ".join(fact for fact in facts if fact)
        return (
            f"Already in {label}{f' ({why})' if why else ''}. "
            "Linked; nothing was changed."
        )
    since = at(person.known_at, now)
    return f"In {label} since {since}{_delay(standing)}."


def _delay(standing: Standing) -> str:
    """Return “ (3 s after contact found)” of the first export that led there."""
    for export in reversed(standing.exports):
        if export.in_ats_at:
            seconds = (export.in_ats_at - export.requested_at).total_seconds()
            when = f"{took(seconds)} after" if seconds >= 1 else "within a second of"
            return f" ({when} {_occasion(export)})"
    return ""


_OCCASIONS = {
    Trigger.ADDED: "being added to outreach",
    Trigger.CONTACT_FOUND: "contact found",
    Trigger.FIRST_MESSAGE: "the first message",
    Trigger.REPLIED: "the reply",
    Trigger.INTERESTED: "the interested reply",
}


def _occasion(export: Export) -> str:
    if export.event is not None:
        return _OCCASIONS[Trigger(export.event.kind)]
    return "Export to ATS" if export.by_hand else "the trigger"


def _first_error(steps: Iterable[ExportStep], state: str) -> str:
    found = (s.error for s in steps if s.state == state and s.error)
    return next(found, "")


def _waiting_for(standing: Standing, steps: list[ExportStep], now: datetime) -> str:
    connection, label = standing.connection, standing.connection.label
    step = next(
        (s for s in steps if s.state in (State.SENDING, State.UNCERTAIN, State.READY)),
        None,
    )
    if connection.state == AtsConnection.State.PARKED:
        return connection.trouble or f"{label} needs a new credential."
    if step is None:
        return f"Waits for its turn in {label}."
    if step.state == State.SENDING:
        return f"{_DOING[Kind(step.kind)].format(label=label)} now."
    if connection.paused_until and connection.paused_until > now:
        return (
            f"{label} is busy or does not answer. Goes on at "
            f"{at(connection.paused_until, now)}."
        )
    if step.state == State.UNCERTAIN:
        return _unclear(standing, step, now)
    if step.error:
        return f"{with_stop(step.error)} {_again(step, now)}".strip()
    if step.not_before and step.not_before > now + SOON:
        return f"Goes to {label} at {at(step.not_before, now)}."
    if step.kind == Kind.RESUME and step.not_before is None:
        return "The resume is being made."
    return f"Goes to {label} within seconds."


_DOING = {
    Kind.PERSON: "Is being sent to {label}",
    Kind.JOB_LINK: "Is being added to the job in {label}",
    Kind.RESUME: "The resume is being sent to {label}",
    Kind.NOTE: "The note is being sent to {label}",
}


def _unclear(standing: Standing, step: ExportStep, now: datetime) -> str:
    if step.error_kind == CONFIRMING:
        return with_stop(step.error)
    what = _UNCLEAR[Kind(step.kind)].format(
        label=standing.connection.label, name=standing.candidate.full_name
    )
    return f"We could not tell whether {what}. {_again(step, now) or 'Checking now.'}"


_UNCLEAR = {
    Kind.PERSON: "{label} saved {name}",
    Kind.JOB_LINK: "{label} added {name} to the job",
    Kind.RESUME: "{label} saved the resume of {name}",
    Kind.NOTE: "{label} saved the note about {name}",
}


def _again(step: ExportStep, now: datetime) -> str:
    """Return “Next try at 14:05.” or “Checking again at 14:05.”; "" for at once."""
    if not step.not_before or step.not_before <= now:
        return ""
    words = "Checking again" if step.state == State.UNCERTAIN else "Next try"
    return f"{words} at {at(step.not_before, now)}."


def step_lines(standing: Standing, now: datetime) -> list[tuple[str, str]]:
    """Return (mark, words) for each part: the ATS jobs, the resume, the note.

    The mark is one of ok, going, held (by the person's own step), failed, asking, off.
    """
    if standing.is_empty:  # what was cancelled has nothing to say
        return []
    person = standing.step(Kind.PERSON)
    is_held = person is not None and person.state in (State.ASKING, State.FAILED)
    names = {e.ats_job_id: e.ats_job_name for e in standing.exports if e.ats_job_id}
    lines = []
    for step in standing.steps:
        if step.kind == Kind.PERSON or step.state == State.CANCELLED:
            continue
        subject = (
            names.get(step.ats_job_id) or f"Job {step.ats_job_id}"
            if step.kind == Kind.JOB_LINK
            else _SUBJECTS[Kind(step.kind)]
        )
        if is_held and step.state == State.READY:
            lines.append(("held", subject))
        else:
            lines.append((_MARKS[State(step.state)], _line(subject, step, now)))
    return lines


_SUBJECTS = {Kind.RESUME: "Resume", Kind.NOTE: "Note"}
_MARKS = {
    State.READY: "going",
    State.SENDING: "going",
    State.UNCERTAIN: "going",
    State.ASKING: "asking",
    State.DONE: "ok",
    State.SKIPPED: "off",
    State.FAILED: "failed",
    State.CANCELLED: "off",
}


def _line(subject: str, step: ExportStep, now: datetime) -> str:
    if step.state == State.SKIPPED and not step.error:
        return f"{subject}: not sent, because they were there already."
    if step.error_kind == CONFIRMING and step.error:  # soon: no time worth telling
        return f"{subject}: {with_stop(step.error)}"
    if step.state == State.UNCERTAIN:
        label, again = step.connection.label, _again(step, now)
        return f"{subject}: not sure that {label} has it. {again or 'Checking now.'}"
    if step.error:
        return f"{subject}: {with_stop(step.error)} {_again(step, now)}".strip()
    if step.state == State.READY and step.kind == Kind.RESUME:
        return f"{subject}: waits for its turn."
    return subject


def cancelled(export: Export) -> str:
    """Say why the export was cancelled."""
    reason = without_stop(export.cancel_reason)
    if reason.startswith("Cancelled"):
        return f"{reason}."
    return f"Cancelled: {reason[:1].lower()}{reason[1:]}." if reason else "Cancelled."


def with_stop(text: str) -> str:
    text = text.strip()
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def without_stop(text: str) -> str:
    return text.strip().rstrip(".")


# --- Why not yet? ------------------------------------------------------------------


def why_not_yet(candidate: Candidate, connection: AtsConnection) -> str:
    """Say in one sentence why the candidate is not in that ATS; "" if they are."""
    standings = standings_of([candidate], candidate.organization)[candidate.pk]
    standing = next((s for s in standings if s.connection.pk == connection.pk), None)
    if standing is None:
        return f"{connection.label} is no longer connected."
    return reason_for(standing, clock.now())


def reason_for(standing: Standing, now: datetime) -> str:
    """Say the same from a standing that is at hand."""
    connection, label = standing.connection, standing.connection.label
    if standing.person:
        return ""
    if not connection.is_live:
        return f"{label} is no longer connected."
    if standing.exports:
        return sentence_of(standing, now)
    if not connection.is_connected:
        return connection.trouble or f"{label} needs a new credential."
    return _why_no_export(standing)


def _why_no_export(standing: Standing) -> str:
    candidate, connection = standing.candidate, standing.connection
    every = list(candidate.job_candidates.select_related("job"))
    rows = [row for row in every if row.job.archived_at is None]
    mappings = {
        mapping.job_id: mapping
        for mapping in JobAtsMapping.objects.filter(
            connection=connection, job__in=[row.job_id for row in rows]
        )
    }
    active = [r for r in rows if r.job_id in mappings and mappings[r.job_id].is_active]
    # The most recent job first: its answer is the one that is asked for.
    row = active[0] if active else None
    mapping = mappings[row.job_id] if row else None
    if (row is None or _reached(row, mapping)) and (stopped := _stopped(standing)):
        return f"{cancelled(stopped)} Use Export to ATS to send them after all."
    if every and not rows:
        return f"The job “{every[0].job.title}” is archived. Use Export to ATS."
    if not rows:
        return "Not on a job. Add them to one, or use Export to ATS."
    if row is None or mapping is None:
        return _no_mapping(rows, mappings, connection)
    return _trigger_missing(row, mapping, connection)


def _stopped(standing: Standing) -> Export | None:
    """Return the last export there, where it was cancelled."""
    return Export.objects.filter(
        candidate=standing.candidate,
        connection=standing.connection,
        state=Export.State.CANCELLED,
    ).first()


def _reached(row: JobCandidate, mapping: JobAtsMapping | None) -> bool:
    """Return whether the candidate has got as far as the trigger, whenever it was."""
    return mapping is not None and bool(
        getattr(row, FACTS[OutreachEvent.Kind(mapping.trigger)])
    )


def _no_mapping(
    rows: list[JobCandidate],
    mappings: dict[int, JobAtsMapping],
    connection: AtsConnection,
) -> str:
    job = rows[0].job
    if job.pk in mappings:
        trouble = f"{connection.label} is switched off for the job “{job.title}”."
    else:
        trouble = f"The job “{job.title}” is not set up for {connection.label}."
    screen = _SCREENS[connection.adapter_class.settings_screen]
    return f"{trouble} Choose when under {screen}, or use Export to ATS."


_SCREENS = {
    Screen.POSITION_DETAILS: "Job settings > Position details",
    Screen.AUTOMATION: "Job settings > Automation",
}


def _trigger_missing(
    row: JobCandidate, mapping: JobAtsMapping, connection: AtsConnection
) -> str:
    trigger = Trigger(mapping.trigger)
    if _reached(row, mapping):
        return (
            f"{_REACHED[trigger]} before {connection.label} was set up for "
            f"“{row.job.title}”. Use Export to ATS."
        )
    if not row.in_outreach:
        return "Not in outreach yet."
    if trigger == Trigger.CONTACT_FOUND:
        return "No email or phone number yet."
    return _MISSING[trigger]


_REACHED = {
    Trigger.ADDED: "Added to outreach",
    Trigger.CONTACT_FOUND: "Contact information was found",
    Trigger.FIRST_MESSAGE: "Got their first message",
    Trigger.REPLIED: "Replied",
    Trigger.INTERESTED: "Replied and were interested",
}
_MISSING = {
    Trigger.ADDED: "Not in outreach yet.",
    Trigger.FIRST_MESSAGE: "No message sent so far.",
    Trigger.REPLIED: "No reply so far.",
    Trigger.INTERESTED: "No interested reply so far.",
}
