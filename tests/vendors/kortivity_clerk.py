"""A small server that speaks as one wire profile says, in any style and any wrapper.

It shows that the profile alone adapts the connector; it is not the simulator.
"""

from __future__ import annotations

import base64
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

USER, PASSWORD = "jo@agency.example", "open & shut"
DANA = {
    "id": 501,
    "firstName": "Dana",
    "lastName": "Example",
    "email": "dana@mail.example",
    "personalUrl": "https://www.linkedin.com/in/dana-example",
}
JOB = {"id": 42, "title": "Controls Engineer", "status": "open"}
WRAPPERS = ("bare", "data", "items", "results")
SIGN_IN_PAGE = "<!doctype html><title>Sign in</title><input type=password>"


class Clerk:
    """Answers below ``url``; ``sign_ins`` and ``calls`` count what arrived."""

    def __init__(self, style: str, wrapper: str = "bare") -> None:
        self.style, self.wrapper = style, wrapper
        self.people = [dict(DANA)]
        self.on_job: list[int] = []
        self.password = PASSWORD
        self.session = 0  # the number of the one that is good
        self.sign_ins = 0
        self.calls: list[str] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        serve = self._server.serve_forever
        threading.Thread(target=serve, args=(0.01,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def end_sessions(self) -> None:
        self.session += 1

    # -- answers: (status, data or page, headers) ----------------------------------

    def answer(self, method: str, target: str, headers: Any, body: Any) -> Any:
        path = urlsplit(target).path
        query = dict(parse_qsl(urlsplit(target).query))
        self.calls.append(f"{method} {path}")
        if path == "/api/login":
            return self._log_in(body)
        if not self._is_signed(method, headers):
            if self.style == "cookie_session":
                return 200, SIGN_IN_PAGE, {}
            return 401, {"message": "no"}, {}
        return self._ask(method, path, query, body)

    def _log_in(self, body: Any) -> Any:
        self.sign_ins += 1
        if body != {"username": USER, "password": self.password}:
            return 401, {"message": "no"}, {}
        self.session += 1
        if self.style == "bearer_login":
            return 200, {"token": f"t{self.session}", "expiresIn": 3600}, {}
        session, csrf = f"sid=s{self.session}; HttpOnly", f"XSRF-TOKEN=x{self.session}"
        return 204, None, {"Set-Cookie": [session, csrf]}

    def _is_signed(self, method: str, headers: Any) -> bool:
        if self.style == "basic":
            pair = base64.b64encode(f"{USER}:{self.password}".encode()).decode()
            return headers["Authorization"] == f"Basic {pair}"
        if self.style == "bearer_login":
            return headers["Authorization"] == f"Bearer t{self.session}"
        has_csrf = method == "GET" or headers["X-XSRF-TOKEN"] == f"x{self.session}"
        return has_csrf and f"sid=s{self.session}" in (headers["Cookie"] or "")

    def _ask(self, method: str, path: str, query: dict[str, str], body: Any) -> Any:
        match method, path.removeprefix("/api/"):
            case "GET", "users/me":
                return 200, self._one({"id": 7, "name": "Jo Park"}), {}
            case "GET", "jobs":
                return 200, self._many([JOB], query), {}
            case "GET", "jobs/42":
                return 200, self._one(JOB), {}
            case "GET", "jobs/42/candidates":
                return 200, self._many([{"id": n} for n in self.on_job], query), {}
            case "POST", "jobs/42/candidates":
                return self._add(body["candidateId"])
            case "GET", "candidates":
                asked = query.get("email")
                found = [p for p in self.people if asked in (None, p["email"])]
                return 200, self._many(found, query), {}
            case "GET", "candidates/501":
                return 200, self._one(self.people[0]), {}
            case "POST", "candidates":
                self.people.append({**body, "id": 502})
                return 201, self._one({"id": 502}), {}
        return 404, {"message": "no"}, {}

    def _add(self, person_id: int) -> Any:
        if person_id in self.on_job:
            return 409, {"message": "no"}, {}
        self.on_job.append(person_id)
        return 201, self._one({"id": 9001}), {}

    def _one(self, record: dict[str, Any]) -> Any:
        return record if self.wrapper == "bare" else {self.wrapper: record}

    def _many(self, rows: list[Any], query: dict[str, str]) -> Any:
        found = rows if query.get("page", "1") == "1" else []
        return found if self.wrapper == "bare" else {self.wrapper: found}


def _handler(clerk: Clerk) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 65_536  # head and body in one packet

        def handle_any(self) -> None:
            size = int(self.headers.get("Content-Length", 0))
            body = json.loads(self.rfile.read(size)) if size else None
            status, data, headers = clerk.answer(
                self.command, self.path, self.headers, body
            )
            is_page = isinstance(data, str)
            sent = data.encode() if is_page else json.dumps(data).encode()
            sent = b"" if status == 204 else sent
            kind = "text/html" if is_page else "application/json"
            self.send_response(status)
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            for name, values in headers.items():
                for value in values:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        do_GET = do_POST = handle_any

        def log_message(self, *_: Any) -> None: ...

    return Handler
