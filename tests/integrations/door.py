"""A vendor that exists in tests only, with the one door out in front of it."""

from __future__ import annotations

from typing import ClassVar

from integrations.adapters import (
    Adapter,
    Basic,
    Choice,
    Effect,
    Env,
    Header,
    Reply,
    Secret,
    SignIn,
    Text,
    Wire,
)
from integrations.http import VendorHttp

KEY = "k3y-0f-the-customer"


class ExampleAts(Adapter):
    slug, label = "example", "Example ATS"
    environment = (
        Env("EXAMPLE_URL", default="https://ats.example.com"),
        Env("EXAMPLE_CLIENT_ID", default="pinsync"),
    )
    credentials_fields = (
        Choice("region", "Region", choices=(("eu", "Europe"),)),
        Text("user", "User name"),
        Secret("api_key", "API key"),
    )
    sign_in: ClassVar[SignIn] = Header("X-Api-Key", "api_key")
    wire = Wire(per_minute=600, headers={"Accept": "application/json; version=1"})
    explains: Exception | None = None
    asked: list[tuple[Reply, Effect]]

    def base_url(self) -> str:
        return self.env["EXAMPLE_URL"]

    def explain(self, reply: Reply, effect: Effect) -> Exception | None:
        self.asked.append((reply, effect))
        return self.explains


class BasicAts(ExampleAts):
    sign_in = Basic("api_key")


class UserAts(ExampleAts):
    sign_in = Basic("user", "api_key")


def open_door(
    url: str, cls=ExampleAts, before_call=None, may_start=None, **credentials
) -> VendorHttp:
    credentials = {"api_key": KEY} | credentials
    http = VendorHttp(
        adapter_class=cls,
        credentials=credentials,
        before_call=before_call,
        may_start=may_start,
    )
    adapter = cls(http=http, credentials=credentials, environment={"EXAMPLE_URL": url})
    adapter.asked = []
    http.serve(adapter)
    return http
