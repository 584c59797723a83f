"""A resume that Ashby does not take in the presigned way, over the wire."""

from __future__ import annotations

import pytest

from integrations.errors import NotSent

from .desk import PDF, desk_of


@pytest.mark.parametrize(
    ("switch", "value"),
    [
        ("upload_handles", "invalid_input"),
        ("upload_handles", "unknown_endpoint"),
        ("upload_handles", "missing_permission"),
        ("file_store", "refuses"),
    ],
)
def test_it_arrives_whole_in_the_older_form_with_one_write(switch, value, monkeypatch):
    with desk_of("ashby", monkeypatch, **{switch: value}) as desk:
        person_id = desk.create().id
        desk.attach(person_id)
        assert desk.gates == 1
        resume = desk.person()["resume"]
        assert (resume["name"], resume["size"]) == ("Dana.pdf", len(PDF))
        assert desk.adapter.has_resume(person_id, "Dana.pdf") is True
        sent = [one["path"] for one in desk.sim.requests()]
        assert sent.count("/candidate.uploadResume") == 1


def test_a_file_store_in_trouble_is_waited_for(monkeypatch):
    with desk_of("ashby", monkeypatch) as desk:
        person_id = desk.create().id
        desk.sim.fault("status", "POST /presigned-uploads$", status=503)
        with pytest.raises(NotSent):
            desk.attach(person_id)
        assert desk.gates == 0
        assert desk.person()["resume"] is None
        desk.attach(person_id)
        assert desk.person()["resume"]["name"] == "Dana.pdf"
