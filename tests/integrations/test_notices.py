"""A refused credential is told to the administrators: on every page, and once a day."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse

from integrations import breaker, dispatcher, notices, tasks
from integrations.models import AtsConnection, ConnectionMail, LaterLook
from pinsync import clock, waking

from .conftest import make_connection
from .screens import Screen

pytestmark = pytest.mark.django_db

REFUSED = "Ashby refused the API key."


@pytest.fixture
def parked(connection):
    breaker.park(connection, kind="bad_credentials", sentence=REFUSED)
    return connection


@pytest.fixture
def twice(connection, export, dana, ready_resume):
    export(dana)
    step = connection.steps.get(kind="person")
    rows = [
        {"person_id": n, "name": "Dana Example", "why": "same email", "url": ""}
        for n in ("p1", "p2")
    ]
    return LaterLook.objects.create(
        step=step, unclear_at=clock.now(), twice_at=clock.now(), found=rows
    )


@pytest.fixture
def mail_on(settings):
    settings.MAIL_IS_ON = True


def pages() -> list[str]:
    return [
        "/candidates/",
        "/jobs/",
        "/exports/",
        "/settings/ats/",
        reverse("accounts:team"),
    ]


# --- In the app --------------------------------------------------------------------


def test_an_administrator_reads_it_on_every_page_with_the_way_out(as_alice, parked):
    for path in pages():
        text = " ".join(as_alice.get(path, follow=True).content.decode().split())
        assert REFUSED in text, path
        assert "then they go on by themselves." in text
        assert reverse("integrations:reconnect", args=[parked.pk]) in text


def test_an_open_page_asks_for_it_within_a_minute(as_alice, connection):
    page = as_alice.get("/candidates/").content.decode()
    assert 'hx-get="/ats/notices/" hx-trigger="every 45s"' in page
    assert REFUSED not in as_alice.get("/ats/notices/").content.decode()
    breaker.park(connection, kind="bad_credentials", sentence=REFUSED)
    assert REFUSED in as_alice.get("/ats/notices/").content.decode()


def test_recruiters_and_other_organizations_are_not_told(as_bob, as_charlie, parked):
    for client in (as_bob, as_charlie):
        assert REFUSED not in client.get("/candidates/").content.decode()
        assert REFUSED not in client.get("/ats/notices/").content.decode()


def test_a_page_whose_reader_has_signed_out_stays_as_it_is(client, parked):
    assert client.get("/ats/notices/").status_code == 204


def test_once_reconnected_it_is_gone(as_alice, parked):
    AtsConnection.objects.update(state="connected", trouble="", parked_at=None)
    assert REFUSED not in as_alice.get("/candidates/").content.decode()


# --- Twice -------------------------------------------------------------------------


def test_somebody_twice_leads_to_a_page_that_says_who(as_alice, as_bob, twice):
    assert "Ashby has one of your candidates twice" in (
        as_alice.get("/candidates/").content.decode()
    )
    page = as_bob.get("/exports/twice/").content.decode()
    assert "Dana Example" in page
    assert "same email" in page


def test_whoever_merges_them_takes_them_off_the_list(as_bob, as_alice, bob, twice):
    page = Screen(as_bob.get("/exports/twice/"))
    address = f"/exports/twice/{twice.pk}/"
    as_bob.post(address, page.form(address).filled_in())
    twice.refresh_from_db()
    assert twice.seen_to_by == bob
    assert "Nobody is in an ATS twice" in as_bob.get("/exports/twice/").content.decode()
    assert "twice" not in as_alice.get("/ats/notices/").content.decode()


@pytest.mark.parametrize("posted", ["what was shown", "", "2026-13-41T00:00"])
def test_one_more_whom_nobody_has_seen_yet_stays_on_the_list(as_bob, twice, posted):
    data = {"twice_at": posted}
    address = f"/exports/twice/{twice.pk}/"
    if posted == "what was shown":
        data = Screen(as_bob.get("/exports/twice/")).form(address).filled_in()
        LaterLook.objects.update(twice_at=clock.now())  # a later look has found them
    page = Screen(as_bob.post(address, data, follow=True))
    assert "was looked at again since: see who is there." in page.words
    twice.refresh_from_db()
    assert twice.seen_to_at is None


def test_another_organizations_people_are_nobody(as_charlie, twice):
    assert "Dana" not in as_charlie.get("/exports/twice/").content.decode()
    assert as_charlie.post(f"/exports/twice/{twice.pk}/").status_code == 404


# --- By mail -----------------------------------------------------------------------


def test_without_a_mail_server_nothing_is_sent(parked):
    assert not notices.mail_is_due()
    notices.send_mails()
    assert mail.outbox == []


def test_each_administrator_gets_one_mail_that_names_no_candidate(
    mail_on, alice, bob, charlie, twice, parked
):
    assert notices.mail_is_due()
    tasks.send_mails()
    (sent,) = mail.outbox
    assert sent.to == [alice.email]
    assert sent.subject == "PinSync: Ashby needs you"
    assert REFUSED in sent.body
    assert f"http://localhost/settings/ats/{parked.pk}/reconnect/" in sent.body
    assert "has one of your candidates twice" in sent.body
    assert "Dana" not in sent.body


def park_again(connection) -> None:
    AtsConnection.objects.update(state="connected", parked_at=None)
    connection.refresh_from_db()
    breaker.park(connection, kind="bad_credentials", sentence=REFUSED)


def test_refused_again_the_same_day_it_is_told_the_next(mail_on, alice, parked):
    notices.send_mails()
    park_again(parked)
    notices.send_mails()
    assert len(mail.outbox) == 1
    assert not notices.mail_is_due()
    ConnectionMail.objects.update(not_before=clock.now())
    notices.send_mails()
    assert len(mail.outbox) == 2


def test_what_was_told_once_is_not_repeated(mail_on, alice, parked):
    notices.send_mails()
    ConnectionMail.objects.update(not_before=clock.now())
    assert not notices.mail_is_due()


def test_each_connection_has_a_mail_of_its_own(mail_on, acme, alice, parked):
    other = make_connection(acme, vendor="crelate", by=alice)
    breaker.park(other, kind="bad_credentials", sentence="Crelate refused it.")
    notices.send_mails()
    assert sorted(m.subject for m in mail.outbox) == [
        "PinSync: Ashby needs you",
        "PinSync: Crelate needs you",
    ]


def test_a_mail_server_that_is_down_harms_nothing_and_is_tried_again(
    mail_on, alice, parked, settings, as_alice
):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    notices.send_mails()
    assert not notices.mail_is_due()
    assert as_alice.get("/candidates/").status_code == 200

    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    ConnectionMail.objects.update(not_before=clock.now() - timedelta(seconds=1))
    notices.send_mails()
    assert len(mail.outbox) == 1


def test_of_two_workers_one_sends(mail_on, alice, parked):
    assert notices._claim(parked)
    assert notices._claim(parked) is None


def test_the_dispatcher_asks_for_it(mail_on, alice, parked, monkeypatch):
    asked: list[str] = []
    monkeypatch.setattr(
        waking, "wake_now", lambda queue, task, **options: asked.append(task)
    )
    dispatcher.tick()
    assert "integrations.tasks.send_mails" in asked
