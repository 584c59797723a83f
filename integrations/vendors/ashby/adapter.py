"""Ashby: RPC over HTTP, the body decides and not the status."""

from __future__ import annotations

from integrations.adapters import (
    Adapter,
    Basic,
    Env,
    Key,
    Permission,
    Screen,
    Secret,
    SentField,
    Trigger,
    Wire,
)


class AshbyAdapter(Adapter):
    slug, label = "ashby", "Ashby"
    verified = "vendor documentation and OpenAPI schema, May 2026"
    environment = (
        Env(
            "ASHBY_URL",
            default="https://api.ashbyhq.com",
            help="Origin of Ashby's API.",
        ),
    )
    credentials_fields = (
        Secret(
            "api_key",
            "API key",
            help="Made in Ashby under Admin > Integrations > API Keys.",
        ),
    )
    connect_steps = (
        "In Ashby, open Admin > Integrations > API Keys and create a key.",
        "Give it: Jobs read, Candidates read and write, Organization read, "
        "API Keys read.",
        "Paste the key here.",
    )
    sign_in = Basic(user="api_key")
    needs = (
        Permission("jobs:read", "Jobs: read", "to list the jobs you can choose"),
        Permission(
            "candidates:read", "Candidates: read", "to find out who is there already"
        ),
        Permission(
            "candidates:write",
            "Candidates: write",
            "to create candidates, attach resumes and add them to jobs",
        ),
        Permission("organization:read", "Organization: read", "to show your team"),
        Permission("apiKeys:read", "API keys: read", "to check these permissions"),
    )
    settings_screen = Screen.AUTOMATION
    triggers = (Trigger.ADDED, Trigger.REPLIED, Trigger.INTERESTED)
    trigger_labels = {
        Trigger.ADDED: "When they're added to an outreach sequence",
        Trigger.REPLIED: "When they reply to an email",
        Trigger.INTERESTED: "When they reply to an email and are interested",
    }
    job_required = True
    duplicate_keys = (Key.EMAIL, Key.LINKEDIN)
    finds_by = (Key.EMAIL, Key.NAME)
    proves_absence_by = (Key.EMAIL,)
    sends = (
        SentField("name", "name", "Full name"),
        SentField("email", "email", "Email"),
        SentField("phone", "phoneNumber", "Phone"),
        SentField("linkedin", "linkedInUrl", "LinkedIn"),
        SentField("location", "location", "Location (city, state, country)"),
        SentField("roles", "note", "Current and previous roles"),
        SentField("education", "note", "Education"),
        SentField("resume", "resume", "Resume PDF"),
    )
    sends_resume = True
    sends_note = True
    wire = Wire(per_minute=300, search_lag=10, late_commit=10)
