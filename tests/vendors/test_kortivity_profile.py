"""Kortivity's wire profile: it alone adapts the connector, and it is checked."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest

from integrations.adapters import Adapter, Key, vendors
from integrations.errors import (
    AlreadyThere,
    BadCredentials,
    NotSent,
    Rejected,
)
from integrations.http import VendorHttp
from integrations.vendors.kortivity import pointers, profile
from integrations.vendors.kortivity.adapter import PROFILE

from .desk import desk_of
from .kortivity_clerk import PASSWORD, SIGN_IN_PAGE, USER, WRAPPERS, Clerk
from .kortivity_profiles import JOBS_IN_THE_RECORD, TABLES, speaking
from .people import FULL
from .test_contract import DEEDS, SCENARIOS

# Tokens are kept by the clock of the database.
pytestmark = pytest.mark.django_db


@contextmanager
def clerk_of(style: str, wrapper: str = "bare") -> Iterator[Clerk]:
    clerk = Clerk(style, wrapper)
    try:
        yield clerk
    finally:
        clerk.close()


@contextmanager
def signed_in(clerk: Any, **credentials: str) -> Iterator[Any]:
    """Yield the adapter with the clerk's profile behind the real door."""
    cls = speaking(sign_in={"style": clerk.style})
    known = {"api_url": clerk.url + "/#/jobs", "username": USER, "password": PASSWORD}
    http = VendorHttp(adapter_class=cls, credentials=known | credentials)
    adapter: Adapter = cls(http=http, credentials=known | credentials, environment={})
    http.serve(adapter)
    try:
        yield adapter
    finally:
        http.close()


def write(adapter, act):
    with adapter.http.writing(lambda: None):
        return act()


# -- Everything otherwise ----------------------------------------------------------

# Settings of the simulator: much at once that the profile as shipped does not say, and
# a switch of each kind that it leaves to the pointers.
OTHERWISE: Mapping[str, Mapping[str, Any]] = {
    "a session with a guard against forgery, wrapped": {
        "sign_in": "cookie_session",
        "csrf": "header",
        "wrapper": "data",
        "expired_reply": "html_login",
        "id_type": "text",
        "candidate_id": "text",
        "personal_url": "linkedinUrl",
        "job_candidates": "404",
        "error_form": "text",
        "required": "both_names",
        "unknown_keys": "422",
    },
    "a password each time, bare and small pages": {
        "sign_in": "basic",
        "wrapper": "bare",
        "largest_page": 5,
        "linkedin_match": "exact",
        "status_filter": "ignored",
        "duplicate_email": "409_with_id",
        "already_on_job": "200",
        "jobs_of_candidate": False,
        "error_form": "errors",
    },
    "a token of another name, little understood": {
        "token_name": "access_token",
        "expires_name": "left_out",
        "wrapper": "items",
        "filters": "ignored",
        "personal_url": "linkedinUrl",
        "extra_keys": "unknown",
        "closed_job": "422",
        "error_form": "object",
    },
}


@pytest.mark.django_db
@pytest.mark.parametrize("switches", OTHERWISE.values(), ids=OTHERWISE)
def test_the_profile_alone_meets_a_kortivity_that_is_otherwise_in_everything(
    switches, monkeypatch
):
    told: dict[str, Any] = {
        "sign_in": {"style": switches.get("sign_in", "bearer_login")}
    }
    told["ids"] = {"digits_as_numbers": "candidate_id" not in switches}
    if "personal_url" in switches:
        told["people__sends"] = {"personal_url": "linkedinUrl"}
    if "job_candidates" in switches:
        told |= JOBS_IN_THE_RECORD
    monkeypatch.setitem(vendors(), "kortivity", speaking(**told))
    for name in DEEDS:
        with desk_of("kortivity", monkeypatch, **switches) as desk:
            SCENARIOS[name](desk)


# -- Three styles, four wrappers ---------------------------------------------------


