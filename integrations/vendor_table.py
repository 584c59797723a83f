"""The table of docs/vendors.md: what each ATS does, read from its declaration."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from django.conf import settings

from .adapters import Adapter, Key, OAuth2, Screen, Trigger, vendors

PATH = Path("docs/vendors.md")

_HEAD = """\
# The ATSs

Written by `manage.py vendor_table` from the declarations in `integrations/vendors/`;
do not edit. Each vendor's folder has a README.md with facts and sources.

"""

_KEYS = {
    Key.EMAIL: "email",
    Key.LINKEDIN: "LinkedIn URL",
    Key.NAME: "full name",
    Key.PHONE: "phone",
}
_SCREENS = {
    Screen.POSITION_DETAILS: "Job settings > Position details, saves by itself",
    Screen.AUTOMATION: "Automation, **Enable** saves",
}


def path() -> Path:
    return Path(settings.BASE_DIR) / PATH


def text() -> str:
    """Return the whole document."""
    adapters = list(vendors().values())
    rows = [
        _row("", (adapter.label for adapter in adapters)),
        _row("---", ("---" for _ in adapters)),
        *(
            _row(words, (cell(adapter) for adapter in adapters))
            for words, cell in _CELLS.items()
        ),
    ]
    return _HEAD + "\n".join(rows) + "\n"


def _row(head: str, cells: Iterable[str]) -> str:
    return "| " + " | ".join([head, *cells]) + " |"


def _listed(words: Iterable[str]) -> str:
    return "<br>".join(words) or "–"


def _yes(value: bool) -> str:
    return "yes" if value else "–"


def _keys(keys: Iterable[Key]) -> str:
    return ", ".join(_KEYS[key] for key in keys) or "–"


def _searches(adapter: type[Adapter]) -> str:
    """Name what can be asked for, and what is only compared on the rows that come."""
    compared = [key for key in adapter.duplicate_keys if key not in adapter.finds_by]
    asked = _keys(adapter.finds_by)
    if not compared:
        return asked
    return f"{asked}<br>{_keys(compared)}: compared among people of the same name"


def _credentials(adapter: type[Adapter]) -> list[str]:
    if isinstance(adapter.sign_in, OAuth2):
        return [f"sign in at {adapter.label}, grant permission (OAuth 2)"]
    return [field.label for field in adapter.credentials_fields]


def _triggers(adapter: type[Adapter]) -> str:
    return _listed(adapter.trigger_labels[Trigger(t)] for t in adapter.triggers)


def _proof_of_absence(adapter: type[Adapter]) -> str:
    keys = _keys(adapter.proves_absence_by)
    if adapter.absence_keys is Adapter.absence_keys:
        return keys
    return f"{keys}: where the test of the connection saw the search work"


_CELLS: dict[str, Callable[[type[Adapter]], str]] = {
    "built from": lambda a: a.verified or "guesses, not yet verified",
    "connect with": lambda a: ", ".join(_credentials(a)),
    "permissions checked": lambda a: _listed(need.label for need in a.needs),
    "settings live in": lambda a: _SCREENS[a.settings_screen],
    "triggers": _triggers,
    "ATS job": lambda a: "required" if a.job_required else "chosen, may be empty",
    "duplicates decided by": lambda a: _keys(a.duplicate_keys),
    "searched by": _searches,
    "also looked for on adding to outreach": lambda a: _yes(a.checks_on_outreach),
    "absence proven by": _proof_of_absence,
    "create anyway after a refusal": lambda a: _yes(a.can_override_refusal),
    "sent": lambda a: _listed(f"{f.label} (`{f.vendor_name}`)" for f in a.sends),
    "note": lambda a: _yes(a.sends_note),
    "ATS candidates filter": lambda a: _yes(a.lists_people),
    "CSV id column": lambda a: a.import_id_column or "–",
    "calls a minute": lambda a: str(a.wire.per_minute),
    "settling allowance": lambda a: (
        f"{a.wire.late_commit:g} s late commit, {a.wire.search_lag:g} s search lag"
    ),
    "variables": lambda a: _listed(f"`{env.name}`" for env in a.environment),
}
