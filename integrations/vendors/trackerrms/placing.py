"""Putting a candidate on a job, in the order of what is known to work.

The longlist's address was seen in one client; the shortlist's is that with another
word; the older API's method is documented. Only a sure refusal leads to the next.
"""

from __future__ import annotations

from integrations.adapters import Effect, Http, Reply
from integrations.errors import AtsError, Gone

from . import failures, replies
from .client import LINKS, NOT_OFFERED, OPPORTUNITY, RESOURCE, Client, made
from .failures import NotOffered
from .widget import OlderApi


class Placing:
    def __init__(self, http: Http, api: Client, older: OlderApi) -> None:
        self.http, self.api, self.older = http, api, older

    def is_on_job(self, person_id: str, job_id: str) -> bool | None:
        """Compare all rows, since filters may be ignored; None where they do not end.

        Whoever was rejected or taken off counts: adding them again would double them.
        """
        query = {"opportunityId": int(job_id), "resourceId": int(person_id)}
        try:
            listing = self.api.listing(LINKS, query)
        except NotOffered:
            return None
        wanted = (int(job_id), int(person_id))
        for row in listing.rows:
            if (row.get("opportunityId"), row.get("resourceId")) == wanted:
                return True
        return False if listing.complete else None

    def add(self, person_id: str, job_id: str) -> None:
        """Make one WRITE; the next form goes out where the one before was refused."""
        reply = self._put("longlist", person_id, job_id)
        if reply.status in NOT_OFFERED:
            self._must_be_there(person_id, job_id)
            reply = self._put("shortlist", person_id, job_id, again=True)
        if reply.status in NOT_OFFERED:
            self.older.apply(person_id, job_id)
            return
        if not reply.body and self._is_seen(person_id, job_id):
            return  # a status alone is little: elsewhere 204 is "not found" [seen]
        made(OPPORTUNITY, replies.went_well, reply.data, effect=Effect.WRITE)

    def _is_seen(self, person_id: str, job_id: str) -> bool:
        """Look after a write without a word; raises Gone where it cannot have been."""
        try:
            if self.is_on_job(person_id, job_id):
                return True
            self._must_be_there(person_id, job_id)
        except Gone:
            raise
        except AtsError:
            pass  # it may be written all the same: unclear, not "not sent"
        return False

    def _put(
        self, which: str, person_id: str, job_id: str, *, again: bool = False
    ) -> Reply:
        return self.http.call(
            "POST",
            f"{OPPORTUNITY}/{job_id}/{which}/resource/{person_id}",
            effect=Effect.WRITE,
            json=[],
            accept=NOT_OFFERED,
            expect_json=False,
            again=again,
        )

    def _must_be_there(self, person_id: str, job_id: str) -> None:
        """Tell a wrong address from a job or a candidate that is gone: both are 404."""
        if self.api.record(f"{OPPORTUNITY}/{job_id}") is None:
            raise failures.gone("job")
        if self.api.record(f"{RESOURCE}/{person_id}") is None:
            raise failures.gone("person")
