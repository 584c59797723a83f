"""What signs each call of one session: headers made of the credential, or of a token."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterable, Mapping

from . import redaction
from .adapters import Adapter, Basic, Choice, Header, OAuth2, TokenExchange
from .errors import BadCredentials
from .tokens import Held, MemoryTokens, Tokens


class Signer:
    """Keeps the headers that sign a call, and everything that no text may show.

    ``held`` is the token in use, None with vendors that have none.
    """

    def __init__(
        self,
        vendor: type[Adapter],
        credentials: Mapping[str, str],
        tokens: Tokens | None,
    ) -> None:
        self._vendor = vendor
        self._credentials = credentials
        self._tokens = tokens or MemoryTokens(vendor.sign_in)
        self._own_secrets = _secrets(vendor, credentials)
        self.secrets = self._own_secrets
        self.headers: dict[str, str] = {}
        self.held: Held | None = None

    def prepare(self, adapter: Adapter, *, refused: Held | None = None) -> bool:
        """See to it that the headers are there, and are not what was refused.

        Returns whether there is a new token: the vendor's address may follow from it.
        """
        sign_in = self._vendor.sign_in
        if isinstance(sign_in, (TokenExchange, OAuth2)):
            if refused or self.held is None or self.held.is_due:
                self._take(self._tokens.get(adapter.new_token, refused=refused))
                return True
        elif not self.headers:
            self.headers = self._of_credential(sign_in)
        return False

    def _take(self, held: Held) -> None:
        self.held, self.headers = held, dict(held.token.headers)
        values = [*_parts(self.headers.values()), held.token.renewal]
        self.secrets = (*self._own_secrets, *redaction.forms(values))

    def _of_credential(self, sign_in: Header | Basic) -> dict[str, str]:
        if isinstance(sign_in, Header):
            return {sign_in.name: self._credential(sign_in.field)}
        user = self._credential(sign_in.user)
        password = self._credential(sign_in.password) if sign_in.password else ""
        pair = base64.b64encode(f"{user}:{password}".encode("latin-1")).decode()
        return {"Authorization": f"Basic {pair}"}

    def _credential(self, field: str) -> str:
        value = self._credentials.get(field, "")
        if value and _fits_a_header(value):
            return value
        label = self._vendor.label
        labels = {f.name: f.label for f in self._vendor.credentials_fields}
        what = "holds a character that it cannot have" if value else "is empty"
        raise BadCredentials(
            f"{label} cannot be called: the stored “{labels.get(field, field)}” "
            f"{what}. An administrator must reconnect {label} with a valid one."
        )


def _fits_a_header(value: str) -> bool:
    try:
        raw = value.encode("latin-1")
    except UnicodeEncodeError:
        return False
    return not any(byte < 32 or byte == 127 for byte in raw)


def _parts(values: Iterable[str]) -> list[str]:
    """Return what could be echoed of header values: each whole, and without its scheme."""
    return [part for value in values for part in (value, value.rpartition(" ")[2])]


def _secrets(cls: type[Adapter], credentials: Mapping[str, str]) -> tuple[str, ...]:
    """Return what must never be shown: all but what was chosen from a list."""
    chosen = {f.name for f in cls.credentials_fields if isinstance(f, Choice)}
    values = [value for name, value in credentials.items() if name not in chosen]
    if isinstance(cls.sign_in, OAuth2):
        values.append(os.environ.get(cls.sign_in.client_secret, ""))
    if isinstance(cls.sign_in, Basic):
        user, password = cls.sign_in.user, cls.sign_in.password
        values.append(f"{credentials.get(user, '')}:{credentials.get(password, '')}")
    return redaction.forms(values)
