"""Crelate: API v3 with an api key in the header; unknown filters are ignored."""

from __future__ import annotations

from integrations.adapters import (
    Adapter,
    Env,
    Header,
    Key,
    Screen,
    Secret,
    SentField,
    Trigger,
    Wire,
)


class CrelateAdapter(Adapter):
    slug, label = "crelate", "Crelate"
    verified = "public clients and help pages, no live call"
    environment = (
        Env(
            "CRELATE_URL",
            default="https://app.crelate.com",
            help="Origin of Crelate (the sandbox has another).",
        ),
    )
    credentials_fields = (
        Secret(
            "api_key",
            "API key",
            help="In Crelate under Settings > My Settings & Preferences.",
        ),
    )
    connect_steps = (
        "In Crelate, open Settings > My Settings & Preferences and switch on API "
        "access.",
        "Copy the API key.",
        "Paste the key here.",
    )
    notes = (
        "In Crelate all activity is attributed to the owner of the API key; it cannot "
        "be reassigned to the person who sourced a candidate.",
    )
    sign_in = Header("X-Api-Key", "api_key")
    settings_screen = Screen.POSITION_DETAILS
    triggers = (
        Trigger.NEVER,
        Trigger.CONTACT_FOUND,
        Trigger.FIRST_MESSAGE,
        Trigger.REPLIED,
        Trigger.INTERESTED,
    )
    trigger_labels = {
        Trigger.NEVER: "Never",
        Trigger.CONTACT_FOUND: "Contact information is found",
        Trigger.FIRST_MESSAGE: "They receive their first message",
        Trigger.REPLIED: "They reply to an email",
        Trigger.INTERESTED: "They reply to an email and are interested",
    }
    duplicate_keys = (Key.EMAIL,)
    finds_by = (Key.EMAIL, Key.NAME)
    proves_absence_by = (Key.EMAIL,)
    sends = (
        SentField("name", "FirstName, LastName", "Full name"),
        SentField("email", "EmailAddresses_Personal", "Email"),
        SentField("phone", "PhoneNumbers_Mobile", "Phone"),
        SentField("linkedin", "Websites_LinkedIn", "LinkedIn"),
        SentField("location", "Addresses_Home", "Location (city, state, country)"),
        SentField("current_role", "CurrentPosition", "Current job and company"),
        SentField("resume", "primary artifact", "Resume PDF"),
    )
    sends_resume = True
    wire = Wire(per_minute=120, search_lag=10, late_commit=10)
