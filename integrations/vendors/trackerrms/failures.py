"""What TrackerRMS's errors mean, and the sentences for them.

The form of its error bodies is unknown: probably ASP.NET's problem details. Plain text,
``{"message"}`` and nothing at all are met as well.
"""

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

WHERE = "under Settings > ATS Integration"


class NotOffered(Rejected):
    """The newer API does not know a search that we ask."""


class OlderRefused(Rejected):
    """The older API does not take our access token, or is not there."""


def meaning(reply: Reply, effect: Effect, *, secret: str) -> AtsError | None:
    """Return the error of a reply by TrackerRMS's own rules, None for the usual ones."""
    if reply.status == 401:
        return bad_token()
    if reply.status == 403:
        return MissingPermission(
            "TrackerRMS does not let this access token do that. An administrator of "
            "TrackerRMS has to allow it for whoever made the token, then retry."
        )
    if reply.status not in (400, 413, 422):
        return None
    said = shorten(said_in(reply.data), secret=secret)
    if effect is Effect.WRITE and says_already(said):
        return AlreadyThere(f"TrackerRMS has this already: {said}.")
    refused = f"TrackerRMS refused this: {said}. Correct it, then retry."
    return Rejected(refused) if said else None


def bad_token() -> BadCredentials:
    return BadCredentials(
        "TrackerRMS does not accept the access token: it was probably regenerated, "
        "which ends the old one at once, or it belongs to another region. An "
        f"administrator has to paste the new one {WHERE}.",
        on_entry=(
            "TrackerRMS does not accept this access token in the chosen region. Nothing "
            "was saved. Compare the region with the address that the browser shows in "
            "TrackerRMS, and copy the token once more."
        ),
    )


def gone(what: str) -> Gone:
    thing = "job" if what == "job" else "candidate"
    hint = " Choose another one." if what == "job" else ""
    return Gone(f"The {thing} is not in TrackerRMS any more.{hint}", what=what)


def not_offered() -> NotOffered:
    return NotOffered(
        "TrackerRMS does not know the address that was called. Whoever runs this server "
        "has to check TRACKERRMS_URL_US, _CA and _OTHER."
    )


def already_there() -> AlreadyThere:
    return AlreadyThere("TrackerRMS has this already.")


def not_done(what: str, why: str) -> OlderRefused:
    """Return the error of the last of our ways, for a write."""
    return OlderRefused(
        f"TrackerRMS did not take {what}: its newer API does not offer it, and the "
        f"older one refused: {why}. Do it in TrackerRMS by hand."
    )


def older_refused(why: str) -> OlderRefused:
    return OlderRefused(
        f"TrackerRMS's older API does not accept the access token: {why}. An "
        f"administrator has to test the connection {WHERE}."
    )


def older_changed() -> Unexpected:
    """Return the error of an older API that answered when it was tested last."""
    return Unexpected(
        "TrackerRMS's older API, which looks for duplicates, does not accept the access "
        "token any more. It is tried again automatically; an administrator can test the "
        f"connection {WHERE}."
    )


def has_but_hides(key: str) -> Unexpected:
    """Return the error of somebody who is there, but cannot be told from others."""
    return Unexpected(
        f"TrackerRMS says that it has a candidate with this {key}, but does not show "
        "which. It is asked again automatically; nobody is created until then."
    )


def strange(effect: Effect, path: str, problem: str) -> AtsError:
    """Return the error for a reply that is not what is known of the API."""
    about = path.rpartition("/api/")[2].removeprefix("v1/").partition("/")[0]
    if effect is Effect.WRITE:
        return Unclear(
            f"TrackerRMS's answer about {about} does not say what it did. It is looked "
            "up there before anything is sent again."
        )
    sentence = (
        f"TrackerRMS's answer about {about} is not what is known of its API. It is "
        "tried again automatically."
    )
    if effect is Effect.HELPER:
        return NotSent(sentence)
    return Unexpected(sentence, excerpt=problem)


# -- The vendor's own words ------------------------------------------------------------


def said_in(data: Any) -> str:
    """Return what an error body says; for refused fields their names, too."""
    if isinstance(data, str):
        return data
    if not isinstance(data, dict):
        return ""
    errors = data.get("errors")
    if isinstance(errors, dict) and errors:
        return "; ".join(f"{field}: {_first(said)}" for field, said in errors.items())
    named = (data.get(key) for key in ("message", "detail", "title", "error"))
    return next((one for one in named if isinstance(one, str) and one.strip()), "")


def _first(said: Any) -> str:
    return str(said[0]) if isinstance(said, list) and said else str(said)


def says_already(said: str) -> bool:
    """Return whether a refusal says that it is so already; no code for it is known."""
    return re.search(r"\balready\b", said, re.IGNORECASE) is not None


def shorten(message: str, *, secret: str, most: int = 200) -> str:
    """Return the vendor's words on one line, as part of a sentence of ours."""
    clean = re.sub(r"https?://\S+", "(address)", message)
    clean = re.sub(r"(?i)\bbearer\s+\S+", "(token)", clean)
    clean = clean.replace(secret, "(token)") if secret else clean
    line = " ".join(clean.split()).rstrip(".")
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"
