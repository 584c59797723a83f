"""What Ashby's errors mean: its envelope with ``success: false`` and its statuses."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from integrations.adapters import Effect, Reply
from integrations.errors import (
    AlreadyThere,
    AtsError,
    BadCredentials,
    Gone,
    MissingPermission,
    NotSent,
    Rejected,
    Throttled,
    Unclear,
    Unexpected,
)

from .replies import Row, distinct

NO_PERMISSION = "missing_endpoint_permission"
THROTTLED = ("rate_limit_exceeded", "concurrent_limit_exceeded")
# The write may have happened all the same (vendor's words on candidate.pushToHris).
INTERNAL = "generic_internal_error"
# A list has to be started again (changelog, May and August 2026).
START_AGAIN = (
    "next_cursor_expired",
    "invalid_next_cursor",
    "sync_token_expired",
    "sync_token_invalid",
    "incremental_sync_too_large",
)
CODE = re.compile(r"[a-z0-9_]+")
NEW_KEY = "An administrator has to enter a new one under Settings > ATS Integration."


class StartAgain(NotSent):
    """A cursor or sync token is not taken any more: list from the beginning."""


class NotThere(Rejected):
    """Ashby does not know a thing other than the job or the candidate."""


@dataclass(frozen=True)
class Failure:
    """What an envelope with ``success: false`` says, in whichever of its forms.

    ``errors`` may be null, a list of codes, or a list of objects with a message (met in
    the field for a missing permission); ``errorInfo`` may be null or stand alone.
    """

    codes: tuple[str, ...]
    message: str

    @classmethod
    def of(cls, envelope: Row) -> Failure:
        info = envelope.get("errorInfo")
        info = info if isinstance(info, dict) else {}
        errors = envelope.get("errors")
        entries = errors if isinstance(errors, list) else [errors]
        said = [info.get("code"), *map(_code_of, entries)]
        told = [info.get("message"), *map(_message_of, entries)]
        words = [one for one in said if isinstance(one, str)]
        # The documented 429 has prose in ``errors``: only its errorInfo is a code.
        codes = distinct(one for one in words if CODE.fullmatch(one))
        prose = [one for one in (*told, *words) if isinstance(one, str)]
        messages = [one for one in prose if one not in codes]
        return cls(codes, next(filter(None, messages), "") or ", ".join(codes))

    def has(self, *codes: str) -> bool:
        return any(code in codes for code in self.codes)

    def ends_with(self, *endings: str) -> bool:
        return any(code.endswith(endings) for code in self.codes)

    @property
    def lacks_permission(self) -> bool:
        # The form with objects has no code, so its words have to do.
        worded = not self.codes and "permission" in self.message.casefold()
        return self.has(NO_PERMISSION) or worded

    @property
    def missing_thing(self) -> str:
        """Return "job" or "person" where Ashby does not know the one we named.

        No source lists these codes; ``<object>_not_found`` is the pattern of those that
        are documented, and the words of the message are the same.
        """
        words = " ".join((*self.codes, self.message)).casefold().replace("_", " ")
        for name, what in (("candidate", "person"), ("job", "job")):
            if re.search(rf"\b{name} not found", words):
                return what
        return ""


def _code_of(entry: Any) -> Any:
    return entry.get("code") if isinstance(entry, dict) else entry


def _message_of(entry: Any) -> Any:
    return entry.get("message") if isinstance(entry, dict) else None


def meaning(reply: Reply, effect: Effect, *, secret: str) -> AtsError | None:
    """Return the error of a reply by Ashby's own rules, None for the usual mapping.

    The body decides, not the status: what would be a 4xx elsewhere is 200 with
    ``success: false``. 403 is a wrong key *or* a missing permission.
    """
    envelope = reply.data if isinstance(reply.data, dict) else {}
    failure = Failure.of(envelope)
    if reply.status == 401 or (reply.status == 403 and not failure.lacks_permission):
        return BadCredentials(f"Ashby does not accept the API key. {NEW_KEY}")
    if reply.status == 403:
        return lacking("")
    if envelope.get("success") is not False:
        return None
    if reply.status in (409, 429) or reply.status >= 500:
        return None
    said = shorten(failure.message, secret=secret) or "it gave no reason"
    return _of_failure(failure, said, effect)


def _of_failure(failure: Failure, said: str, effect: Effect) -> AtsError:
    if failure.lacks_permission:
        return lacking("")
    if failure.has(*THROTTLED):
        return Throttled("Ashby asks for fewer calls. It goes on automatically.")
    if failure.has(INTERNAL):
        return _failed_inside(effect)
    if failure.has(*START_AGAIN):
        return StartAgain("Ashby broke off a list. It is read again automatically.")
    if what := failure.missing_thing:
        return gone(what)
    if failure.ends_with("already_exists") or "duplicate" in " ".join(failure.codes):
        return AlreadyThere(f"Ashby has this already: {said}.")
    refused = NotThere if failure.ends_with("_not_found") else Rejected
    return refused(f"Ashby refused this: {said}. Correct it, then retry.")


def _failed_inside(effect: Effect) -> AtsError:
    if effect is Effect.WRITE:
        return Unclear(
            "Ashby reported an internal error, so it may or may not have done this. "
            "It is looked up there before anything is sent again."
        )
    return NotSent("Ashby reported an internal error. It is tried again automatically.")


def gone(what: str) -> Gone:
    if what == "job":
        return Gone("The job is not in Ashby any more. Choose another one.", what=what)
    return Gone(
        "The candidate is not in Ashby any more: deleted, or merged there.", what=what
    )


def lacking(label: str, code: str = "") -> MissingPermission:
    which = f"the permission {label}" if label else "a permission"
    return MissingPermission(
        f"The Ashby API key lacks {which}. Add it in Ashby under Admin > Integrations "
        "> API Keys, then test the connection.",
        permission=code,
    )


def strange(effect: Effect, endpoint: str, problem: str) -> AtsError:
    """Return the error for a reply that is not what the API documents."""
    if effect is Effect.WRITE:
        return Unclear(
            f"Ashby's answer to {endpoint} does not say what it did. It is looked "
            "up there before anything is sent again."
        )
    sentence = (
        f"Ashby's answer to {endpoint} is not what its documentation says. It is "
        "tried again automatically."
    )
    if effect is Effect.HELPER:
        return NotSent(sentence)
    return Unexpected(sentence, excerpt=problem)


def shorten(message: str, *, secret: str, most: int = 200) -> str:
    """Return the vendor's words on one line, as part of a sentence of ours.

    Addresses and the key are taken out: a vendor may repeat what it was sent.
    """
    clean = re.sub(r"https?://\S+", "(address)", message)
    clean = clean.replace(secret, "(key)") if secret else clean
    line = " ".join(clean.split()).rstrip(".")
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"
