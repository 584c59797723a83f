"""Pages of a list: complete, in order, there and back, whatever the cursor says."""

from datetime import timedelta

import pytest
from django.http import QueryDict
from django.utils import timezone

from candidates.models import Candidate
from pinsync.paging import counted, page_of
from tests.factories import CandidateFactory


@pytest.fixture
def rows(acme):
    """Eleven people; some of them changed in the same microsecond."""
    CandidateFactory.create_batch(11, organization=acme)
    moment = timezone.now().replace(microsecond=0)
    for number, person in enumerate(Candidate.objects.order_by("pk")):
        changed = moment - timedelta(minutes=number // 4)
        Candidate.objects.filter(pk=person.pk).update(updated_at=changed)
    return Candidate.objects.all()


def _page(rows, **query):
    data = QueryDict(mutable=True)
    data.update(query)
    return page_of(rows, data, by="updated_at", size=4)


def test_all_rows_come_once_and_in_order(rows):
    seen, page = [], _page(rows)
    seen += page.rows
    while page.next:
        page = _page(rows, after=page.next)
        seen += page.rows
    assert seen == list(rows.order_by("-updated_at", "-pk"))


def test_the_way_back_shows_the_same_pages(rows):
    first = _page(rows)
    second = _page(rows, after=first.next)
    third = _page(rows, after=second.next)
    assert _page(rows, before=third.previous).rows == second.rows
    back = _page(rows, before=second.previous)
    assert back.rows == first.rows
    assert back.previous == ""
    assert third.next == ""


def test_a_row_added_meanwhile_moves_nobody(rows, acme):
    first = _page(rows)
    expected = _page(rows, after=first.next).rows
    CandidateFactory(organization=acme)
    assert _page(rows, after=first.next).rows == expected


@pytest.mark.parametrize(
    "cursor", ["", "x", "1", "-", "1-", "-1", "9" * 39 + "-1", "1-²", "1-" + "9" * 30]
)
def test_a_cursor_that_cannot_be_read_does_no_harm(rows, cursor):
    page = _page(rows, after=cursor)
    assert page.rows == _page(rows).rows or page.rows == []


def test_a_page_is_one_query(rows, django_assert_num_queries):
    cursor = _page(rows).next
    with django_assert_num_queries(1):
        _page(rows, after=cursor)


def test_few_rows_are_counted_exactly(rows):
    assert counted(rows) == "11"
