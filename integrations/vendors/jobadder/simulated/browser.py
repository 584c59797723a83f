"""A browser in miniature: enough to sign in and agree."""

from __future__ import annotations

from html.parser import HTMLParser
from http.client import HTTPConnection
from urllib.parse import urlencode, urljoin, urlsplit

Fields = dict[str, str]


class _Form(HTMLParser):
    """Reads the one form of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.action, self.fields, self.choices = "", Fields(), list[str]()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action = given["action"]
        elif tag == "input" and given.get("name"):
            self.fields[given["name"]] = given.get("value", "")
        elif tag == "button" and given.get("name"):
            self.choices.append(given["value"])


def agree(address: str, username: str, password: str, decision: str) -> str:
    """Sign in, decide, and return the address that the application would get.

    Raises ValueError with the page's text where it does not come to that.
    """
    where, text = _fetch(address)
    answers = {"username": username, "password": password}
    for _ in range(3):
        if where:
            return where
        form = _Form(text)
        if not form.action:
            break
        values = {name: answers.get(name, value) for name, value in form.fields.items()}
        if form.choices:
            if decision not in form.choices:
                break
            values["decision"] = decision
        where, text = _fetch(urljoin(address, form.action), values)
    if where:
        return where
    raise ValueError(f"The sign-in page did not let {username} decide: {text}")


def _fetch(address: str, form: Fields | None = None) -> tuple[str, str]:
    """Return where a reply redirects to, or its text."""
    parts = urlsplit(address)
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    connection = HTTPConnection(parts.netloc, timeout=30)
    try:
        if form is None:
            connection.request("GET", path)
        else:
            kind = {"Content-Type": "application/x-www-form-urlencoded"}
            connection.request("POST", path, urlencode(form), kind)
        reply = connection.getresponse()
        text = reply.read().decode()
        return reply.getheader("Location") or "", text
    finally:
        connection.close()