@pytest.mark.parametrize("wrapper", WRAPPERS)
@pytest.mark.parametrize("style", profile.STYLES)
def test_the_profile_alone_adapts_the_connector(style, wrapper):
    with clerk_of(style, wrapper) as clerk, signed_in(clerk) as adapter:
        account = adapter.check()
        assert account.name == "Jo Park"
        assert account.facts == {"search_by_email": "works"}
        assert [job.id for job in adapter.search_jobs("engineer")] == ["42"]
        assert adapter.job("42").title == "Controls Engineer"
        (dana,) = adapter.find(Key.EMAIL, "dana@mail.example")
        assert adapter.person(dana.id) == dana
        assert adapter.find(Key.EMAIL, "nobody@mail.example") == []
        created = write(adapter, lambda: adapter.create(FULL))
        assert created.id == "502"
        assert clerk.people[1]["personalUrl"] == FULL.linkedin_url
        assert adapter.is_on_job("502", "42") is False
        write(adapter, lambda: adapter.add_to_job("502", "42"))
        assert adapter.is_on_job("502", "42") is True
        with pytest.raises(AlreadyThere):
            write(adapter, lambda: adapter.add_to_job("502", "42"))
        assert clerk.sign_ins == (0 if style == "basic" else 1)


@pytest.mark.parametrize("style", profile.STYLES)
def test_a_wrong_password_is_tried_once(style):
    with clerk_of(style) as clerk, signed_in(clerk, password="wrong") as adapter:
        with pytest.raises(BadCredentials, match="user name or password"):
            adapter.check()
        assert len(clerk.calls) == 1


@pytest.mark.parametrize("style", ["bearer_login", "cookie_session"])
def test_an_ended_session_is_renewed_once_and_the_read_made_again(style):
    with clerk_of(style) as clerk, signed_in(clerk) as adapter:
        adapter.ping()
        clerk.end_sessions()
        assert len(adapter.find(Key.EMAIL, "dana@mail.example")) == 1
        assert clerk.sign_ins == 2


@pytest.mark.parametrize("style", ["bearer_login", "cookie_session"])
def test_a_write_that_met_an_ended_session_was_not_sent(style):
    with clerk_of(style) as clerk, signed_in(clerk) as adapter:
        adapter.ping()
        clerk.end_sessions()
        with pytest.raises(NotSent, match="new sign-in"):
            write(adapter, lambda: adapter.create(FULL))
        assert len(clerk.people) == 1
        assert write(adapter, lambda: adapter.create(FULL)).id == "502"
        assert (clerk.sign_ins, len(clerk.people)) == (2, 2)


@pytest.mark.parametrize("style", ["bearer_login", "cookie_session"])
def test_a_password_changed_meanwhile_is_tried_once(style):
    with clerk_of(style) as clerk, signed_in(clerk) as adapter:
        adapter.ping()
        clerk.password = "another"
        clerk.end_sessions()
        with pytest.raises(BadCredentials, match="user name or password"):
            adapter.ping()
        assert clerk.sign_ins == 2


def test_a_session_that_is_never_good_ends_after_two_sign_ins():
    with clerk_of("cookie_session") as clerk, signed_in(clerk) as adapter:
        clerk._is_signed = lambda *_: False  # type: ignore[method-assign]
        with pytest.raises(BadCredentials, match="refuses the session"):
            adapter.ping()
        assert clerk.sign_ins == 2
    assert "password" in SIGN_IN_PAGE


def test_a_real_host_is_not_called_without_the_operators_word(monkeypatch):
    monkeypatch.delenv("KORTIVITY_UNVERIFIED_OK", raising=False)
    clerk = SimpleNamespace(style="bearer_login", url="https://kortivity.invalid")
    with signed_in(clerk) as adapter:
        for _ in range(2):  # and not when it is asked again, either
            with pytest.raises(Rejected, match="KORTIVITY_UNVERIFIED_OK"):
                adapter.check()
        monkeypatch.setenv("KORTIVITY_UNVERIFIED_OK", "true")
        with pytest.raises(NotSent, match="could not be reached"):
            adapter.check()


# -- The file ----------------------------------------------------------------------


def test_the_profile_as_shipped_is_the_one_of_our_notes():
    assert PROFILE.default_url == "https://k7y.app"
    assert PROFILE.sign_in.style == "bearer_login"
    assert dict(PROFILE.people.search_by) == {
        "email": "email",
        "linkedin": "linkedinUrl",
        "name": "search",
    }


