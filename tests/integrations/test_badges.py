"""The ATS badge: its words, its link, its states, and how it keeps itself up to date."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from django.core.exceptions import ValidationError
from django.template import Context, Template
from django.urls import reverse

from integrations import breaker, connections, decisions
from integrations.badges import Badge, badges_of
from integrations.marks import drawn, validate_svg
from integrations.models import AtsConnection, AtsPerson, Decision, ExportStep
from pinsync import clock
from tests.factories import CandidateFactory

from .conftest import make_connection

KnownBy = AtsPerson.KnownBy
State = ExportStep.State


def badge(candidate) -> Badge:
    (found,) = badges_of([candidate], candidate.organization)[candidate.pk]
    return found


def step_of(candidate, kind="person", **changes) -> ExportStep:
    steps = ExportStep.objects.filter(candidate=candidate, kind=kind)
    if changes:
        from integrations.derived import refresh_exports

        steps.update(**changes)
        refresh_exports(steps.get().connection_id, candidate.pk)
    return steps.get()


def known(connection, candidate, known_by=KnownBy.CREATED, **fields) -> AtsPerson:
    return AtsPerson.objects.create(
        connection=connection,
        candidate=candidate,
        person_id="188077",
        known_by=known_by,
        known_at=clock.now(),
        **{"url": "https://ats.example/188077", **fields},
    )


def page_of(client, candidate) -> str:
    html = client.get(reverse("candidates:detail", args=[candidate.pk]))
    return " ".join(html.content.decode().split())


def poll_url(html: str) -> str:
    (url,) = re.findall(r'id="ats-poller"[^>]*hx-get="([^"]+)"', html)
    return unescape(url)


# --- States and words ----------------------------------------------------------------


def test_no_export_is_none(connection, dana):
    assert badge(dana).state == Badge.NONE
    assert badge(dana).words == "Not in Ashby"


def test_an_export_waits(export, dana):
    export(dana)
    assert (badge(dana).state, badge(dana).words) == (Badge.WAITING, "Waiting")


def test_it_is_exporting_once_the_intent_stands(export, dana):
    export(dana)
    step_of(dana, state=State.SENDING, intent_at=clock.now())
    assert (badge(dana).state, badge(dana).words) == (Badge.EXPORTING, "Exporting…")


def test_a_question_needs_you_and_leads_to_it(export, dana):
    export(dana)
    step = step_of(dana, state=State.ASKING, error="Which one is she?")
    decision = Decision.objects.create(
        step=step, question="Which one is she?", allowed=["skip"], asked_at=clock.now()
    )
    found = badge(dana)
    assert (found.state, found.words) == (Badge.NEEDS_YOU, "Needs you")
    assert found.url == reverse("integrations:decide", args=[decision.pk])


def test_a_failure_says_why(export, dana):
    export(dana)
    step_of(dana, state=State.FAILED, error="Ashby refuses the phone number.")
    found = badge(dana)
    assert (found.state, found.words) == (Badge.FAILED, "Failed")
    assert found.sentence == "Ashby refuses the phone number."


def test_a_failure_is_retried_where_it_is_shown(as_bob, export, dana):
    pressed = export(dana)
    step_of(dana, state=State.FAILED, error="Ashby refused it.")
    page = page_of(as_bob, dana)
    assert 'id="ats-retry"' in page
    retry = reverse("integrations:retry", args=[pressed.pk])
    assert f'form="ats-retry" formaction="{retry}"' in page
    assert "Waits: </span><span>Resume</span>" in page  # nothing is under way


@pytest.mark.parametrize("known_by", [KnownBy.CREATED, KnownBy.RECOVERED])
def test_whom_we_created_is_in_the_ats(connection, dana, known_by):
    known(connection, dana, known_by)
    assert (badge(dana).state, badge(dana).words) == (Badge.IN_ATS, "In Ashby")
    assert badge(dana).url == "https://ats.example/188077"


@pytest.mark.parametrize(
    "known_by", [KnownBy.LINKED, KnownBy.DECIDED, KnownBy.IMPORTED]
)
def test_who_was_there_is_linked(connection, dana, known_by):
    known(connection, dana, known_by)
    assert (badge(dana).state, badge(dana).words) == (Badge.LINKED, "Already in Ashby")


def test_the_badge_is_green_before_the_resume_is_there(export, connection, dana):
    export(dana)
    known(connection, dana)
    step_of(dana, state=State.DONE, not_before=None)
    assert badge(dana).state == Badge.IN_ATS
    assert badge(dana).under_way


def test_cancelled_is_none(export, dana, bob):
    decisions.cancel(export(dana), reason="Not now.", by=bob)
    assert badge(dana).state == Badge.NONE


def test_a_link_that_is_no_web_address_is_not_shown(connection, dana):
    known(connection, dana, url="javascript:alert(1)")
    assert badge(dana).url == ""


def test_without_a_link_the_badge_names_the_record(
    as_bob, connection, dana, monkeypatch
):
    monkeypatch.setattr(connection.adapter_class, "profile_url_template", "")
    known(connection, dana, url="")
    assert "Ashby candidate 188077" in page_of(as_bob, dana)
    AtsConnection.objects.update(profile_url="https://a.example/p/{person_id}")
    assert 'href="https://a.example/p/188077"' in page_of(as_bob, dana)


def test_an_ended_connection_shows_only_who_is_there(connection, dana, alice, acme):
    other = CandidateFactory(organization=acme)
    known(connection, dana)
    connections.disconnect(connection, by=alice)
    assert badge(dana).state == Badge.IN_ATS
    assert badges_of([other], acme)[other.pk] == []


def test_a_new_connection_of_another_account_hides_the_old_links(
    connection, dana, alice, acme
):
    known(connection, dana)
    connections.disconnect(connection, by=alice)
    make_connection(acme, "ashby", by=alice)
    assert badge(dana).state == Badge.NONE


def test_other_organizations_exports_are_not_counted(export, dana, globex):
    export(dana)
    assert badges_of([dana], globex)[dana.pk] == []


def test_a_hundred_badges_cost_no_more_queries_than_one(
    acme, connection, export, django_assert_num_queries
):
    people = CandidateFactory.create_batch(20, organization=acme)
    for person in people:
        export(person)
    with django_assert_num_queries(4):
        found = badges_of(people, acme)
    assert all(found[person.pk][0].state == Badge.WAITING for person in people)


# --- On the pages --------------------------------------------------------------------


def test_the_badge_opens_the_profile_in_a_new_tab(as_bob, connection, dana):
    known(connection, dana)
    html = page_of(as_bob, dana)
    assert 'href="https://ats.example/188077" target="_blank" rel="noopener' in html
    assert "In Ashby" in html


def test_a_table_shows_the_mark_with_a_name(as_bob, connection, dana):
    known(connection, dana)
    html = as_bob.get(reverse("candidates:list")).content.decode()
    assert '<span class="visually-hidden">In Ashby' in html


def test_a_list_costs_no_more_queries_for_more_people(
    rf, bob, acme, export, django_assert_num_queries
):
    people = CandidateFactory.create_batch(12, organization=acme)
    for person in people:
        export(person)
    request = rf.get("/")
    request.membership = bob.memberships.select_related("organization").get()
    template = Template(
        "{% load ats %}{% ats_load people %}"
        "{% for p in people %}{% ats_marks p %}{% ats_badges p %}{% endfor %}"
    )
    with django_assert_num_queries(4):
        html = template.render(Context({"request": request, "people": people}))
    assert html.count('id="ats-marks-') == 12
    assert html.count('id="ats-poller"') == 1


def test_the_page_asks_again_while_something_is_under_way(as_bob, export, dana):
    export(dana)
    assert "every 1s" in page_of(as_bob, dana)


def test_a_settled_page_does_not_ask(as_bob, connection, export, dana):
    assert "every 1s" not in page_of(as_bob, dana)
    export(dana)
    ExportStep.objects.update(not_before=clock.now() + timedelta(hours=3))
    assert "every 1s" not in page_of(as_bob, dana)


def test_a_parked_connection_is_not_asked_about(as_bob, connection, export, dana):
    export(dana)
    breaker.park(connection, kind="bad_credentials", sentence="Refused.")
    assert "every 1s" not in page_of(as_bob, dana)


def test_the_poll_is_silent_until_there_is_news(as_bob, connection, export, dana):
    export(dana)
    poll = poll_url(page_of(as_bob, dana))
    assert as_bob.get(poll).status_code == 204
    known(connection, dana)
    ExportStep.objects.update(state=State.DONE, not_before=None)
    response = as_bob.get(poll)
    html = response.content.decode()
    assert response.status_code == 200
    assert f'id="ats-badges-{dana.pk}" hx-swap-oob="true"' in html
    assert "In Ashby" in html
    assert "every 1s" not in html
    assert as_bob.get(poll_url(html)).status_code == 204


def test_the_poll_shows_only_ones_own_candidates(as_charlie, export, dana):
    export(dana)
    url = reverse("integrations:badges")
    html = as_charlie.get(url, {"candidates": str(dana.pk)}).content.decode()
    assert "ats-marks" not in html


def test_the_poll_survives_nonsense(as_bob, db):
    url = reverse("integrations:badges")
    assert (
        as_bob.get(url, {"candidates": "1,x,²,99999999999999999999"}).status_code == 200
    )


def test_the_navigation_counts_what_needs_you(as_bob, export, dana):
    export(dana)
    assert "need you" not in page_of(
        as_bob, CandidateFactory(organization=dana.organization)
    )
    step_of(dana, state=State.ASKING)
    other = CandidateFactory(organization=dana.organization)
    assert 'title="Exports that need you">1<' in page_of(as_bob, other)


# --- Marks ---------------------------------------------------------------------------


@pytest.mark.parametrize("slug", ["ashby", "crelate"])
def test_the_drawn_marks_pass_our_own_check(slug):
    svg = drawn(slug)
    assert svg
    validate_svg(svg.decode())


@pytest.mark.parametrize(
    "svg",
    [
        "not xml",
        "<p/>",
        "<svg><script/></svg>",
        '<svg onload="x"/>',
        '<svg><use href="https://evil.example/x"/></svg>',
        '<svg><rect fill="url(https://evil.example)"/></svg>',
        '<svg><rect style="x"/></svg>',
        '<!DOCTYPE svg [<!ENTITY a "b">]><svg>&a;</svg>',
        "<svg>" + " " * 60_000 + "</svg>",
    ],
)
def test_a_drawing_that_could_do_something_is_refused(svg):
    with pytest.raises(ValidationError):
        validate_svg(svg)
