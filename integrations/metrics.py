"""What ``/metrics`` says to Prometheus: the state from the database, counts from Redis.

The state is read when it is asked for, so it is right whatever process or host changed
it, and whichever web process answers. Labels are vendors, states and kinds: no
organization, nobody's data.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

import rq
from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, InterfaceError
from django.db.models import Count
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector
from redis.exceptions import RedisError

from candidates.models import ResumeDocument
from pinsync import clock, waking

from . import backlog, measures, retention
from .adapters import vendors
from .models import AtsConnection, Duty, Export, ExportStep, LaterLook

# Counting a million exports takes a moment: not for every scrape of every server.
EXPORTS_COUNTED_EVERY = 30

_COUNTERS = {
    "errors": ("pinsync_call_errors", "Calls that ended badly.", ["vendor", "kind"]),
    "retries": ("pinsync_retries", "Steps put off to be tried again.", ["vendor"]),
    "unclear": ("pinsync_unclear", "Writes whose outcome was unclear.", ["vendor"]),
}

Rows = Iterable[tuple[tuple[str, ...], float]]


def exposition() -> bytes:
    """Return everything in Prometheus's text format; what cannot be read is left out."""
    registry = CollectorRegistry()
    registry.register(_Everything())
    return generate_latest(registry)


class _Everything(Collector):
    def collect(self) -> Iterator[Metric]:
        up = {}
        for part, read in (("database", _of_database), ("redis", _of_redis)):
            try:
                yield from list(read())
                up[part] = 1
            except (DatabaseError, InterfaceError, RedisError):
                up[part] = 0
        rows = [((part,), value) for part, value in up.items()]
        yield _gauge("pinsync_up", "Whether it answers.", ["part"], rows)


def _of_database() -> Iterator[Metric]:
    yield _gauge("pinsync_exports", "Exports.", ["vendor", "state"], _exports())
    yield from _waiting()
    yield from _connections()
    yield _gauge(
        "pinsync_twice",
        "People whom an ATS has twice, not yet seen to.",
        ["vendor"],
        _by_vendor(
            LaterLook.objects.twice().order_by().values_list("step__connection__vendor")
        ),
    )
    wanted = ResumeDocument.objects.filter(state=ResumeDocument.State.WANTED).count()
    yield _gauge("pinsync_resumes_wanted", "Resumes to be made.", [], [((), wanted)])
    ages = [
        ((name,), (clock.now() - done).total_seconds())
        for name, done in Duty.objects.filter(
            name__in=(backlog.DISPATCHER, retention.DUTY)
        ).values_list("name", "done_at")
    ]
    yield _gauge(
        "pinsync_duty_age_seconds",
        "Since a dispatcher was seen, since old rows were last forgotten.",
        ["duty"],
        ages,
    )


def _exports() -> Rows:
    def count() -> list[tuple[tuple[str, ...], float]]:
        found = Counter[tuple[str, str]]()
        for vendor, state, number in _by_connection():
            found[vendor, state] += number
        states = Export.State.values
        return [((v, s), found[v, s]) for v in vendors() for s in states]

    return cache.get_or_set("metrics-exports", count, EXPORTS_COUNTED_EVERY) or []


def _by_connection() -> Iterator[tuple[str, str, int]]:
    """Count by what one index holds, which is read from end to end."""
    vendor_of = dict(AtsConnection.objects.order_by().values_list("pk", "vendor"))
    rows = Export.objects.order_by().values_list("connection_id", "state")
    for pk, state, number in rows.annotate(number=Count("*")):
        if pk in vendor_of:  # or it was made just now
            yield vendor_of[pk], state, number


def _waiting() -> Iterator[Metric]:
    """Tell of open steps by the condition of their index: few, whatever the ledger."""
    State = ExportStep.State
    rows = (
        ExportStep.objects.filter(
            state__in=[State.READY, State.UNCERTAIN], not_before__isnull=False
        )
        .order_by()
        .values_list("connection__vendor", "state")
    )
    found = {(v, s): n for v, s, n in rows.annotate(Count("pk"))}
    words = {"ready": "Steps that wait for their time.", "unclear": "Unclear steps."}
    for name, state in (("ready", State.READY), ("unclear", State.UNCERTAIN)):
        numbers = [((v,), found.get((v, state), 0)) for v in vendors()]
        yield _gauge(f"pinsync_steps_{name}", words[name], ["vendor"], numbers)
    now, oldest = clock.now(), dict.fromkeys(vendors(), 0.0)
    for wait in backlog.waits():
        age = (now - wait.since).total_seconds()
        oldest[wait.vendor] = max(oldest.get(wait.vendor, 0), age)
    yield _gauge(
        "pinsync_oldest_due_seconds",
        "Since when the oldest step that could be worked has been due.",
        ["vendor"],
        [((vendor,), age) for vendor, age in oldest.items()],
    )


def _connections() -> Iterator[Metric]:
    live, now = AtsConnection.objects.live().order_by(), clock.now()
    asked = {
        "connections": ("Connections that are not ended.", live),
        "connections_parked": (
            "Connections that wait for a new credential.",
            live.filter(state=AtsConnection.State.PARKED),
        ),
        "connections_paused": (
            "Connections that rest: asked to, or their breaker is open.",
            live.filter(paused_until__gt=now),
        ),
        "breakers_open": (
            "Connections whose calls failed too often in a row.",
            live.filter(probe_wait__gt=0),
        ),
    }
    for name, (words, rows) in asked.items():
        numbers = _by_vendor(rows.values_list("vendor"))
        yield _gauge(f"pinsync_{name}", words, ["vendor"], numbers)


def _by_vendor(rows: Iterable[tuple[str]]) -> Rows:
    found = Counter(vendor for (vendor,) in rows)
    return [((vendor,), found[vendor]) for vendor in vendors()]


def _of_redis() -> Iterator[Metric]:
    connection = waking.connection()
    lengths = [
        ((name,), rq.Queue(name, connection=connection).count)
        for name in settings.RQ_QUEUES
    ]
    yield _gauge("pinsync_queue_jobs", "Wakes not yet taken.", ["queue"], lengths)
    counts = defaultdict[str, list[tuple[list[str], float]]](list)
    for field, value in measures.stored().items():
        name, *labels = field.split("|")
        counts[name].append((labels, value))
    for name, (metric, words, labels) in _COUNTERS.items():
        family = CounterMetricFamily(metric, words, labels=labels)
        for values, number in sorted(counts[name]):
            family.add_metric(values, number)
        yield family
    yield _latency(counts["calls"])


def _latency(counts: Iterable[tuple[list[str], float]]) -> Metric:
    """Put the buckets together: Redis counts each call in one, Prometheus adds up."""
    calls = defaultdict[tuple[str, str], dict[str, float]](dict)
    for (vendor, effect, end), value in counts:
        calls[vendor, effect][end] = value
    family = HistogramMetricFamily(
        "pinsync_call_seconds",
        "How long calls to vendors took.",
        labels=["vendor", "effect"],
    )
    for labels, found in sorted(calls.items()):
        total, buckets = 0.0, []
        for end in (*map(str, measures.BUCKETS), "+Inf"):
            total += found.get(end, 0)
            buckets.append((end, total))
        family.add_metric(list(labels), buckets, found.get("sum", 0))
    return family


def _gauge(name: str, words: str, labels: list[str], rows: Rows) -> Metric:
    family = GaugeMetricFamily(name, words, labels=labels)
    for values, number in rows:
        family.add_metric(list(values), number)
    return family
