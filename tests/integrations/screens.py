"""A page as the person before it reads it: its words, labels, choices and buttons."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element

import html5lib  # type: ignore[import-untyped]

UNSEEN = ("script", "style", "template", "head")
SENT_BY_BUTTONS = ("submit", "button", "file")


class Screen:
    """A reply of the test client, or one element of it."""

    def __init__(self, reply: Any) -> None:
        if isinstance(reply, Element):
            self.root = reply
        else:
            html = reply.content.decode()
            self.root = html5lib.parse(html, namespaceHTMLElements=False)

    @property
    def words(self) -> str:
        """Return what is written there, in order, on one line."""
        return _words(self.root)

    def all(self, path: str) -> list[str]:
        """Return the words of every element of that kind."""
        return [_words(found) for found in self.root.iterfind(f".//{path}")]

    def has(self, id: str) -> bool:
        return self._with_id(id) is not None

    def part(self, id: str) -> Screen:
        found = self._with_id(id)
        assert found is not None, f"nothing is called {id}"
        return Screen(found)

    def form(self, action: str = "") -> Screen:
        """Return the only form that posts to that address; "" to the page itself."""
        forms = [f for f in self.root.iter("form") if f.get("method") == "post"]
        (only,) = [form for form in forms if form.get("action", "") == action]
        return Screen(only)

    def links(self) -> dict[str, str]:
        """Return where every link leads, by its words."""
        return {_words(a): a.get("href", "") for a in self.root.iter("a")}

    def buttons(self) -> list[str]:
        return self.all("button")

    # -- fields --------------------------------------------------------------------

    def labels(self) -> list[str]:
        """Return the labels of what can be filled in, but for choices of one field."""
        return [
            _words(label)
            for label in self.root.iter("label")
            if label.find(".//input[@type='radio']") is None
        ]

    def field(self, name: str) -> Element:
        found = [e for e in self._fields() if e.get("name") == name]
        assert found, f"there is no field {name}"
        return found[0]

    def choices(self, name: str) -> list[tuple[str, str]]:
        """Return value and words of each choice, of radio buttons or of a list."""
        field = self.field(name)
        if field.tag == "select":
            return [(o.get("value", ""), _words(o)) for o in field.iter("option")]
        return [
            (radio.get("value", ""), _words(label))
            for label in self.root.iter("label")
            if (radio := label.find(f".//input[@name='{name}']")) is not None
        ]

    def filled_in(self) -> dict[str, Any]:
        """Return what the form would post as it stands."""
        data: dict[str, Any] = {}
        for field in self._fields():
            if (name := field.get("name")) and _is_sent(field):
                data[name] = _value(field)
        return data

    def _fields(self) -> Iterator[Element]:
        kinds = ("input", "select", "textarea")
        return (element for element in self.root.iter() if element.tag in kinds)

    def _with_id(self, id: str) -> Element | None:
        return self.root.find(f".//*[@id='{id}']")


def _is_sent(field: Element) -> bool:
    kind = field.get("type", "")
    if kind in ("radio", "checkbox"):
        return field.get("checked") is not None
    return kind not in SENT_BY_BUTTONS


def _value(field: Element) -> str:
    if field.tag == "textarea":
        return (field.text or "").removeprefix("\n")
    if field.tag != "select":
        return field.get("value", "")
    options = list(field.iter("option"))
    chosen = [o for o in options if o.get("selected") is not None] or options[:1]
    return chosen[0].get("value", "") if chosen else ""


def _words(element: Element) -> str:
    return " ".join("".join(_texts(element)).split())


def _texts(element: Element) -> Iterator[str]:
    if element.tag in UNSEEN:
        return
    yield element.text or ""
    for child in element:
        if isinstance(child.tag, str):
            yield from _texts(child)
            yield " " if child.tag not in ("b", "i", "strong", "em", "code") else ""
        yield child.tail or ""
