"""A ledger of any size, as a hundred days of business leave it (PostgreSQL only).

Most people are in their ATS. Of the latest exports some wait, some are unclear or on
their way; one organization has a long queue, another one's credential was refused. The
rows are those that the product makes: ``exports_verify`` finds nothing wrong.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

from django.db import connection as database
from django.db.backends.utils import CursorWrapper
from django.db.models import Model

from candidates import models as people
from integrations import models as ledger
from jobs.models import Job
from pinsync import clock
from pinsync.accounts.models import Organization, User

from .bulk import go_on_counting, insert, next_id, unhindered
from .ledger_rows import make_exports
from .offices import DAYS, PARKED, Office, open_offices

PEOPLE_OF_A_JOB = 250
PEOPLE_OF_THE_LARGEST_JOB = 500
BUSY = 0  # the number of the largest organization, which has a long queue

_TABLES: tuple[type[Model], ...] = (
    Job,
    people.Candidate,
    people.Experience,
    people.JobCandidate,
    people.OutreachEvent,
    people.ResumeDocument,
    ledger.JobAtsMapping,
    ledger.Export,
    ledger.ExportStep,
    ledger.ExportAttempt,
    ledger.AtsPerson,
    ledger.IdentityClaim,
    ledger.Decision,
)


@dataclass(frozen=True)
class Filled:
    """The largest organization, who works there, and its largest job."""

    organization: Organization
    user: User
    job: Job


def fill(exports: int, *, organizations: int = 100) -> Filled:
    """Fill the empty database with so many exports, three attempts for each."""
    offices = open_offices(organizations)
    # In somebody's transaction the keys stay: they are checked at its end.
    large = not database.in_atomic_block
    with database.cursor() as cursor, _roomy(cursor):
        with unhindered(cursor, _TABLES) if large else nullcontext():
            first_job = _plan(cursor, exports, offices)
            _make_people(cursor)
            make_exports(cursor)
        go_on_counting(cursor, _TABLES)
        cursor.execute("VACUUM (ANALYZE)" if large else "ANALYZE")
    busy = offices[BUSY]
    return Filled(busy.organization, busy.user, Job.objects.get(pk=first_job))


@contextmanager
def _roomy(cursor: CursorWrapper) -> Iterator[None]:
    """Let sorting and making indexes have memory, and no commit wait for the disk."""
    room = {"work_mem": "'128MB'", "maintenance_work_mem": "'512MB'"}
    room["synchronous_commit"] = "off"
    for name, value in room.items():
        cursor.execute(f"SET {name} = {value}")
    yield
    for name in room:
        cursor.execute(f"RESET {name}")


# --- The plan ------------------------------------------------------------------------
# Exports are numbered by their time. Four of five are somebody's first one; each fifth
# puts one of the four on another ATS job (even) or into the other ATS (odd).


def _plan(cursor: CursorWrapper, exports: int, offices: list[Office]) -> int:
    """Write down in temporary tables who is exported where, and how it went."""
    candidates = exports - exports // 5
    first = next_id(cursor, Job)
    jobs = max(len(offices) * 4, candidates // PEOPLE_OF_A_JOB)
    cursor.execute(
        "CREATE TEMP TABLE office (n int, organization_id bigint, a bigint, b bigint, "
        "trigger text, screen text)"
    )
    cursor.executemany(
        "INSERT INTO office VALUES (%s, %s, %s, %s, %s, %s)",
        [(n, *_facts(office)) for n, office in enumerate(offices)],
    )
    # The larger half of all jobs belongs to a sixth of the organizations.
    cursor.execute(
        "CREATE TEMP TABLE plan_job AS SELECT %s + j AS id, j, o.* "
        "FROM generate_series(0, %s - 1) j JOIN office o "
        "ON o.n = floor(%s * power(j / %s::float, 2.5))",
        [first, jobs, len(offices), jobs],
    )
    cursor.execute(
        _PLAN,
        {
            "exports": exports,
            "jobs": jobs,
            "largest": max(1, candidates // PEOPLE_OF_THE_LARGEST_JOB),
            "latest": exports - max(500, exports // 250),
            "ids": [next_id(cursor, model) - 1 for model in _NUMBERED],
            "now": clock.now(),
            "days": DAYS,
            "busy": BUSY,
            "parked": PARKED,
        },
    )
    cursor.execute("ANALYZE plan_job, plan")
    return first


def _facts(office: Office) -> tuple[Any, ...]:
    screen = office.a.adapter_class.settings_screen.value
    trigger = office.trigger.value
    return office.organization.pk, office.a.pk, office.b.pk, trigger, screen


_NUMBERED = (ledger.Export, people.Candidate, people.OutreachEvent)

_PLAN = """
CREATE TEMP TABLE plan AS
WITH numbered AS (
    SELECT e, mod(e, 5) = 0 AS again, mod(e, 10) = 5 AS elsewhere,
        CASE WHEN mod(e, 10) = 5 THEN e - 1 - e / 5 - 1
             WHEN mod(e, 5) = 0 THEN e - 1 - e / 5 - 2
             ELSE e - e / 5 END AS c
    FROM generate_series(1, %(exports)s) e
), placed AS (
    SELECT n.*, j.id AS job_id, j.n, j.organization_id, j.trigger,
        CASE WHEN elsewhere THEN j.b ELSE j.a END AS connection_id,
        'job-' || j.j || CASE WHEN again THEN 'x' ELSE '' END AS ats_job_id,
        CASE WHEN mod(e, 5) IN (3, 4) THEN mod(e * 7919::bigint, 1000) END AS dice
    FROM numbered n JOIN plan_job j ON j.j =
        CASE WHEN mod(c, %(largest)s) = 0 THEN 0
             ELSE 1 + mod(c * 2654435761, %(jobs)s - 1) END
)
SELECT e, c, again, again AND NOT elsewhere AS link_only, job_id, organization_id,
    connection_id, ats_job_id, trigger,
    (%(ids)s::bigint[])[1] + e AS export_id,
    (%(ids)s::bigint[])[2] + c AS candidate_id,
    (%(ids)s::bigint[])[3] + 2 * c AS event_id,
    %(now)s::timestamptz AS now,
    %(now)s::timestamptz - interval '1 minute'
        - make_interval(secs => %(days)s * 86400.0 * (1 - e / %(exports)s::float)) AS at,
    CASE WHEN dice IS NULL THEN 'done'
        WHEN n = %(busy)s AND e > %(exports)s * 0.9 THEN 'due'
        WHEN n = %(parked)s AND e > %(exports)s * 0.5 THEN 'due'
        WHEN e > %(latest)s THEN
            CASE WHEN dice < 600 THEN 'due' WHEN dice < 700 THEN 'later'
                 WHEN dice < 850 THEN 'uncertain' WHEN dice < 880 THEN 'sending'
                 ELSE 'done' END
        WHEN dice < 10 THEN 'failed' WHEN dice < 18 THEN 'asking'
        WHEN dice < 33 THEN 'cancelled' ELSE 'done' END AS fate
