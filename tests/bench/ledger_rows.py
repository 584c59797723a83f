"""The rows of the planned exports: what was wished, done, sent and learnt."""

from __future__ import annotations

from django.db.backends.utils import CursorWrapper

from candidates import models as people
from integrations import models as ledger

from .bulk import insert

# --- Exports and their steps ---------------------------------------------------------


def make_exports(cursor: CursorWrapper) -> None:
    """Make them out of the plan, with everything that the ledger knows of them."""
    _make_wishes(cursor)
    _make_steps(cursor)
    _make_evidence(cursor)


def _make_wishes(cursor: CursorWrapper) -> None:
    insert(
        cursor,
        ledger.Export,
        "plan",
        id="export_id",
        organization_id="organization_id",
        connection_id="connection_id",
        candidate_id="candidate_id",
        job_id="job_id",
        ats_job_id="ats_job_id",
        ats_job_name="'Controls Engineer'",
        origin="CASE WHEN again THEN 'button' ELSE 'trigger' END",
        event_id="CASE WHEN NOT again THEN event_id + "
        "CASE trigger WHEN 'added' THEN 0 ELSE 1 END END",
        state="CASE fate WHEN 'done' THEN 'sent' WHEN 'failed' THEN 'failed' "
        "WHEN 'asking' THEN 'needs_you' WHEN 'cancelled' THEN 'cancelled' "
        "WHEN 'due' THEN 'waiting' WHEN 'later' THEN 'waiting' ELSE 'exporting' END",
        cancel_reason="CASE fate WHEN 'cancelled' THEN 'Disabled.' ELSE '' END",
        requested_at="at",
        in_ats_at="CASE fate WHEN 'done' THEN at + interval '2 s' END",
        finished_at="CASE WHEN fate IN ('done', 'cancelled') "
        "THEN at + interval '4 s' END",
        updated_at="at + interval '4 s'",
    )


_PERSON = "kind = 'person'"
_TWICE = "(kind = 'person' AND fate = 'done' AND mod(e, 10) = 1)"
_ATTEMPTS = (
    f"CASE WHEN {_TWICE} THEN 2 WHEN fate = 'done' THEN 1 WHEN {_PERSON} AND fate IN "
    "('failed', 'uncertain', 'sending', 'later') THEN 1 ELSE 0 END"
)


def _make_steps(cursor: CursorWrapper) -> None:
    kinds = "(VALUES ('person'), ('job_link'), ('resume'), ('note')) k (kind)"
    insert(
        cursor,
        ledger.ExportStep,
        f"(SELECT *, {_ATTEMPTS} AS attempts FROM plan, {kinds} WHERE "
        "kind = 'job_link' OR NOT link_only AND (kind <> 'note' OR mod(e, 5) = 1) "
        "ORDER BY e) p",
        connection_id="connection_id",
        candidate_id="candidate_id",
        kind="kind",
        ats_job_id="CASE kind WHEN 'job_link' THEN ats_job_id ELSE '' END",
        export_id="export_id",
        state=f"CASE WHEN fate IN ('done', 'cancelled') THEN fate WHEN {_PERSON} AND "
        "fate IN ('failed', 'asking', 'uncertain', 'sending') THEN fate "
        "ELSE 'ready' END",
        urgent="again OR mod(e, 50) = 3",
        attempt="attempts",
        tries="CASE WHEN fate = 'later' THEN attempts ELSE 0 END",
        not_before=f"CASE WHEN {_PERSON} THEN CASE fate WHEN 'due' THEN at "
        "WHEN 'later' THEN now + interval '10 min' "
        "WHEN 'uncertain' THEN now + interval '1 s' * (mod(e, 60) - 30) END END",
        intent_at="CASE WHEN attempts > 0 THEN CASE fate WHEN 'sending' THEN now "
        "ELSE at + interval '1 s' + (attempts - 1) * interval '2 min' END END",
        error=f"CASE WHEN {_PERSON} AND fate = 'failed' THEN "
        "'The ATS did not take the phone number of Dana V' || c || '.' ELSE '' END",
        error_kind=f"CASE WHEN {_PERSON} AND fate = 'failed' THEN 'rejected' "
        "ELSE '' END",
        excerpt=f"CASE WHEN {_PERSON} AND fate = 'failed' THEN 'A piece of a reply.' "
        "ELSE '' END",
        excerpt_at=f"CASE WHEN {_PERSON} AND fate = 'failed' THEN at END",
        ever_unclear=f"{_TWICE} OR ({_PERSON} AND fate = 'uncertain')",
        created_at="at",
        updated_at="at + interval '4 s'",
        done_at="CASE fate WHEN 'done' THEN at + interval '4 s' END",
    )
    cursor.execute(f"ANALYZE {ledger.ExportStep._meta.db_table}")


