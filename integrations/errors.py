"""The ways in which a call to a vendor can end badly.

Each carries a ``kind`` that is stored with the step, and one full sentence for the
recruiter that names the vendor, says what happened and who must act. None ever holds a
header, a credential or a whole body. The engine reads ``kind``, never the sentence.
"""

from __future__ import annotations

from enum import StrEnum


class ErrorKind(StrEnum):
    NOT_SENT = "not_sent"
    UNCLEAR = "unclear"
    THROTTLED = "throttled"
    BAD_CREDENTIALS = "bad_credentials"
    MISSING_PERMISSION = "missing_permission"
    ALREADY_THERE = "already_there"
    REJECTED = "rejected"
    GONE = "gone"
    UNEXPECTED = "unexpected"


class AtsError(Exception):
    """The base of all of them; ``str()`` is the sentence for the recruiter."""

    kind: ErrorKind

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class NotSent(AtsError):
    """Nothing that matters was written: try again on schedule, no look-up needed.

    Raised for DNS, refused connections and TLS failures before a write, for failed
    helper writes, and for reads that timed out or met a 5xx.
    """

    kind = ErrorKind.NOT_SENT


class Unclear(AtsError):
    """A write that the vendor may or may not have carried out: look before acting.

    ``rejection`` is the sentence of a 500 that names fields: once the look-up has found
    nobody, the step failed for that reason. ``pause`` seconds to leave the whole
    connection alone (a 503 on a write).
    """

    kind = ErrorKind.UNCLEAR

    def __init__(
        self, sentence: str, *, rejection: str = "", pause: float | None = None
    ) -> None:
        super().__init__(sentence)
        self.rejection = rejection
        self.pause = pause


class Throttled(AtsError):
    """Too many calls: the whole connection waits ``wait`` seconds; costs no try."""

    kind = ErrorKind.THROTTLED

    def __init__(self, sentence: str, *, wait: float = 60.0) -> None:
        super().__init__(sentence)
        self.wait = wait


class BadCredentials(AtsError):
    """The credential was refused: the connection is parked until it is replaced.

    ``on_entry`` is the sentence for somebody who has just entered it, where there is
    more to say than that it is not accepted.
    """

    kind = ErrorKind.BAD_CREDENTIALS

    def __init__(self, sentence: str, *, on_entry: str = "") -> None:
        super().__init__(sentence)
        self.on_entry = on_entry


class MissingPermission(AtsError):
    """The credential is good but lacks ``permission`` (a code of Adapter.needs)."""

    kind = ErrorKind.MISSING_PERMISSION

    def __init__(self, sentence: str, *, permission: str = "") -> None:
        super().__init__(sentence)
        self.permission = permission


class AlreadyThere(AtsError):
    """The vendor refuses because it has this record already.

    ``person_id`` where it told which one; a namesake is possible, so compare.
    """

    kind = ErrorKind.ALREADY_THERE

    def __init__(self, sentence: str, *, person_id: str | None = None) -> None:
        super().__init__(sentence)
        self.person_id = person_id


class Rejected(AtsError):
    """The vendor refuses the data: no retry; its reason is in the sentence."""

    kind = ErrorKind.REJECTED


class Gone(AtsError):
    """The job is closed or deleted, or the person is deleted: see ``what``."""

    kind = ErrorKind.GONE

    def __init__(self, sentence: str, *, what: str) -> None:
        super().__init__(sentence)
        if what not in ("job", "person"):
            raise ValueError(f"what must be job or person, not {what}")
        self.what = what


class Unexpected(AtsError):
    """A reply to a read that is not what the API documents: try again on schedule.

    ``excerpt`` is a short redacted piece of it for the administrators.
    """

    kind = ErrorKind.UNEXPECTED

    def __init__(self, sentence: str, *, excerpt: str = "") -> None:
        super().__init__(sentence)
        self.excerpt = excerpt
