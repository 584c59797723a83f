"""The base of every vendor's simulator: keys, settings, faults, records, routing."""

from __future__ import annotations

import re
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Generic, TypeVar

from .control import control
from .faults import Faults, matches, misbehave
from .messages import Reply, Request
from .server import Server
from .store import Store

T = TypeVar("T")
Keys = Mapping[str, Iterable[str]]
REMEMBERED_REQUESTS = 200
REMEMBERED_BODY = 20_000


@dataclass(frozen=True)
class Setting:
    """One switch: its default, and what else it may be (any value of that type)."""

    default: Any
    help: str
    choices: tuple[Any, ...] = ()

    def check(self, name: str, value: Any) -> None:
        """Raise ValueError unless ``value`` is allowed."""
        if self.choices and value not in self.choices:
            known = ", ".join(repr(choice) for choice in self.choices)
            raise ValueError(f"The setting {name} is one of {known}.")
        if not self.choices and type(value) is not type(self.default):
            kind = type(self.default).__name__
            raise ValueError(f"The setting {name} is of type {kind}.")


class Routes(Generic[T]):
    """What a vendor keeps by method and path; ``{name}`` stands for one segment."""

    def __init__(self) -> None:
        self._exact: dict[tuple[str, str], T] = {}
        self._patterns: list[tuple[str, re.Pattern[str], T]] = []

    def add(self, method: str, path: str, handler: T) -> None:
        if "{" not in path:
            self._exact[method, path] = handler
            return
        pattern = re.sub(r"\{\w+\}", "([^/]+)", path)
        self._patterns.append((method, re.compile(pattern), handler))

    def find(self, method: str, path: str) -> tuple[T, tuple[str, ...]] | None:
        if handler := self._exact.get((method, path)):
            return handler, ()
        for wanted, pattern, handler in self._patterns:
            if wanted == method and (found := pattern.fullmatch(path)):
                return handler, found.groups()
        return None


