"""Connecting an ATS, proving that it works, and letting go of it again.

Every network read comes before the transaction that stores what it showed.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import IntegrityError, transaction

from pinsync import clock

from . import decisions, dependents, derived
from .adapters import Account, Adapter, Token, adapter_class
from .breaker import Resting, Watch, count_failure, count_success, park, pause
from .breaker import resting as rests
from .crypto import CannotOpen
from .errors import AtsError, BadCredentials, ErrorKind, Throttled
from .http import VendorHttp, open_adapter
from .models import (
    AtsConnection,
    ConnectionPermission,
    Export,
    ExportStep,
)
from .same_account import is_same_account
from .sign_in import open_connection, put
from .tasks import wake
from .tokens import MemoryTokens

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

    from pinsync.accounts.models import Organization, User

log = logging.getLogger(__name__)

PROVE_EVERY = 3600.0

# Which account a credential belongs to, as somebody says.
SAME, ANOTHER = "same", "another"

# What a step waits for when only a better credential helps it.
_CREDENTIAL_TROUBLE = (ErrorKind.BAD_CREDENTIALS, ErrorKind.MISSING_PERMISSION)


class ConnectedAlready(AtsError):
    """The organization has a live connection of this vendor: reconnect that one."""

    kind = ErrorKind.REJECTED


class NotRecognised(AtsError):
    """Nobody whom we know is in the account: whose it is, somebody has to say."""

    kind = ErrorKind.REJECTED


@dataclass(frozen=True)
class Proof:
    """What was just proven to work: a credential, and the token that it brought."""

    credentials: Mapping[str, str]
    tokens: MemoryTokens

    def store(self, row: AtsConnection) -> None:
        """Set both on the row; the caller saves it."""
        row.set_credentials(self.credentials)
        put(row, self.tokens.held)


def connect(
    *,
    organization: Organization,
    vendor: str,
    credentials: Mapping[str, str],
    token: Token | None = None,
    by: User,
) -> AtsConnection:
    """Prove the credential and store the connection.

    ``token`` is what a sign-in on the vendor's own pages brought. Raises an ``AtsError``
    whose sentence belongs on the form; nothing is stored then.
    """
    live = AtsConnection.objects.of(organization).live().filter(vendor=vendor)
    if live.exists():
        raise _connected_already(vendor)
    tokens = MemoryTokens(adapter_class(vendor).sign_in, token)
    proof = Proof(credentials, tokens)
    with _closing(open_adapter(vendor, credentials, tokens=tokens)) as adapter:
        account = adapter.check()
        earlier = _earlier_of_same_account(organization, vendor, account, adapter)
    try:
        with transaction.atomic():
            if earlier:
                return _revive(earlier, proof, account, by=by)
            return _create(organization, vendor, proof, account, by=by)
    except IntegrityError as error:  # a second tab was faster
        raise _connected_already(vendor) from error


def test(connection: AtsConnection) -> Account:
    """Prove the connection again, permission by permission.

    A refused credential parks it. A credential that works again lets parked work go on.
    Somebody asks for it, so it is done though the connection is parked or its breaker
    open; not where the vendor asked for a rest.
    """
    connection.refresh_from_db()
    if connection.is_told_to_rest(clock.now()):
        raise rests(connection)
    return _prove(connection, share="pages", anyway=True)


def _prove(connection: AtsConnection, *, share: str, anyway: bool = False) -> Account:
    sealed = connection.credentials
    with opened(connection, share=share, anyway=anyway) as adapter:
        account = adapter.check()
    with transaction.atomic():
        row = _locked(connection)
        if row.is_live and row.credentials == sealed:
            _store_proof(row, account)
    connection.refresh_from_db()
    return account


def due_for_proof() -> QuerySet[AtsConnection]:
    """Return the connections whose last proof is an hour old: the light cannot lie."""
    now = clock.now()
    return AtsConnection.objects.usable(now).filter(
        last_proven_at__lt=now - clock.period(PROVE_EVERY)
    )


def prove_due() -> None:
    """Test what is due; a vendor that does not answer counts towards the breaker."""
    for connection in due_for_proof():
        try:
            _prove(connection, share="drainer")  # nobody waits: be patient
        except AtsError as error:
            log.info("Connection %s could not be proven: %s", connection.pk, error.kind)
            if error.kind not in (ErrorKind.BAD_CREDENTIALS, ErrorKind.THROTTLED):
                count_failure(connection)
        else:
            count_success(connection)


def reconnect(
    connection: AtsConnection,
    *,
    credentials: Mapping[str, str],
    token: Token | None = None,
    if_unknown: str = "",
    by: User,
) -> AtsConnection:
    """Replace the credential in place, and let everything parked go on.

    A credential of another account ends this connection and makes a new one without
    its mappings and links; the connection returned is then not the one given. Where
    that cannot be told, ``if_unknown`` decides (SAME or ANOTHER), and without it
    NotRecognised is raised.
    """
    vendor = connection.vendor
    tokens = MemoryTokens(adapter_class(vendor).sign_in, token)
    proof = Proof(credentials, tokens)
    with _closing(open_adapter(vendor, credentials, tokens=tokens)) as adapter:
        account = adapter.check()
        same = is_same_account(connection, account, adapter)
    if same is None:
        if not if_unknown:
            raise _not_recognised(connection)
        same = if_unknown == SAME
    with transaction.atomic():
        row = _locked(connection)
        if not row.is_live:
            raise ConnectedAlready(
                f"{row.label} was disconnected meanwhile. Connect it anew."
            )
        if same:
            proof.store(row)
            row.connected_by = by
            _store_proof(row, account)
            return row
        _end(row)
        return _create(row.organization, row.vendor, proof, account, by=by)


def _not_recognised(connection: AtsConnection) -> NotRecognised:
    label, fields = connection.label, connection.adapter_class.credentials_fields
    entered = " and ".join(field.label for field in fields if field.secret)
    return NotRecognised(
        f"{label} accepts the {entered}, but none of the people whom "
        f"{settings.PRODUCT_NAME} knows in {label} are there. Say below which account it "
        f"is, and enter the {entered} again."
    )


def disconnect(connection: AtsConnection, *, by: User) -> None:
    """Forget the credential and cancel what has not begun; links and history stay.

    Idempotent. Exports whose outcome is unclear keep their state.
    """
    with transaction.atomic():
        row = _locked(connection)
        if row.is_live:
            _end(row)
    connection.refresh_from_db()


@contextmanager
def opened(
    connection: AtsConnection, *, share: str = "pages", anyway: bool = False
) -> Iterator[Adapter]:
    """Open the connection for reads; a refused credential parks it.

    Raises, without any call, where it is parked or rests, unless ``anyway``. A vendor
    that asks for a rest gets it for the whole connection.
    """
    sealed = connection.credentials
    watch = Watch(connection)
    try:
        adapter = open_connection(
            connection,
            _stored(connection),
            share=share,
            may_start=None if anyway else watch.may_start,
        )
        with _closing(adapter):
            if not anyway:
                watch.begin(adapter.ping)
            yield adapter
    except Resting:
        raise
    except Throttled as error:
        pause(connection, clock.period(error.wait))
        raise
    except BadCredentials as error:
        current = AtsConnection.objects.get(pk=connection.pk)
        if current.credentials == sealed:  # nobody has replaced it meanwhile
            park(connection, kind=error.kind, sentence=error.sentence)
        connection.refresh_from_db()
        raise


@contextmanager
def _closing(adapter: Adapter) -> Iterator[Adapter]:
    try:
        yield adapter
    finally:
        if isinstance(adapter.http, VendorHttp):
            adapter.http.close()


def exports_to_stop(connection: AtsConnection) -> int:
    """Count the exports that disconnecting would cancel, as far as one can tell now."""
    return _cancellable(connection).count()


def unclear_exports(connection: AtsConnection) -> int:
    """Count the people whose outcome is open; disconnecting leaves them as they are."""
    return (
        ExportStep.objects.filter(connection=connection)
        .open_outcome()
        .values("candidate")
        .distinct()
        .count()
    )


def _connected_already(vendor: str) -> ConnectedAlready:
    label = adapter_class(vendor).label
    return ConnectedAlready(
        f"{label} is connected already. Open it under ATS Integration to change its "
        "credential."
    )


def _stored(connection: AtsConnection) -> Mapping[str, str]:
    try:
        return connection.get_credentials()
    except CannotOpen as error:
        raise BadCredentials(
            f"The stored credential of {connection.label} cannot be read any more. "
            "Enter it again."
        ) from error


def _locked(connection: AtsConnection) -> AtsConnection:
    # Not the key: workers' rows refer to it, and would wait for us while we wait for them.
    rows = AtsConnection.objects.select_for_update(no_key=True)
    return rows.get(pk=connection.pk)


def _create(
    organization: Organization,
    vendor: str,
    proof: Proof,
    account: Account,
    *,
    by: User,
) -> AtsConnection:
    connection = AtsConnection.objects.create(
        organization=organization,
        vendor=vendor,
        connected_by=by,
        connected_at=clock.now(),
    )
    proof.store(connection)
    _store_proof(connection, account)
    return connection


def _revive(
    ended: AtsConnection, proof: Proof, account: Account, *, by: User
) -> AtsConnection:
    """Go on with the connection that ended: links hold, unclear writes are looked up.

    What happened in between stays unsent: ``connected_at`` is now.
    """
    row = _locked(ended)
    row.connected_by, row.connected_at = by, clock.now()
    row.disconnected_at = None
    proof.store(row)
    _store_proof(row, account)
    return row


def _store_proof(connection: AtsConnection, account: Account) -> None:
    """Record that the credential works now, and let go on what waited for that."""
    now = clock.now()
    connection.state = AtsConnection.State.CONNECTED
    connection.account_id = account.id or ""
    connection.account_name = account.name
    connection.facts, connection.limits = dict(account.facts), list(account.limits)
    connection.last_proven_at = now
    connection.parked_at = None
    if connection.probe_wait:  # it answers: no need to wait for the next probe
        connection.paused_until = None
    connection.failures_in_row = connection.probe_wait = 0
    connection.trouble_kind = connection.trouble = ""
    connection.save()
    _store_permissions(connection, account, now)
    _release(connection, now)


def _store_permissions(
    connection: AtsConnection, account: Account, now: datetime
) -> None:
    needs = {need.code for need in connection.adapter_class.needs}
    connection.permissions.exclude(code__in=needs).delete()
    for code in needs & account.permissions.keys():
        ConnectionPermission.objects.update_or_create(
            connection=connection,
            code=code,
            defaults={"state": account.permissions[code].value, "checked_at": now},
        )


def _release(connection: AtsConnection, now: datetime) -> None:
    """Make due what waited for a better credential, and wake a worker."""
    released = ExportStep.objects.filter(
        connection=connection,
        state__in=[ExportStep.State.READY, ExportStep.State.UNCERTAIN],
        not_before=None,
        error_kind__in=_CREDENTIAL_TROUBLE,
    ).update(not_before=now, error_kind="", error="")
    if released or ExportStep.objects.filter(connection=connection).due(now).exists():
        wake()


def _end(connection: AtsConnection) -> None:
    decisions.cancel_all(_cancellable(connection), reason="disconnected")
    # What is left belongs to exports that failed or are unclear: it goes out no more.
    left = ExportStep.objects.filter(connection=connection, not_before__isnull=False)
    for candidate_id in dependents.drop(left):
        derived.refresh_exports(connection.pk, candidate_id)
    connection.state = AtsConnection.State.DISCONNECTED
    connection.credentials = ""
    put(connection, None)
    connection.disconnected_at = clock.now()
    connection.trouble_kind = connection.trouble = ""
    connection.parked_at = None
    connection.save()


def _cancellable(connection: AtsConnection) -> QuerySet[Export]:
    open_outcome = ExportStep.objects.filter(connection=connection).open_outcome()
    return Export.objects.filter(
        connection=connection,
        state__in=[
            Export.State.WAITING,
            Export.State.EXPORTING,
            Export.State.NEEDS_YOU,
        ],
    ).exclude(candidate__in=open_outcome.values("candidate"))


def _earlier_of_same_account(
    organization: Organization, vendor: str, account: Account, adapter: Adapter
) -> AtsConnection | None:
    """Return the connection that ended, where it surely was of the same account."""
    ended = AtsConnection.objects.filter(
        organization=organization,
        vendor=vendor,
        state=AtsConnection.State.DISCONNECTED,
    )
    for connection in ended.order_by("-disconnected_at")[:3]:
        known = account.id is not None or connection.people.exists()
        if known and is_same_account(connection, account, adapter):
            return connection
    return None
