"""Stored rows as the records that Crelate answers with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from integrations.simulation import Row

if TYPE_CHECKING:
    from ..simulator import CrelateSimulator
    from .calls import Call


def contact(call: Call, row: Row) -> Row:
    """Return a contact; its primary document is the newest one that has appeared."""
    shape = public(row)
    if resume := resume_of(call.sim, row["Id"]):
        shape["PrimaryDocumentAttachmentId"] = {
            "Id": resume["Id"],
            "Title": resume["FileName"],
        }
    return shape


def public(row: Row) -> Row:
    return {key: value for key, value in row.items() if not key.startswith("_")}


def resume_of(sim: CrelateSimulator, contact_id: str) -> Row | None:
    appeared = artifacts_of(sim, contact_id)
    return appeared[-1] if appeared else None


def artifacts_of(sim: CrelateSimulator, contact_id: str) -> list[Row]:
    """Return the files that have appeared; unreadable ones never do."""
    return [
        row
        for row in sim.store.find("artifacts", "parent", contact_id)
        if row["_readable"] and sim.store.shows(row["Id"])
    ]


def full_name(row: Row) -> str:
    """Return a name as search titles have it: Last, First Middle."""
    given = " ".join(part for part in (row["FirstName"], row["MiddleName"]) if part)
    return ", ".join(part for part in (row["LastName"], given) if part)


def slim(entity: str, row_id: str, title: str) -> Row:
    return {"Id": row_id, "EntityStatus": 1, "EntityName": entity, "Title": title}
