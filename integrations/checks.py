"""System checks: declarations against methods, and settings that are for tests only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

from .adapters import (
    Adapter,
    Basic,
    Header,
    OAuth2,
    Screen,
    TokenExchange,
    Trigger,
    folder_of,
    vendors,
)

REQUIRED = (
    "base_url",
    "check",
    "search_jobs",
    "job",
    "find",
    "person",
    "create",
    "is_on_job",
    "add_to_job",
)
# The declaration of each optional capability, and the methods that carry it out.
OPTIONAL = {
    "sends_resume": ("has_resume", "attach_resume"),
    "sends_note": ("note_for", "has_note", "add_note"),
    "lists_people": ("people",),
}


@register()
def check_vendors(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Compare every vendor's declaration with itself, its methods and its folder."""
    return [
        Error(f"{slug}: {sentence}", id=f"integrations.{number}")
        for slug, adapter in vendors().items()
        for number, sentence in (*_in_class(adapter), *_in_folder(adapter))
    ]


@register(Tags.security, deploy=True)
def check_private_hosts(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Refuse a production that lets vendor calls into the private network."""
    if not settings.ALLOWED_PRIVATE_HOSTS:
        return []
    return [
        Error(
            "ALLOWED_PRIVATE_HOSTS lets vendor calls reach private addresses.",
            hint="It is for simulators. Leave it empty in production.",
            id="integrations.E101",
        )
    ]


@register()
def check_pace(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Allow PACE=off only towards simulators."""
    if settings.PACE == "vendor" or settings.ALLOWED_PRIVATE_HOSTS:
        return []
    return [
        Error(
            "PACE=off would call real vendors without any pace.",
            hint="It works only together with ALLOWED_PRIVATE_HOSTS, for simulators.",
            id="integrations.E102",
        )
    ]


def _in_class(adapter: type[Adapter]) -> Iterator[tuple[str, str]]:
    for name in REQUIRED:
        if not _overrides(adapter, name):
            yield "E001", f"the method {name} is missing."
    for flag, methods in OPTIONAL.items():
        for name in methods:
            if getattr(adapter, flag) and not _overrides(adapter, name):
                yield "E002", f"{flag} is declared, but {name} is missing."
            if not getattr(adapter, flag) and _overrides(adapter, name):
                yield "E003", f"{name} is written, but {flag} is not declared."
    yield from _triggers(adapter)
    yield from _keys(adapter)
    yield from _fields(adapter)


def _overrides(adapter: type[Adapter], name: str) -> bool:
    return getattr(adapter, name) is not getattr(Adapter, name)


def _triggers(adapter: type[Adapter]) -> Iterator[tuple[str, str]]:
    if set(adapter.trigger_labels) != set(adapter.triggers):
        yield "E004", "trigger_labels must name exactly the triggers."
    by_itself = adapter.settings_screen == Screen.POSITION_DETAILS
    if by_itself != (Trigger.NEVER in adapter.triggers):
        yield "E005", "Never belongs to Position details, Disable to Automation."


def _keys(adapter: type[Adapter]) -> Iterator[tuple[str, str]]:
    if not adapter.duplicate_keys or not adapter.finds_by:
        yield "E006", "duplicate_keys and finds_by must not be empty."
    if not set(adapter.proves_absence_by) <= set(adapter.finds_by):
        yield "E007", "proves_absence_by names a key that finds_by does not."


def _fields(adapter: type[Adapter]) -> Iterator[tuple[str, str]]:
    names = [field.name for field in adapter.credentials_fields]
    if len(set(names)) != len(names):
        yield "E008", "two credential fields have one name."
    for name in _signs_with(adapter):
        if name not in names:
            yield "E009", f"sign_in uses {name}, which is no credential field."
    sent = {field.name for field in adapter.sends}
    if adapter.sends_resume != ("resume" in sent):
        yield "E010", "sends and sends_resume disagree about the resume."
    yield from _sign_in(adapter)
    codes = [need.code for need in adapter.needs]
    if len(set(codes)) != len(codes):
        yield "E011", "two permissions have one code."


def _sign_in(adapter: type[Adapter]) -> Iterator[tuple[str, str]]:
    """Compare the kind of sign-in with the methods and variables that it needs."""
    sign_in, needed = adapter.sign_in, set[str]()
    if isinstance(sign_in, TokenExchange):
        needed = {"new_token"}
    if isinstance(sign_in, OAuth2):
        needed = {"new_token", "authorize_url", "token_for_code"}
        declared = {env.name for env in adapter.environment}
        for name in {sign_in.client_id, sign_in.client_secret} - declared:
            yield "E014", f"sign_in uses {name}, which is no declared variable."
    for name in needed:
        if not _overrides(adapter, name):
            yield "E015", f"sign_in needs the method {name}."


def _signs_with(adapter: type[Adapter]) -> list[str]:
    sign_in = adapter.sign_in
    if isinstance(sign_in, Basic):
        return [name for name in (sign_in.user, sign_in.password) if name]
    return [sign_in.field] if isinstance(sign_in, Header) else []


def _in_folder(adapter: type[Adapter]) -> Iterator[tuple[str, str]]:
    folder = folder_of(adapter)
    if folder.name != adapter.slug:
        yield "E012", "the folder under vendors/ must be named like the slug."
        return
    for name in ("badge.svg", "README.md"):
        if not (folder / name).is_file():
            yield "E013", f"{name} is missing in its folder."
