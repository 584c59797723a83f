"""From which host a sign-in comes, for counting wrong passwords."""

from __future__ import annotations

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest


def host_of(request: HttpRequest) -> str | None:
    """Return the address of the browser's host, None where there is none (tests).

    Behind PROXIES proxies it is the entry of X-Forwarded-For that the first of them
    added: what stands before that was sent by the browser, and may be anything.
    """
    forwarded = request.headers.get("X-Forwarded-For", "").split(",")
    if settings.PROXIES and len(forwarded) >= settings.PROXIES:
        try:
            return str(ip_address(forwarded[-settings.PROXIES].strip()))
        except ValueError:
            pass  # not from our proxy
    address: str | None = request.META.get("REMOTE_ADDR")
    return address
