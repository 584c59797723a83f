"""Turns what came back, or did not, into the errors of ``integrations.errors``."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from django.conf import settings

from . import redaction
from .adapters import Effect, Reply
from .errors import (
    AlreadyThere,
    AtsError,
    BadCredentials,
    MissingPermission,
    NotSent,
    Rejected,
    Throttled,
    Unclear,
    Unexpected,
)

TOLD = "Retry-After"
USUAL_WAIT = 60.0
LONGEST_WAIT = 3600.0
_SHORTEST_WAIT = 1.0

_SECONDS = re.compile(r"\s*\d+(\.\d*)?\s*", re.ASCII)
# The vendor did not take the request in: 408 Request Timeout, 425 Too Early.
_NOT_TAKEN = (408, 425)


def decoded(body: bytes) -> Any:
    """Return the body's JSON, or None where it is empty or none."""
    if not body:
        return None
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return None
    # PostgreSQL cannot store it, and an answer that cannot be stored is asked for ever.
    return _without_nul(data) if b"\\u0000" in body else data


def _without_nul(data: Any) -> Any:
    if isinstance(data, str):
        return data.replace("\0", "")
    if isinstance(data, list):
        return [_without_nul(item) for item in data]
    if isinstance(data, dict):
        return {_without_nul(k): _without_nul(v) for k, v in data.items()}
    return data


def wait_told(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that Retry-After asks for, from 1 to 3600; None: nonsense."""
    text = headers.get(TOLD, "")
    if _SECONDS.fullmatch(text):
        seconds = float(text)
    else:
        then, now = _moment(text), _moment(headers.get("Date", ""))
        # By the vendor's own clock where it tells it: ours may differ by minutes.
        seconds = (then - (now or datetime.now(UTC))).total_seconds() if then else -1.0
    if seconds < 0:
        return None
    return min(max(seconds, _SHORTEST_WAIT), LONGEST_WAIT)


def _moment(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Failures:
    """The errors of one call, each with its sentence for the recruiter.

    ``wrote``: whether the vendor may have got anything of a WRITE. ``foreign``: the call
    went to an address from a reply, whose refusals say nothing of our credential.
    """

    label: str
    effect: Effect
    secrets: tuple[str, ...]
    wrote: bool = True
    foreign: bool = False

    def no_answer(self, seconds: float) -> AtsError:
        return self._by_effect(f"{self.label} did not answer within {seconds:g} s.")

    def broken_off(self) -> AtsError:
        return self._by_effect(f"{self.label} broke off the connection.")

    def unreadable(self, what: str, body: bytes = b"") -> AtsError:
        """Return the error of a reply that cannot be used; ``what`` completes "sent"."""
        sentence = f"{self.label} sent {what}."
        if self.effect is not Effect.READ:
            return self._by_effect(sentence)
        return Unexpected(
            f"{sentence} {settings.PRODUCT_NAME} tries again by itself.",
            excerpt=redaction.excerpt(body, self.secrets),
        )

    def of_status(self, reply: Reply) -> AtsError | None:
        """Return the usual error of the status; None where it is a success."""
        status = reply.status
        if 200 <= status < 300:
            return None
        if self.foreign and status in (401, 403):
            return self._refused_elsewhere(status)
        if known := self._known(reply):
            return known
        if 400 <= status < 500 and status not in _NOT_TAKEN:
            return self._rejected(reply)
        if 300 <= status < 400:
            return self._by_effect(
                f"{self.label} points to another address (status {status}), which "
                f"{settings.PRODUCT_NAME} does not follow."
            )
        return self._by_effect(f"{self.label} answered with an error ({status}).")

    def _known(self, reply: Reply) -> AtsError | None:
        label, product = self.label, settings.PRODUCT_NAME
        match reply.status:
            case 401:
                return BadCredentials(
                    f"{label} refused the credential. An administrator must reconnect "
                    f"{label} with a valid one."
                )
            case 403:
                return MissingPermission(
                    f"{label} does not let the credential do this. Give it the "
                    "permissions that the connection page lists, then try again."
                )
            case 409:
                return AlreadyThere(f"{label} says that it has this record already.")
            case 429:
                return Throttled(
                    f"{label} asks for fewer calls. {product} goes on by itself.",
                    wait=wait_told(reply.headers) or USUAL_WAIT,
                )
            case 503:
                told = TOLD in reply.headers
                wait = (wait_told(reply.headers) or USUAL_WAIT) if told else None
                return self._unavailable(wait)
        return None

    def _unavailable(self, wait: float | None) -> AtsError | None:
        sentence = f"{self.label} is not available at the moment."
        if self.effect is Effect.WRITE:
            return self._by_effect(sentence, pause=wait or USUAL_WAIT)
        if wait is None:
            return self._by_effect(sentence)
        goes_on = f"{settings.PRODUCT_NAME} goes on by itself."
        return Throttled(f"{sentence} {goes_on}", wait=wait)

    def _rejected(self, reply: Reply) -> Rejected:
        words = redaction.reason(reply.data, self.secrets).rstrip(".")
        said = f": {words}" if words else ""
        return Rejected(
            f"{self.label} refused this (status {reply.status}){said}. Correct it, then "
            "try again."
        )

    def _refused_elsewhere(self, status: int) -> AtsError:
        sentence = f"The address that {self.label} gave refused the call ({status})."
        if self.effect is Effect.WRITE:
            return Rejected(f"{sentence} Try again, or ask {self.label}.")
        return self._by_effect(sentence)

    def _by_effect(self, sentence: str, *, pause: float | None = None) -> AtsError:
        product = settings.PRODUCT_NAME
        if self.effect is Effect.WRITE and self.wrote:
            return Unclear(
                f"{sentence} Whether it went through is not known: {product} looks it "
                "up before it sends anything again.",
                pause=pause,
            )
        return NotSent(f"{sentence} {product} tries again by itself.")
