"""Asks a vendor what its API is like: reads only, every exchange listened to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from .adapters import Adapter, Effect, OAuth2, Reply, adapter_class
from .errors import AtsError, BadCredentials
from .http import CALL_DEADLINE, Gate, VendorHttp, environment_of
from .models import AtsConnection
from .shapes import indented, of_call, of_reply, values_in
from .sign_in import StoredTokens
from .tokens import Tokens
from .transport import Request


class ListeningHttp(VendorHttp):
    """The one door out, which also tells what the vendor really answered.

    ``heard`` fills with (call, what the reply looks like), the sign-in included.
    """

    heard: list[tuple[str, list[str]]]
    values: set[str]

    def _exchange(
        self, request: Request, effect: Effect, gate: Gate | None, *, again: bool
    ) -> Reply:
        reply = super()._exchange(request, effect, gate, again=again)
        call = of_call(str(request.method), request.target, self.values)
        self.heard.append((call, of_reply(reply)))
        self.values |= values_in(reply.data)
        return reply


def probe(
    vendor: str,
    credentials: Mapping[str, str],
    *,
    connection: AtsConnection | None = None,
) -> Iterator[str]:
    """Yield what each of the vendor's declared reads shows, as text without a value.

    Ends after a refused credential: another try could lock the account.
    """
    with _listening(vendor, credentials, connection) as (adapter, heard):
        for name, read in adapter.probe():
            heard.clear()
            trouble = ""
            stops = False
            try:
                read()
            except AtsError as error:
                trouble, stops = error.sentence, isinstance(error, BadCredentials)
            yield _told(name, heard, trouble)
            if stops:
                return


@contextmanager
def _listening(
    vendor: str, credentials: Mapping[str, str], connection: AtsConnection | None
) -> Iterator[tuple[Adapter, list[tuple[str, list[str]]]]]:
    cls = adapter_class(vendor)
    http = ListeningHttp(
        adapter_class=cls,
        credentials=credentials,
        before_call=lambda: None,  # a handful of calls, by hand
        tokens=_tokens(cls, connection),
    )
    http.heard, http.values = [], set()
    adapter = cls(http=http, credentials=credentials, environment=environment_of(cls))
    adapter.facts = connection.facts if connection else {}
    http.serve(adapter)
    try:
        yield adapter, http.heard
    finally:
        http.close()


def _tokens(cls: type[Adapter], connection: AtsConnection | None) -> Tokens | None:
    """Return the connection's token where it cannot be had by a sign-in of our own."""
    if connection and isinstance(cls.sign_in, OAuth2):
        return StoredTokens(connection, patience=CALL_DEADLINE)
    return None


def _told(name: str, heard: list[tuple[str, list[str]]], trouble: str) -> str:
    exchanges = [f"  {call}\n{indented(shape)}" for call, shape in heard]
    return "\n".join([name, *exchanges, *([f"  {trouble}"] if trouble else [])])
