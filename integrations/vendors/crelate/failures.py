"""What Crelate's errors mean: ``Errors[0].Message``, and 500s that are validation."""

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

from .replies import GUID

# A required field that is missing answers 500 with its name (vendor's developer guide).
# There is no code, so the words have to tell it from "An unknown error occurred.".
NAMES_FIELDS = re.compile(
    r"\b(required|missing|invalid|not valid|validation|cannot be (null|empty)|field)\b"
    r"|\b(FirstName|LastName|RecordType|CurrentPosition|ContactSourceId|Description)\b"
    r"|\b(EmailAddresses|PhoneNumbers|Addresses|Websites)_",
    re.IGNORECASE,
)


def messages(data: Any) -> list[str]:
    """Return what an error body says, whether as objects or as plain strings."""
    if isinstance(data, str):
        return [data]
    errors = data.get("Errors") if isinstance(data, dict) else None
    entries = errors if isinstance(errors, list) else [errors]
    said = [x.get("Message") if isinstance(x, dict) else x for x in entries]
    return [one for one in said if isinstance(one, str) and one.strip()]


def meaning(reply: Reply, effect: Effect, *, secret: str) -> AtsError | None:
    """Return the error of a reply by Crelate's own rules, None for the usual mapping."""
    said = messages(reply.data)
    if reply.status == 401:
        return BadCredentials(
            "Crelate does not accept the API key. An administrator has to enter a new "
            "one under Settings > ATS Integration."
        )
    if reply.status == 403:
        return MissingPermission(
            "The owner of the API key may not do this in Crelate. An administrator of "
            "Crelate has to allow it in their user role, then retry."
        )
    if reply.status == 409:
        return AlreadyThere(
            "Crelate has a matching record already and does not make another.",
            person_id=only_guid(said),
        )
    if not said:
        return None
    words = shorten(said[0], secret=secret)
    if reply.status in (400, 413, 422):
        return Rejected(f"Crelate refused this: {words}. Correct it, then retry.")
    if reply.status == 500 and NAMES_FIELDS.search(said[0]):
        return _validation(words, effect)
    return None


def _validation(words: str, effect: Effect) -> AtsError | None:
    refused = f"Crelate refused this: {words}. Correct it, then retry."
    if effect is Effect.WRITE:
        return Unclear(
            "Crelate reported an error, so it may or may not have done this. It is "
            "looked up there before anything is sent again.",
            rejection=refused,
        )
    return Rejected(refused) if effect is Effect.HELPER else None


def only_guid(said: list[str]) -> str | None:
    """Return the record that a refusal names; None where it names none or several."""
    named = {guid.lower() for message in said for guid in GUID.findall(message)}
    return named.pop() if len(named) == 1 else None


def gone(what: str) -> Gone:
    thing = "job" if what == "job" else "contact"
    hint = " Choose another one." if what == "job" else ""
    return Gone(f"The {thing} is not in Crelate any more.{hint}", what=what)


def unknown_address() -> Rejected:
    return Rejected(
        "Crelate does not know the address that was called. Whoever runs this server "
        "has to check CRELATE_URL."
    )


def strange(effect: Effect, path: str, problem: str) -> AtsError:
    """Return the error for a reply that is not what is known of the API."""
    about = path.strip("/").split("/")[0]
    if effect is Effect.WRITE:
        return Unclear(
            f"Crelate's answer about {about} does not say what it did. It is looked "
            "up there before anything is sent again."
        )
    sentence = (
        f"Crelate's answer about {about} is not what is known of its API. It is "
        "tried again automatically."
    )
    if effect is Effect.HELPER:
        return NotSent(sentence)
    return Unexpected(sentence, excerpt=problem)


def shorten(message: str, *, secret: str, most: int = 200) -> str:
    """Return the vendor's words on one line, as part of a sentence of ours.

    Error texts repeat the whole address, which may hold ``api_key=``.
    """
    clean = re.sub(r"https?://\S+", "(address)", message)
    clean = re.sub(r"(?i)(api[_-]?key\s*[=:]\s*)[^\s&\"']+", r"\1(key)", clean)
    clean = clean.replace(secret, "(key)") if secret else clean
    line = " ".join(clean.split()).rstrip(".")
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"
