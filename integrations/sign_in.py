"""Signing in with tokens: kept with the connection, renewed by one process at a time.

Pages, directory pull and drainers all pass through ``StoredTokens``. The lease is a
conditional update of the connection's row; a new token is stored before it is used, and
only where nobody else has stored one since. What the vendor did not clearly answer is
not asked again at once: everybody waits a few seconds first.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Mapping
from datetime import timedelta

from django.conf import settings
from django.db.models import Q

from pinsync import clock

from .adapters import Adapter, Token
from .breaker import park
from .crypto import CannotOpen
from .errors import AtsError, BadCredentials, NotSent
from .http import CALL_DEADLINE, PAGE_DEADLINE, open_adapter
from .models import AtsConnection
from .tokens import Ask, Held, renew_at

# Beyond the longest call, so that two never renew at once.
LEASE_BEYOND = 15.0
# After a renewal that failed without a clear answer.
REST = 5.0
_LOOK_EVERY = 0.05


class StoredTokens:
    """The token of one connection; ``Tokens`` says what it promises."""

    def __init__(self, connection: AtsConnection, *, patience: float) -> None:
        """Take the seconds for which a caller waits while somebody else renews."""
        self._connection = connection
        self._patience = clock.network_deadline(patience)
        self._was_parked_at = connection.parked_at
        self._name = uuid.uuid4().hex

    def get(self, ask: Ask, *, refused: Held | None = None) -> Held:
        ends = time.monotonic() + self._patience
        while True:
            row = AtsConnection.objects.get(pk=self._connection.pk)
            held = stored(row)
            if held and held.serves(refused):
                return held
            self._give_up_if_pointless(row)
            if self._lease(row):
                return self._renew(row, held, ask)
            if time.monotonic() > ends:
                raise NotSent(
                    f"{row.label} could not be asked for a new sign-in yet. "
                    f"{settings.PRODUCT_NAME} tries again by itself."
                )
            time.sleep(_LOOK_EVERY)

    def _give_up_if_pointless(self, row: AtsConnection) -> None:
        """Raise where the credential was replaced, or refused, since we began."""
        if row.credentials != self._connection.credentials:
            raise NotSent(
                f"The credential of {row.label} was replaced meanwhile. "
                f"{settings.PRODUCT_NAME} tries again by itself."
            )
        parked = row.state == AtsConnection.State.PARKED
        if parked and row.parked_at != self._was_parked_at:
            raise BadCredentials(row.trouble)

    def _lease(self, row: AtsConnection) -> bool:
        now = clock.now()
        lease = clock.network_deadline(CALL_DEADLINE) + clock.scaled(LEASE_BEYOND)
        free = Q(token_leased_until=None) | Q(token_leased_until__lte=now)
        # Everything as it was read: who renewed meanwhile may have parked it, and gone.
        taken = AtsConnection.objects.filter(
            free,
            pk=row.pk,
            token_version=row.token_version,
            credentials=row.credentials,
            state=row.state,
            parked_at=row.parked_at,
        ).update(
            token_leased_by=self._name,
            token_leased_until=now + timedelta(seconds=lease),
        )
        return taken == 1

    def _renew(self, row: AtsConnection, old: Held | None, ask: Ask) -> Held:
        rest = timedelta(0)  # an error of our own, or Paused: others may try at once
        try:
            token = ask(old.token if old else None)
            held = keep(row, token)
            if held is None:
                raise NotSent(
                    f"{row.label} was reconnected or disconnected meanwhile. "
                    f"{settings.PRODUCT_NAME} tries again by itself."
                )
            return held
        except BadCredentials as error:
            park(self._connection, kind=error.kind, sentence=error.sentence)
            raise
        except AtsError:
            rest = clock.period(REST)
            raise
        finally:
            AtsConnection.objects.filter(pk=row.pk, token_leased_by=self._name).update(
                token_leased_by="", token_leased_until=clock.now() + rest
            )


def stored(row: AtsConnection) -> Held | None:
    """Return the row's token, or None where there is none that can be read."""
    if not row.token:
        return None
    try:
        values = row.get_token()
    except CannotOpen:
        return None
    token = Token(
        headers=json.loads(values["headers"]),
        renewal=values["renewal"],
        facts=json.loads(values["facts"]),
    )
    return Held(token, row.token_renew_at, row.token_version)


def keep(row: AtsConnection, token: Token) -> Held | None:
    """Store the token as the row's next one; None where another was stored since.

    Whatever else replaces a credential has a version of its own, too (``put``); one that
    was only encrypted anew is the same.
    """
    version = row.token_version + 1
    due = renew_at(token, row.adapter_class.sign_in)
    changed = AtsConnection.objects.filter(
        pk=row.pk, token_version=row.token_version
    ).update(token=_sealed(row, token), token_version=version, token_renew_at=due)
    return Held(token, due, version) if changed else None


def put(row: AtsConnection, held: Held | None) -> None:
    """Set the row's token to the one that connecting brought; the caller saves it."""
    row.token = _sealed(row, held.token) if held else ""
    row.token_renew_at = held.renew_at if held else None
    row.token_version += 1
    row.token_leased_by, row.token_leased_until = "", None


def open_connection(
    connection: AtsConnection,
    credentials: Mapping[str, str],
    *,
    share: str,
    before_call: Callable[[], None] | None = None,
    may_start: Callable[[], None] | None = None,
) -> Adapter:
    """Return the connection's adapter, with its token and its facts."""
    return open_adapter(
        connection.vendor,
        credentials,
        share=share,
        before_call=before_call,
        may_start=may_start,
        tokens=StoredTokens(
            connection, patience=PAGE_DEADLINE if share == "pages" else CALL_DEADLINE
        ),
        facts=connection.facts,
    )


def _sealed(row: AtsConnection, token: Token) -> str:
    return row.sealed_token(
        {
            "headers": json.dumps(dict(token.headers)),
            "renewal": token.renewal,
            "facts": json.dumps(dict(token.facts)),
        }
    )
