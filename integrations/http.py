"""The one door out: every call to a vendor goes through ``VendorHttp``.

It signs in as the adapter declares, keeps the deadline and the limits, opens the
engine's gate before the one write of a step, follows no redirect, repeats nothing,
keeps no cookie, and says what a failure means. No error, log line or cause of an error
holds a header, a credential or a query.
"""

from __future__ import annotations

import hashlib
import json as jsonlib
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from urllib3.filepost import encode_multipart_formdata

from pinsync import __version__, clock

from . import guard, transport
from .adapters import Adapter, Effect, Env, Reply, adapter_class
from .errors import AtsError, BadCredentials, NotSent, Rejected, Throttled
from .measures import measures
from .pace import shared_pace
from .replies import TOLD, USUAL_WAIT, Failures, decoded, wait_told
from .signing import Signer
from .tokens import Held, Tokens

__all__ = ["CALL_DEADLINE", "SEND_WINDOW", "VendorHttp", "open_adapter"]

CALL_DEADLINE = 30
# Somebody is waiting for the page: better to say soon that the vendor is slow.
PAGE_DEADLINE = 10
SEND_WINDOW = 5

_COMMON = {"User-Agent": f"PinSync/{__version__}", "Accept-Encoding": "gzip"}

Gate = Callable[[], None]
Files = Mapping[str, tuple[str, bytes, str]]


