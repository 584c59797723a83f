"""The frame of every page: organization, colours, navigation, errors."""

import re
from datetime import timedelta

import pytest
from django.template import loader
from django.test import Client
from django.utils import timezone

from pinsync.accounts.models import Membership, Organization
from pinsync.accounts.templatetags.frame import ago, when
from tests.factories import JobFactory, MembershipFactory


def _text(response):
    return response.content.decode()


def test_the_switcher_offers_only_ones_own_organizations(as_bob, bob, globex):
    assert "Switch" not in _text(as_bob.get("/jobs/"))
    MembershipFactory(user=bob, organization=globex)
    page = _text(as_bob.get("/jobs/"))
    assert "Globex Talent" in page
    assert "Switch" in page


def test_bob_works_in_the_organization_he_switched_to(as_bob, bob, acme, globex):
    JobFactory(organization=acme, title="Job of Acme")
    JobFactory(organization=globex, title="Job of Globex")
    MembershipFactory(user=bob, organization=globex)
    page = _text(
        as_bob.post("/organization/", {"organization": globex.pk}, follow=True)
    )
    assert "Job of Globex" in page
    assert "Job of Acme" not in page


@pytest.mark.parametrize("value", ["", "x", "0", "-1", "9" * 30, "²"])
def test_nonsense_is_no_organization(as_bob, value):
    response = as_bob.post("/organization/", {"organization": value})
    assert response.status_code == 404


def test_charlie_cannot_switch_to_acme(as_charlie, acme):
    response = as_charlie.post("/organization/", {"organization": acme.pk})
    assert response.status_code == 404
    assert "Globex Talent" in _text(as_charlie.get("/jobs/"))


def test_somebody_removed_falls_back_to_another_organization(as_bob, bob, acme, globex):
    MembershipFactory(user=bob, organization=globex)
    as_bob.post("/organization/", {"organization": acme.pk})
    Membership.objects.filter(user=bob, organization=acme).delete()
    assert "Globex Talent" in _text(as_bob.get("/jobs/"))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_chosen_colours_are_in_the_first_byte_of_the_next_page(as_bob, theme):
    page = as_bob.post("/theme/", {"theme": theme, "next": "/candidates/"}, follow=True)
    assert page.request["PATH_INFO"] == "/candidates/"
    assert f'data-theme="{theme}"' in _text(page)


def test_the_system_chooses_again(as_bob):
    as_bob.post("/theme/", {"theme": "dark"})
    as_bob.post("/theme/", {"theme": "system"})
    assert "data-theme=" not in _text(as_bob.get("/jobs/"))


def test_a_forged_cookie_is_not_printed(as_bob):
    as_bob.cookies["theme"] = '"><script>'
    assert "<script>" not in _text(as_bob.get("/jobs/"))


@pytest.mark.parametrize("address", ["https://evil.example/", "//evil.example"])
def test_the_theme_form_leads_nowhere_else(as_bob, address):
    assert as_bob.post("/theme/", {"theme": "dark", "next": address}).url == "/"


def test_the_place_in_the_navigation_is_marked(as_bob):
    page = _text(as_bob.get("/jobs/"))
    marked = re.findall(r'<a class="nav-link" href="([^"]+)" aria-current="page"', page)
    assert marked == ["/jobs/"]


def test_the_menu_opens_without_javascript(as_bob):
    page = _text(as_bob.get("/jobs/"))
    assert 'popovertarget="menu"' in page
    assert re.search(r'id="menu" popover', page)
    assert 'href="#main"' in page


def test_pages_obey_their_own_content_policy(as_bob):
    response = as_bob.get("/jobs/")
    assert "script-src 'self'" in response["Content-Security-Policy"]
    page = _text(response)
    assert not re.search(r"<script(?![^>]*\bsrc=)", page)
    assert " style=" not in page
    assert "<style" not in page
    assert "http://" not in page.replace("http://testserver", "")


def test_an_unknown_address_is_a_page_of_ours(as_bob):
    response = as_bob.get("/nothing/here/")
    assert response.status_code == 404
    assert "There is nothing at this address." in _text(response)


def test_a_form_without_its_token_says_nothing_was_changed(bob):
    client = Client(enforce_csrf_checks=True)
    response = client.post("/sign-in/", {"username": bob.email, "password": "x"})
    assert response.status_code == 403
    assert "Nothing was changed." in _text(response)


def test_the_error_page_needs_nothing_that_may_be_broken(
    rf, django_assert_num_queries, db
):
    with django_assert_num_queries(0):
        page = loader.get_template("500.html").render()
    assert "Something went wrong on our side." in page


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (5, "just now"),
        (65, "1 min ago"),
        (3 * 3600 + 5, "3 h ago"),
        (2 * 86_400 + 5, "2 d ago"),
    ],
)
def test_moments_are_said_in_words(seconds, words):
    assert ago(timezone.now() - timedelta(seconds=seconds)) == words


def test_a_moment_long_ago_is_a_date_and_none_is_nothing():
    moment = timezone.now() - timedelta(days=400)
    assert str(moment.year) in ago(moment)
    assert 'title="' in when(moment)
    assert ago(None) == when(None) == ""


def test_every_page_of_the_administration_of_people_opens(admin_client, acme, alice):
    for model, obj in (
        ("user", alice),
        ("organization", acme),
        ("membership", alice.memberships.get()),
    ):
        assert admin_client.get(f"/admin/accounts/{model}/?q=a").status_code == 200
        url = f"/admin/accounts/{model}/{obj.pk}/change/"
        assert admin_client.get(url).status_code == 200


def test_the_administration_adds_a_person_by_email(admin_client):
    page = admin_client.get("/admin/accounts/user/add/").content.decode()
    assert 'name="email"' in page
    assert 'name="username"' not in page


def test_organizations_are_not_deleted(admin_client, acme):
    url = f"/admin/accounts/organization/{acme.pk}/delete/"
    assert admin_client.post(url, {"post": "yes"}).status_code == 403
    assert Organization.objects.filter(pk=acme.pk).exists()
