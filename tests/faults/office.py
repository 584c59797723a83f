"""The people who use the product: recruiters and an administrator, in browsers."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping, Sequence
from typing import Any

import requests

_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
PASSWORD = "correct horse battery staple"
_PATIENCE = 40.0


class NoAnswer(Exception):
    """The page did not come: nobody knows what became of the request."""


class Browser:
    """Somebody who is signed in; may be used by many threads at once."""

    def __init__(self, web: str, email: str) -> None:
        self.web, self.email = web, email
        self._cookies: dict[str, str] = {}
        self._token = ""
        self._local = threading.local()

    def sign_in(self) -> None:
        session = _session()
        form = session.get(f"{self.web}/sign-in/", timeout=_PATIENCE)
        data = {
            "username": self.email,
            "password": PASSWORD,
            "csrfmiddlewaretoken": _token_in(form.text),
        }
        page = session.post(form.url, data, timeout=_PATIENCE, allow_redirects=False)
        if page.status_code != 302:
            raise SystemExit(f"{self.email} cannot sign in: {page.status_code}")
        self._cookies = session.cookies.get_dict()
        self._token = self._cookies["csrftoken"]

    def post(
        self, path: str, data: Mapping[str, str | Sequence[str]]
    ) -> requests.Response:
        """Send a form; raises NoAnswer."""
        form = {**data, "csrfmiddlewaretoken": self._token}
        return self._ask("POST", path, data=form)

    def get(self, path: str, **options: Any) -> requests.Response:
        return self._ask("GET", path, **options)

    def _ask(self, method: str, path: str, **options: Any) -> requests.Response:
        url = path if path.startswith("http") else f"{self.web}{path}"
        options.setdefault("allow_redirects", False)
        try:
            return self._browser().request(method, url, timeout=_PATIENCE, **options)
        except requests.RequestException as error:
            raise NoAnswer(type(error).__name__) from error

    def _browser(self) -> requests.Session:
        session: requests.Session | None = getattr(self._local, "session", None)
        if session is None:
            session = self._local.session = _session()
            session.cookies.update(self._cookies)
        return session


def _token_in(text: str) -> str:
    found = _TOKEN.search(text)
    if not found:
        raise SystemExit(f"There is no form on the page: {text[:500]}")
    return found[1]


def _session() -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    return session


def went_on(reply: requests.Response) -> bool:
    """Return whether a form was taken: the browser is sent on, not to sign in."""
    return reply.status_code == 302 and "/sign-in/" not in reply.headers["Location"]
