"""What JobAdder's errors mean: its ErrorModel and its statuses."""

from __future__ import annotations

import re
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
    Unclear,
    Unexpected,
)

from . import scopes

SIGN_IN_AGAIN = (
    "An administrator has to sign in again under Settings > ATS Integration, with a "
    "JobAdder user who may grant API access."
)


def meaning(reply: Reply, effect: Effect) -> AtsError | None:
    """Return the error of a reply by JobAdder's own rules, None for the usual mapping.

    Validation is 422 with an ErrorModel. The bodies of 401 and 403 are not documented
    and are not read.
    """
    if reply.status == 401:
        return BadCredentials(f"JobAdder does not accept the sign-in. {SIGN_IN_AGAIN}")
    if reply.status == 403:
        return lacking("")
    if reply.status == 409:
        said = shorten(words(reply.data)) or "it gave no reason"
        return AlreadyThere(f"JobAdder has this already: {said}.")
    return refused(reply.data) if reply.status in (400, 413, 422) else None


def refused(data: Any) -> Rejected:
    said = shorten(words(data)) or "it gave no reason"
    return Rejected(f"JobAdder refused this: {said}. Correct it, then retry.")


def words(data: Any) -> str:
    """Return what an ErrorModel says: its message, then each error with its fields."""
    if not isinstance(data, dict):
        return ""
    told = [data.get("message"), *map(_told, _errors(data))]
    kept = [one.strip().rstrip(".") for one in told if isinstance(one, str)]
    return "; ".join(dict.fromkeys(one for one in kept if one))


def fields(data: Any) -> set[str]:
    """Return the fields that an ErrorModel complains about, in lower case."""
    errors = _errors(data) if isinstance(data, dict) else []
    named = [name for error in errors for name in _names(error)]
    return {name.strip().casefold() for name in named}


def _errors(data: dict[str, Any]) -> list[dict[str, Any]]:
    errors = data.get("errors")
    entries = errors if isinstance(errors, list) else []
    return [one for one in entries if isinstance(one, dict)]


def _told(error: dict[str, Any]) -> str:
    said = next(
        (
            value
            for key in ("message", "code")
            if isinstance(value := error.get(key), str) and value.strip()
        ),
        "",
    )
    named = ", ".join(_names(error))
    return f"{said.strip().rstrip('.')} ({named})" if named else said


def _names(error: dict[str, Any]) -> list[str]:
    names = error.get("fields")
    entries = names if isinstance(names, list) else []
    return [one for one in entries if isinstance(one, str) and one.strip()]


def email_exists() -> AlreadyThere:
    """Return the refusal of a create; it never names the candidate who is there."""
    return AlreadyThere("JobAdder has a candidate with this email already.")


def gone(what: str) -> Gone:
    if what == "job":
        return Gone(
            "The job is closed in JobAdder, or not there any more. Choose another one.",
            what=what,
        )
    return Gone("The candidate is not in JobAdder any more.", what=what)


def lacking(scope: str) -> MissingPermission:
    label = scopes.LABELS.get(scope, "")
    which = f"the permission “{label}” ({scope})" if label else "a permission"
    return MissingPermission(
        f"JobAdder did not let this happen: {which} is missing. {SIGN_IN_AGAIN}",
        permission=scope,
    )


def strange(effect: Effect, path: str, problem: str) -> AtsError:
    """Return the error for a reply that is not what the API documents."""
    about = path.strip("/").split("/")[0]
    if effect is Effect.WRITE:
        return Unclear(
            f"JobAdder's answer about {about} does not say what it did. It is looked "
            "up there before anything is sent again."
        )
    sentence = (
        f"JobAdder's answer about {about} is not what its documentation says. It is "
        "tried again automatically."
    )
    if effect is Effect.HELPER:
        return NotSent(sentence)
    return Unexpected(sentence, excerpt=problem)


def shorten(message: str, *, most: int = 200) -> str:
    """Return the vendor's words on one line, as part of a sentence of ours.

    Web and email addresses are taken out: a refusal may repeat what was sent.
    """
    clean = re.sub(r"https?://\S+", "(address)", message)
    clean = re.sub(r"[^\s\"'<>(),;:]{1,64}@[\w.-]{1,255}", "(email)", clean)
    line = " ".join(clean.split()).rstrip(".")
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"
