"""A wrong value in the environment stops the start with a sentence that names it."""

from __future__ import annotations

import base64
import os
import runpy
import subprocess
import sys
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

SHORT_KEY = base64.b64encode(b"too short").decode()
GOOD_KEY = base64.b64encode(bytes(32)).decode()


@pytest.fixture
def read(monkeypatch):
    """Read the settings file anew, with other variables and no file besides."""

    def read(**variables: str) -> dict[str, Any]:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        return runpy.run_path(str(settings.BASE_DIR / "pinsync" / "settings.py"))

    return read


def test_a_secret_may_begin_with_a_dollar_sign(read):
    assert read(SECRET_KEY="$" + "x" * 50)["SECRET_KEY"] == "$" + "x" * 50


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("SECRET_KEY", "", "SECRET_KEY is not set."),
        ("CREDENTIALS_KEYS", "", "CREDENTIALS_KEYS is not set. Make one with:"),
        ("CREDENTIALS_KEYS", SHORT_KEY, "CREDENTIALS_KEYS: key 1 is not 32 bytes"),
        ("CREDENTIALS_KEYS", f"{GOOD_KEY},§", "CREDENTIALS_KEYS: key 2 is not 32"),
        ("DEBUG", "perhaps", "DEBUG must be true or false, not “perhaps”."),
        ("PORT", "web", "PORT must be a number from 1 to 65535, not “web”."),
        ("PORT", "70000", "PORT must be a number from 1 to 65535, not “70000”."),
        ("TIME_SCALE", "0", "TIME_SCALE must be a number from 0.001 to 10, not “0”."),
        ("DRAIN_THREADS", "33", "DRAIN_THREADS must be a number from 1 to 32"),
        ("PACE", "fast", "PACE must be one of vendor, off, not “fast”."),
        ("LOG_LEVEL", "loud", "LOG_LEVEL must be one of DEBUG, INFO,"),
        ("LOG_FORMAT", "xml", "LOG_FORMAT must be one of text, json, not “xml”."),
        ("EMAIL_URL", "mail.example.com", "EMAIL_URL must be an address such as"),
        ("MAIL_FROM", "nobody", "MAIL_FROM must be the address that mails come from"),
        ("PUBLIC_URL", "pinsync.example.com", "PUBLIC_URL must be an address such as"),
        ("PUBLIC_URL", "https://example.com/pinsync", "PUBLIC_URL must be an address"),
        ("REDIS_URL", "localhost:6379", "REDIS_URL must start with redis://"),
        ("DATABASE_URL", "mysql://db/pinsync", "DATABASE_URL must start with postgres"),
        ("DATABASE_URL", "what?", "DATABASE_URL"),
        ("ALLOWED_PRIVATE_HOSTS", "ats.internal", "ALLOWED_PRIVATE_HOSTS must be a"),
    ],
)
def test_a_wrong_value_is_named_in_a_sentence(read, name, value, sentence):
    with pytest.raises(ImproperlyConfigured) as caught:
        read(**{name: value})

    assert sentence in str(caught.value)
    assert str(caught.value).endswith((".", "new-key"))


def test_right_values_are_taken(read):
    made = read(PORT="8080", PUBLIC_URL="https://pinsync.example.com/", DEBUG="on")

    assert (made["PORT"], made["DEBUG"]) == (8080, True)
    assert made["CSRF_TRUSTED_ORIGINS"] == ["https://pinsync.example.com"]
    assert made["SESSION_COOKIE_SECURE"]


def test_mail_is_off_until_there_is_a_server(read):
    assert read()["MAIL_IS_ON"] is False
    made = read(EMAIL_URL="smtp+tls://us:secret@mail.example.com:587")
    assert (made["MAIL_IS_ON"], made["EMAIL_USE_TLS"]) == (True, True)
    assert (made["EMAIL_HOST"], made["EMAIL_PORT"]) == ("mail.example.com", 587)


def test_a_password_in_a_wrong_address_is_not_shown(read):
    with pytest.raises(ImproperlyConfigured) as caught:
        read(REDIS_URL="http://:hunter2@redis/0")

    assert "hunter2" not in str(caught.value)


def test_private_hosts_are_none_unless_named(read):
    assert read(ALLOWED_PRIVATE_HOSTS="")["ALLOWED_PRIVATE_HOSTS"] == []
    both = read(ALLOWED_PRIVATE_HOSTS="127.0.0.1:9101,ats.internal:*")
    assert both["ALLOWED_PRIVATE_HOSTS"] == ["127.0.0.1:9101", "ats.internal:*"]


@pytest.mark.parametrize(
    "command", [["manage.py", "check"], ["-m", "pinsync.launcher", "run"]]
)
def test_the_start_stops_with_the_sentence_and_no_traceback(command, tmp_path):
    done = subprocess.run(
        [sys.executable, *command],
        cwd=settings.BASE_DIR,
        env={**os.environ, "TIME_SCALE": "slow", "VAR_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=120,
    )

    assert done.returncode == 1
    assert done.stderr == "TIME_SCALE must be a number from 0.001 to 10, not “slow”.\n"


def test_a_database_that_falls_silent_is_given_up_on_both_sides(read):
    options = read(DATABASE_URL="postgres://us@db/ours")["DATABASES"]["default"]

    assert options["OPTIONS"]["tcp_user_timeout"] == 20_000
    assert "-c idle_in_transaction_session_timeout" in options["OPTIONS"]["options"]


def test_what_the_address_of_the_database_says_wins(read):
    made = read(DATABASE_URL="postgres://us@db/ours?tcp_user_timeout=5000")

    options = made["DATABASES"]["default"]["OPTIONS"]
    assert str(options["tcp_user_timeout"]) == "5000"
    assert options["connect_timeout"] == 10
