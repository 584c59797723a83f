"""Notes, and the subset of HTML that Ashby keeps in them."""

from __future__ import annotations

from html import escape
from html.parser import HTMLParser
from typing import Any

from integrations.simulation import Row

from . import shapes
from .calls import Call, new_id, now
from .checks import PAGED, Spec, boolean, checked, moment, one_of, paged, text, uuid

KEPT = frozenset({"b", "i", "u", "a", "ul", "ol", "li", "code", "pre"})
_SILENT = frozenset({"script", "style"})  # their text is no text


class _Cleaner(HTMLParser):
    """Rebuilds a text with the kept tags only; everything else is stripped."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.kept: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent += 1
        if tag not in KEPT:
            return
        address = dict(attrs).get("href") or ""
        if tag == "a" and address.startswith(("http://", "https://", "mailto:")):
            self.kept.append(f'<a href="{escape(address)}" rel="noreferrer">')
        else:
            self.kept.append(f"<{tag}>")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT and self._silent:
            self._silent -= 1
        if tag in KEPT:
            self.kept.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.kept.append(escape(data, quote=False))


def clean(markup: str) -> str:
    """Return the markup with nothing but the kept tags."""
    cleaner = _Cleaner()
    cleaner.feed(markup)
    cleaner.close()
    return "".join(cleaner.kept)


def _body(value: Any) -> dict[str, str]:
    if isinstance(value, str):
        return {"type": "text/plain", "value": value}
    if not isinstance(value, dict):
        raise ValueError("must be a string or an object")
    return checked(value, {"type*": one_of("text/plain", "text/html"), "value*": text})


CREATE: Spec = {
    "candidateId*": uuid,
    "note*": _body,
    "sendNotifications": boolean,
    "isPrivate": boolean,
    "createdAt": moment,
}
LIST: Spec = {**PAGED, "candidateId*": uuid}


def create(call: Call) -> Row:
    person = call.existing("candidate", call.data["candidateId"])
    body = call.data["note"]
    is_html = body["type"] == "text/html"
    row = {
        "id": new_id(),
        "candidateId": person["id"],
        "createdAt": call.data.get("createdAt") or now(),
        "updatedAt": now(),
        "isPrivate": call.data.get("isPrivate", False),
        "type": body["type"],
        "content": clean(body["value"]) if is_html else body["value"],
        "authorId": call.author()["id"],
    }
    call.store.put("notes", row["id"], row)
    call.sim.happened(person["id"], "Note added")
    return shapes.note(call, row)


def listing(call: Call) -> tuple[list[Row], dict[str, Any]]:
    person = call.existing("candidate", call.data["candidateId"])
    rows, paging = paged(call.store.find("notes", "candidate", person["id"]), call.data)
    return [shapes.note(call, row) for row in rows], paging
