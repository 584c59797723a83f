"""The mail server is away: nobody waits for it but the worker, and that once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse

from integrations import breaker, notices
from integrations.models import ConnectionMail
from pinsync import clock
from pinsync.accounts.models import Membership
from tests.factories import MembershipFactory

from .outages import Away, away, use_mail

pytestmark = pytest.mark.django_db

REFUSED = "Ashby refused the API key."
ADMINS = ["alice@acme.example", "dora@acme.example", "emil@acme.example"]


@pytest.fixture(params=["refuses", "silent"])
def server(request, settings) -> Iterator[Away]:
    assert 0 < settings.EMAIL_TIMEOUT <= 10
    settings.EMAIL_TIMEOUT = 0.3
    with away(request.param) as there:
        yield there


@pytest.fixture
def parked(connection):
    for email in ADMINS[1:]:
        MembershipFactory(
            user__email=email,
            organization=connection.organization,
            role=Membership.Role.ADMIN,
        )
    breaker.park(connection, kind="bad_credentials", sentence=REFUSED)
    return connection


def test_three_administrators_cost_one_wait_and_are_told_once_it_is_back(
    server, parked, settings
):
    with use_mail(server.port):
        notices.send_mails()
    if server.server:
        assert server.calls == 1
    assert mail.outbox == []
    row = ConnectionMail.objects.get()
    assert row.sent_at is None
    assert row.not_before > clock.now()  # not at once again

    ConnectionMail.objects.update(not_before=clock.now() - timedelta(seconds=1))
    settings.MAIL_IS_ON = True
    assert notices.mail_is_due()
    notices.send_mails()
    assert sorted(address for sent in mail.outbox for address in sent.to) == ADMINS


def test_it_is_on_the_pages_meanwhile_which_send_nothing(server, parked, as_alice):
    with use_mail(server.port):
        for name in ("jobs:list", "integrations:exports", "integrations:settings"):
            assert REFUSED in as_alice.get(reverse(name)).content.decode()
    assert server.calls == 0


def test_an_error_on_a_page_mails_nobody(settings):
    """Django would do so within the request, by the same server."""
    assert not settings.ADMINS
    assert not settings.MANAGERS
