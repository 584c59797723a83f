"""A credential that is refused: no call more, who is told, and how all goes on."""

from __future__ import annotations

from datetime import timedelta
from html import unescape

import pytest
from django.core import mail
from django.urls import reverse

from integrations import (
    breaker,
    connections,
    directory,
    dispatcher,
    later_looks,
    outreach_check,
    tasks,
)
from integrations.adapters import OAuth2, TokenExchange
from integrations.models import (
    AtsConnection,
    AtsDirectoryPull,
    ConnectionMail,
    DuplicateCheck,
    Export,
    ExportStep,
    LaterLook,
)
from pinsync import clock, waking
from tests.faults.parts import wait_until

from .crowd import THREADS, crowd, row, widen
from .holding import Hold, holding
from .scene import Scene, seen

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("patience"),
]

MINUTE = timedelta(seconds=60)


@pytest.fixture(autouse=True)
def _wide(monkeypatch, settings) -> None:
    widen(monkeypatch, settings)


def has_tokens(scene: Scene) -> bool:
    return isinstance(row(scene).adapter_class.sign_in, (TokenExchange, OAuth2))


def is_parked(scene: Scene) -> bool:
    return row(scene).state == AtsConnection.State.PARKED


def reach_the_refusal(scene: Scene, hold: Hold) -> None:
    """Let all threads wait for an answer that says that the credential is refused.

    TrackerRMS's older API refuses for other reasons, too, so its newer one is asked then.
    """
    hold.wait_for(THREADS)
    if scene.connection.vendor == "trackerrms":
        hold.let(THREADS)
        wait_until(lambda: len(hold.arrived) == 2 * THREADS, seconds=60, what="them")
        hold.wait_for(THREADS)


def refuse(scene: Scene) -> None:
    """Let the vendor refuse the key, and an export find that out."""
    scene.sim.revoke(scene.facts.key)
    scene.trigger(scene.candidate())
    scene.work()
    assert is_parked(scene)


# --- No call more ------------------------------------------------------------------


def test_after_a_refused_credential_and_its_one_refresh_no_call_starts(scene):
    crowd(scene)
    with holding(scene.sim) as hold, scene.working():
        hold.wait_for(THREADS)
        scene.sim.revoke(scene.facts.key)
        reach_the_refusal(scene, hold)
        before = len(hold.arrived)
        hold.let_all()
    assert is_parked(scene)
    after = hold.arrived[before:]
    assert len(after) == (1 if has_tokens(scene) else 0)
    assert set(after).isdisjoint(hold.arrived[:before])  # to renew, not to ask again
    assert scene.people() == []
    assert set(Export.objects.values_list("state", flat=True)) == {"waiting"}
    assert not ExportStep.objects.exclude(tries=0).exists()


@pytest.mark.parametrize("vendor", ["jobadder", "kortivity", "trackerrms"])
def test_a_new_token_that_is_refused_too_is_not_renewed_again(scene):
    crowd(scene)
    renewals = scene.sim.count(scene.facts.helper)
    with holding(scene.sim) as hold, scene.working():
        hold.wait_for(THREADS)
        refused = {scene.facts.jobs, *(f"{call}$" for call in hold.arrived)}
        for call in refused:
            scene.sim.fault("expired_token", match=call, times="forever")
        reach_the_refusal(scene, hold)
        before = len(hold.arrived)
        hold.let_all()
    assert is_parked(scene)
    assert scene.sim.count(scene.facts.helper) == renewals + 1
    # Each repeats its call once with the new token, unless another was refused first.
    assert 2 <= len(hold.arrived) - before <= THREADS + 1


def test_pages_of_a_parked_connection_make_no_call_and_say_so(scene):
    refuse(scene)
    calls, told = scene.sim.count(), row(scene).trouble
    candidate = scene.dana()
    picker = reverse("integrations:job_search", args=[scene.connection.pk])
    for url in (picker, f"{picker}?q=engineer", scene.button(candidate)):
        assert told in unescape(scene.read(url)), url
    assert told in unescape(scene.read_settings())
    search = f"{reverse('candidates:list')}?in-{scene.connection.vendor}=only"
    if scene.connection.adapter_class.lists_people:
        assert "as soon as" in scene.read(search)
    AtsConnection.objects.update(last_proven_at=clock.now() - timedelta(days=1))
    connections.prove_due()
    directory.pull_due()
    outreach_check.check_due()
    later_looks.look_due()
    scene.work()
    assert scene.sim.count() == calls


# --- Who is told -------------------------------------------------------------------


def notices(scene: Scene) -> str:
    return unescape(seen(scene.alice.get("/ats/notices/")))


