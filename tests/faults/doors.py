"""Machines for whoever may make no namespaces: groups of processes behind proxies."""

from __future__ import annotations

from .proxy import Proxies, Rule

Command = tuple[str, ...]


class Doors:
    """Hosts that reach database and Redis through proxies of their own."""

    kind = "process groups behind proxies"

    def __init__(self, proxies: Proxies, database: int, redis: int) -> None:
        self._proxies = proxies
        self._ports = {"postgres": database, "redis": redis}

    def add(self, name: str) -> None:
        for server, port in self._ports.items():
            self._proxies.add(f"{server}@{name}", port)

    def command(self, name: str, command: Command) -> Command:
        return command

    def variables(self, name: str) -> dict[str, str]:
        base, redis = (self._proxies.by_name[f"{s}@{name}"].port for s in self._ports)
        return {
            "DATABASE_URL": f"postgres://pinsync@127.0.0.1:{base}/pinsync",
            "REDIS_URL": f"redis://127.0.0.1:{redis}/0",
        }

    def cut(self, name: str, how: str) -> None:
        """Part the host from the database; ``alone``: silently, and from Redis, too."""
        effect = "refuse" if how == "reset" else "silent"
        for server in self._ports if how == "alone" else ("postgres",):
            self._proxies.disturb(f"{server}@{name}", Rule(effect))

    def mend(self, name: str) -> None:
        for server in self._ports:
            self._proxies.calm(f"{server}@{name}")

    def close(self) -> None:
        """Nothing is left: the proxies are somebody else's."""
