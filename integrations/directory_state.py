"""Says in words how far an ATS has been read for the search filter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist

from pinsync import clock
from pinsync.local_time import at

from .explain import without_promise

if TYPE_CHECKING:
    from .models import AtsConnection, AtsDirectoryPull


@dataclass(frozen=True)
class DirectoryState:
    """What the pages show of a connection's directory; ``tone`` colours the sentence."""

    sentence: str
    tone: str
    is_complete: bool
    people: int = 0


def state_of(connection: AtsConnection) -> DirectoryState:
    """Return it for a connection whose vendor lists its people."""
    pull = _pull_of(connection)
    now = clock.now()
    if not connection.is_connected:
        words = f"Goes on as soon as {connection.label} is connected again."
        return _state(pull, f"{_known(pull)}{words}", "amber")
    if pull is None:
        return _state(pull, "The first reading begins within a minute.", "grey")
    if pull.trouble:
        again = f" {settings.PRODUCT_NAME} reads on at {at(pull.due_at, now)}."
        return _state(
            pull, f"{_known(pull)}{without_promise(pull.trouble)}{again}", "amber"
        )
    if pull.began_at and not pull.is_complete:
        return _state(
            pull,
            f"Being read for the first time: {pull.read:,} people so far, since "
            f"{at(pull.began_at, now)}.",
            "blue",
        )
    following = "now" if pull.began_at else f"at {at(pull.due_at, now)}"
    return _state(pull, f"{_known(pull)}Read again {following}.", "green")


def _pull_of(connection: AtsConnection) -> AtsDirectoryPull | None:
    try:
        return connection.directory
    except ObjectDoesNotExist:
        return None


def _state(pull: AtsDirectoryPull | None, sentence: str, tone: str) -> DirectoryState:
    is_complete = pull is not None and pull.is_complete
    return DirectoryState(sentence, tone, is_complete, pull.people if pull else 0)


def _known(pull: AtsDirectoryPull | None) -> str:
    if pull is None or pull.finished_at is None:
        return ""
    word = "person" if pull.people == 1 else "people"
    when = at(pull.finished_at, clock.now())
    return f"{pull.people:,} {word}, updated {when}. "
