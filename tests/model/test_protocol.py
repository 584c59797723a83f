"""The protocol holds, each of its safeguards is needed, and the model is the engine's."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from integrations import matching as engine_matching
from integrations import timing, verify
from integrations.adapters import Key, RemotePerson, Wire
from integrations.records import PersonRecord

from . import invariants, matching, setting
from .machine import live, replay
from .rows import Identity
from .setting import SAFEGUARDS, SETTINGS, Safeguards, Setting
from .vendor import Broken, Person

HISTORIES = 400  # many more with "make model"
ENOUGH = 700  # to miss any safeguard, whatever the seed


def test_nobody_is_lost_and_nobody_is_created_twice():
    assert live(HISTORIES) >= HISTORIES


@pytest.mark.parametrize("safeguard", SAFEGUARDS)
def test_each_safeguard_is_missed(safeguard):
    """Not by the ledger's bookkeeping, but in the ATS: somebody is there twice."""
    guards = Safeguards().without(safeguard)
    with pytest.raises(Broken, match=r"created twice|added twice"):
        live(ENOUGH, seed=1, guards=guards, verifies=False, shrinks=False)


VENDOR = Setting(
    by_linkedin=False,
    refuses="",
    overrides=False,
    finds="surely",
    lag="",
    appears=False,
    notes=False,
    cast="twins",
    stranger=False,
    themselves=False,
)
# What once broke the promise, as Hypothesis printed it.
BROKE_IT_ONCE: dict[str, tuple[Any, ...]] = {
    "both rows of Dana are created anyway, behind Robin's": (
        VENDOR._replace(lag="short", cast="all"),
        ("work_through", 0, 2, "ok"),
    ),
    "a late word says that she was created, as she is asked about": (
        VENDOR._replace(finds="never"),
        ("freeze", 2, 5),
    ),
    "somebody else is asked about while her own write is in doubt": (
        VENDOR._replace(lag="long", cast="one", stranger=True),
        ("edit", 0, "e1", True),
        ("work_through", 0, 0, "lost"),
        ("edit", 0, "e0", True),
        ("wait", True),
        ("work_through", 0, 0, "ok"),
        ("decide", 0, None),
        ("work_through", 0, 0, "ok"),
    ),
    "she is found by an email that was corrected after the unclear write": (
        VENDOR,
        ("edit", 0, "e1", False),
        ("freeze", 1, 3),
        ("edit", 0, "e0", False),
    ),
}


@pytest.mark.parametrize("history", BROKE_IT_ONCE)
def test_what_broke_the_promise_once_does_so_no_more(history):
    vendor, *events = BROKE_IT_ONCE[history]
    world = replay(vendor, *events)
    everybody = [person.human for person in world.vendor.people]
    assert everybody.count("Dana") == 1


# --- The model is that of the engine ---------------------------------------------


def test_every_invariant_of_exports_verify_is_one_of_the_model():
    of_the_model = invariants.ALWAYS.keys() | invariants.WHILE_SWEPT.keys()
    assert not of_the_model & invariants.LEFT_OUT.keys()
    assert of_the_model | invariants.LEFT_OUT.keys() == verify._INVARIANTS.keys()
    assert all(invariants.LEFT_OUT.values())


@pytest.mark.parametrize("lag", ["", "short", "long"])
@pytest.mark.parametrize("repeats", range(timing.REPEATS + 1))
def test_periods_are_those_of_the_engine(settings, lag, repeats):
    settings.TIME_SCALE = 1
    vendor = SETTINGS[0]._replace(lag=lag)
    wire = Wire(
        per_minute=60,
        search_lag=setting.SEARCH_LAG[lag],
        late_commit=setting.LATE_COMMIT,
    )
    for ours, theirs in (
        (setting.settle(vendor, repeats), timing.settle(wire, repeats=repeats)),
        (setting.first_look(vendor, repeats), timing.first_look(wire, repeats=repeats)),
        (setting.VANISHED_AFTER, timing.vanished_after()),
        (timing.LOOKUP_AGE, timing.lookup_age()),
    ):
        assert ours == theirs.total_seconds()


PEOPLE = [
    Identity(email, linkedin, name)
    for name in ("Dana", "Robin", "Other")
    for email, linkedin in product(("", "e0", "e1"), ("", f"l-{name}"))
]


@pytest.mark.parametrize("by_linkedin", [False, True])
def test_whoever_is_found_is_judged_as_the_engine_does(by_linkedin):
    keys = (Key.EMAIL, Key.LINKEDIN) if by_linkedin else (Key.EMAIL,)
    for ours, one, two in product(PEOPLE, PEOPLE, PEOPLE):
        found = {1: one, 2: two}
        ids = matching.judge(
            ours,
            [Person(id, who, who.name, None, 0) for id, who in found.items()],
            by_linkedin=by_linkedin,
        )
        verdict = engine_matching.judge(
            _record(ours), [_remote(id, who) for id, who in found.items()], keys=keys
        )
        assert ids.answer == verdict.answer
        assert ids.ids == {int(match.person.id) for match in verdict.matches}


def test_two_rows_are_one_human_where_the_engine_says_so():
    for mine, theirs in product(PEOPLE, PEOPLE):
        assert matching.same_human(mine, theirs) == engine_matching.same_human(
            _record(mine), _record(theirs)
        )


def _record(who: Identity) -> PersonRecord:
    return PersonRecord(
        first_name=who.name,
        last_name=f"{who.name}son",
        email=_email(who),
        linkedin_url=_profile(who),
    )


def _remote(id: int, who: Identity) -> RemotePerson:
    return RemotePerson(
        id=str(id),
        name=f"{who.name} {who.name}son",
        emails=(_email(who),) if who.email else (),
        linkedin_urls=(_profile(who),) if who.linkedin else (),
    )


def _email(who: Identity) -> str:
    return f"{who.email}@example.com" if who.email else ""


def _profile(who: Identity) -> str:
    return f"https://www.linkedin.com/in/{who.linkedin}" if who.linkedin else ""
