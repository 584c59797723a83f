"""Script and people of a run with faults follow from its seed."""

from __future__ import annotations

from collections import Counter

from . import plan
from .script import KEYS, PROCESSES, STORES, VENDOR, script
from .trouble import _KINDS

VENDORS = ("a", "b", "c")


def test_the_same_seed_gives_the_same_script_and_another_another():
    assert script(300, VENDORS, 7) == script(300, VENDORS, 7)
    assert script(300, VENDORS, 7) != script(300, VENDORS, 8)


def test_every_kind_of_fault_comes_in_a_long_run():
    kinds = {fault.kind for fault in script(600, VENDORS, 7)}
    assert kinds == {*PROCESSES, *STORES, *KEYS, *VENDOR}


def test_somebody_knows_how_to_make_each():
    assert {*PROCESSES, *STORES, *KEYS, *VENDOR} == _KINDS.keys()


def test_no_fault_outlives_the_run_and_no_lane_overtakes_itself():
    ends: dict[str, float] = {}
    for fault in script(300, VENDORS, 7):
        assert fault.at >= ends.get(fault.lane, 0.0)
        ends[fault.lane] = fault.at + fault.seconds
    assert max(ends.values()) <= 300


def test_the_same_seed_asks_for_the_same_people():
    assert repr(plan.people(50, VENDORS, 7)) == repr(plan.people(50, VENDORS, 7))
    assert repr(plan.people(50, VENDORS, 7)) != repr(plan.people(50, VENDORS, 8))


def test_people_are_spread_over_the_vendors_and_share_emails_only_with_twins():
    people = plan.people(900, VENDORS, 7)
    each = Counter(person.vendor for person in people)
    assert all(abs(number - 300) < 30 for number in each.values())
    emails = Counter(
        person.email for person in people if person.email and not person.twin
    )
    assert set(emails.values()) == {1}
    assert {person.way for person in people} == {*plan.Way}
    assert any(person.is_another for person in people)
    assert any(person.was_there for person in people)