class VendorHttp:
    """One session with one vendor under one credential; for one thread at a time.

    ``calls`` counts the calls that were started, ``last_seconds`` is the duration of the
    last one; ``wrote`` tells whether the first byte of the last WRITE left.
    """

    def __init__(
        self,
        *,
        adapter_class: type[Adapter],
        credentials: Mapping[str, str],
        before_call: Callable[[], None] | None = None,
        may_start: Callable[[], None] | None = None,
        deadline: float | None = None,
        tokens: Tokens | None = None,
    ) -> None:
        self.calls = 0
        self.last_seconds = 0.0
        self._vendor = adapter_class
        self.before_call = before_call
        self._may_start = may_start
        self._deadline = deadline
        self._adapter: Adapter | None = None
        self._base: guard.Address | None = None
        self._signer = Signer(adapter_class, credentials, tokens)
        self._gate: Gate | None = None
        self._is_writing = False
        self._write_ends: float | None = None
        self._line = transport.Line(adapter_class.label)
        self._transport = transport.Transport(self._line)
        self._stored_facts: Mapping[str, str] = {}

    def serve(self, adapter: Adapter) -> None:
        """Take the adapter whose address is called and whose ``explain`` is asked."""
        self._adapter = adapter
        self._stored_facts = adapter.facts

    def close(self) -> None:
        """Close the kept connections; the next call would open a new one."""
        self._transport.close()

    @property
    def wrote(self) -> bool:
        return self._line.wrote

    @contextmanager
    def writing(self, open_gate: Gate) -> Iterator[None]:
        """Let one WRITE through: ``open_gate`` runs directly before its first byte.

        What it raises passes through, and nothing is sent.
        """
        if self._is_writing:
            raise RuntimeError("The gate of another write is still there.")
        self._is_writing, self._gate = True, open_gate
        self._line.wrote, self._write_ends = False, None
        try:
            yield
        finally:
            self._is_writing, self._gate, self._write_ends = False, None, None

    def call(
        self,
        method: str,
        path: str,
        *,
        effect: Effect = Effect.READ,
        params: Mapping[str, str | int] | None = None,
        json: Any = None,
        form: Mapping[str, str] | None = None,
        files: Files | None = None,
        accept: tuple[int, ...] = (),
        expect_json: bool = True,
        headers: Mapping[str, str] | None = None,
        sign: bool = True,
        again: bool = False,
    ) -> Reply:
        """Make one call, as ``adapters.Http`` promises."""
        # What belongs to a write that is under way ends with it, or nobody would know
        # what became of it.
        is_under_way = self._is_writing and self._gate is None
        gate = self._take_gate() if effect is Effect.WRITE and not again else None

        def ask() -> Reply:
            address, foreign = self._address(path, params, sign=sign)
            sent = self._headers(sign=sign, foreign=foreign) | dict(headers or {})
            body = _body(sent, json=json, form=form, files=files)
            request = transport.Request(method, address, headers=sent, body=body)
            if self.before_call is not None:
                self.before_call()
            if self._may_start is not None and not is_under_way:
                self._may_start()
            reply = self._exchange(request, effect, gate, again=again)
            if reply.status in accept:
                return reply
            failures = Failures(
                self._label, effect, self._signer.secrets, foreign=foreign
            )
            if error := self._error(reply, failures):
                raise error
            if expect_json and reply.data is None:
                what = "a reply that is not JSON" if reply.body else "an empty reply"
                raise failures.unreadable(what, reply.body)
            return reply

        try:
            return ask()
        except BadCredentials:
            if not (sign and self._signer.held):
                raise
            self._sign_in(refused=self._signer.held)
            if effect is Effect.WRITE:
                raise self._wanted_a_new_token() from None
        return ask()

    @property
    def _label(self) -> str:
        return self._vendor.label

    @property
    def _served(self) -> Adapter:
        if self._adapter is None:
            raise RuntimeError("serve() was not called: there is no adapter.")
        return self._adapter

    # -- the request ---------------------------------------------------------------

    def _take_gate(self) -> Gate:
        gate, self._gate = self._gate, None
        if gate is None:
            raise RuntimeError(
                "A step has one WRITE: this is the second."
                if self._is_writing
                else "A WRITE needs a gate: make it inside writing()."
            )
        return gate

    def _address(
        self, path: str, params: Mapping[str, str | int] | None, *, sign: bool
    ) -> tuple[guard.Address, bool]:
        """Return where the call goes, and whether that is not the vendor's own site.

        Signs in first: the address may follow from what that brings.
        """
        served = self._served
        if sign:
            self._sign_in()
        if self._base is None:
            base = guard.parse(served.base_url(), label=self._label)
            self._refuse_unverified(base)  # each time: a refused base is not kept
            self._base = base
        base = self._base
        query = ("&" if "?" in path else "?") + urlencode(params) if params else ""
        if path.startswith("/") or not path:
            target = base.target.partition("?")[0].rstrip("/") + path + query
            return guard.Address(base.scheme, base.host, base.port, target), False
        if sign:
            raise RuntimeError("Only a path that starts with / gets the credential.")
        address = guard.parse(path + query, label=self._label)
        return address, address.site != base.site

    def _headers(self, *, sign: bool, foreign: bool) -> dict[str, str]:
        if foreign:
            return {**_COMMON, "Accept": "*/*"}
        headers = {**_COMMON, "Accept": "application/json", **self._vendor.wire.headers}
        if sign:
            headers.update(self._signer.headers)
        return headers

    def _sign_in(self, *, refused: Held | None = None) -> None:
        served = self._served
        if self._signer.prepare(served, refused=refused) and self._signer.held:
            served.facts = {**self._stored_facts, **self._signer.held.token.facts}
            self._base = None  # it may follow from them

    def _wanted_a_new_token(self) -> NotSent:
        return NotSent(
            f"{self._label} wanted a new sign-in before it took this. "
            f"{settings.PRODUCT_NAME} has signed in again and sends it by itself."
        )

    def _refuse_unverified(self, base: guard.Address) -> None:
        """Let guessed calls reach a simulator only, unless an operator allows more."""
        switch = self._vendor.unverified_switch
        if not switch or self._vendor.verified is not None:
            return
        if _is_on(os.environ.get(switch, "")):
            return
        if guard.is_allowed_private(base.host, base.port):
            return
        raise Rejected(
            f"{settings.PRODUCT_NAME}'s {self._label} connector is not yet verified with "
            f"{self._label}, so it calls no real system. To try it there, the operator "
            f"sets {switch}=true and restarts."
        )

    # -- the exchange --------------------------------------------------------------

    def _exchange(
        self,
        request: transport.Request,
        effect: Effect,
        gate: Gate | None,
        *,
        again: bool,
    ) -> Reply:
        seconds = clock.network_deadline(self._deadline or CALL_DEADLINE)
        window = clock.network_deadline(SEND_WINDOW)
        started = time.monotonic()
        if again:
            seconds = self._rest_of_the_write(started)
        elif gate:
            self._write_ends = started + seconds
        self.calls += 1
        self._line.start(seconds=seconds, window=window, gate=gate)
        try:
            reply = self._send(request, effect, seconds)
        finally:
            self.last_seconds = time.monotonic() - started
            measures.call(self._vendor.slug, effect.value, self.last_seconds)
        if isinstance(reply, Exception):
            raise reply  # here, so that no library's error with its URL hangs on it
        return reply

    def _rest_of_the_write(self, now: float) -> float:
        """Return the seconds left to repeat a refused WRITE under the same intent."""
        if self._write_ends is None:
            raise RuntimeError("There is no WRITE to be made again.")
        if (left := self._write_ends - now) <= 0:
            raise NotSent(
                f"{self._label} answered too late to go on. {settings.PRODUCT_NAME} "
                "tries again by itself."
            )
        return left

    def _send(
        self, request: transport.Request, effect: Effect, seconds: float
    ) -> Reply | Exception:
        response = None
        try:
            response = self._transport.send(request, stream=True)
            body = transport.read_body(response.raw)
        except transport.GateFailed as failed:
            return failed.error
        except transport.TooLarge:
            return self._failures(effect).unreadable("a reply that is too large")
        except transport.BROKEN:
            if response is not None:
                transport.hang_up(response.raw)
            return self._broken(effect, seconds, has_answered=response is not None)
        headers: Any = response.headers
        cookies = _cookies(response.raw.headers)
        return Reply(response.status_code, headers, decoded(body), body, cookies)

    def _broken(
        self, effect: Effect, seconds: float, *, has_answered: bool
    ) -> AtsError:
        failures = self._failures(effect)
        if self._line.is_too_long:
            return failures.unreadable("a reply that is too large")
        if self._line.is_over:
            return failures.no_answer(seconds)
        if has_answered:
            return failures.unreadable("only a part of its reply")
        return failures.broken_off()

    def _failures(self, effect: Effect) -> Failures:
        return Failures(
            self._label, effect, self._signer.secrets, wrote=self._line.wrote
        )

    def _error(self, reply: Reply, failures: Failures) -> Exception | None:
        explained = self._served.explain(reply, failures.effect)
        error = explained or failures.of_status(reply)
        if isinstance(error, Throttled) and TOLD in reply.headers:
            error.wait = wait_told(reply.headers) or USUAL_WAIT
        return error


