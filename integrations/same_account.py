"""Whether a credential leads to the account that a connection was made with."""

from __future__ import annotations

from . import matching
from .adapters import Account, Adapter
from .crypto import CannotOpen
from .errors import AtsError
from .models import AtsConnection, AtsPerson
from .records import PersonRecord
from .sign_in import open_connection, stored

_ASKED = 10  # people, one call each, until one is there


def is_same_account(
    connection: AtsConnection, account: Account, adapter: Adapter
) -> bool | None:
    """Compare account ids, or look for some of the people we know to be there.

    Who answers to an id must be like the person we know: with some vendors ids are
    plain numbers that every account has. Where nobody is known, the address decides.
    None where it cannot be told: nobody whom we know is there, and nobody else instead.
    """
    if account.id is not None and connection.account_id:
        return account.id == connection.account_id
    known, strangers = _known(connection), False
    for person in known:
        remote = adapter.person(person.person_id)
        if (
            remote
            and matching.as_match(remote, PersonRecord.of(person.candidate)).agrees
        ):
            return True
        strangers = strangers or remote is not None
    if strangers or not _is_same_address(connection, adapter):
        return False
    return None if known else True


def _known(connection: AtsConnection) -> list[AtsPerson]:
    """Return some people, first those seen there by ourselves, the newest first.

    Several, because test people are deleted and others merged.
    """
    imported = {"known_by": AtsPerson.KnownBy.IMPORTED}
    people = AtsPerson.objects.filter(connection=connection).select_related("candidate")
    newest = people.order_by("-known_at", "-pk")
    found: dict[str, AtsPerson] = {}
    for rows in (newest.exclude(**imported), newest.filter(**imported)):
        for person in rows[: 2 * _ASKED]:
            found.setdefault(person.person_id, person)
    return list(found.values())[:_ASKED]


def _is_same_address(connection: AtsConnection, adapter: Adapter) -> bool:
    """Say whether the connection called the same one; yes where that is not known.

    Where customers have addresses of their own, a job's id means another job elsewhere.
    """
    if not connection.credentials:
        return True
    try:
        credentials = connection.get_credentials()
        earlier = open_connection(connection, credentials, share="pages")
        held = stored(connection)
        earlier.facts = {**connection.facts, **(held.token.facts if held else {})}
        return earlier.base_url() == adapter.base_url()
    except (CannotOpen, AtsError):
        return True
