"""The web pages: who is in this Crelate, one page per contact, and the old links."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from integrations.simulation import Reply, Row, escape, page
from integrations.simulation.pages import (
    arrivals,
    facts,
    file_reply,
    inline_file,
    items,
    link,
    section,
)

from .shapes import artifacts_of

if TYPE_CHECKING:
    from ..simulator import CrelateSimulator

CONTACT = "/contact/"
_HIDDEN = ("FirstName", "LastName", "MiddleName", "Tags")

# Crelate's profile links keep the id behind the #, which no server ever sees.
_GO = """
const found = location.hash.match(
  /_Contacts\\/DefaultView\\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/i);
if (found) location.replace("/contact/" + found[1].toLowerCase());
"""


def people_page(sim: CrelateSimulator) -> Reply:
    return arrivals(sim.label, sim.truth(), CONTACT)


def go_page(sim: CrelateSimulator) -> Reply:
    """Return the page of ``/go#stage/...``: forwards with JavaScript, lists without."""
    people = sim.store.rows("contacts")
    listed = items(
        (link(f"{CONTACT}{row['Id']}", row["Name"] or "(no name)") for row in people),
        "",
    )
    body = f"<script src='/go.js'></script><p>Choose a contact:</p>{listed}"
    return page(sim.label, "Contacts", body)


def go_script(sim: CrelateSimulator) -> Reply:
    return Reply(body=_GO.encode(), content_type="text/javascript; charset=utf-8")


def contact_page(sim: CrelateSimulator, contact_id: str) -> Reply:
    row = sim.store.get("contacts", contact_id.lower())
    if row is None:
        return page(sim.label, "No such contact", "<p>Nobody has this id.</p>", 404)
    plain = sim.person(row)
    notes = sim.store.find("notes", "contact", row["Id"])
    return page(
        sim.label,
        plain["name"] or "(no name)",
        facts(_fields(row))
        + section("Jobs", items(map(_job, plain["jobs"]), "On no job."))
        + section("Notes", items(map(_note, notes), "No notes."))
        + section("Files", _files(sim, row) or "<p class='quiet'>No files.</p>"),
    )


def _job(job: Row) -> str:
    return f"{escape(job['title'])} <span class='quiet'>({escape(job['stage'])})</span>"


def _note(note: Row) -> str:
    text = escape(note["Display"]).replace("\n", "<br>")
    return f"<span class='quiet'>{escape(note['CreatedOn'])}</span><br>{text}"


def _fields(row: Row) -> list[tuple[str, str]]:
    """Return every field that has a value, under the vendor's own names."""
    shown = [
        (name, _shown(value))
        for name, value in row.items()
        if value is not None and not name.startswith("_") and name not in _HIDDEN
    ]
    return [*shown, ("Last", f"{escape(row['_last'])} ({escape(row['_lastAt'])})")]


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_shown(item) for item in value)
    if not isinstance(value, dict):
        return escape(value)
    if "Value" in value:
        return link(str(value["Value"]), value["Value"])
    if "JobTitle" in value:
        company = (value.get("CompanyId") or {}).get("Title")
        return escape(
            " at ".join(part for part in (value["JobTitle"], company) if part)
        )
    if "City" in value:
        parts = [value.get(key) for key in ("Line1", "City", "State", "ZipCode")]
        parts.append((value.get("CountryId") or {}).get("Title"))
        return escape(", ".join(str(part) for part in parts if part))
    return escape(value.get("Title"))


def _files(sim: CrelateSimulator, row: Row) -> str:
    return "".join(
        inline_file(file["_address"], file["FileName"], _kind(file))
        for file in artifacts_of(sim, row["Id"])
    )


def _kind(file: Row) -> str:
    return "application/pdf" if file["FileName"].lower().endswith(".pdf") else ""


def file(sim: CrelateSimulator, file_id: str) -> Reply:
    row, content = sim.store.get("artifacts", file_id), sim.store.file(file_id)
    if row is None or content is None or not row["_readable"]:
        return page(sim.label, "No such file", "<p>There is no such file.</p>", 404)
    return file_reply(content, row["FileName"], _kind(row))