def open_adapter(
    vendor: str,
    credentials: Mapping[str, str],
    *,
    share: str = "pages",
    before_call: Callable[[], None] | None = None,
    may_start: Callable[[], None] | None = None,
    tokens: Tokens | None = None,
    facts: Mapping[str, str] | None = None,
) -> Adapter:
    """Return the vendor's adapter with a session of its own; ``http.close()`` ends it.

    Calls are paced as their share allows, unless ``before_call`` does it. ``may_start``
    is asked directly before each call, but for those of a write that is under way.
    ``tokens`` keeps what the sign-in brings, ``facts`` are those of the connection.
    """
    cls = adapter_class(vendor)
    http = VendorHttp(
        adapter_class=cls,
        credentials=credentials,
        before_call=before_call,
        may_start=may_start,
        deadline=PAGE_DEADLINE if share == "pages" and not before_call else None,
        tokens=tokens,
    )
    adapter = cls(http=http, credentials=credentials, environment=environment_of(cls))
    adapter.facts = facts or {}
    http.serve(adapter)
    if before_call is None:
        key = (vendor, share, _digest(credentials))
        http.before_call = shared_pace(adapter, key, share=share).wait
    return adapter


def environment_of(cls: type[Adapter]) -> dict[str, str]:
    """Return the vendor's declared variables; raises ImproperlyConfigured."""
    return {env.name: _variable(env, cls.label) for env in cls.environment}


def _variable(env: Env, label: str) -> str:
    value = os.environ.get(env.name, "").strip() or env.default
    if value and (env.name.endswith("_URL") or "_URL_" in env.name):
        try:
            is_origin = guard.parse(value, label=label).target == ""
            trouble = "It has a path or a query."
        except guard.Blocked as blocked:
            is_origin, trouble = False, blocked.sentence
        if not is_origin or value.endswith(("?", "#")):
            raise ImproperlyConfigured(
                f"{env.name} must be an origin such as https://ats.example.com, or "
                f"https://ats.example.com:8443. {trouble}"
            )
    return value


def _body(
    headers: dict[str, str],
    *,
    json: Any,
    form: Mapping[str, str] | None,
    files: Files | None,
) -> bytes | None:
    """Return the encoded body, and add what describes it to the headers."""
    if files is not None:
        fields: list[Any] = [*(form or {}).items(), *files.items()]
        body, headers["Content-Type"] = encode_multipart_formdata(fields)
    elif form is not None:
        body = urlencode(form).encode()
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    elif json is not None:
        body = jsonlib.dumps(json, allow_nan=False).encode()
        headers["Content-Type"] = "application/json"
    else:
        return None
    headers["Content-Length"] = str(len(body))
    return body


def _is_on(value: str) -> bool:
    return value.strip().casefold() in {"1", "true", "yes", "on"}


def _cookies(headers: Any) -> dict[str, str]:
    if "Set-Cookie" not in headers:
        return {}
    jar = SimpleCookie()
    for line in headers.getlist("Set-Cookie"):
        with suppress(CookieError):
            jar.load(line)
    return {name: morsel.value for name, morsel in jar.items()}


def _digest(credentials: Mapping[str, str]) -> str:
    return hashlib.sha256(repr(sorted(credentials.items())).encode()).hexdigest()
