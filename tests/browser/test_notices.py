"""What administrators must know comes to a page that is open, and leads to the way out."""

from __future__ import annotations

import pytest

from integrations import breaker
from integrations.models import AtsConnection, LaterLook
from integrations.triggers import request_export
from pinsync import clock
from tests.factories import CandidateFactory
from tests.integrations.conftest import make_connection, ready_resume  # noqa: F401

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

REFUSED = "Ashby refused the API key."


@pytest.fixture
def connected(acme, alice):
    return make_connection(acme, by=alice)


def fits(page) -> bool:
    width = (
        "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    )
    return page.evaluate(width)


@pytest.mark.parametrize("width", [1280, 400])
def test_a_refused_credential_comes_to_a_page_that_is_open(
    open_page, alice, connected, width
):
    page = open_page(alice, "/candidates/", width=width)
    assert not page.locator("#notices").is_visible()
    breaker.park(connected, kind="bad_credentials", sentence=REFUSED)
    # As the clock of the page would within 45 s.
    page.evaluate(
        "htmx.ajax('GET', '/ats/notices/', {target: '#notices', swap: 'outerHTML'})"
    )
    notice = page.locator("#notices .message")
    notice.wait_for()
    assert REFUSED in notice.inner_text()
    assert fits(page)
    notice.get_by_role("link", name="Reconnect").click()
    assert "/reconnect/" in page.url
    AtsConnection.objects.update(state="connected", parked_at=None, trouble="")
    page.goto("/candidates/")
    assert not page.locator("#notices").is_visible()
    assert page.complaints == []


@pytest.mark.parametrize("width", [1280, 400])
def test_somebody_twice_is_shown_and_taken_off_the_list(
    open_page, alice, acme, connected, width, export_of
):
    look = export_of(CandidateFactory(organization=acme, last_name="Example"))
    page = open_page(alice, "/exports/twice/", width=width)
    assert page.get_by_text("same email").first.is_visible()
    assert fits(page)
    page.get_by_role("button", name="Seen to").click()
    page.get_by_text("Nobody is in an ATS twice").wait_for()
    look.refresh_from_db()
    assert look.seen_to_by == alice
    assert page.complaints == []


@pytest.fixture
def export_of(connected, alice, ready_resume):  # noqa: F811
    def make(candidate):
        request_export(
            connection=connected, candidate=candidate, ats_job_id="job-1", by=alice
        )
        rows = [
            {"person_id": n, "name": "Dana Example", "why": "same email", "url": url}
            for n, url in (("p1", "https://ats.example/p1"), ("p2", ""))
        ]
        return LaterLook.objects.create(
            step=connected.steps.get(kind="person"),
            unclear_at=clock.now(),
            twice_at=clock.now(),
            found=rows,
        )

    return make
