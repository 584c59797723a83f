"""Stored credentials: what opens them, what does not, and how keys are changed."""

from __future__ import annotations

import base64
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from integrations import crypto
from integrations.models import AtsConnection

OLD, NEW, LOST = (bytes([n]) * 32 for n in (1, 2, 3))
VALUES = {"api_key": "k3y", "region": "eu"}


def _keys(settings, *keys):
    settings.CREDENTIALS_KEYS = list(keys)


def test_what_is_sealed_opens_again_and_cannot_be_read():
    sealed = crypto.seal(VALUES, "1:2:credentials")
    assert crypto.open_sealed(sealed, "1:2:credentials") == VALUES
    assert b"k3y" not in base64.b64decode(sealed)


def test_the_same_values_look_different_each_time():
    assert crypto.seal(VALUES, "x") != crypto.seal(VALUES, "x")


def test_an_older_key_still_opens(settings):
    _keys(settings, OLD)
    sealed = crypto.seal(VALUES, "x")
    _keys(settings, NEW, OLD)
    assert crypto.open_sealed(sealed, "x") == VALUES


def test_nothing_opens_in_another_row(settings):
    sealed = crypto.seal(VALUES, "1:2:credentials")
    with pytest.raises(crypto.CannotOpen):
        crypto.open_sealed(sealed, "1:3:credentials")


def test_a_lost_key_is_said_not_guessed(settings):
    _keys(settings, LOST)
    sealed = crypto.seal(VALUES, "x")
    _keys(settings, NEW, OLD)
    with pytest.raises(crypto.CannotOpen, match="No key"):
        crypto.open_sealed(sealed, "x")


@pytest.mark.parametrize("change", [0, 5, 20, -1])
def test_a_changed_byte_is_noticed(change):
    raw = bytearray(base64.b64decode(crypto.seal(VALUES, "x")))
    raw[change] ^= 1
    with pytest.raises(crypto.CannotOpen):
        crypto.open_sealed(base64.b64encode(raw).decode(), "x")


@pytest.mark.parametrize("text", ["", "AQ==", "AQEBAQ==", "AgICAgICAgICAgICAgICAg=="])
def test_what_is_too_short_or_of_another_kind_is_not_opened(text):
    with pytest.raises(crypto.CannotOpen):
        crypto.open_sealed(text, "x")


@pytest.mark.parametrize("text", ["not base64!", "é"])
def test_what_is_not_base64_is_not_opened(text):
    with pytest.raises(crypto.CannotOpen, match="not readable"):
        crypto.open_sealed(text, "x")


# --- rotate_credentials -------------------------------------------------------------


def _connection(organization, vendor, **values):
    connection = AtsConnection.objects.create(
        organization=organization, vendor=vendor, connected_at=timezone.now()
    )
    connection.set_credentials(values)
    connection.save()
    return connection


def test_rotation_leaves_nothing_that_needs_the_old_key(settings, acme, globex):
    _keys(settings, OLD)
    first = _connection(acme, "ashby", api_key="one")
    second = _connection(globex, "ashby", api_key="two")
    AtsConnection.objects.create(
        organization=globex, vendor="crelate", connected_at=timezone.now()
    )
    _keys(settings, NEW, OLD)
    out = StringIO()
    call_command("rotate_credentials", stdout=out)
    assert "newest key: 2." in out.getvalue()
    _keys(settings, NEW)
    for connection, key in ((first, "one"), (second, "two")):
        connection.refresh_from_db()
        assert connection.get_credentials() == {"api_key": key}


def test_a_row_that_no_key_opens_is_named_and_the_others_are_rotated(
    settings, acme, globex
):
    _keys(settings, LOST)
    lost = _connection(acme, "ashby", api_key="lost")
    stored = lost.credentials
    _keys(settings, OLD)
    good = _connection(globex, "ashby", api_key="good")
    _keys(settings, NEW, OLD)
    out = StringIO()
    with pytest.raises(CommandError, match=f"connection {lost.pk}[.]") as caught:
        call_command("rotate_credentials", stdout=out)
    assert caught.value.returncode == 1
    assert "newest key: 1." in out.getvalue()
    assert "no key: 1." in out.getvalue()
    _keys(settings, NEW)
    good.refresh_from_db()
    lost.refresh_from_db()
    assert good.get_credentials() == {"api_key": "good"}
    assert lost.credentials == stored


def test_credentials_that_change_meanwhile_are_not_overwritten(
    settings, acme, monkeypatch
):
    connection = _connection(acme, "ashby", api_key="before")
    seal = crypto.seal

    def reconnect_first(values, context):
        AtsConnection.objects.update(credentials=seal({"api_key": "after"}, context))
        return seal(values, context)

    monkeypatch.setattr(crypto, "seal", reconnect_first)
    call_command("rotate_credentials", stdout=StringIO())
    connection.refresh_from_db()
    assert connection.get_credentials() == {"api_key": "after"}