class Simulator:
    """One vendor in memory. Subclasses say how calls are answered.

    ``answer`` runs under the state lock and must not wait; what it puts into the store is
    in the journal before the reply leaves.
    """

    slug: ClassVar[str]
    label: ClassVar[str]
    default_port: ClassVar[int]
    default_keys: ClassVar[Keys] = {}
    # What leads the product here and what its connect form takes; {origin} is filled in.
    demo_variables: ClassVar[Mapping[str, str]] = {}
    demo_credentials: ClassVar[Mapping[str, str]] = {}
    # Where the badge leads in the demo, with {origin} and {person_id}; "" where the
    # product gets a link by itself.
    demo_profile_url: ClassVar[str] = ""
    switches: ClassVar[Mapping[str, Setting]] = {}
    id_keys: ClassVar[frozenset[str]] = frozenset({"id", "Id"})

    common_switches: ClassVar[Mapping[str, Setting]] = {
        "latency_ms": Setting(0, "Every call takes at least this long."),
        "search_lag_ms": Setting(0, "New people are not searchable for this long."),
    }

    def __init__(self, data: Path | None = None, *, latency_ms: int = 0) -> None:
        self.origin = f"http://127.0.0.1:{self.default_port}"
        self.lock = threading.RLock()
        self.store = Store(data / f"{self.slug}.jsonl" if data else None)
        self.faults = Faults()
        self._timers: set[threading.Timer] = set()
        self._initial = {"latency_ms": latency_ms}
        self.index()
        self._start_over()
        if self.store.is_empty:
            self._seed()

    # What a vendor writes

    def index(self) -> None:
        """Declare the indexes of the store."""

    def seed(self) -> None:
        """Put jobs, users and a few people into an empty store."""
        raise NotImplementedError

    def answer(self, request: Request) -> Reply:
        """Answer one call of the API or of the web pages."""
        raise NotImplementedError

    def key_of(self, request: Request) -> str | None:
        """Return the key that the request carries."""
        raise NotImplementedError

    def truth(self) -> dict[str, Any]:
        """Return what arrived, as plain data with a list ``people``."""
        raise NotImplementedError

    def remove(self, kind: str, row_id: str) -> None:
        """Delete a ``person`` or a ``job``, as someone would in the web application."""
        raise NotImplementedError

    def close_job(self, job_id: str) -> None:
        """Close a job, as someone would in the web application."""
        raise NotImplementedError

    @classmethod
    def consent(cls, authorize_url: str) -> str:
        """Sign in and agree over HTTP; return where the browser is sent (OAuth)."""
        raise NotImplementedError

    # What tests and the control endpoint use

    def start(self, port: int = 0, host: str = "127.0.0.1") -> RunningSimulator:
        """Serve until the returned object is stopped; OSError when the port is taken."""
        server = Server(self.respond, host, port)
        self.origin = f"http://{host}:{server.port}"
        return RunningSimulator(self, server, self.origin, server.port)

    def fault(self, fault: str, match: str = "", **options: Any) -> int:
        """Let matching calls go wrong (once, unless ``times``); return the rule's id."""
        return self.faults.add({"fault": fault, "match": match, **options}).id

    def set(self, **values: Any) -> None:
        """Change settings; ValueError names the first that does not fit."""
        known = {**self.common_switches, **self.switches}
        for name, value in values.items():
            if name not in known:
                raise ValueError(f"There is no setting {name}.")
            known[name].check(name, value)
        self.settings.update(values)

    def grant(self, key: str, permissions: Iterable[str] | None = None) -> None:
        """Define a key; without ``permissions`` it may do everything."""
        if permissions is None:
            permissions = next(iter(self.default_keys.values()), ())
        self.keys[key] = frozenset(permissions)

    def revoke(self, request_or_key: Request | str) -> None:
        """Let a key (or the key of a request) be refused from now on."""
        if isinstance(request_or_key, Request):
            request_or_key = self.key_of(request_or_key) or ""
        self.keys.pop(request_or_key, None)

    def reset(self) -> None:
        """Forget everything but the seeds; settings, keys and faults as at the start."""
        with self.lock:
            self.store.clear()
            self._start_over()
            self._seed()

    def count(self, match: str = "") -> int:
        """Return how many calls arrived that match (as the rules of faults do)."""
        with self.lock:
            counts = dict(self._counts)
        return sum(
            times
            for (method, path), times in counts.items()
            if matches(match, Request(method, path, {}))
        )

    def counts(self) -> dict[str, int]:
        with self.lock:
            counts = dict(self._counts)
        return {f"{method} {path}": times for (method, path), times in counts.items()}

    def requests(self) -> list[dict[str, Any]]:
        """Return the last requests, oldest first, without their keys."""
        with self.lock:
            requests = list(self._requests)
        return [_remembered(request) for request in requests]

    # The way of one call

    def respond(self, request: Request) -> Reply:
        if request.path.startswith("/_control/"):
            return control(self, request)
        with self.lock:
            self._counts[request.method, request.path] += 1
            self._requests.append(request)
        rule = self.faults.take(request)
        if rule is None:
            reply = self._carry_out(request)
        else:
            reply = misbehave(rule, request, lambda: self._carry_out(request), self)
        reply.wait_ms += self.settings["latency_ms"]
        return reply

    def later(self, milliseconds: int, action: Callable[[], object]) -> None:
        timer = threading.Timer(milliseconds / 1000, action)
        timer.daemon = True
        self._timers = {timer, *(old for old in self._timers if old.is_alive())}
        timer.start()

    def lag(self, request: Request) -> int:
        """Return for how many milliseconds what this call creates stays unfindable."""
        if request.search_lag_ms is not None:
            return request.search_lag_ms
        return int(self.settings["search_lag_ms"])

    def spoil_ids(self, data: Any, value: Any) -> Any:
        """Return the data with every id replaced, or left out when ``value`` is None."""
        if isinstance(data, list):
            return [self.spoil_ids(item, value) for item in data]
        if not isinstance(data, dict):
            return data
        return {
            key: value if key in self.id_keys else self.spoil_ids(item, value)
            for key, item in data.items()
            if value is not None or key not in self.id_keys
        }

    def close(self) -> None:
        for timer in self._timers:
            timer.cancel()
        with self.lock:
            self.store.close()

    def _carry_out(self, request: Request) -> Reply:
        with self.lock:
            try:
                return self.answer(request)
            finally:
                self.store.commit()

    def _start_over(self) -> None:
        known = {**self.common_switches, **self.switches}
        self.settings = {name: setting.default for name, setting in known.items()}
        self.settings.update(self._initial)
        self.keys = {key: frozenset(may) for key, may in self.default_keys.items()}
        self.faults.clear()
        self._counts: Counter[tuple[str, str]] = Counter()
        self._requests: deque[Request] = deque(maxlen=REMEMBERED_REQUESTS)

    def _seed(self) -> None:
        self.seed()
        self.store.commit()


def _remembered(request: Request) -> dict[str, Any]:
    entry: dict[str, Any] = {"method": request.method, "path": request.safe_target}
    try:
        if request.content_type == "multipart/form-data":
            entry["parts"] = [
                {"name": p.name, "filename": p.filename, "size": len(p.data)}
                for p in request.parts()
            ]
        elif request.body and request.content_type == "application/json":
            entry["json"] = request.json()
        else:
            entry["text"] = request.body[:REMEMBERED_BODY].decode("utf-8", "replace")
    except ValueError:
        entry["text"] = request.body[:REMEMBERED_BODY].decode("utf-8", "replace")
    return entry


@dataclass
class RunningSimulator:
    """A simulator that listens, with its controls at hand."""

    simulator: Simulator
    server: Server
    url: str
    port: int

    def __post_init__(self) -> None:
        self.fault = self.simulator.fault
        self.clear_faults = self.simulator.faults.clear
        self.set = self.simulator.set
        self.grant = self.simulator.grant
        self.remove = self.simulator.remove
        self.close_job = self.simulator.close_job
        self.revoke = self.simulator.revoke
        self.reset = self.simulator.reset
        self.count = self.simulator.count
        self.counts = self.simulator.counts
        self.requests = self.simulator.requests

    def truth(self) -> dict[str, Any]:
        """Return what arrived, as plain data with a list ``people``."""
        with self.simulator.lock:
            return self.simulator.truth()

    def stop(self) -> None:
        self.server.stop()
        self.simulator.close()
