"""What is taken out of text before anybody sees it."""

from __future__ import annotations

import base64
import json

import pytest

from integrations import redaction


@pytest.mark.parametrize(
    "text",
    [
        "https://ats.example/x?api_key=S3CRET&page=1",
        "?a=1&API-KEY=S3CRET",
        "api_key%3DS3CRET",
        '{"api_key": "S3CRET"}',
        '{\\"access_token\\": \\"S3CRET\\"}',
        "client_secret: S3CRET",
        "X-Amz-Signature=S3CRET&x=1",
        "password='S3CRET'",
        "Authorization: Basic S3CRET==",
        '{"Authorization": "Bearer S3CRET"}',
        "Cookie: session=S3CRET; b=S3CRET",
        "X-Api-Key: S3CRET",
        "sent bearer S3CRET00 along",
        "write to S3CRET@example.com",
        "S3CRET.name+tag@mail.example.co.uk,",
        "?email=S3CRET%40example.com",
    ],
)
def test_keys_tokens_and_email_addresses_are_removed(text):
    told = redaction.redact(text)
    assert "S3CRET" not in told
    assert redaction.GONE in told


@pytest.mark.parametrize(
    "phone", ["+12025550123", "(202) 555-0123", "202.555.0123", "+44 20 7946 0958"]
)
def test_phone_numbers_are_removed(phone):
    assert redaction.redact(f"call {phone} now") == "call [removed] now"


def test_the_rest_is_left_alone():
    text = "Field LastName is required (code 422, job 8f14e45f-ceea-467f, 2026-01-15)."
    assert redaction.redact(text) == text


def test_a_credential_is_removed_in_every_form_it_may_be_echoed_in():
    key = 'k&y "with" é/+'
    secrets = redaction.forms([key, "eu", ""])
    for form in (
        key,
        "k%26y%20%22with%22%20%C3%A9%2F%2B",
        "k%26y+%22with%22+%C3%A9%2F%2B",
        json.dumps(key),
        base64.b64encode(key.encode()).decode(),
        "k&amp;y &quot;with&quot; é/+",
    ):
        assert "y" not in redaction.redact(f"<{form}>", secrets).replace(
            "[removed]", ""
        )
    assert redaction.redact("neutral eu", secrets) == "neutral eu"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("plain words", "plain words"),
        ({"message": "No such job"}, "No such job"),
        ({"Errors": [{"Code": 1}, {"Message": "Bad  date"}]}, "Bad date"),
        ({"error": {"detail": "Too long"}}, "Too long"),
        ({"errors": ["one", "two"]}, "one"),
        ({"errorInfo": {"code": "x"}}, ""),
        ({"errors": [[[["deep"]]]]}, ""),
        ({"message": None, "error": 7}, ""),
        ([], ""),
        (None, ""),
    ],
)
def test_the_vendors_reason_is_found_in_the_usual_places(data, words):
    assert redaction.reason(data, ()) == words


def test_long_text_is_cut():
    assert len(redaction.excerpt(b"word " * 9_000, ())) == redaction.EXCERPT
