"""``.env.example`` names every variable that is read, with its default."""

from __future__ import annotations

import re

import pytest
from django.conf import settings

from integrations.adapters import vendors
from integrations.management.commands import simulate_ats
from pinsync import simulated

EXAMPLE = settings.BASE_DIR / ".env.example"
# A call of the settings that reads a variable: env.str("X"), _number("X", ...) and so on.
READS = re.compile(
    r"""\b(?:env\.\w+|environ\.get|_[a-z]\w*)\(\s*"([A-Z][A-Z0-9_]+)\""""
)


def example() -> dict[str, str]:
    lines = re.findall(r"^#?([A-Z][A-Z0-9_]+)=(.*)$", EXAMPLE.read_text(), re.M)
    return dict(lines)


def read_by_settings() -> set[str]:
    return set(READS.findall((settings.BASE_DIR / "pinsync/settings.py").read_text()))


def declared_by_vendors() -> dict[str, str]:
    return {
        env.name: env.default for cls in vendors().values() for env in cls.environment
    }


def test_the_settings_are_understood():
    assert {"SECRET_KEY", "PUBLIC_URL", "DATABASE_URL", "PACE"} <= read_by_settings()


def test_the_example_names_every_variable_and_no_other():
    read = read_by_settings() | declared_by_vendors().keys() | {simulate_ats.BASE_PORT}

    assert example().keys() == read


@pytest.mark.parametrize("name", declared_by_vendors())
def test_the_example_shows_the_default_of_a_vendor(name):
    assert example()[name] == declared_by_vendors()[name]


@pytest.mark.parametrize("name", ["PRODUCT_NAME", "PACE", "LOG_LEVEL"])
def test_the_example_shows_the_default_of_a_setting(name):
    text = (settings.BASE_DIR / "pinsync/settings.py").read_text()

    assert re.search(rf'"{name}", (default=)?"{example()[name]}"', text)


def test_the_example_sets_nothing():
    lines = EXAMPLE.read_text().splitlines()

    assert [line for line in lines if line and not line.startswith("#")] == []


def test_launcher_and_simulators_mean_the_same_variable():
    assert simulated.BASE_PORT == simulate_ats.BASE_PORT
