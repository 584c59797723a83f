"""The vendors' keys: taken away, replaced, and entered anew by an administrator."""

from __future__ import annotations

import re
import threading
from collections import Counter
from itertools import count
from typing import TYPE_CHECKING

from requests import Response

from . import report
from .office import Browser, NoAnswer, went_on
from .premises import Premises
from .setting import Setting

if TYPE_CHECKING:
    from integrations.models import AtsConnection

_LOOK_EVERY = 1.0


class Administrator:
    """Changes keys at the vendors, and reconnects what is parked, on the page."""

    def __init__(self, place: Premises, setting: Setting, alice: Browser) -> None:
        from tests.vendors.desk import FACTS

        self._place, self._setting, self._alice = place, setting, alice
        self._keys = {slug: FACTS[slug].key for slug in setting.connections}
        self._numbers = count(1)
        self._lock = threading.Lock()
        self.reconnected = 0
        self.refused: Counter[str] = Counter()

    def change(self, slug: str, how: str) -> None:
        """Revoke the key, or replace it by another; who finds out is the product."""
        from integrations.adapters import OAuth2, vendors

        signs_in_there = isinstance(vendors()[slug].sign_in, OAuth2)
        with self._lock:
            old = self._keys[slug]
            new = _next_user(old) if signs_in_there else _next_key(old, self._numbers)
            simulator = self._place.simulators[slug]
            simulator.keys(**{new: "all"})
            simulator.keys(**{old: None})
            if how == "rotate":
                self._keys[slug] = new
                self._reconnect(slug)
            self._keys[slug] = new

    def watch(self, stop: threading.Event) -> None:
        """Reconnect what is parked, until told to stop."""
        from django.db import DatabaseError, close_old_connections

        while not stop.wait(_LOOK_EVERY):
            try:
                close_old_connections()
                for slug in self._parked():
                    with self._lock:
                        self._reconnect(slug)
            except DatabaseError:
                continue

    def _parked(self) -> list[str]:
        from integrations.models import AtsConnection

        return list(
            AtsConnection.objects.filter(state="parked").values_list(
                "vendor", flat=True
            )
        )

    def _reconnect(self, slug: str) -> bool:
        connection = self._setting.connections[slug]
        try:
            taken = self._enter_key(connection, slug)
        except (NoAnswer, ValueError, OSError) as error:
            self.refused[f"{slug}: {error}"[:120]] += 1
            return False
        self.reconnected += taken
        return taken

    def _enter_key(self, connection: AtsConnection, slug: str) -> bool:
        from integrations.adapters import OAuth2, vendors
        from tests.vendors import signing_in

        key, simulator = self._keys[slug], self._place.simulators[slug]
        if isinstance(vendors()[slug].sign_in, OAuth2):
            return self._sign_in_there(slug, key)
        typed = signing_in.credentials(slug, key, simulator.seen_at)
        reply = self._alice.post(f"/settings/ats/{connection.pk}/reconnect/", typed)
        return _is_taken(reply, connection)

    def _sign_in_there(self, slug: str, user: str) -> bool:
        from integrations.simulation import simulators

        reply = self._alice.get(f"/settings/ats/sign-in/{slug}/")
        if reply.status_code != 302:
            return False
        back = simulators()[slug].consent(reply.headers["Location"], user)  # type: ignore[call-arg]
        return _is_taken(self._alice.get(back), self._setting.connections[slug])


def _is_taken(reply: Response, connection: AtsConnection) -> bool:
    """Return whether the same connection goes on; complain where it is another."""
    if not went_on(reply):
        return False
    where = reply.headers["Location"]
    if re.search(r"/settings/ats/\d+/$", where) and f"/{connection.pk}/" not in where:
        report.say(f"  {connection.label} was taken for another account: {where}")
    return f"/settings/ats/{connection.pk}/" in where


def _next_user(user: str) -> str:
    users = ("robin", "sam")  # kim may not grant access
    return users[(users.index(user) + 1) % len(users)]


def _next_key(key: str, numbers: count[int]) -> str:
    """Return another key; of user and password, the same user's next password."""
    user, colon, _ = key.rpartition(":")
    return f"{user}{colon}key-{next(numbers)}"
