"""var/local.env: what the launcher makes once and every start and command reads."""

from __future__ import annotations

import base64
import os
import secrets
from collections.abc import Callable
from pathlib import Path

_HEADER = """\
# Made by `make run`, read by every command. Keep it secret, and keep it: without
# CREDENTIALS_KEYS the stored ATS credentials cannot be opened. Your own settings belong
# into .env, which wins over this file.
"""


class LocalEnv:
    """The file's values; ``keep`` and ``put`` change them, ``save`` writes them."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.values: dict[str, str] = {}
        if path.is_file():
            self.values = _parsed(path.read_text())
        self._stored = dict(self.values)

    def keep(self, name: str, make: Callable[[], str]) -> str:
        """Return the stored value; where there is none, make it."""
        if not self.values.get(name):
            self.values[name] = make()
        return self.values[name]

    def put(self, name: str, value: str) -> None:
        self.values[name] = value

    def forget(self, *names: str) -> None:
        for name in names:
            self.values.pop(name, None)

    def save(self) -> None:
        """Write the file for its owner alone, whole or not at all."""
        if self.values == self._stored and self.path.is_file():
            self.path.chmod(0o600)
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        lines = [f"{name}={value}\n" for name, value in self.values.items()]
        draft = self.path.with_name(self.path.name + ".new")
        draft.unlink(missing_ok=True)
        with open(
            os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w"
        ) as f:
            f.write(_HEADER + "".join(lines))
        draft.replace(self.path)
        self._stored = dict(self.values)


def _parsed(text: str) -> dict[str, str]:
    pairs = (line.partition("=") for line in text.splitlines())
    return {
        name.strip(): value.strip()
        for name, sign, value in pairs
        if sign and not name.lstrip().startswith("#")
    }


def new_credentials_key() -> str:
    """Return a fresh key for CREDENTIALS_KEYS: 32 random bytes in base64."""
    return base64.b64encode(secrets.token_bytes(32)).decode()


def new_secret_key() -> str:
    return secrets.token_urlsafe(50)
