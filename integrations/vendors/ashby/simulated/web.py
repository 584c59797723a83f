"""The web pages: who is in this Ashby, and one page per candidate."""

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

from .shapes import PROFILE

if TYPE_CHECKING:
    from ..simulator import AshbySimulator


def people_page(sim: AshbySimulator) -> Reply:
    truth = sim.truth()
    return arrivals(sim.label, truth, PROFILE)


def candidate_page(sim: AshbySimulator, person_id: str) -> Reply:
    row = sim.store.get("candidates", person_id)
    if row is None:
        return page(sim.label, "No such candidate", "<p>Nobody has this id.</p>", 404)
    plain = sim.person(row)
    return page(
        sim.label,
        row["name"],
        facts(_fields(sim, row))
        + section("Jobs", items(map(_job, plain["jobs"]), "On no job."))
        + section(
            "Notes", "".join(_notes(sim, row)) or "<p class='quiet'>No notes.</p>"
        )
        + section(
            "Files", "".join(_files(sim, row)) or "<p class='quiet'>No files.</p>"
        ),
    )


def _job(job: Row) -> str:
    return f"{escape(job['title'])} <span class='quiet'>({escape(job['stage'])})</span>"


def _fields(sim: AshbySimulator, row: Row) -> list[tuple[str, str]]:
    source = sim.store.get("sources", row["sourceId"] or "") or {}
    user = sim.store.get("users", row["creditedToUserId"] or "") or {}
    credited = f"{user.get('firstName', '')} {user.get('lastName', '')}".strip()
    return [
        ("Email", _values(row["emails"])),
        ("Phone", _values(row["phones"])),
        ("Links", "<br>".join(link(one["url"], one["url"]) for one in row["links"])),
        ("Position", escape(row["position"])),
        ("Company", escape(row["company"])),
        ("School", escape(row["school"])),
        ("Location", escape((row["location"] or {}).get("locationSummary"))),
        ("Source", escape(source.get("title"))),
        ("Credited to", escape(credited)),
        ("Tags", escape(", ".join(_titles(sim, "tags", row["tagIds"])))),
        ("Projects", escape(", ".join(_titles(sim, "projects", row["projectIds"])))),
        ("Custom fields", _custom(row)),
        ("Created", escape(row["createdAt"])),
        ("Updated", escape(row["updatedAt"])),
        ("Last", f"{escape(row['last'])} ({escape(row['lastAt'])})"),
        ("Candidate id", f"<code>{escape(row['id'])}</code>"),
    ]


def _values(values: list[Row]) -> str:
    return "<br>".join(escape(one["value"]) for one in values)


def _titles(sim: AshbySimulator, table: str, ids: list[str]) -> list[str]:
    return [sim.store.tables[table][one]["title"] for one in ids]


def _custom(row: Row) -> str:
    lines: list[Any] = row["customFields"]
    return "<br>".join(f"{escape(e['title'])}: {escape(e['value'])}" for e in lines)


def _notes(sim: AshbySimulator, row: Row) -> list[str]:
    """Return the notes; HTML ones hold only the tags that were kept on arrival."""
    return [
        f"<p class='quiet'>{escape(note['createdAt'])}</p><div>"
        + (note["content"] if note["type"] == "text/html" else _plain(note["content"]))
        + "</div>"
        for note in sim.store.find("notes", "candidate", row["id"])
    ]


def _plain(text: str) -> str:
    return escape(text).replace("\n", "<br>")


def _files(sim: AshbySimulator, row: Row) -> list[str]:
    shown = []
    for file_id in row["fileIds"]:
        file = sim.store.tables["files"][file_id]
        kind = "application/pdf" if file["isPdf"] else ""
        label = (
            f"{file['name']} (resume)"
            if row["resumeFileId"] == file_id
            else file["name"]
        )
        shown.append(inline_file(file["address"], label, kind))
    return shown


def file(sim: AshbySimulator, file_id: str) -> Reply:
    row, content = sim.store.get("files", file_id), sim.store.file(file_id)
    if row is None or content is None:
        return page(sim.label, "No such file", "<p>There is no such file.</p>", 404)
    kind = "application/pdf" if row["isPdf"] else "application/octet-stream"
    return file_reply(content, row["name"], kind)
