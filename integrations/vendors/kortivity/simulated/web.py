"""The web pages: who arrived, one page per candidate; each says that it is our guess."""

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

from .candidates import OWN, full_name

if TYPE_CHECKING:
    from ..simulator import KortivitySimulator

GUESS = (
    "<p class='quiet'>Kortivity's API is not public. This simulates our guess of it, "
    "not Kortivity: that something works here says nothing about the real one.</p>"
)


def people_page(sim: KortivitySimulator) -> Reply:
    return arrivals(sim.label, sim.truth(), sim.profile, GUESS)


def candidate_page(sim: KortivitySimulator, candidate_id: str) -> Reply:
    row = sim.store.get("candidates", candidate_id)
    if row is None:
        body = f"{GUESS}<p>Nobody has this id.</p>"
        return page(sim.label, "No such candidate", body, 404)
    jobs = sim.jobs_of(row)
    return page(
        sim.label,
        full_name(row) or "(no name)",
        GUESS
        + facts(_fields(row))
        + _ignored(row)
        + _objects("Roles", row["roles"])
        + _objects("Education", row["education"])
        + section("Jobs", items(map(_job, jobs), "On no job."))
        + _files(sim, row),
    )


def login_page(sim: KortivitySimulator) -> Reply:
    body = f"{GUESS}<p>Only the API signs in here.</p>"
    return page(sim.label, "Sign in", body)


def _fields(row: Row) -> list[tuple[str, str]]:
    """Return every field that has a value, under the names we guess."""
    apart = (*OWN, "roles", "education", "sourcedBy", "url")
    values = [(n, link(str(v), v)) for n, v in row.items() if v and n not in apart]
    if row["url"]:
        values.append(("Personal URL", link(row["url"], row["url"])))
    if row["sourcedBy"]:
        values.append(("sourcedBy", escape(_joined(row["sourcedBy"]))))
    return [*values, ("Last", f"{escape(row['last'])} ({escape(row['lastAt'])})")]


def _joined(value: Any) -> str:
    if not isinstance(value, dict):
        return str(value)
    return ", ".join(str(item) for item in value.values() if item not in (None, ""))


def _objects(title: str, rows: list[Row] | None) -> str:
    lines = (escape(_joined(row)) for row in rows or ())
    return section(title, items(lines, "None were sent."))


def _ignored(row: Row) -> str:
    if not row["ignored"]:
        return ""
    named = escape(", ".join(row["ignored"]))
    return section("Ignored on arrival", f"<p>Unknown keys: {named}.</p>")


def _job(job: Row) -> str:
    return f"{escape(job['title'])} <span class='quiet'>({escape(job['stage'])})</span>"


def _files(sim: KortivitySimulator, row: Row) -> str:
    listed = "".join(
        inline_file(
            file["address"], file["name"], "application/pdf" if file["isPdf"] else ""
        )
        for file in sim.store.find("files", "candidate", str(row["id"]))
    )
    return section("Documents", listed or "<p class='quiet'>No documents.</p>")


def file(sim: KortivitySimulator, file_id: str) -> Reply:
    row, content = sim.store.get("files", file_id), sim.store.file(file_id)
    if row is None or content is None:
        return page(sim.label, "No such document", "<p>There is none.</p>", 404)
    kind = "application/pdf" if row["isPdf"] else "application/octet-stream"
    return file_reply(content, row["name"], kind)
