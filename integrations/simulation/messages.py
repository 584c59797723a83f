"""Requests as they arrived, replies as they shall leave."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from http.client import responses
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote, urlencode

SECRET_PARAMETERS = frozenset({"api_key", "apikey", "key", "token", "access_token"})


@dataclass(frozen=True)
class Part:
    """One part of a multipart body."""

    name: str
    filename: str | None
    content_type: str | None
    data: bytes

    @property
    def text(self) -> str:
        return self.data.decode("utf-8", "replace")


@dataclass
class Request:
    """One request; header names are lower case."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes = b""
    refuse_key: bool = False  # a fault: treat the key of this call as expired
    search_lag_ms: int | None = None  # a fault: overrides the setting for this call

    @cached_property
    def path(self) -> str:
        return unquote(self.target.partition("?")[0])

    @cached_property
    def query(self) -> dict[str, list[str]]:
        question = self.target.partition("?")[2]
        return parse_qs(question, keep_blank_values=True) if question else {}

    @cached_property
    def safe_target(self) -> str:
        """Return path and query without any key, for records and messages."""
        path, mark, question = self.target.partition("?")
        if not mark:
            return path
        kept = [
            pair
            for pair in parse_qsl(question, keep_blank_values=True)
            if pair[0].lower() not in SECRET_PARAMETERS
        ]
        return f"{path}?{urlencode(kept)}" if kept else path

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def parameter(self, name: str) -> str | None:
        values = self.query.get(name)
        return values[0] if values else None

    def json(self) -> Any:
        """Return the parsed body; ValueError when it is not JSON."""
        return json.loads(self.body)

    def parts(self) -> list[Part]:
        """Return the parts of a multipart body; ValueError when it is not one."""
        found = re.search(
            r'boundary="?([^";]+)"?', self.headers.get("content-type", ""), re.I
        )
        if self.content_type != "multipart/form-data" or not found:
            raise ValueError("The body is not multipart/form-data with a boundary.")
        return _parts(self.body, found[1].strip().encode())


def _parts(body: bytes, boundary: bytes) -> list[Part]:
    pieces = (b"\r\n" + body).split(b"\r\n--" + boundary)
    if len(pieces) < 3 or not pieces[-1].startswith(b"--"):
        raise ValueError("The multipart body does not end with its boundary.")
    return [_part(piece) for piece in pieces[1:-1]]


def _part(piece: bytes) -> Part:
    head, gap, data = piece.removeprefix(b"\r\n").partition(b"\r\n\r\n")
    disposition = content_type = ""
    for line in head.decode("utf-8", "replace").split("\r\n"):
        name, _, value = line.partition(":")
        if name.strip().lower() == "content-disposition":
            disposition = value
        elif name.strip().lower() == "content-type":
            content_type = value.strip()
    named = re.search(r'[;\s]name="([^"]*)"', disposition)
    if not gap or not named:
        raise ValueError("A part of the multipart body has no name.")
    return Part(named[1], _filename(disposition), content_type or None, data)


def _filename(disposition: str) -> str | None:
    """Return the file name, also from the form clients use for non-ASCII names."""
    extended = re.search(r"filename\*=(?:utf-8|UTF-8)''([^;\s]+)", disposition)
    if extended:
        return unquote(extended[1])
    plain = re.search(r'filename="((?:\\.|[^"\\])*)"', disposition)
    return re.sub(r"\\(.)", r"\1", plain[1]) if plain else None


class Delivery(Enum):
    """How a reply is put on the wire."""

    WHOLE = "whole"
    NOTHING = "nothing"  # close the connection instead
    HALF = "half"  # the full length announced, half of the body sent, then closed
    DRIP = "drip"  # a few bytes at a time


@dataclass
class Reply:
    """One reply; ``data`` is encoded as JSON when the body is not given."""

    status: int = 200
    data: Any = None
    body: bytes | None = None
    content_type: str = "application/json; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)
    delivery: Delivery = Delivery.WHOLE
    wait_ms: int = 0  # before the first byte leaves
    drip_ms: int = 0
    drip_bytes: int = 1

    @classmethod
    def html(cls, text: str, status: int = 200) -> Reply:
        return cls(status, body=text.encode(), content_type="text/html; charset=utf-8")

    @classmethod
    def text(cls, text: str, status: int = 200) -> Reply:
        return cls(status, body=text.encode(), content_type="text/plain; charset=utf-8")

    @classmethod
    def nothing(cls) -> Reply:
        return cls(delivery=Delivery.NOTHING)

    def payload(self) -> bytes:
        if self.body is not None:
            return self.body
        return json.dumps(self.data, separators=(",", ":"), ensure_ascii=False).encode()

    def head(self, length: int, *, close: bool = False) -> bytes:
        lines = [f"HTTP/1.1 {self.status} {responses.get(self.status, 'Unknown')}"]
        if self.status not in (204, 304):
            lines.append(f"Content-Type: {self.content_type}")
            lines.append(f"Content-Length: {length}")
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        if close:
            lines.append("Connection: close")
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")
