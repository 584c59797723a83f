"""Crelate's list of everybody, against scripted replies."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from integrations.adapters import Page
from integrations.errors import BadCredentials, Unexpected
from integrations.vendors.crelate.adapter import CrelateAdapter

from .fakehttp import adapter_with, reply
from .test_crelate_adapter import DANA, LIST, contact, guid, ok

OLD = "2020-01-01T00:00:00.1234567Z"


def rows(first: int, count: int, **more):
    return [contact(guid(n), **more) for n in range(first, first + count)]


def listed(*answers, cursor: str | None = None) -> tuple[list[Page], list[dict]]:
    """Return the pages from the cursor on, and the queries that were sent."""
    adapter, http = adapter_with(CrelateAdapter, {LIST: list(answers)})
    return list(adapter.people(cursor)), [dict(call.params) for call in http.calls]


def since(pages: list[Page]) -> datetime:
    """Return from when on the listing after these pages asks for changes."""
    _, sent = listed(ok([], total=0), cursor=pages[-1].cursor)
    return datetime.fromisoformat(sent[0]["modified_after"])


def test_everybody_is_listed_with_pages_that_overlap():
    pages, sent = listed(ok(rows(0, 100), total=150), ok(rows(95, 55), total=150))
    assert [len(one.people) for one in pages] == [100, 55]
    assert [one.is_last for one in pages] == [False, True]
    assert sent == [{"limit": 100, "offset": 0}, {"limit": 100, "offset": 95}]


def test_rows_carry_linkedin_and_a_link():
    profile = {"Value": "https://www.linkedin.com/in/dana-example"}
    email = {"Value": "dana@example.com"}
    row = contact(Websites_LinkedIn=profile, EmailAddresses_Work=email)
    ((end,), _) = listed(ok([row], total=1))
    (dana,) = end.people
    assert dana.emails == ("dana@example.com",)
    assert dana.linkedin_urls == (profile["Value"],)
    assert dana.url.endswith(f"{DANA}/summary")


def test_without_a_total_a_short_page_is_the_last():
    pages, _ = listed(ok(rows(0, 100)), ok(rows(95, 7)))
    assert [one.is_last for one in pages] == [False, True]


def test_a_list_goes_on_after_any_page():
    adapter, _ = adapter_with(CrelateAdapter, {LIST: ok(rows(0, 100), total=300)})
    first = next(adapter.people(None))
    _, sent = listed(ok(rows(95, 5), total=100), cursor=first.cursor)
    assert sent == [{"limit": 100, "offset": 95}]


def test_the_next_list_asks_for_what_has_changed_since_a_day_before_this_one():
    before = datetime.now(UTC).replace(microsecond=0)
    pages, _ = listed(ok(rows(0, 1), total=1))
    day = timedelta(days=1)
    assert before - day <= since(pages) <= datetime.now(UTC) - day
    changed, sent = listed(ok(rows(0, 1), total=1), cursor=pages[-1].cursor)
    assert sent[0]["offset"] == 0
    assert changed[-1].is_last
    assert since(changed) >= since(pages)


def test_pages_of_changes_keep_asking_for_the_same_time():
    end = listed(ok([], total=0))[0][-1]
    full = ok(rows(0, 100), total=120)
    _, sent = listed(full, ok(rows(95, 25), total=120), cursor=end.cursor)
    assert sent[0]["modified_after"] == sent[1]["modified_after"]
    assert [query["offset"] for query in sent] == [0, 95]


def test_an_ignored_filter_ends_the_list_and_the_next_is_of_everybody():
    end = listed(ok([], total=0))[0][-1]
    everybody = ok(rows(0, 100, ModifiedOn=OLD), total=100_000)
    pages, sent = listed(everybody, cursor=end.cursor)
    assert len(sent) == 1
    assert (pages[0].is_last, pages[0].cursor) == (True, None)
    assert len(pages[0].people) == 100  # they are there all the same


def test_rows_without_a_time_prove_nothing_about_the_filter():
    end = listed(ok([], total=0))[0][-1]
    pages, _ = listed(ok(rows(0, 3, ModifiedOn=None), total=3), cursor=end.cursor)
    assert pages[-1].cursor is not None


@pytest.mark.parametrize("cursor", ["", "nonsense", "a|b|c", "|not a time|", "||x"])
def test_a_cursor_of_another_kind_is_the_beginning(cursor):
    _, sent = listed(ok([], total=0), cursor=cursor)
    assert sent == [{"limit": 100, "offset": 0}]


def test_a_row_that_cannot_be_read_does_not_hide_the_others():
    strange = [contact("7"), contact(EmailAddresses_Work="none"), contact()]
    ((end,), _) = listed(ok(strange, total=3))
    assert [person.id for person in end.people] == [DANA]


def test_refusals_are_what_they_are_elsewhere():
    with pytest.raises(BadCredentials):
        listed(reply(401))
    with pytest.raises(Unexpected):
        listed(ok("everybody"))
