"""Misbehaviour on demand: rules that match requests and spoil their replies."""

from __future__ import annotations

import json
import threading
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Protocol

from .messages import Delivery, Reply, Request

GATEWAY_PAGE = (
    "<!doctype html><html><head><title>Please wait</title></head>"
    "<body><h1>One moment</h1><p>This page is not JSON.</p></body></html>"
)


@dataclass(frozen=True)
class Fault:
    """What a fault does to a call: whether it is carried out first, and its options."""

    help: str
    carries_out: bool
    options: Mapping[str, Any] = field(default_factory=dict)


FAULTS: Mapping[str, Fault] = {
    "delay": Fault("Carry out at once, answer late.", True, {"ms": 1000}),
    "status": Fault(
        "Answer with this status; body: html or text (a string) or json (anything).",
        False,
        {"status": 500, "headers": {}, "html": None, "text": None, "json": None},
    ),
    "commit_then_drop": Fault("Carry out, then close without an answer.", True),
    "drop_before": Fault("Close without carrying out.", False),
    "half_body": Fault("Carry out, send half of the answer, close.", True),
    "html_200": Fault("Answer 200 with a web page.", False),
    "empty_200": Fault("Answer 200 with an empty body.", False),
    "late_commit": Fault("Close now, carry out later.", False, {"ms": 1000}),
    "slow_drip": Fault(
        "Carry out, send a few bytes at a time.", True, {"ms": 50, "bytes": 1}
    ),
    "gzip_bomb": Fault(
        "Answer 200 with a small body that unpacks huge.", False, {"mb": 64}
    ),
    "wrong_id_type": Fault("Carry out, answer with numbers for ids.", True),
    "no_id": Fault("Carry out, answer without ids.", True),
    "without_keys": Fault("Carry out, leave out these keys.", True, {"keys": []}),
    "expired_token": Fault("Refuse the key of this call.", True),
    "revoke_key": Fault("Refuse the key of this call from now on.", True),
    "search_lag": Fault(
        "Carry out, hide what it creates from search for a while.", True, {"ms": 1000}
    ),
}


@dataclass
class Rule:
    """One fault for the calls whose ``METHOD /path?query`` contains ``match``.

    A ``match`` that ends with ``$`` must be the end of ``METHOD /path``. The first
    ``skip`` matching calls are let through; ``times`` None means for ever.
    """

    id: int
    fault: str
    match: str
    times: int | None
    skip: int
    carry_out: bool
    options: dict[str, Any]
    taken: int = 0

    def applies(self, request: Request) -> bool:
        return matches(self.match, request)

    def as_data(self) -> dict[str, Any]:
        return {**self.__dict__, **self.options}


def matches(pattern: str, request: Request) -> bool:
    if pattern.endswith("$"):
        return f"{request.method} {request.path}".endswith(pattern[:-1])
    return pattern in f"{request.method} {request.safe_target}"


