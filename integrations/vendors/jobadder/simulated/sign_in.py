"""The pages where a user signs in and agrees, or does not."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from integrations.simulation import Reply, Request, Row, escape, page
from integrations.simulation.pages import items

from . import tokens
from .scopes import SCOPES, WORDS

if TYPE_CHECKING:
    from ..simulator import JobAdderSimulator

AUTHORIZE, LOGIN, CONSENT = "/connect/authorize", "/login", "/connect/consent"
PASSWORD = "demo"  # noqa: S105 - of every user here, and written on the page
_LIFETIME = 1800  # seconds for signing in and reading
_LOOPBACK = ("127.0.0.1", "::1", "localhost", "testserver")
_STYLE = (
    "<style>form { max-width: 26rem; } label { display: block; margin: .75rem 0; }"
    "input { display: block; width: 100%; box-sizing: border-box; font: inherit;"
    "padding: .45rem .6rem; border: 1px solid #8a94a6; border-radius: 6px; }"
    "button { font: inherit; font-weight: 600; padding: .5rem 1.25rem; margin: 1rem "
    ".5rem 0 0; border-radius: 6px; border: 1px solid #1d2430; background: #fff; }"
    "button.main { background: #1d2430; color: #fff; } .wrong { color: #a3152a; }"
    "</style>"
)


# --- The first page ----------------------------------------------------------------


def authorize(sim: JobAdderSimulator, request: Request) -> Reply:
    """Show the sign-in page; what cannot be trusted is said here and not sent on."""
    given = {name: values[0] for name, values in request.query.items()}
    if given.get("client_id") != sim.settings["client_id"]:
        return _sorry(sim, "unauthorized_client: no application has this client_id.")
    redirect = given.get("redirect_uri", "")
    if not is_registered(sim.settings["redirect_uris"], redirect):
        return _sorry(
            sim,
            "invalid_request: the redirect_uri is not one of those registered. Here "
            "they are the setting redirect_uris of the simulator.",
        )
    ticket: Row = {"redirect_uri": redirect, "state": given.get("state"), "user": None}
    if given.get("response_type") != "code":
        return _sent_back(ticket, error="unsupported_response_type")
    ticket["scopes"] = given.get("scope", "").split()
    if not _are_known(sim, ticket["scopes"]):
        return _sent_back(ticket, error="invalid_scope")
    _forget_expired(sim)
    key = secrets.token_hex(16)
    sim.store.put("tickets", key, {**ticket, "expires": sim.time() + _LIFETIME})
    return _sign_in_page(sim, key)


def is_registered(setting: str, redirect: str) -> bool:
    """Return whether an address is registered: exactly, by a prefix, or as loopback."""
    try:
        parts = urlsplit(redirect)
        is_local = parts.hostname in _LOOPBACK and parts.username is None
    except ValueError:
        return False
    if parts.scheme not in ("http", "https") or parts.fragment:
        return False
    for entry in setting.split():
        if entry.startswith("loopback/"):
            fits = is_local and parts.path.endswith(entry.removeprefix("loopback"))
        elif entry.endswith("*"):
            fits = redirect.startswith(entry[:-1])
        else:
            fits = redirect == entry
        if fits:
            return True
    return False


def _are_known(sim: JobAdderSimulator, scopes: list[str]) -> bool:
    """Return whether the scopes exist and the application is approved for them."""
    refused = set(sim.settings["unapproved_scopes"].split())
    others = set(scopes) - {"offline_access"}  # which must not come alone
    return bool(others) and set(scopes) <= set(SCOPES) - refused


# --- The forms ---------------------------------------------------------------------


def log_in(sim: JobAdderSimulator, request: Request) -> Reply:
    """Check who it is; show what the application asks for."""
    form = tokens.form_of(request)
    key = form.get("ticket", "")
    ticket = _ticket(sim, key)
    if ticket is None:
        return _sorry(sim, "This sign-in has expired. Start again where you came from.")
    name = sim.login_of(form.get("username", ""))
    if name is None or form.get("password") != PASSWORD:
        return _sign_in_page(sim, key, "The user name or the password is wrong.")
    user = sim.user(name)
    if not (user["admin"] or user["grantsAccess"]):
        if sim.settings["not_admin"] == "access_denied":
            return _refused(sim, key, ticket)
        return _not_yours(sim, key, ticket, user)
    sim.store.change("tickets", key, user=name)
    return _consent_page(sim, key, ticket, user)


def decide(sim: JobAdderSimulator, request: Request) -> Reply:
    """Send the browser back with a code, or with the refusal."""
    form = tokens.form_of(request)
    key = form.get("ticket", "")
    ticket = _ticket(sim, key)
    if ticket is None:
        return _sorry(sim, "This sign-in has expired. Start again where you came from.")
    if form.get("decision") != "allow":
        return _refused(sim, key, ticket)
    if ticket["user"] is None:
        return _sign_in_page(sim, key)
    sim.store.put("tickets", key, None)
    return _sent_back(ticket, code=tokens.new_code(sim, ticket["user"], ticket))


def _ticket(sim: JobAdderSimulator, key: str) -> Row | None:
    row = sim.store.get("tickets", key)
    return row if row and row["expires"] > sim.time() else None


def _forget_expired(sim: JobAdderSimulator) -> None:
    for key, row in list(sim.store.tables["tickets"].items()):
        if row["expires"] <= sim.time():
            sim.store.put("tickets", key, None)


def _refused(sim: JobAdderSimulator, key: str, ticket: Row) -> Reply:
    sim.store.put("tickets", key, None)
    how = sim.settings["refusal"]
    if how == "bare":
        return _sent_back({**ticket, "state": None}, error="access_denied")
    told = {"error_description": "The user refused."} if how == "described" else {}
    return _sent_back(ticket, error="access_denied", **told)


def _sent_back(ticket: Row, **values: str) -> Reply:
    """Redirect to the application, with the state that it gave."""
    if ticket["state"] is not None:
        values["state"] = ticket["state"]
    address = ticket["redirect_uri"]
    mark = "&" if "?" in address else "?"
    location = f"{address}{mark}{urlencode(values)}"
    return Reply(302, body=b"", headers={"Location": location})


# --- The pages ---------------------------------------------------------------------


def _sign_in_page(sim: JobAdderSimulator, key: str, wrong: str = "") -> Reply:
    said = f"<p class='wrong' role='alert'>{escape(wrong)}</p>" if wrong else ""
    body = (
        f"{said}<form method='post' action='{LOGIN}'>{_hidden(key)}"
        "<label>User name<input name='username' autocomplete='username' required>"
        "</label><label>Password<input name='password' type='password' "
        "autocomplete='current-password' required></label>"
        "<button class='main'>Sign in</button></form>"
        f"<p class='quiet'>Here for trying it out: {_who_there_is(sim)}. The password "
        f"is “{PASSWORD}”.</p>"
    )
    return _page(sim, "Sign in to JobAdder", body, "")


def _who_there_is(sim: JobAdderSimulator) -> str:
    return ", ".join(
        f"{escape(row['login'])} ({escape(row['role'])})"
        for row in sim.store.rows("users")
        if row["login"] in sim.keys
    )


def _consent_page(sim: JobAdderSimulator, key: str, ticket: Row, user: Row) -> Reply:
    target = urlsplit(ticket["redirect_uri"]).netloc
    wanted = (escape(WORDS.get(scope, scope)) for scope in ticket["scopes"])
    body = (
        f"<p>The application at <strong>{escape(target)}</strong> asks for access to "
        f"{escape(user['accountName'])}. It would be able to:</p>"
        f"{items(wanted, 'Nothing.')}"
        f"<p class='quiet'>Signed in as {escape(user['firstName'])} "
        f"{escape(user['lastName'])}, {escape(user['email'])}.</p>"
        f"<form method='post' action='{CONSENT}'>{_hidden(key)}"
        "<button class='main' name='decision' value='allow'>Allow</button>"
        "<button name='decision' value='refuse'>Refuse</button></form>"
    )
    return _page(sim, "Allow access?", body, ticket["redirect_uri"])


def _not_yours(sim: JobAdderSimulator, key: str, ticket: Row, user: Row) -> Reply:
    body = (
        "<p>Only JobAdder administrators, and users with the permission “Grant API "
        f"access to Integration partners”, can allow this. {escape(user['firstName'])} "
        f"{escape(user['lastName'])} cannot: ask an administrator to do it.</p>"
        f"<form method='post' action='{CONSENT}'>{_hidden(key)}"
        "<button name='decision' value='refuse'>Go back</button></form>"
    )
    return _page(sim, "You cannot allow this", body, ticket["redirect_uri"])


def _sorry(sim: JobAdderSimulator, text: str) -> Reply:
    return _page(sim, "This does not work", f"<p>{escape(text)}</p>", "", 400)


def _hidden(key: str) -> str:
    return f"<input type='hidden' name='ticket' value='{escape(key)}'>"


def _page(
    sim: JobAdderSimulator, title: str, body: str, redirect: str, status: int = 200
) -> Reply:
    """Return a page whose forms may lead here and on to the application."""
    reply = page(sim.label, title, _STYLE + body, status)
    parts = urlsplit(redirect)
    onward = f" {parts.scheme}://{parts.netloc}" if redirect else ""
    reply.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; "
        f"frame-ancestors 'none'; form-action 'self'{onward}"
    )
    reply.headers["Cache-Control"] = "no-store"
    return reply
