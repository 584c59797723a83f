"""What a history starts from: the vendor, the people, and the safeguards in place."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from itertools import product
from typing import NamedTuple

from integrations import timing

from .rows import Row


@dataclass(frozen=True)
class Safeguards:
    """What keeps the protocol safe; each can be taken out, and is then missed."""

    durable_intent: bool = True
    send_window: bool = True
    settling_time: bool = True
    look_up: bool = True
    compare_and_set: bool = True
    identity_claim: bool = True
    no_retry_after_timeout: bool = True

    def without(self, name: str) -> Safeguards:
        return replace(self, **{name: False})


SAFEGUARDS = tuple(field.name for field in fields(Safeguards))


class Setting(NamedTuple):
    """A vendor and the people; drawn once for a history."""

    by_linkedin: bool  # whether it decides identity there, beside the email
    refuses: str  # duplicates: "" it does not, "with id" or "without id"
    overrides: bool  # whether "create anyway" gets past that refusal
    finds: str  # "surely", "perhaps": it finds but proves nothing, or "never"
    lag: str  # of its search, by the whole allowance: "", "short" or "long"
    appears: bool  # resumes show later than they are accepted
    notes: bool  # whether it gets a note, too
    cast: str  # "one", "twins", "mistaken" or "all"
    stranger: bool  # somebody else with that email was there before
    themselves: bool  # the person was there before, entered by hand

    @property
    def is_possible(self) -> bool:
        """Leave out what cannot be: resumes that show later where nothing is shown."""
        return not (self.appears and self.finds != "surely") and not (
            self.overrides and not self.refuses
        )


_BOTH = (False, True)
SETTINGS = tuple(
    setting
    for values in product(
        *(_BOTH, ("", "with id", "without id"), _BOTH),
        *(("surely", "surely", "perhaps", "never"), ("", "short", "short", "long")),
        *(_BOTH, _BOTH, ("one", "twins", "mistaken", "all")),
        *((False, False, True), (False, False, True)),
    )
    if (setting := Setting._make(values)).is_possible
)


def cast_of(setting: Setting) -> list[Row]:
    """Return the rows: Dana, Dana again, and Robin whose email was mistaken for hers."""
    dana = Row(0, "Dana", "e0", "l-Dana")
    twin = Row(1, "Dana", "e0", "")
    other = Row(2, "Robin", "e0", "l-Robin")
    return {
        "one": [dana],
        "twins": [dana, twin],
        "mistaken": [dana, other],
        "all": [dana, twin, other],
    }[setting.cast]


# --- Periods, in seconds ----------------------------------------------------------

# What a vendor is allowed, and takes.
LATE_COMMIT, RESUME_APPEARS = 10.0, 60.0
SEARCH_LAG = {"": 10.0, "short": 10.0, "long": 200.0}
VANISHED_AFTER = timing.SEND_WINDOW + timing.CALL_DEADLINE


def settle(setting: Setting, repeats: int) -> float:
    """Return how long after its intent an unclear write can be looked up."""
    allowance = LATE_COMMIT + SEARCH_LAG[setting.lag]
    return float((VANISHED_AFTER + allowance) * 2**repeats)


def first_look(setting: Setting, repeats: int) -> float:
    """Return how long after its intent a look may be worth it: who is found, is."""
    allowance = LATE_COMMIT + min(SEARCH_LAG[setting.lag], timing.EARLY_LAG)
    return float((VANISHED_AFTER + allowance) * 2**repeats)
