"""System checks, and the table that is written from the declarations."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from integrations import checks, vendor_table
from integrations.adapters import Adapter, SentField, Trigger, adapter_class, vendors


def found(monkeypatch, **declares):
    """Return the ids of what is wrong with Ashby once its declaration says so."""
    base = adapter_class("ashby")
    broken = type("Broken", (base,), {"__module__": base.__module__, **declares})
    monkeypatch.setattr(checks, "vendors", lambda: {"ashby": broken})
    return {message.id for message in checks.check_vendors(None)}


def test_our_vendors_are_in_order():
    assert checks.check_vendors(None) == []


def test_a_capability_without_its_method(monkeypatch):
    refused = Adapter.attach_resume
    assert found(monkeypatch, attach_resume=refused) == {"integrations.E002"}


def test_a_method_without_its_declaration(monkeypatch):
    assert "integrations.E003" in found(monkeypatch, sends_note=False)


def test_a_missing_method(monkeypatch):
    assert found(monkeypatch, find=Adapter.find) == {"integrations.E001"}


def test_every_trigger_needs_its_words(monkeypatch):
    assert "integrations.E004" in found(monkeypatch, trigger_labels={})


def test_never_belongs_to_position_details(monkeypatch):
    triggers = (Trigger.NEVER, *adapter_class("ashby").triggers)
    labels = {**adapter_class("ashby").trigger_labels, Trigger.NEVER: "Never"}
    assert found(monkeypatch, triggers=triggers, trigger_labels=labels) == {
        "integrations.E005"
    }


def test_keys_must_make_sense(monkeypatch):
    assert "integrations.E006" in found(monkeypatch, finds_by=(), proves_absence_by=())
    assert "integrations.E007" in found(monkeypatch, finds_by=("name",))


def test_fields_must_make_sense(monkeypatch):
    declares = {"credentials_fields": (), "sends": (SentField("name", "name", "Name"),)}
    assert found(monkeypatch, **declares) == {"integrations.E009", "integrations.E010"}


def test_the_folder_is_named_like_the_slug(monkeypatch):
    assert found(monkeypatch, slug="elsewhere") == {"integrations.E012"}


def test_every_vendor_has_a_mark_and_a_readme():
    for adapter in vendors().values():
        assert not list(checks._in_folder(adapter))


def test_private_hosts_fail_a_deployment(settings):
    settings.ALLOWED_PRIVATE_HOSTS = ["127.0.0.1:9101"]
    assert checks.check_private_hosts(None)
    settings.ALLOWED_PRIVATE_HOSTS = []
    assert not checks.check_private_hosts(None)


def test_no_pace_only_towards_simulators(settings):
    settings.PACE, settings.ALLOWED_PRIVATE_HOSTS = "off", []
    assert checks.check_pace(None)
    settings.ALLOWED_PRIVATE_HOSTS = ["127.0.0.1:9101"]
    assert not checks.check_pace(None)
    settings.PACE, settings.ALLOWED_PRIVATE_HOSTS = "vendor", []
    assert not checks.check_pace(None)


def test_the_vendor_table_is_up_to_date():
    call_command("vendor_table", "--check")


def test_a_stale_table_is_noticed_and_written(settings, tmp_path):
    settings.BASE_DIR = tmp_path
    with pytest.raises(CommandError, match="stale"):
        call_command("vendor_table", "--check")
    call_command("vendor_table")
    call_command("vendor_table", "--check")


def test_the_table_holds_the_guides_words():
    text = vendor_table.text()
    for adapter in vendors().values():
        assert adapter.label in text
        assert all(label in text for label in adapter.trigger_labels.values())


def test_the_table_says_where_a_profile_is_only_compared():
    (searches,) = [
        line.split("|")
        for line in vendor_table.text().splitlines()
        if "searched by" in line
    ]
    compared = [
        "compared among people of the same name" in cell for cell in searches[2:-1]
    ]
    labels = [adapter.label for adapter in vendors().values()]
    found = [label for label, is_so in zip(labels, compared, strict=True) if is_so]
    assert found == ["Ashby", "JobAdder"]
