"""Resumes, both ways of uploading them: the one place to correct once it is known.

No source shows an upload in the newer API; the address is a guess by symmetry with its
reads. The older API's ``attachDocument`` is documented.
"""

from __future__ import annotations

from integrations.adapters import Effect, Http
from integrations.errors import AtsError, Gone

from . import bodies, failures, replies
from .client import NOT_OFFERED, RESOURCE, Client, made
from .widget import OlderApi


class Documents:
    def __init__(self, http: Http, api: Client, older: OlderApi) -> None:
        self.http, self.api, self.older = http, api, older

    def has(self, person_id: str, file_name: str) -> bool | None:
        """Look for the file's name; None where the list cannot be read."""
        reply = self.http.call(
            "GET",
            f"{RESOURCE}/{person_id}/Documents",
            accept=NOT_OFFERED,
            expect_json=False,
        )
        if reply.status in NOT_OFFERED or not reply.body:
            return None
        names = made(RESOURCE, replies.file_names, reply.data)
        return file_name.casefold() in names

    def upload(self, person_id: str, file_name: str, pdf: bytes) -> None:
        """Make one WRITE; the older API gets it where the newer one does not take it."""
        reply = self.http.call(
            "POST",
            f"{RESOURCE}/{person_id}/Document",
            effect=Effect.WRITE,
            json=bodies.document(file_name, pdf),
            accept=NOT_OFFERED,
            expect_json=False,
        )
        if reply.status in NOT_OFFERED:
            self._must_be_there(person_id)
            self.older.attach(person_id, file_name, pdf)
        elif reply.body or not self._is_seen(person_id, file_name):
            made(RESOURCE, replies.went_well, reply.data, effect=Effect.WRITE)

    def _is_seen(self, person_id: str, file_name: str) -> bool:
        """Look after a write without a word; raises Gone where it cannot have been."""
        try:
            if self.has(person_id, file_name):
                return True
            self._must_be_there(person_id)
        except Gone:
            raise
        except AtsError:
            pass  # it may be written all the same: unclear, not "not sent"
        return False

    def _must_be_there(self, person_id: str) -> None:
        if self.api.record(f"{RESOURCE}/{person_id}") is None:
            raise failures.gone("person")
