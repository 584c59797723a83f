"""Plain web pages for the people in a simulator."""

from __future__ import annotations

import html
from collections.abc import Iterable

from .messages import Reply
from .store import Row

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; color: #1d2430; background: #f6f7f9;
  margin: 0; }
header { background: #1d2430; color: #fff; padding: .7rem 1.5rem; }
header a { color: #fff; font-weight: 600; text-decoration: none; }
header span { opacity: .75; margin-left: .75rem; }
main { max-width: 76rem; margin: 1.5rem auto; padding: 0 1.5rem; }
section, table { background: #fff; border: 1px solid #dde1e7; border-radius: 8px; }
section { padding: .25rem 1.25rem 1rem; margin: 1rem 0; overflow-wrap: break-word; }
table { border-collapse: separate; border-spacing: 0; width: 100%; }
section table { border: 0; }
th, td { text-align: left; padding: .45rem .8rem; vertical-align: top;
  border-bottom: 1px solid #edeff2; }
tr:last-child > * { border-bottom: 0; }
th { font-weight: 600; color: #5a6577; white-space: nowrap; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; } h2 { font-size: 1.1rem; }
p.quiet, .quiet { color: #5a6577; }
object { width: 100%; height: 44rem; border: 1px solid #dde1e7; }
@media (max-width: 40rem) {
  main { padding: 0 .75rem; } section { padding: .25rem .5rem 1rem; }
  table { display: block; overflow-x: auto; }
  th, td { overflow-wrap: anywhere; white-space: normal; } th { min-width: 6rem; }
  td { min-width: 8rem; }
}
"""

# Pages show what others sent: only their own style and files may act on them.
_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'self'; img-src 'self'; "
    "object-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'"
)


def escape(value: object) -> str:
    return html.escape("" if value is None else str(value))


def page(label: str, title: str, body: str, status: int = 200) -> Reply:
    """Return a page; ``body`` is HTML already, ``label`` and ``title`` are text."""
    reply = Reply.html(
        "<!doctype html><html lang='en'><head><meta charset='utf-8'>"
        "<meta name='viewport' content='width=device-width'>"
        f"<title>{escape(title)} · {escape(label)}</title><style>{_STYLE}</style></head>"
        f"<body><header><a href='/'>{escape(label)}</a><span>Simulator: nothing here is "
        f"a real account.</span></header><main><h1>{escape(title)}</h1>{body}</main>"
        "</body></html>",
        status,
    )
    reply.headers["Content-Security-Policy"] = _POLICY
    reply.headers["X-Content-Type-Options"] = "nosniff"
    return reply


def facts(rows: Iterable[tuple[str, str]]) -> str:
    """Return a table of names (text) and values (HTML)."""
    lines = (
        f"<tr><th>{escape(name)}</th><td>{value}</td></tr>" for name, value in rows
    )
    return f"<table>{''.join(lines)}</table>"


def section(title: str, body: str) -> str:
    return f"<section><h2>{escape(title)}</h2>{body}</section>"


def items(values: Iterable[str], empty: str) -> str:
    """Return a list of HTML items, or a quiet sentence."""
    listed = "".join(f"<li>{value}</li>" for value in values)
    return f"<ul>{listed}</ul>" if listed else f"<p class='quiet'>{escape(empty)}</p>"


def link(address: str, text: object) -> str:
    """Return a link; an address that is not a web address stays text."""
    if not address.startswith(("/", "http://", "https://", "mailto:")):
        return escape(text)
    return f"<a href='{escape(address)}' rel='noreferrer'>{escape(text)}</a>"


def arrivals(label: str, truth: Row, profile: str, intro: str = "") -> Reply:
    """Return who arrived, newest first, who was there before, and the jobs.

    ``intro`` is HTML that stands before them.
    """
    newest = sorted(truth["people"], key=lambda p: str(p["created"]), reverse=True)
    jobs = [f"{escape(job['title'])} ({escape(job['state'])})" for job in truth["jobs"]]
    body = (
        intro
        + section(f"Arrived ({len(newest)})", _people(newest, profile))
        + section("Here before", _people(truth["seeded"], profile))
        + section("Jobs", items(jobs, "No jobs."))
    )
    return page(label, f"People in {label}", body)


def _people(people: list[Row], profile: str) -> str:
    if not people:
        return "<p class='quiet'>Nobody yet.</p>"
    names = ("Name", "Email", "Arrived", "Jobs", "Resume", "Last")
    head = "".join(f"<th>{name}</th>" for name in names)
    return f"<table><tr>{head}</tr>{''.join(_line(p, profile) for p in people)}</table>"


def _line(person: Row, profile: str) -> str:
    jobs = "<br>".join(escape(job["title"]) for job in person["jobs"])
    resume = person["resume"]
    cells = (
        link(f"{profile}{person['id']}", person["name"] or "(no name)"),
        escape(", ".join(person["emails"])),
        escape(person["created"][:19].replace("T", " ")),
        jobs or "<span class='quiet'>none</span>",
        link(resume["address"], resume["name"]) if resume else "",
        escape(person["last"]),
    )
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def inline_file(address: str, name: str, content_type: str) -> str:
    """Return a download link, and the document itself where a browser can show it."""
    listed = link(address, name)
    if content_type != "application/pdf":
        return f"<p>{listed}</p>"
    return (
        f"<p>{listed}</p><object data='{escape(address)}' type='application/pdf'>"
        f"<p class='quiet'>Use the link to open the file.</p></object>"
    )


def file_reply(content: bytes, name: str, content_type: str) -> Reply:
    """Return a stored file; only a PDF is shown in place, the rest is downloaded."""
    shown = content_type == "application/pdf"
    ascii_name = name.encode("ascii", "replace").decode().replace('"', "'")
    safe_name = "".join(c if c.isprintable() else "_" for c in ascii_name)
    how = "inline" if shown else "attachment"
    return Reply(
        body=content,
        content_type="application/pdf" if shown else "application/octet-stream",
        headers={
            "Content-Disposition": f'{how}; filename="{safe_name}"',
            "X-Content-Type-Options": "nosniff",
        },
    )
