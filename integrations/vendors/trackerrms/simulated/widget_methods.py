"""The methods of the Widget API that are built."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from integrations.simulation import Reply, Request, Row

from . import widget_people, widget_records
from .widget import PREFIX, Status, WidgetCall, opened, refused

if TYPE_CHECKING:
    from ..simulator import TrackerRmsSimulator

_Handler = Callable[[WidgetCall], Row]
# Seen to want HTTP Basic besides: the switch widget_basic.
BASIC = frozenset({"resourceApplication", "getSettingsData", "createActivity"})
METHODS: dict[str, _Handler] = {
    "checkLogon": widget_people.check_logon,
    "checkPerson": widget_people.check_person,
    "createResource": widget_people.create_resource,
    "attachDocument": widget_people.attach_document,
    "resourceApplication": widget_people.resource_application,
    "createActivity": widget_people.create_activity,
    "getRecords": widget_records.get_records,
    "getIndividualRecord": widget_records.get_individual_record,
    "getSettingsData": widget_records.get_settings_data,
}
_SPELLED = {name.lower(): name for name in METHODS}


def answer(sim: TrackerRmsSimulator, request: Request) -> Reply:
    """Answer one call of the Widget API: HTTP 200, but for what does not exist."""
    name = _SPELLED.get(request.path.lower().removeprefix(PREFIX))
    if name is None:
        return Reply.text("", 404)
    if request.method != "POST":
        return Reply.text("", 405)
    # The documented envelope of getSettingsData is called checkPerson.
    key = "checkPerson" if name == "getSettingsData" else name
    try:
        call = opened(sim, request, key, basic=name in BASIC)
        return Reply(200, METHODS[name](call))
    except Status as status:
        return refused(status)
