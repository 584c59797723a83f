"""The control endpoint: faults, keys, settings and the truth, as JSON."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .faults import FAULTS
from .messages import Reply, Request

if TYPE_CHECKING:
    from .simulator import Simulator

_Action = Callable[["Simulator", Any], Any]


def control(simulator: Simulator, request: Request) -> Reply:
    """Answer a request below ``/_control/``."""
    name = request.path.removeprefix("/_control/")
    action = _ACTIONS.get((request.method, name))
    if action is None:
        return Reply(
            404, {"error": "There is no such control.", "controls": _listing()}
        )
    try:
        data = request.json() if request.body else {}
        if not isinstance(data, dict):
            raise ValueError("The body is a JSON object.")
        return Reply(200, action(simulator, data))
    except (KeyError, ValueError, TypeError) as error:
        return Reply(400, {"error": str(error)})


def _listing() -> list[str]:
    return [f"{method} /_control/{name}" for method, name in _ACTIONS]


def _list_faults(simulator: Simulator, data: Any) -> Any:
    return {
        "rules": simulator.faults.rules(),
        "faults": {
            name: {"help": fault.help, "options": dict(fault.options)}
            for name, fault in FAULTS.items()
        },
    }


def _add_fault(simulator: Simulator, data: Any) -> Any:
    return simulator.faults.add(data).as_data()


def _clear_faults(simulator: Simulator, data: Any) -> Any:
    simulator.faults.clear(data.get("id"))
    return {"rules": simulator.faults.rules()}


def _settings(simulator: Simulator, data: Any) -> Any:
    simulator.set(**data)
    known = {**simulator.common_switches, **simulator.switches}
    return {
        name: {"value": simulator.settings[name], "help": setting.help}
        | ({"choices": list(setting.choices)} if setting.choices else {})
        for name, setting in known.items()
    }


def _define_keys(simulator: Simulator, data: Any) -> Any:
    """Define keys: ``{key: [permissions]}``; ``"all"`` for every one, null revokes."""
    for key, permissions in data.items():
        if permissions is None:
            simulator.revoke(key)
        else:
            simulator.grant(key, None if permissions == "all" else permissions)
    return {"keys": len(simulator.keys)}


def _truth(simulator: Simulator, data: Any) -> Any:
    with simulator.lock:
        return simulator.truth()


def _requests(simulator: Simulator, data: Any) -> Any:
    return {"counts": simulator.counts(), "last": simulator.requests()}


def _reset(simulator: Simulator, data: Any) -> Any:
    simulator.reset()
    return {"reset": True}


def _remove(simulator: Simulator, data: Any) -> Any:
    """Delete ``{"person": id}`` or ``{"job": id}``, or close a job."""
    for kind, row_id in data.items():
        if kind == "close_job":
            simulator.close_job(row_id)
        else:
            simulator.remove(kind, row_id)
    return {"removed": data}


_ACTIONS: dict[tuple[str, str], _Action] = {
    ("GET", "faults"): _list_faults,
    ("POST", "faults"): _add_fault,
    ("DELETE", "faults"): _clear_faults,
    ("GET", "settings"): _settings,
    ("POST", "settings"): _settings,
    ("POST", "keys"): _define_keys,
    ("GET", "truth"): _truth,
    ("GET", "requests"): _requests,
    ("POST", "remove"): _remove,
    ("POST", "reset"): _reset,
}