def test_the_code_beside_the_profile_holds_no_address():
    for path in profile.FILE.parent.glob("*.py"):
        if path.name != "simulator.py":
            text = path.read_text()
            assert "/api/" not in text
            assert "linkedinUrl" not in text


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        ("sign_in.style", "oauth", "sign_in.style must be one of bearer_login, "),
        (
            "sign_in.login.encoding",
            "xml",
            "sign_in.login.encoding must be json or form",
        ),
        ("sign_in.bearer.value", "Bearer", "sign_in.bearer.value must hold {token}"),
        ("sign_in.bearer.token", "token", "sign_in.bearer.token must be a list"),
        ("sign_in.locked.statuses", ["423"], "sign_in.locked.statuses must be a list"),
        ("pages.first", "1", "pages.first has the wrong type"),
        ("pages.largest", 0, "pages.largest must be 1 or more"),
        ("ids.digits_as_numbers", 1, "ids.digits_as_numbers has the wrong type"),
        ("jobs", 7, "jobs must be a table"),
        ("jobs.get", "/api/jobs", "jobs.get must hold {job_id}"),
        ("people.get", "/api/people", "people.get must hold {candidate_id}"),
        ("people.search_by", {"name": "q"}, "people.search_by needs email"),
        (
            "people.search_by",
            {"email": "e", "ssn": "x"},
            "email, linkedin and name only",
        ),
        ("people.sends", {"shoe_size": "shoe"}, "people.sends.shoe_size is not known"),
        ("people.sends", {"email": 7}, "people.sends.email must be a text"),
        ("people.role", {"salary": "pay"}, "people.role.salary is not known"),
        ("people.marks", {}, "people.marks.sourced_from is missing"),
        ("on_job.lists", "links", "on_job.lists must be people or jobs"),
        ("on_job.colour", "red", "on_job.colour is not known"),
        ("me", None, "me is missing"),
    ],
)
def test_a_mistake_stops_the_start_with_its_place(place, value, said):
    data = copy.deepcopy(TABLES)
    *above, last = place.split(".")
    table = data
    for part in above:
        table = table[part]
    table[last] = value
    if value is None:
        del table[last]
    with pytest.raises(profile.ProfileError) as caught:
        profile.made(data)
    assert str(caught.value).startswith("profile.toml: ")
    assert said in str(caught.value)


def test_a_file_that_is_no_toml_is_named(tmp_path):
    path = tmp_path / "profile.toml"
    path.write_text("style = ")
    with pytest.raises(profile.ProfileError, match=r"profile\.toml cannot be read"):
        profile.load(path)
    with pytest.raises(profile.ProfileError, match="cannot be read"):
        profile.load(tmp_path / "none.toml")


# -- Pointers ----------------------------------------------------------------------

DATA = {
    "id": 7,
    "none": None,
    "empty": [],
    "emails": [{"address": "a@x.y"}, {"address": " b@x.y "}, "odd", {"kind": "work"}],
    "tags": ["red", "", "red", 7],
}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("id", [7]),
        ("$", [DATA]),
        ("none", []),
        ("none.deeper", []),
        ("id.deeper", []),
        ("emails.address", ["a@x.y", " b@x.y "]),
        ("emails[].address", ["a@x.y", " b@x.y "]),
        ("missing", []),
    ],
)
def test_a_pointer_finds_all_that_is_there(path, found):
    assert pointers.values(DATA, path) == found


def test_texts_are_trimmed_and_each_named_once():
    assert pointers.texts(DATA, ["tags", "emails.address", "id"]) == (
        "red",
        "a@x.y",
        "b@x.y",
    )
    assert pointers.words(DATA, ["none", "tags"]) == "red"
    assert pointers.words(DATA, ["none"]) == ""
    assert pointers.first(DATA, ["none", "id"]) == 7


def test_an_empty_field_is_there_and_a_missing_one_is_not():
    for path in ("none", "empty", "id", "emails.address", "emails.kind"):
        assert pointers.has(DATA, path)
    for path in ("missing", "id.deeper", "emails.missing", "none.deeper"):
        assert not pointers.has(DATA, path)


def test_values_are_put_where_a_path_says():
    body: dict[str, Any] = {}
    for path, value in (
        ("name", "Dana"),
        ("address.city", "Denver"),
        ("address.zip", "80202"),
        ("emails[].address", "a@x.y"),
        ("emails[].kind", "work"),
        ("tags[]", "red"),
    ):
        pointers.put(body, path, value)
    assert body == {
        "name": "Dana",
        "address": {"city": "Denver", "zip": "80202"},
        "emails": [{"address": "a@x.y", "kind": "work"}],
        "tags": ["red"],
    }
