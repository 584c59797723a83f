"""The protocol holds, each of its safeguards is needed, and the model is the engine's."""

from __future__ import annotations

from itertools import product

import pytest

from integrations import matching as engine_matching
from integrations import timing, verify
from integrations.adapters import Key, RemotePerson, Wire
from integrations.records import PersonRecord

from . import invariants, matching, setting
from .machine import live
from .rows import Identity
from .setting import SAFEGUARDS, SETTINGS, Safeguards
from .vendor import Broken, Person

HISTORIES = 600  # many more with "make model"
ENOUGH = 3_000  # to miss any safeguard: usually some dozens are


def test_nobody_is_lost_and_nobody_is_created_twice():
    assert live(HISTORIES) >= HISTORIES


@pytest.mark.parametrize("safeguard", SAFEGUARDS)
def test_each_safeguard_is_missed(safeguard):
    """Not by the ledger's bookkeeping, but in the ATS: somebody is there twice."""
    guards = Safeguards().without(safeguard)
    with pytest.raises(Broken, match=r"created twice|added twice"):
        live(ENOUGH, guards=guards, verifies=False, shrinks=False)


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
