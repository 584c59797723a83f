"""Settings > Team: administrators change it, and one of them always stays."""

import pytest

from pinsync.accounts.models import Membership, User
from tests.factories import MembershipFactory, UserFactory

TEAM = "/settings/team/"
NEW = {
    "email": "Dora@Acme.example",
    "name": "Dora Lind",
    "role": "recruiter",
    "password": "a long first phrase",
}


def _add(client, **changes):
    return client.post(TEAM + "add/", {**NEW, **changes}, follow=True)


def _text(response):
    return response.content.decode()


def test_everybody_sees_who_is_on_the_team(as_bob, alice):
    page = _text(as_bob.get(TEAM))
    assert "Alice Moore" in page
    assert "Bob Reyes" in page
    assert "Add to the team" not in page


def test_alice_adds_a_person_who_can_then_sign_in(as_alice, acme, client):
    assert "Dora Lind belongs to the team now" in _text(_add(as_alice))
    client.post("/sign-in/", {"username": NEW["email"], "password": NEW["password"]})
    assert "Acme Recruiting" in _text(client.get("/jobs/"))


def test_somebody_with_an_account_keeps_name_and_password(as_alice, acme, charlie):
    before = charlie.password
    _add(as_alice, email=charlie.email, name="Hacked", password="")
    charlie.refresh_from_db()
    assert (charlie.name, charlie.password) == ("Charlie Stone", before)
    assert charlie.memberships.filter(organization=acme).exists()


def test_a_member_is_not_added_twice(as_alice, bob):
    assert "Bob Reyes belongs to the team already." in _text(
        _add(as_alice, email=bob.email)
    )


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": ""}, "Full name is missing."),
        (
            {"name": "x" * 10_000},
            "Full name is 10,000 characters long; at most 150 fit.",
        ),
        ({"email": "dora"}, "Email address must look like name@example.com."),
        ({"password": ""}, "Initial password is missing."),
        ({"password": "12345678"}, "This password is too common."),
        ({"role": "owner"}, "Role: that choice is not offered any more."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_made(as_alice, changes, sentence):
    response = _add(as_alice, **changes)
    assert response.status_code == 422
    assert sentence in _text(response)
    assert not User.objects.filter(email__iexact=NEW["email"]).exists()


def test_an_account_that_is_switched_off_is_not_added(as_alice, acme):
    gone = UserFactory(email="gone@acme.example", is_active=False)
    assert "switched off" in _text(_add(as_alice, email=gone.email))
    assert not gone.memberships.exists()


def test_alice_makes_bob_an_administrator(as_alice, bob):
    membership = bob.memberships.get()
    url = f"{TEAM}{membership.pk}/role/"
    page = as_alice.post(url, {"role": "admin"}, follow=True)
    assert "Bob Reyes is an administrator now." in _text(page)
    membership.refresh_from_db()
    assert membership.is_admin


def test_a_role_that_does_not_exist_changes_nothing(as_alice, bob):
    membership = bob.memberships.get()
    page = as_alice.post(f"{TEAM}{membership.pk}/role/", {"role": "x"}, follow=True)
    assert "There is no such role." in _text(page)


def test_alice_removes_bob_and_his_account_stays(as_alice, as_bob, bob):
    url = f"{TEAM}{bob.memberships.get().pk}/remove/"
    assert "Bob Reyes was removed" in _text(as_alice.post(url, follow=True))
    assert User.objects.filter(pk=bob.pk).exists()
    assert as_bob.get("/jobs/").status_code == 403


@pytest.mark.parametrize("action", ["role", "remove"])
def test_the_last_administrator_stays(as_alice, alice, bob, action):
    membership = alice.memberships.get()
    url = f"{TEAM}{membership.pk}/{action}/"
    page = _text(as_alice.post(url, {"role": "recruiter"}, follow=True))
    assert "Alice Moore is the only administrator of Acme Recruiting." in page
    assert "Make somebody else an administrator first." in page
    membership.refresh_from_db()
    assert membership.is_admin


def test_an_administrator_who_is_switched_off_does_not_count(as_alice, alice, acme):
    asleep = UserFactory(is_active=False)
    MembershipFactory(user=asleep, organization=acme, role=Membership.Role.ADMIN)
    url = f"{TEAM}{alice.memberships.get().pk}/remove/"
    assert "only administrator" in _text(as_alice.post(url, follow=True))


def test_one_of_two_administrators_may_go(as_alice, alice, bob):
    bob.memberships.update(role=Membership.Role.ADMIN)
    as_alice.post(f"{TEAM}{alice.memberships.get().pk}/remove/")
    assert not alice.memberships.exists()


@pytest.mark.parametrize("path", ["add/", "{}/role/", "{}/remove/"])
def test_bob_reads_who_can_help_him(as_bob, alice, bob, path):
    pk = alice.memberships.get().pk
    response = as_bob.post(TEAM + path.format(pk), {**NEW, "role": "recruiter"})
    assert response.status_code == 403
    assert "alice@acme.example" in _text(response)
    assert Membership.objects.count() == 2


@pytest.mark.parametrize("action", ["role", "remove"])
def test_charlie_cannot_touch_the_team_of_acme(as_charlie, alice, bob, action):
    url = f"{TEAM}{bob.memberships.get().pk}/{action}/"
    assert as_charlie.post(url, {"role": "admin"}).status_code == 404
    assert not bob.memberships.get().is_admin


@pytest.mark.parametrize("path", ["add/", "1/role/", "1/remove/"])
def test_changes_are_posts(as_alice, path):
    assert as_alice.get(TEAM + path).status_code == 405
