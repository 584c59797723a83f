"""Web pages: who arrived, and one page per candidate (what the badge links to)."""

from __future__ import annotations

from typing import TYPE_CHECKING

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

from .candidates import full_name

if TYPE_CHECKING:
    from ..simulator import JobAdderSimulator

PROFILE = "/candidates/"


def people_page(sim: JobAdderSimulator) -> Reply:
    return arrivals(sim.label, sim.truth(), PROFILE)


def candidate_page(sim: JobAdderSimulator, candidate_id: str) -> Reply:
    row = sim.candidate(candidate_id)
    if row is None:
        return page(sim.label, "No such candidate", "<p>Nobody has this id.</p>", 404)
    plain = sim.person(row)
    files = sim.store.find("files", "candidate", candidate_id)
    shown = "".join(inline_file(f["address"], _label(f), f["fileType"]) for f in files)
    notes = "".join(_note(one) for one in plain["notes"])
    return page(
        sim.label,
        full_name(row),
        facts(_fields(plain, row))
        + section("Jobs", items(map(_job, plain["jobs"]), "On no job."))
        + section("History", items(_history(row), "Nothing is known."))
        + section("Notes", notes or "<p class='quiet'>No notes.</p>")
        + section("Attachments", shown or "<p class='quiet'>No attachments.</p>"),
    )


def _fields(plain: Row, row: Row) -> list[tuple[str, str]]:
    social = (row["social"] or {}).items()
    current = ", ".join(part for part in (plain["title"], plain["company"]) if part)
    return [
        ("Email", escape(", ".join(plain["emails"]))),
        ("Phone", escape(", ".join(plain["phones"]))),
        ("Social", "<br>".join(link(url, f"{name}: {url}") for name, url in social)),
        ("Current position", escape(current)),
        ("Address", escape(plain["location"])),
        ("Source", escape(row["source"])),
        ("Summary", escape(row["summary"])),
        ("Skills", escape(", ".join(row["skillTags"] or []))),
        ("Created", escape(row["createdAt"])),
        ("Updated", escape(row["updatedAt"])),
        ("Last", f"{escape(row['_last'])} ({escape(row['_lastAt'])})"),
        ("Candidate id", f"<code>{escape(row['candidateId'])}</code>"),
    ]


def _history(row: Row) -> list[str]:
    roles = (row["employment"] or {}).get("history") or []
    lines = [
        f"{escape(one.get('position'))}, {escape(one.get('employer'))} "
        f"<span class='quiet'>{escape(one.get('start'))} – {escape(one.get('end'))}"
        "</span>"
        for one in roles
    ]
    return lines + [
        f"{escape(one.get('course'))}, {escape(one.get('institution'))} "
        f"<span class='quiet'>{escape(one.get('date'))}</span>"
        for one in row["education"] or []
    ]


def _job(job: Row) -> str:
    return f"{escape(job['title'])} <span class='quiet'>({escape(job['stage'])})</span>"


def _note(text: str) -> str:
    return f"<p>{escape(text).replace(chr(10), '<br>')}</p>"


def _label(file: Row) -> str:
    return f"{file['fileName']} ({file['type']})"


def file(sim: JobAdderSimulator, key: str) -> Reply:
    row, content = sim.store.get("files", key), sim.store.file(key)
    if row is None or content is None:
        return page(sim.label, "No such file", "<p>There is no such file.</p>", 404)
    return file_reply(content, row["fileName"], row["fileType"])
