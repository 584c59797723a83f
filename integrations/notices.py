"""What the administrators of an organization must know: on every page, and by mail.

Both read what the connections and the later looks say; nothing is stored but when the
last mail about a connection went out. No mail names a candidate.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from smtplib import SMTPException

from django.conf import settings
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.urls import reverse

from pinsync import clock
from pinsync.accounts.models import Membership, Organization

from .explain import with_stop
from .models import AtsConnection, ConnectionMail, LaterLook

log = logging.getLogger(__name__)

MAIL_EVERY = 86_400.0
# After a mail that could not be sent.
MAIL_AGAIN = 600.0

State = AtsConnection.State


@dataclass(frozen=True)
class Notice:
    """One sentence, and where to see to it."""

    sentence: str
    action: str
    url: str


def notices_of(organization: Organization) -> list[Notice]:
    """Return what is to be done, in two queries."""
    parked = AtsConnection.objects.of(organization).filter(state=State.PARKED)
    twice = (
        LaterLook.objects.of(organization)
        .twice()
        .order_by("step__connection__vendor")
        .values_list("step__connection__vendor")
        .annotate(Count("pk"))
    )
    return [
        *(_refused(row) for row in sorted(parked, key=lambda row: row.label)),
        *(_twice(vendor, number) for vendor, number in twice),
    ]


def _refused(row: AtsConnection) -> Notice:
    trouble = with_stop(row.trouble or f"{row.label} refused the credential")
    return Notice(
        f"{trouble} Until somebody reconnects {row.label}, its exports wait; then they "
        "go on by themselves.",
        "Reconnect",
        reverse("integrations:reconnect", args=[row.pk]),
    )


def _twice(vendor: str, number: int) -> Notice:
    label = AtsConnection(vendor=vendor).label
    who = "one of your candidates" if number == 1 else f"{number} of your candidates"
    return Notice(
        f"{label} has {who} twice: it took in late what it had not clearly answered.",
        "See who",
        reverse("integrations:twice"),
    )


# --- By mail -----------------------------------------------------------------------


def mail_is_due() -> bool:
    return settings.MAIL_IS_ON and _due(clock.now()).exists()


def send_mails() -> None:
    """Send what is due: one mail about a connection a day, to each administrator.

    A mail server that is down costs nothing but the mail, which is tried again.
    """
    if not settings.MAIL_IS_ON:
        return
    for connection in _due(clock.now()).select_related("organization"):
        before = _claim(connection)
        if before is None:
            continue
        if not _send(connection):
            ConnectionMail.objects.filter(connection=connection).update(
                sent_at=before.sent_at,
                not_before=clock.now() + clock.period(MAIL_AGAIN),
            )
            return  # the others would only wait for the same server


def _due(now: datetime) -> QuerySet[AtsConnection]:
    """Return the connections with news since their last mail, if that is a day old."""
    twice = LaterLook.objects.twice().filter(step__connection=OuterRef("pk"))
    news = Q(mail__sent_at=None) | Q(parked_at__gt=F("mail__sent_at"), state="parked")
    news |= Q(Exists(twice.filter(twice_at__gt=OuterRef("mail__sent_at"))))
    return AtsConnection.objects.filter(
        Q(state=State.PARKED) | Exists(twice),
        Q(mail=None) | Q(mail__not_before__lte=now),
        news,
    )


def _claim(connection: AtsConnection) -> ConnectionMail | None:
    """Take the connection's mail for a day; None where somebody else has."""
    now = clock.now()
    row, _ = ConnectionMail.objects.get_or_create(
        connection=connection, defaults={"not_before": now}
    )
    taken = ConnectionMail.objects.filter(
        connection=connection, not_before=row.not_before, not_before__lte=now
    ).update(sent_at=now, not_before=now + clock.period(MAIL_EVERY))
    return row if taken else None


def _send(connection: AtsConnection) -> bool:
    """Return whether it went to somebody, or there is nobody to send it to."""
    admins = Membership.objects.filter(
        organization=connection.organization,
        role=Membership.Role.ADMIN,
        user__is_active=True,
    ).select_related("user")
    text = _text(connection)
    subject = f"{settings.PRODUCT_NAME}: {connection.label} needs you"
    messages = [
        mail.EmailMessage(subject, text, to=[admin.user.email]) for admin in admins
    ]
    return not messages or _send_all(messages)


def _send_all(messages: Iterable[mail.EmailMessage]) -> bool:
    """Return whether any could be sent; a server that is away is waited for once."""
    sent: list[bool] = []
    try:
        with mail.get_connection() as server:
            sent = [_sent(message, server) for message in messages]
    except (SMTPException, OSError) as error:
        _say(error)
    return any(sent)


def _sent(message: mail.EmailMessage, server: BaseEmailBackend) -> bool:
    message.connection = server
    try:
        message.send()
    except (SMTPException, OSError) as error:  # this address, perhaps: not the others
        _say(error)
        return False
    return True


def _say(error: Exception) -> None:
    log.warning("A mail could not be sent (%s).", type(error).__name__)


def _text(connection: AtsConnection) -> str:
    mine = _reasons(connection)
    lines = [f"{n.sentence}\n{settings.PUBLIC_URL}{n.url}" for n in mine]
    lines.append(
        f"You get this as an administrator of {connection.organization} in "
        f"{settings.PRODUCT_NAME}, once a day at most for each ATS."
    )
    return "\n\n".join(lines) + "\n"


def _reasons(connection: AtsConnection) -> Iterable[Notice]:
    if connection.state == State.PARKED:
        yield _refused(connection)
    twice = LaterLook.objects.twice().filter(step__connection=connection).count()
    if twice:
        yield _twice(connection.vendor, twice)
