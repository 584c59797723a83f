"""What the RQ worker calls: ids and nothing else, no retries, no results."""

from __future__ import annotations

from . import drainer


def drain() -> None:
    """Work the due steps of every connection that nobody else works."""
    drainer.drain()
