"""The country of somebody new in Crelate, over the wire."""

from __future__ import annotations

from dataclasses import replace

from .desk import desk_of
from .people import FULL


def test_a_country_known_from_the_check_arrives_in_the_address(monkeypatch):
    with desk_of("crelate", monkeypatch) as desk:
        desk.create(replace(FULL, country="USA"))
        assert desk.person()["location"] == "Denver, CO, United States"
        (write,) = [
            one["json"]
            for one in desk.sim.requests()
            if (one["method"], one["path"]) == ("POST", "/api3/contacts")
        ]
        assert "Description" not in write["entity"]


def test_a_country_that_no_contact_has_loses_nothing(monkeypatch):
    with desk_of("crelate", monkeypatch) as desk:
        desk.create(replace(FULL, city="Lima", state="", country="Peru"))
        assert desk.person()["location"] == "Lima"
        assert "Location: Lima, Peru" in str(desk.sim.requests())
