"""Creating a candidate: one write, repeated only where JobAdder has surely refused it."""

from __future__ import annotations

from typing import Any

from integrations.adapters import Effect, Reply
from integrations.errors import AtsError

from . import bodies, failures, replies
from .client import Client, made

OPERATION = "POST /candidates"
OVERRIDE = "X-Allow-Duplicates"


def create(api: Client, body: dict[str, Any], *, even_if_alike: bool) -> str:
    """Create the candidate and return their id.

    A known email is 409 with a code that lets it through; the code goes back only with
    ``even_if_alike``. Raises AlreadyThere otherwise, and where there is no code.
    """
    headers: dict[str, str] = {}
    reply = _post(api, body, headers, again=False)
    while reply.status >= 400:
        if code := _code(reply) if even_if_alike and not headers else "":
            headers = {OVERRIDE: code}
        elif _minds_the_source(reply, body):
            body = bodies.without_source(body)
        else:
            raise _refusal(reply)
        reply = _post(api, body, headers, again=True)
    return made(OPERATION, replies.new_id, reply.data, effect=Effect.WRITE)


def _post(
    api: Client, body: dict[str, Any], headers: dict[str, str], *, again: bool
) -> Reply:
    return api.call(
        OPERATION,
        effect=Effect.WRITE,
        json=body,
        headers=headers,
        accept=(409, 422),
        again=again,
    )


def _code(reply: Reply) -> str:
    """Return the code of the refusal; "" where there is none that can be sent back."""
    code = replies.header(reply.headers, OVERRIDE) if reply.status == 409 else ""
    return code if code.isascii() and code.isprintable() and len(code) < 1000 else ""


def _minds_the_source(reply: Reply, body: dict[str, Any]) -> bool:
    """Say whether the account has no such source; unknown whether any refuses one."""
    named = failures.fields(reply.data) if reply.status == 422 else set()
    return "source" in named and "source" in body


def _refusal(reply: Reply) -> AtsError:
    if reply.status == 409:
        return failures.email_exists()
    return failures.refused(reply.data)