def test_administrators_are_told_on_the_page_and_by_one_mail_a_day(
    scene, settings, alice, monkeypatch
):
    settings.MAIL_IS_ON = True
    refuse(scene)
    told = row(scene).trouble
    # An open page asks for this every 45 s.
    assert told in notices(scene)
    assert told not in unescape(scene.read("/ats/notices/"))  # Bob cannot mend it
    asked: list[str] = []
    monkeypatch.setattr(waking, "wake_now", lambda queue, job, **_: asked.append(job))
    dispatcher.tick()
    assert "integrations.tasks.send_mails" in asked
    tasks.send_mails()
    (sent,) = mail.outbox
    assert sent.to == [alice.email]
    assert told in sent.body
    scene.grant("a-new-key")
    scene.reconnect("a-new-key")
    assert told not in notices(scene)
    scene.sim.revoke(scene.facts.key)
    breaker.park(row(scene), kind="bad_credentials", sentence=told)
    tasks.send_mails()
    assert len(mail.outbox) == 1
    ConnectionMail.objects.update(not_before=clock.now())  # the next day
    tasks.send_mails()
    assert len(mail.outbox) == 2


# --- Going on ----------------------------------------------------------------------


@pytest.fixture
def awake(monkeypatch) -> list[str]:
    """Return what workers are asked to do, instead of asking them."""
    asked: list[str] = []
    for name in ("wake", "wake_now"):
        monkeypatch.setattr(waking, name, lambda queue, job, **_: asked.append(job))
    return asked


def test_everything_that_was_parked_is_due_within_a_minute_of_reconnecting(
    scene, awake
):
    unclear, known = scene.candidate(), scene.candidate()
    scene.trigger(known)
    scene.work()
    scene.sim.fault("commit_then_drop", match=scene.facts.create)
    scene.trigger(unclear)
    scene.work()
    step = ExportStep.objects.get(candidate=unclear, kind="person")
    assert step.state == "uncertain"
    ExportStep.objects.filter(pk=step.pk).update(not_before=clock.now())
    others = [scene.candidate() for _ in range(5)]
    for candidate in others:
        scene.trigger(candidate)
    refuse(scene)
    look = LaterLook.objects.create(
        step=ExportStep.objects.get(candidate=known, kind="person"),
        unclear_at=clock.now(),
        due_at=clock.now(),
    )
    AtsConnection.objects.update(state="connected")  # as for one who had begun before
    later_looks.look_due()
    assert is_parked(scene)
    assert (
        not ExportStep.objects.due(clock.now() + MINUTE)
        .filter(connection__in=AtsConnection.objects.usable(clock.now()))
        .exists()
    )

    scene.grant("a-new-key")
    awake.clear()
    scene.reconnect("a-new-key")
    assert "integrations.tasks.drain" in awake
    soon = clock.now() + MINUTE
    waiting = ExportStep.objects.filter(state__in=["ready", "uncertain"])
    assert waiting.filter(kind="person").count() == 7
    assert not waiting.filter(kind="person", not_before__gt=soon).exists()
    look.refresh_from_db()
    assert look.due_at
    assert look.due_at <= soon
    assert not DuplicateCheck.objects.filter(not_before__gt=soon).exists()
    assert not AtsDirectoryPull.objects.filter(due_at__gt=soon).exists()
    assert not scene.is_resting()
    dispatcher.tick()
    assert awake.count("integrations.tasks.drain") == 2
    scene.work()
    scene.settle()
    assert len(scene.people()) == 8
    assert set(Export.objects.values_list("state", flat=True)) == {"sent"}


@pytest.mark.parametrize("vendor", ["crelate", "trackerrms"])
def test_early_looks_for_duplicates_go_on_within_a_minute(scene):
    check = DuplicateCheck.objects.create(
        connection=scene.connection,
        candidate=scene.candidate(),
        not_before=clock.now(),
        asked_at=clock.now(),
    )
    scene.sim.revoke(scene.facts.key)
    outreach_check.check_due()
    assert is_parked(scene)
    scene.grant("a-new-key")
    scene.reconnect("a-new-key")
    check.refresh_from_db()
    assert check.not_before <= clock.now() + MINUTE


@pytest.mark.parametrize("vendor", ["ashby", "crelate", "jobadder"])
def test_reading_who_is_there_goes_on_within_a_minute(scene):
    scene.sim.revoke(scene.facts.key)
    directory.pull_due()
    assert is_parked(scene)
    scene.grant("a-new-key")
    scene.reconnect("a-new-key")
    assert AtsDirectoryPull.objects.get().due_at <= clock.now() + MINUTE
