"""A scripted door: replies in the order of a script, calls recorded, errors mapped."""

from __future__ import annotations

import json as jsonlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from integrations.adapters import Adapter, Effect, Reply
from integrations.replies import Failures, decoded


@dataclass(frozen=True)
class Call:
    """One call as the adapter asked for it."""

    method: str
    path: str
    effect: Effect
    params: Mapping[str, str | int] = field(default_factory=dict)
    json: Any = None
    form: Mapping[str, str] | None = None
    files: Mapping[str, tuple[str, bytes, str]] | None = None
    sign: bool = True
    headers: Mapping[str, str] = field(default_factory=dict)
    again: bool = False

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"


def reply(status: int = 200, data: Any = None, *, body: bytes | None = None, **headers):
    """Return a reply as the wire would bring it: ``body`` where it is not JSON."""
    if body is None:
        body = b"" if data is None else jsonlib.dumps(data).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status, named, decoded(body), body)


HTML = b"<!doctype html><title>Bad gateway</title>"
Answer = Reply | Exception | Callable[[Call], Reply]


class FakeHttp:
    """Answers ``METHOD /path`` from its script; an unscripted call fails the test.

    A list of answers is used up one by one, its last one stays; errors are mapped as
    ``integrations.http`` does it, through the adapter's own ``explain``.
    """

    def __init__(self, script: Mapping[str, Any]) -> None:
        self.script = {
            name: list(answers) if isinstance(answers, list) else [answers]
            for name, answers in script.items()
        }
        self.calls: list[Call] = []
        self.adapter: Adapter | None = None

    def call(
        self,
        method,
        path,
        *,
        effect=Effect.READ,
        params=None,
        json=None,
        form=None,
        files=None,
        accept=(),
        expect_json=True,
        headers=None,
        sign=True,
        again=False,
    ) -> Reply:
        call = Call(
            method,
            path,
            effect,
            params or {},
            json,
            form,
            files,
            sign,
            headers or {},
            again,
        )
        self.calls.append(call)
        answer = self._next(call)
        if isinstance(answer, Exception):
            raise answer
        if answer.status in accept:
            return answer
        assert self.adapter is not None
        failures = Failures(self.adapter.label, effect, (), foreign=not sign)
        error = self.adapter.explain(answer, effect) or failures.of_status(answer)
        if error:
            raise error
        if expect_json and answer.data is None:
            raise failures.unreadable("a reply that is not JSON", answer.body)
        return answer

    def _next(self, call: Call) -> Reply | Exception:
        if call.name not in self.script:
            raise AssertionError(f"The adapter called {call.name}: {call.json}")
        answers = self.script[call.name]
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        found: Reply | Exception = answer(call) if callable(answer) else answer
        return found

    # -- what a test asks ----------------------------------------------------------

    def names(self) -> list[str]:
        return [call.name for call in self.calls]

    def only(self, name: str) -> Call:
        """Return the one call of that name."""
        (found,) = [call for call in self.calls if call.name == name]
        return found

    def effects(self) -> list[str]:
        return [call.effect.value for call in self.calls]


def adapter_with(cls: type[Adapter], script: Mapping[str, Any], **environment: str):
    """Return the adapter and the door it was given."""
    http = FakeHttp(script)
    adapter = cls(
        http=http, credentials={"api_key": "top-secret-key"}, environment=environment
    )
    http.adapter = adapter
    return adapter, http
