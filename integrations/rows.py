"""What Settings > ATS Integration shows of each ATS."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .adapters import Adapter, vendors
from .figures import Figures, figures_of
from .models import (
    AtsConnection,
    AtsPerson,
    ConnectionPermission,
    ExportAttempt,
    ExportStep,
)

if TYPE_CHECKING:
    from pinsync.accounts.models import Organization


@dataclass(frozen=True)
class VendorRow:
    """One ATS of the list: its declaration, its connection if any, its numbers."""

    adapter: type[Adapter]
    connection: AtsConnection | None = None
    figures: Figures | None = None
    missing: int = 0  # permissions that the credential lacks

    @property
    def tone(self) -> str:
        if self.connection is None or not self.connection.is_live:
            return "grey"
        if not self.connection.is_connected:
            return "red"
        return "amber" if self.missing else "green"

    @property
    def words(self) -> str:
        if self.connection is None:
            return "Not connected"
        if self.connection.is_connected and self.missing:
            return "Connected, permission missing"
        if self.connection.state == AtsConnection.State.PARKED:
            return "Reconnect needed"
        return str(self.connection.get_state_display())


def vendor_rows(organization: Organization) -> list[VendorRow]:
    """Return all ATSs in the order of their labels, in a constant number of queries."""
    live = AtsConnection.objects.of(organization).live()
    by_vendor = {row.vendor: row for row in live.select_related("connected_by")}
    figures = {f.connection.pk: f for f in figures_of(by_vendor.values())}
    missing = list(
        ConnectionPermission.objects.filter(
            connection__in=figures, state=ConnectionPermission.State.MISSING
        ).values_list("connection", flat=True)
    )
    return [
        VendorRow(
            adapter,
            connection,
            figures[connection.pk] if connection else None,
            missing.count(connection.pk) if connection else 0,
        )
        for adapter in vendors().values()
        for connection in [by_vendor.get(adapter.slug)]
    ]


def vendor_row(connection: AtsConnection) -> VendorRow:
    """Return the row of one connection, live or ended."""
    (figures,) = figures_of([connection])
    missing = connection.permissions.filter(state=ConnectionPermission.State.MISSING)
    return VendorRow(connection.adapter_class, connection, figures, missing.count())


@dataclass(frozen=True)
class PermissionRow:
    """One permission: what the last check showed of it, and what it is for."""

    label: str
    why: str
    state: str
    words: str
    icon: str
    tone: str


_SHOWN = {
    ConnectionPermission.State.PROVEN: ("Proven", "check", "green"),
    ConnectionPermission.State.MISSING: ("Missing", "error", "red"),
    ConnectionPermission.State.UNPROVABLE: (
        "Not proven before a real write",
        "clock",
        "grey",
    ),
}


def permission_rows(connection: AtsConnection) -> list[PermissionRow]:
    """Return every permission that the vendor's declaration needs, in its order."""
    State = ConnectionPermission.State
    known = {row.code: row.state for row in connection.permissions.all()}
    adapter = connection.adapter_class
    found = []
    for need in adapter.needs:
        state = State(known.get(need.code, State.UNPROVABLE))
        if state == State.UNPROVABLE and _was_used(connection, need.code):
            state = State.PROVEN
        found.append(PermissionRow(need.label, need.why, state, *_SHOWN[state]))
    return found


def _was_used(connection: AtsConnection, code: str) -> bool:
    """Return whether a real write went through: it proves the right to write."""
    adapter = connection.adapter_class
    if code == adapter.write_permission:
        return connection.people.filter(known_by=AtsPerson.KnownBy.CREATED).exists()
    if code == adapter.job_permission:
        added = ExportStep.objects.filter(
            connection=connection, kind=ExportStep.Kind.JOB_LINK
        )
        return added.filter(
            state=ExportStep.State.DONE, attempts__outcome=ExportAttempt.Outcome.DONE
        ).exists()
    return False
