"""The first page: whether it comes yet, as a browser would get it."""

from __future__ import annotations

from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

_MOST_REDIRECTS = 5


class Page:
    """The start page of the web server on this machine, known as ``public_url``."""

    def __init__(self, port: int, public_url: str) -> None:
        self.url = f"{public_url}/"
        self._port = port
        self._host = urlsplit(public_url).netloc

    def answers(self) -> bool:
        """Return whether it comes, after the redirect to the sign-in."""
        connection = HTTPConnection("127.0.0.1", self._port, timeout=5)
        path = "/"
        try:
            for _ in range(_MOST_REDIRECTS):
                connection.request("GET", path, headers={"Host": self._host})
                reply = connection.getresponse()
                reply.read()
                if reply.status not in (301, 302):
                    return reply.status == 200
                path = reply.headers["Location"]
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()
        return False
