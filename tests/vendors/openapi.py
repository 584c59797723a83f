"""The vendor's OpenAPI document, as a judge of requests and replies.

The document lies beside the repository and is not part of it; where it is missing, tests
that need it are skipped. Its references point into other operations, so every schema is
resolved by JSON pointer and its ``allOf`` branches are merged into one object schema.
``oneOf`` is read as ``anyOf``: the document lists alternatives that overlap, such as
String and LongText. ``nullable`` and ``int32`` of version 3.0 are read as what they mean
in 3.1.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from openapi_schema_validator import OAS31Validator, oas31_format_checker

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "ats"
Schema = dict[str, Any]


class OpenApi:
    """One document; schemas are resolved on first use."""

    def __init__(self, document: Schema) -> None:
        self.document = document
        self._resolved: dict[int, Schema] = {}

    def request(
        self, path: str, content_type: str = "application/json", method: str = "post"
    ) -> Schema:
        """Return the schema of what is sent to ``path``."""
        return self._schema(self.operation(path, method)["requestBody"], content_type)

    def reply(self, path: str, status: int = 200, method: str = "post") -> Schema:
        """Return the schema of what ``path`` answers."""
        answers = self.operation(path, method)["responses"]
        return self._schema(answers[str(status)], "application/json")

    def description(self, path: str) -> str:
        return str(self.operation(path)["description"])

    def operation(self, path: str, method: str = "post") -> Schema:
        operation: Schema = self.document["paths"][path][method]
        return operation

    def named(self, name: str) -> Schema:
        """Return a schema of the components."""
        return self.resolve(self.document["components"]["schemas"][name])

    def _schema(self, holder: Schema, content_type: str) -> Schema:
        return self.resolve(holder["content"][content_type]["schema"])

    def resolve(self, schema: Schema) -> Schema:
        """Return the schema without references and without ``allOf``."""
        while "$ref" in schema:
            schema = self._pointed(schema["$ref"])
        known = self._resolved.get(id(schema))
        if known is not None:
            return known
        whole: Schema = {}
        self._resolved[id(schema)] = whole
        for key, value in schema.items():
            if key == "properties":
                whole[key] = self._properties(value)
            elif key in ("items", "additionalProperties") and isinstance(value, dict):
                whole[key] = self.resolve(value)
            elif key in ("oneOf", "anyOf"):
                whole["anyOf"] = [self.resolve(part) for part in value]
            elif key != "allOf":
                whole[key] = value
        for part in schema.get("allOf", []):
            _merge(whole, self.resolve(part))
        _modernise(whole)
        return whole

    def _properties(self, properties: Schema) -> Schema:
        if isinstance(properties.get("$ref"), str):  # candidate.update does this once
            properties = self._pointed(properties["$ref"])
        return {name: self.resolve(part) for name, part in properties.items()}

    def _pointed(self, reference: str) -> Any:
        found: Any = self.document
        for step in reference.removeprefix("#/").split("/"):
            name = step.replace("~1", "/").replace("~0", "~")
            found = found[int(name)] if isinstance(found, list) else found[name]
        return found


def _merge(whole: Schema, part: Schema) -> None:
    for key, value in part.items():
        if key == "properties":
            whole[key] = {**whole.get(key, {}), **value}
        elif key == "required":
            whole[key] = sorted({*whole.get(key, []), *value})
        else:
            whole.setdefault(key, value)


def _modernise(schema: Schema) -> None:
    """Say in the words of 3.1 what a schema of 3.0 says."""
    kind = schema.get("type")
    if schema.pop("nullable", False) and isinstance(kind, str):
        schema["type"] = [kind, "null"]
    if schema.get("format") == "int32":
        schema.setdefault("minimum", -(2**31))
        schema.setdefault("maximum", 2**31 - 1)


@cache
def _document(name: str) -> OpenApi | None:
    path = FOLDER / name
    if not path.exists():
        return None
    if path.suffix == ".json":
        return OpenApi(json.loads(path.read_text()))
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return OpenApi(yaml.load(path.read_text(), Loader=loader))


def openapi(name: str) -> OpenApi:
    """Return the document of that file name; skip the test when it is not there."""
    document = _document(name)
    if document is None:
        pytest.skip(f"{name} is not beside the repository (../shared/ats/).")
    return document


def strict(schema: Schema, allowed: frozenset[str] = frozenset()) -> Schema:
    """Return the schema with every object closed, but for the ``allowed`` keys."""
    closed = {
        key: [strict(part, allowed) for part in value] if key == "anyOf" else value
        for key, value in schema.items()
    }
    if "items" in schema:
        closed["items"] = strict(schema["items"], allowed)
    if schema.get("properties"):
        closed["properties"] = {
            **{key: {} for key in allowed},
            **{
                name: strict(part, allowed)
                for name, part in schema["properties"].items()
            },
        }
        closed["additionalProperties"] = False
    return closed


def without_nulls(data: Any) -> Any:
    """Return the data without keys that are null.

    Recorded replies have null where the document only knows an absent key.
    """
    if isinstance(data, dict):
        return {k: without_nulls(v) for k, v in data.items() if v is not None}
    if isinstance(data, list):
        return [without_nulls(item) for item in data]
    return data


def problems(schema: Schema, data: Any) -> list[str]:
    """Return what is wrong with the data, one line per place."""
    validator = OAS31Validator(schema, format_checker=oas31_format_checker)
    return [_told(error) for error in validator.iter_errors(data)]


def _told(error: Any) -> str:
    place = "/".join(map(str, error.absolute_path))
    deeper = "; ".join(_told(part) for part in error.context or [])
    return f"{place}: {error.message[:300]}" + (f" [{deeper}]" if deeper else "")