FROM placed ORDER BY e
"""

# --- People --------------------------------------------------------------------------

_NAME = "translate(lpad(to_hex(c), 6, '0'), '0123456789abcdef', 'abcdefghijklmnop')"
_EMAIL = f"'dana.v' || {_NAME} || '@example.com'"
_PROFILE = f"'in/dana-v' || {_NAME}"


def _make_people(cursor: CursorWrapper) -> None:
    insert(
        cursor,
        Job,
        "plan_job",
        id="id",
        organization_id="organization_id",
        title="'Controls Engineer ' || j",
        description="repeat('What the job is about. ', 40)",
    )
    insert(
        cursor,
        ledger.JobAtsMapping,
        "plan_job",
        job_id="id",
        connection_id="a",
        screen="screen",
        trigger="trigger",
        ats_job_id="'job-' || j",
        ats_job_name="'Controls Engineer'",
        active_since=f"now() - interval '{DAYS + 50} days'",
    )
    first = "(SELECT * FROM plan WHERE NOT again) p"
    insert(
        cursor,
        people.Candidate,
        first,
        id="candidate_id",
        organization_id="organization_id",
        first_name="'Dana'",
        last_name=f"'V' || {_NAME}",
        email=_EMAIL,
        phone="'+12025550123'",
        linkedin_url=f"'https://www.linkedin.com/' || {_PROFILE}",
        linkedin_key=_PROFILE,
        city="'Denver'",
        current_title="'Controls Engineer'",
        current_company="'Acme Widgets'",
        search=f"'dana v' || {_NAME} || ' ' || {_EMAIL} || "
        "' controls engineer acme widgets'",
        created_at="at",
        updated_at="at",
    )
    insert(
        cursor,
        people.Experience,
        f"{first}, generate_series(0, 1) role",
        candidate_id="candidate_id",
        title="'Controls Engineer'",
        company="'Acme Widgets'",
        start="date '2016-09-01' + role * 1600",
    )
    insert(
        cursor,
        people.JobCandidate,
        first,
        id="candidate_id",
        job_id="job_id",
        candidate_id="candidate_id",
        added_to_outreach_at="at",
        contact_found_at="at",
        created_at="at",
    )
    insert(
        cursor,
        people.OutreachEvent,
        f"{first}, (VALUES (0, 'added'), (1, 'contact_found')) k (k, kind)",
        id="event_id + k",
        job_candidate_id="candidate_id",
        kind="kind",
        occurred_at="at",
        recorded_at="at",
        implied="k = 1",
    )
    insert(
        cursor,
        people.ResumeDocument,
        first,
        candidate_id="candidate_id",
        digest=f"md5({_NAME}) || md5({_NAME})",
        template_version="1",
        state="'ready'",
        pdf="''::bytea",
        file_name="'Dana.pdf'",
        created_at="at",
    )
