"""The address of a Kortivity instance, out of whatever was pasted from the browser."""

from __future__ import annotations

import re
from ipaddress import ip_address
from urllib.parse import urlsplit

from integrations.adapters import WrongCredential

# White space, and the invisible characters that copying brings along.
_BLANK = re.compile(r"[\s\u200b-\u200f\u2060\ufeff]+")
_NAME = re.compile(r"[\w-]+(\.[\w-]+)*\.?")


def entered(pasted: str) -> str:
    """Return the origin of what somebody enters: https, unless it is this machine.

    Raises WrongCredential with a sentence for the form.
    """
    found = origin(pasted)
    if found.startswith("http:") and not is_loopback(urlsplit(found).hostname or ""):
        raise _wrong("Kortivity is called over https only: start the API URL with it.")
    return found


def origin(pasted: str) -> str:
    """Return the scheme, host and port; raises WrongCredential where there is none.

    Whether the host may be called is for the door to judge, not for this.
    """
    text = _BLANK.sub("", pasted)
    has_scheme = "://" in text
    text = text if has_scheme else f"https://{text.lstrip('/')}"
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise _nonsense() from None
    if parts.scheme not in ("http", "https"):
        raise _nonsense()
    if "@" in parts.netloc:
        raise _wrong(
            "The API URL must not hold a user name or password: they have fields of "
            "their own."
        )
    if not _is_host(host, needs_dot=not has_scheme):
        raise _nonsense()
    # Browsers leave "http://" out of what they show, and this machine has no TLS.
    scheme = parts.scheme if has_scheme or not is_loopback(host) else "http"
    name = f"[{host}]" if ":" in host else host
    return f"{scheme}://{name}" + (f":{port}" if port is not None else "")


def is_loopback(host: str) -> bool:
    """Return whether the host is this very machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.rstrip(".") == "localhost" or host.endswith(".localhost")


def _is_host(host: str, *, needs_dot: bool) -> bool:
    """Say whether it can be a host; a single word typed without a scheme is none."""
    try:
        ip_address(host)
        return True
    except ValueError:
        pass
    if needs_dot and "." not in host and host != "localhost":
        return False
    return _NAME.fullmatch(host) is not None


def _nonsense() -> WrongCredential:
    return _wrong(
        "This is not a web address. Copy it from the address bar while you are signed "
        "in to Kortivity; usually it is https://k7y.app."
    )


def _wrong(sentence: str) -> WrongCredential:
    return WrongCredential("api_url", sentence)
