"""Encrypts stored credentials with AES-GCM, each bound to its place in the database.

The first key of CREDENTIALS_KEYS encrypts, every key may decrypt, so that a new key is
put in front and ``manage.py rotate_credentials`` re-encrypts what is stored.
"""

from __future__ import annotations

import base64
import json
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

_VERSION = b"\x01"
_NONCE = 12


class CannotOpen(Exception):
    """No key of CREDENTIALS_KEYS opens it, or it was moved from another row."""


def seal(values: dict[str, str], context: str) -> str:
    """Return the values encrypted, as text; ``context`` is needed to open it again."""
    nonce = os.urandom(_NONCE)
    key = settings.CREDENTIALS_KEYS[0]
    sealed = AESGCM(key).encrypt(nonce, json.dumps(values).encode(), context.encode())
    return base64.b64encode(_VERSION + nonce + sealed).decode()


def open_sealed(text: str, context: str) -> dict[str, str]:
    """Return the values; raises CannotOpen, never returns anything half right."""
    try:
        raw = base64.b64decode(text, validate=True)
    except ValueError as error:
        raise CannotOpen("The stored credentials are not readable.") from error
    if raw[:1] != _VERSION or len(raw) <= 1 + _NONCE:
        raise CannotOpen("The stored credentials are not in a known form.")
    nonce, sealed = raw[1 : 1 + _NONCE], raw[1 + _NONCE :]
    for key in settings.CREDENTIALS_KEYS:
        try:
            plain = AESGCM(key).decrypt(nonce, sealed, context.encode())
        except InvalidTag:
            continue
        values: dict[str, str] = json.loads(plain)
        return values
    raise CannotOpen("No key in CREDENTIALS_KEYS opens the stored credentials.")
