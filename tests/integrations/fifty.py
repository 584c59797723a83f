"""Fifty callers at once, each with its own adapter of one stored connection."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connections as databases

from integrations.errors import BadCredentials
from integrations.models import AtsConnection
from integrations.sign_in import open_connection

from .scene import Scene

CALLERS = 50


def at_once(scene: Scene, ask: Callable[[Any], Any]) -> list[Any]:
    """Let fifty adapters of the one connection ask together, as threads of a worker do."""
    begin = threading.Barrier(CALLERS)

    def call(_: int) -> Any:
        connection = AtsConnection.objects.get(pk=scene.connection.pk)
        adapter: Any = open_connection(
            connection,
            connection.get_credentials(),
            share="exports",
            before_call=lambda: None,
        )
        try:
            begin.wait(60)
            return ask(adapter)
        except BadCredentials as refused:
            return refused
        finally:
            adapter.http.close()
            databases.close_all()

    with ThreadPoolExecutor(CALLERS) as pool:
        return list(pool.map(call, range(CALLERS)))