class Faults:
    """The rules that are in force, first come first served."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rules: list[Rule] = []
        self._last_id = 0

    def add(self, data: Mapping[str, Any]) -> Rule:
        """Add a rule; ValueError says what is wrong with it."""
        values = dict(data)
        name = values.pop("fault", None)
        if name not in FAULTS:
            raise ValueError(f"There is no fault {name!r}; known: {', '.join(FAULTS)}.")
        kind = FAULTS[name]
        common = {
            "match": values.pop("match", ""),
            "times": _count(values.pop("times", 1)),
            "skip": values.pop("skip", 0),
            "carry_out": values.pop("carry_out", kind.carries_out),
        }
        if unknown := values.keys() - kind.options.keys():
            raise ValueError(f"The fault {name} has no option {sorted(unknown)[0]!r}.")
        with self._lock:
            self._last_id += 1
            options = {**kind.options, **values}
            rule = Rule(id=self._last_id, fault=name, options=options, **common)
            self._rules.append(rule)
        return rule

    def rules(self) -> list[dict[str, Any]]:
        with self._lock:
            return [rule.as_data() for rule in self._rules]

    def clear(self, rule_id: int | None = None) -> None:
        with self._lock:
            self._rules = [
                rule for rule in self._rules if rule_id not in (None, rule.id)
            ]

    def take(self, request: Request) -> Rule | None:
        """Return the rule for this call, if any, and use it up by one."""
        if not self._rules:
            return None
        with self._lock:
            for rule in self._rules:
                if rule.times != 0 and rule.applies(request):
                    if rule.skip > 0:
                        rule.skip -= 1
                        continue
                    if rule.times is not None:
                        rule.times -= 1
                    rule.taken += 1
                    return rule
        return None


def _count(times: Any) -> int | None:
    if times in (None, "forever"):
        return None
    if not isinstance(times, int) or times < 0:
        raise ValueError("times is a number, or forever.")
    return times


class Misbehaving(Protocol):
    """What the faults need of a simulator."""

    def later(self, milliseconds: int, action: Callable[[], object]) -> None: ...
    def revoke(self, request: Request) -> None: ...
    def spoil_ids(self, data: Any, value: Any) -> Any: ...


def misbehave(
    rule: Rule, request: Request, carry_out: Callable[[], Reply], host: Misbehaving
) -> Reply:
    """Answer one call the way its rule says."""
    options = rule.options
    if rule.fault == "expired_token":
        request.refuse_key = True
    elif rule.fault == "revoke_key":
        host.revoke(request)
    elif rule.fault == "search_lag":
        request.search_lag_ms = options["ms"]
    elif rule.fault == "late_commit":
        host.later(options["ms"], carry_out)
        return Reply.nothing()
    reply = carry_out() if rule.carry_out else Reply()
    spoil = _SPOILERS.get(rule.fault)
    return spoil(reply, options, host) if spoil else reply


_Spoiler = Callable[[Reply, dict[str, Any], Misbehaving], Reply]


def _delayed(reply: Reply, options: dict[str, Any], host: Misbehaving) -> Reply:
    reply.wait_ms += options["ms"]
    return reply


def _status(reply: Reply, options: dict[str, Any], host: Misbehaving) -> Reply:
    if options["html"] is not None:
        answer = Reply.html(options["html"], options["status"])
    elif options["text"] is not None:
        answer = Reply.text(options["text"], options["status"])
    elif options["json"] is not None:
        answer = Reply(options["status"], options["json"])
    else:
        answer = Reply.text("", options["status"])
    answer.headers = {name: str(value) for name, value in options["headers"].items()}
    return answer


def _nothing(reply: Reply, options: dict[str, Any], host: Misbehaving) -> Reply:
    return Reply.nothing()


def _half(reply: Reply, options: dict[str, Any], host: Misbehaving) -> Reply:
    reply.delivery = Delivery.HALF
    return reply


def _page(reply: Reply, options: dict[str, Any], host: Misbehaving) -> Reply:
    return Reply.html(GATEWAY_PAGE)


def _empty(reply: Reply, options: dict[str, Any], host: Misbehaving) -> Reply:
    return Reply(200, body=b"", headers=reply.headers)


def _drip(reply: Reply, options: dict[str, Any], host: Misbehaving) -> Reply:
    reply.delivery = Delivery.DRIP
    reply.drip_ms, reply.drip_bytes = options["ms"], options["bytes"]
    return reply


def _bomb(reply: Reply, options: dict[str, Any], host: Misbehaving) -> Reply:
    return Reply(body=_bomb_of(options["mb"]), headers={"Content-Encoding": "gzip"})


@cache
def _bomb_of(megabytes: int) -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    start = packer.compress(b'{"padding": "')
    middle = b"".join(packer.compress(b" " * (1 << 20)) for _ in range(megabytes))
    return start + middle + packer.compress(b'"}') + packer.flush()


def _numbers(reply: Reply, options: dict[str, Any], host: Misbehaving) -> Reply:
    reply.data = host.spoil_ids(reply.data, 4711)
    return reply


def _no_ids(reply: Reply, options: dict[str, Any], host: Misbehaving) -> Reply:
    reply.data = host.spoil_ids(reply.data, None)
    return reply


def _without_keys(reply: Reply, options: dict[str, Any], host: Misbehaving) -> Reply:
    reply.data = _stripped(json.loads(reply.payload()), set(options["keys"]))
    return reply


def _stripped(data: Any, keys: set[str]) -> Any:
    if isinstance(data, dict):
        return {k: _stripped(v, keys) for k, v in data.items() if k not in keys}
    if isinstance(data, list):
        return [_stripped(item, keys) for item in data]
    return data


_SPOILERS: Mapping[str, _Spoiler] = {
    "delay": _delayed,
    "status": _status,
    "commit_then_drop": _nothing,
    "drop_before": _nothing,
    "half_body": _half,
    "html_200": _page,
    "empty_200": _empty,
    "slow_drip": _drip,
    "gzip_bomb": _bomb,
    "wrong_id_type": _numbers,
    "no_id": _no_ids,
    "without_keys": _without_keys,
}
