"""The web pages: who is in this TrackerRMS, and one page per candidate."""

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

from .resources import OWN

if TYPE_CHECKING:
    from ..simulator import TrackerRmsSimulator

_QUIET = "<p class='quiet'>{}</p>"


def people_page(sim: TrackerRmsSimulator) -> Reply:
    return arrivals(sim.label, sim.truth(), sim.profile)


def candidate_page(sim: TrackerRmsSimulator, resource_id: str) -> Reply:
    row = sim.store.get("candidates", resource_id)
    if row is None:
        return page(sim.label, "No such candidate", "<p>Nobody has this id.</p>", 404)
    plain = sim.person(row)
    return page(
        sim.label,
        plain["name"] or "(no name)",
        facts(_fields(row))
        + _lost(row)
        + section("Jobs", items(map(_job, plain["jobs"]), "On no job."))
        + section("Activities", items(map(_note, _notes(sim, row)), "No activities."))
        + section("Documents", _files(sim, row) or _QUIET.format("No documents.")),
    )


def _job(job: Row) -> str:
    return (
        f"JOB-{escape(job['id'])} {escape(job['title'])} "
        f"<span class='quiet'>({escape(job['stage'])})</span>"
    )


def _notes(sim: TrackerRmsSimulator, row: Row) -> list[Row]:
    return sim.store.find("notes", "candidate", str(row["id"]))


def _note(note: Row) -> str:
    text = escape(note["note"]).replace("\n", "<br>")
    when = f"<span class='quiet'>{escape(note['createdAt'])}</span>"
    return f"{when} {escape(note['subject'])}<br>{text}"


def _lost(row: Row) -> str:
    """Name what a body held in the wrong place, which nobody was told about."""
    if not row["dropped"]:
        return ""
    named = escape(", ".join(row["dropped"]))
    return section("Dropped on arrival", f"<p>TrackerRMS knows no field {named}.</p>")


def _fields(row: Row) -> list[tuple[str, str]]:
    """Return every field that has a value, under the vendor's own names."""
    shown = [("Candidate", f"#{row['id']}")]
    for name, value in row.items():
        if name in (*OWN, "id") or value in (None, "", []):
            continue
        if isinstance(value, dict) and "id" not in value:
            shown += [(f"{name}.{key}", _shown(v)) for key, v in value.items() if v]
        else:
            shown.append((name, _shown(value)))
    return [*shown, ("Last", f"{escape(row['last'])} ({escape(row['lastAt'])})")]


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_shown(item) for item in value)
    if isinstance(value, dict):
        return escape(value.get("name") or value)
    return link(str(value), value).replace("\n", "<br>")


def _files(sim: TrackerRmsSimulator, row: Row) -> str:
    return "".join(
        inline_file(
            file["address"],
            f"{file['name']} ({file['documentType']})",
            "application/pdf" if file["isPdf"] else "",
        )
        for file in sim.store.find("files", "candidate", str(row["id"]))
    )


def file(sim: TrackerRmsSimulator, file_id: str) -> Reply:
    row, content = sim.store.get("files", file_id), sim.store.file(file_id)
    if row is None or content is None:
        return page(sim.label, "No such document", "<p>There is none.</p>", 404)
    kind = "application/pdf" if row["isPdf"] else "application/octet-stream"
    return file_reply(content, row["name"], kind)


def security_page(sim: TrackerRmsSimulator) -> Reply:
    """Return where a customer copies the access token from."""
    tokens = items((f"<code>{escape(key)}</code>" for key in sim.keys), "None.")
    body = section("Access token", tokens) + _QUIET.format(
        "POST to /Security/API/Generate makes a new one and stops the first of these."
    )
    return page(sim.label, "Security settings: API", body)


def generate(sim: TrackerRmsSimulator) -> Reply:
    return Reply.text(f"{sim.regenerate()}\n", 201)
