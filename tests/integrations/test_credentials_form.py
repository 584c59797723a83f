"""The connect form: what a vendor makes of what people paste, and what is shown again."""

from __future__ import annotations

import pytest
from django.urls import reverse

from integrations import connections
from integrations.adapters import Adapter, Choice, Secret, Text, WrongCredential
from integrations.errors import BadCredentials
from integrations.forms import CredentialsForm

from .conftest import make_connection


class ExampleAts(Adapter):
    label = "Example ATS"
    credentials_fields = (
        Text("address", "Address", default="https://ats.example"),
        Choice("region", "Region", choices=(("eu", "Europe"), ("us", "US"))),
        Secret("password", "Password"),
    )

    @classmethod
    def cleaned(cls, credentials):
        if "nonsense" in credentials["address"]:
            raise WrongCredential("address", "This is no address.")
        return {**credentials, "address": credentials["address"].partition("/#")[0]}


def form(**typed) -> CredentialsForm:
    typed = {"region": "us", "password": "pass word 1"} | typed
    return CredentialsForm(typed, adapter=ExampleAts)


def test_what_was_pasted_is_stored_as_the_vendor_cleans_it():
    filled = form(address=" https://ats.example/#/jobs ")
    assert filled.is_valid()
    assert filled.credentials() == {
        "address": "https://ats.example",
        "region": "us",
        "password": "pass word 1",
    }


def test_the_vendors_objection_stands_beside_its_field():
    filled = form(address="nonsense")
    assert not filled.is_valid()
    assert filled.errors == {"address": ["This is no address."]}


def test_a_vendor_is_not_asked_before_every_field_is_there():
    filled = form(address="nonsense", password="")
    assert filled.errors == {"password": ["Enter the Password."]}


def test_a_vendor_without_an_opinion_takes_what_was_typed():
    class Plain(ExampleAts):
        cleaned = Adapter.cleaned

    typed = {"address": "nonsense", "region": "eu", "password": "x"}
    filled = CredentialsForm(typed, adapter=Plain)
    assert filled.is_valid()
    assert filled.credentials() == typed


def test_all_but_secrets_is_shown_again():
    known = {"address": "https://own.example", "region": "us", "password": "top"}
    page = CredentialsForm(adapter=ExampleAts, known=known).as_p()
    assert 'value="https://own.example"' in page
    assert '<option value="us" selected>' in page
    assert "top" not in page


def test_nothing_known_shows_the_default():
    assert 'value="https://ats.example"' in CredentialsForm(adapter=ExampleAts).as_p()


def test_reconnecting_begins_even_when_no_key_opens_the_credential(
    as_alice, acme, alice, settings
):
    connection = make_connection(acme, by=alice)
    settings.CREDENTIALS_KEYS = [b"x" * 32]
    page = as_alice.get(reverse("integrations:reconnect", args=[connection.pk]))
    assert page.status_code == 200


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            BadCredentials("Refused."),
            "does not accept this API key. Nothing was saved.",
        ),
        (BadCredentials("Refused.", on_entry="The account is locked."), "is locked."),
    ],
)
def test_the_form_says_why_a_credential_was_refused(as_alice, monkeypatch, error, said):
    def refuse(**_):
        raise error

    monkeypatch.setattr(connections, "connect", refuse)
    url = reverse("integrations:connect", args=["crelate"])
    assert said in as_alice.post(url, {"api_key": "a-key"}).content.decode()