# --- What the ledger knows -----------------------------------------------------------

_SENT = (
    "CASE WHEN at > now() - interval '35 days' THEN CASE kind WHEN 'person' THEN "
    "jsonb_build_object('first_name', 'Dana', 'email', email, 'summary', "
    "repeat('Years on the plant floor. ', 20)) ELSE "
    "jsonb_build_object('person_id', 'p' || step_id) END ELSE '{}' END"
)


def _make_evidence(cursor: CursorWrapper) -> None:
    steps = ledger.ExportStep._meta.db_table
    _make_attempts(cursor, steps)
    known = f"(SELECT * FROM {steps} WHERE kind = 'person' AND state = 'done') s"
    insert(
        cursor,
        ledger.AtsPerson,
        known,
        connection_id="connection_id",
        candidate_id="candidate_id",
        person_id="'p' || id",
        known_by="CASE WHEN ever_unclear THEN 'recovered' ELSE 'created' END",
        known_at="done_at",
    )
    _make_claims(cursor, steps)
    unclear = f"(SELECT * FROM {steps} WHERE ever_unclear) s"
    recent = "intent_at > now() - interval '1 day'"
    insert(
        cursor,
        ledger.LaterLook,
        unclear,
        step_id="id",
        looks=f"CASE WHEN {recent} THEN 1 ELSE 2 END",
        due_at=f"CASE WHEN {recent} THEN intent_at + interval '1 day' END",
        unclear_at="intent_at",
        looked_at="intent_at + interval '1 day'",
        twice_at="CASE WHEN mod(id, 5000) = 0 THEN intent_at END",
    )
    insert(
        cursor,
        ledger.Decision,
        f"(SELECT * FROM {steps} WHERE state = 'asking') s",
        step_id="id",
        question="'Somebody like Dana is there already.'",
        shown="""'[{"person_id": "p1"}, {"person_id": "p2"}]'::jsonb""",
        allowed="""'["link", "create", "skip"]'::jsonb""",
        asked_at="created_at",
    )


def _make_attempts(cursor: CursorWrapper, steps: str) -> None:
    candidates = people.Candidate._meta.db_table
    insert(
        cursor,
        ledger.ExportAttempt,
        "(SELECT s.id AS step_id, kind, s.state, attempt, n, email, "
        "intent_at - (attempt - n) * interval '2 min' AS at "
        f"FROM {steps} s JOIN {candidates} c ON c.id = candidate_id, "
        "generate_series(1, attempt) n ORDER BY at) a",
        step_id="step_id",
        number="n",
        looked_up_at="at - interval '200 ms'",
        intent_at="at",
        snapshot=_SENT,
        ended_at="CASE state WHEN 'sending' THEN NULL ELSE at + interval '300 ms' END",
        outcome="CASE WHEN n < attempt THEN 'unclear' ELSE CASE state "
        "WHEN 'done' THEN 'done' WHEN 'failed' THEN 'refused' "
        "WHEN 'uncertain' THEN 'unclear' WHEN 'ready' THEN 'not_sent' "
        "ELSE '' END END",
        error="CASE WHEN n < attempt THEN 'No answer within 30 s.' ELSE '' END",
        error_kind="CASE WHEN n < attempt THEN 'unclear' ELSE '' END",
        person_id="CASE WHEN kind = 'person' AND state = 'done' AND n = attempt "
        "THEN 'p' || step_id ELSE '' END",
    )


def _make_claims(cursor: CursorWrapper, steps: str) -> None:
    candidates = people.Candidate._meta.db_table
    persons = ledger.AtsPerson._meta.db_table
    insert(
        cursor,
        ledger.IdentityClaim,
        f"(SELECT s.id, connection_id, k, v FROM {steps} s "
        f"JOIN {candidates} c ON c.id = candidate_id, "
        "LATERAL (VALUES ('email', email), ('linkedin', linkedin_key)) x (k, v) "
        "WHERE kind = 'person' AND s.state IN ('done', 'sending', 'uncertain') "
        "UNION ALL SELECT s.id, s.connection_id, 'job', person_id || ' ' || ats_job_id "
        f"FROM {steps} s JOIN {persons} p ON p.candidate_id = s.candidate_id "
        "AND p.connection_id = s.connection_id "
        "WHERE kind = 'job_link' AND s.state = 'done') s",
        connection_id="connection_id",
        key="k",
        value="v",
        step_id="id",
    )
