"""Coming in, being kept out, and leaving again."""

import pytest
from axes.utils import reset
from django.urls import reverse

from tests.factories import PASSWORD, UserFactory

SIGN_IN = "/sign-in/"


@pytest.fixture(autouse=True)
def _no_attempts(db):
    reset()


def _try(client, email, password, forwarded=""):
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    data = {"username": email, "password": password}
    return client.post(SIGN_IN, data, headers=headers)


def test_bob_signs_in_with_his_email_in_any_case(client, bob):
    response = _try(client, " Bob@ACME.example", PASSWORD)
    assert response.url == reverse("jobs:list")


def test_a_wrong_password_does_not_say_which_was_wrong(client, bob):
    wrong = _try(client, bob.email, "wrong").content.decode()
    unknown = _try(client, "nobody@acme.example", "wrong").content.decode()
    for page in (wrong, unknown):
        assert "Email address and password do not belong together." in page


def test_an_empty_form_names_its_fields(client, db):
    page = _try(client, "", "").content.decode()
    assert "Email address is missing." in page
    assert "Password is missing." in page


def test_a_person_who_is_switched_off_stays_out(client, bob):
    bob.is_active = False
    bob.save()
    assert _try(client, bob.email, PASSWORD).status_code == 200


def test_ten_wrong_passwords_close_the_door_and_say_for_how_long(client, bob):
    for _ in range(10):
        answer = _try(client, bob.email, "wrong")
    assert answer.status_code == 429
    assert "Try again in 15 minutes" in answer.content.decode()
    assert _try(client, bob.email, PASSWORD).status_code == 429


def test_another_spelling_does_not_open_the_closed_door(client, bob):
    for _ in range(10):
        _try(client, bob.email, "wrong")
    assert _try(client, "BOB@acme.example", PASSWORD).status_code == 429


def test_the_closed_door_stands_open_for_others(client, bob, alice):
    for _ in range(10):
        _try(client, bob.email, "wrong")
    assert _try(client, alice.email, PASSWORD).status_code == 302


def test_behind_a_proxy_the_door_is_closed_for_one_host_alone(client, bob, settings):
    settings.PROXIES = 1
    for n in range(10):  # what the browser itself claims counts for nothing
        answer = _try(client, bob.email, "wrong", f"10.0.0.{n}, 203.0.113.5")
    assert answer.status_code == 429
    assert _try(client, bob.email, PASSWORD, "203.0.113.6").status_code == 302


def test_without_a_proxy_nobody_chooses_the_host_they_count_for(client, bob):
    for n in range(10):
        answer = _try(client, bob.email, "wrong", f"203.0.113.{n}")
    assert answer.status_code == 429


def test_an_address_that_is_none_counts_for_the_proxy(client, bob, settings):
    settings.PROXIES = 1
    for text in ["", "unknown", "203.0.113.5:4711", "<script>", ","] * 2:
        answer = _try(client, bob.email, "wrong", text)
    assert answer.status_code == 429


def test_the_way_to_the_page_is_kept(client, bob):
    response = client.get("/candidates/")
    assert response.url == "/sign-in/?next=/candidates/"
    data = {"username": bob.email, "password": PASSWORD, "next": "/candidates/"}
    assert client.post(SIGN_IN, data).url == "/candidates/"


def test_another_site_is_no_way_back(client, bob):
    data = {"username": bob.email, "password": PASSWORD, "next": "https://evil.example"}
    assert client.post(SIGN_IN, data).url == reverse("jobs:list")


def test_signing_out_is_a_post(as_bob):
    assert as_bob.get("/sign-out/").status_code == 405
    assert as_bob.post("/sign-out/").url == reverse("accounts:sign_in")
    assert as_bob.get("/jobs/").status_code == 302


def test_somebody_without_an_organization_reads_what_to_do(client, db):
    client.force_login(
        UserFactory(email="new@acme.example"),
        backend="django.contrib.auth.backends.ModelBackend",
    )
    response = client.get("/jobs/")
    assert response.status_code == 403
    assert "Ask an administrator" in response.content.decode()


def test_bob_changes_his_password(as_bob, bob):
    new = "a brand new phrase"
    data = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    as_bob.post("/password/", data)
    bob.refresh_from_db()
    assert bob.check_password(new)


def test_the_old_password_is_asked_for(as_bob, bob):
    new = "a brand new phrase"
    data = {"old_password": "guess", "new_password1": new, "new_password2": new}
    as_bob.post("/password/", data)
    bob.refresh_from_db()
    assert bob.check_password(PASSWORD)
