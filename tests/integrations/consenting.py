"""Signing in on a vendor's own pages: there and back, as a browser goes."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.test import Client
from django.urls import reverse

from integrations.simulation import simulators


def leave(client: Client, slug: str) -> str:
    """Follow the link to the vendor; return the address of its page."""
    reply = client.get(reverse("integrations:sign_in", args=[slug]))
    assert reply.status_code == 302, reply.content.decode()
    return reply["Location"]


def decide(address: str, slug: str, user: str, decision: str = "allow") -> str:
    """Sign in there and decide; return the address on our side that follows."""
    simulator: Any = simulators()[slug]
    back = urlsplit(simulator.consent(address, user, decision))
    return f"{back.path}?{back.query}"


def come_back(client: Client, slug: str, user: str, decision: str = "allow") -> Any:
    """Go there, decide, and return the page where that ends."""
    return client.get(decide(leave(client, slug), slug, user, decision), follow=True)
