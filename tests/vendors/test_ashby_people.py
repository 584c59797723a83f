"""Ashby's list of everybody, against scripted replies."""

from __future__ import annotations

import pytest

from integrations.adapters import Page
from integrations.errors import BadCredentials, MissingPermission, NotSent, Throttled
from integrations.vendors.ashby.adapter import AshbyAdapter

from .fakehttp import adapter_with, reply
from .test_ashby_adapter import ADA, candidate, failed, ok, page

LIST = "POST /candidate.list"


def last(results, token: str | None = "6W05prn4d"):
    more = {"syncToken": token} if token else {}
    return ok(results, moreDataAvailable=False, **more)


def listed(*answers, cursor: str | None = None) -> tuple[list[Page], list[dict]]:
    """Return the pages from the cursor on, and the bodies that were sent."""
    adapter, http = adapter_with(AshbyAdapter, {LIST: list(answers)})
    return list(adapter.people(cursor)), [call.json for call in http.calls]


def test_everybody_is_listed_page_by_page():
    pages, sent = listed(page([candidate()], "qA"), last([candidate(id="b")]))
    assert [[p.id for p in one.people] for one in pages] == [[ADA], ["b"]]
    assert [one.is_last for one in pages] == [False, True]
    assert sent == [{"limit": 100}, {"limit": 100, "cursor": "qA"}]


def test_a_list_goes_on_after_any_page():
    (first, *_), _ = listed(page([], "qA"), last([]))
    pages, sent = listed(last([candidate()]), cursor=first.cursor)
    assert sent == [{"limit": 100, "cursor": "qA"}]
    assert pages[0].is_last


def test_the_next_list_asks_for_what_has_changed():
    (*_, end), _ = listed(last([]))
    pages, sent = listed(page([candidate()], "qB"), last([], "next"), cursor=end.cursor)
    # On later pages the cursor alone: clients do either, and both work.
    assert sent == [
        {"limit": 100, "syncToken": "6W05prn4d"},
        {"limit": 100, "cursor": "qB"},
    ]
    assert not any(one.starts_over for one in pages)


def test_without_a_token_the_next_list_is_of_everybody():
    (end,), _ = listed(last([], None))
    assert (end.is_last, end.cursor) == (True, None)


@pytest.mark.parametrize(
    "code",
    [
        "next_cursor_expired",
        "invalid_next_cursor",
        "sync_token_expired",
        "sync_token_invalid",
        "incremental_sync_too_large",
    ],
)
@pytest.mark.parametrize("cursor", ["syncToken:6W05prn4d", "cursor:qA"])
def test_what_ashby_takes_no_more_starts_over(code, cursor):
    answers = (failed(code), page([candidate()], "qA"), last([]))
    pages, sent = listed(*answers, cursor=cursor)
    assert [one.starts_over for one in pages] == [True, False]
    assert sent[1] == {"limit": 100}


def test_a_list_that_ashby_breaks_off_from_the_beginning_is_an_error():
    with pytest.raises(NotSent, match="read again automatically"):
        listed(failed("next_cursor_expired"))


def test_a_cursor_of_another_kind_is_the_beginning():
    _, sent = listed(last([]), cursor="something else")
    assert sent == [{"limit": 100}]


def test_a_page_may_be_empty_in_the_middle():
    pages, _ = listed(page([], "qA"), last([candidate()]))
    assert [len(one.people) for one in pages] == [0, 1]


def test_a_row_that_cannot_be_read_does_not_hide_the_others():
    (end,), _ = listed(last([{"id": 7}, candidate(emailAddresses="none"), candidate()]))
    assert [person.id for person in end.people] == [ADA]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (reply(403, body=b"Forbidden"), BadCredentials),
        (failed("missing_endpoint_permission", status=403), MissingPermission),
        (failed("rate_limit_exceeded", status=429), Throttled),
    ],
)
def test_refusals_are_what_they_are_elsewhere(answer, error):
    with pytest.raises(error):
        listed(answer, cursor="syncToken:6W05prn4d")
