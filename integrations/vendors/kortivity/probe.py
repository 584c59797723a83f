"""One read of each kind, unjudged: its reply shows what the profile has to say."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from integrations.adapters import Http, Reply

from . import bodies, replies
from .profile import Profile
from .replies import Malformed

# Even a 401 is an answer here: it must not lead to another sign-in.
_EVERY = tuple(range(100, 600))


def reads(http: Http, wire: Profile) -> Iterator[tuple[str, Callable[[], object]]]:
    """Yield who is signed in, jobs, one job, candidates, one candidate, a job's people.

    What needs an id is left out where no list has shown one.
    """
    seen: dict[str, Reply] = {}

    def look(what: str, path: str) -> None:
        seen[what] = http.call("GET", path, accept=_EVERY, expect_json=False)

    def read(what: str, path: str) -> tuple[str, Callable[[], None]]:
        return what, partial(look, what, path)

    yield read("who is signed in", wire.me.path)
    yield read("jobs", wire.jobs.search.path)
    job = _first_id(seen.get("jobs"), wire)
    if job:
        yield read("one job", bodies.path(wire.jobs.get, job_id=job))
    yield read("candidates", wire.people.search)
    person = _first_id(seen.get("candidates"), wire)
    if person:
        path = bodies.path(wire.people.get, candidate_id=person)
        yield read("one candidate", path)
    if job and person and wire.on_job.path:
        path = bodies.path(wire.on_job.path, job_id=job, candidate_id=person)
        yield read("who is on a job", path)


def _first_id(reply: Reply | None, wire: Profile) -> str:
    try:
        found = replies.rows(reply.data, wire.pages) if reply else []
        return replies.row_id(found[0], wire.ids)
    except (IndexError, Malformed):
        return ""
