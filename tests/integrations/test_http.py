"""What leaves the house, in what form, and what comes back when all is well."""

from __future__ import annotations

import gzip
import json
import logging
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from integrations import adapters, http, transport
from integrations.errors import (
    AtsError,
    BadCredentials,
    NotSent,
    Rejected,
    Unexpected,
)
from integrations.guard import Blocked
from pinsync import __version__

from .badserver import BadServer, certificate, raw, reply, server_context
from .door import KEY, BasicAts, ExampleAts, UserAts, open_door


@pytest.fixture
def server():
    server = BadServer()
    yield server
    server.close()


@pytest.fixture
def door(server):
    door = open_door(server.url)
    yield door
    door.close()


# --- The request --------------------------------------------------------------------


def test_a_json_call_arrives_signed_and_named(server, door):
    server.plan(reply(200, b'{"id": 7}', "X-Request-Id: abc"))
    answer = door.call("POST", "/people", json={"name": "Zoë"}, params={"page": 2})
    (received,) = server.requests
    assert (received.method, received.target) == ("POST", "/people?page=2")
    assert json.loads(received.body) == {"name": "Zoë"}
    assert received.headers["Content-Type"] == "application/json"
    assert received.headers["X-Api-Key"] == KEY
    assert received.headers["User-Agent"] == f"PinSync/{__version__}"
    assert received.headers["Accept"] == "application/json; version=1"
    assert received.headers["Host"] == f"127.0.0.1:{server.port}"
    assert (answer.status, answer.data) == (200, {"id": 7})
    assert answer.headers["x-request-id"] == "abc"


def test_paths_are_joined_below_the_prefix_of_the_base_address(server):
    door = open_door(f"{server.url}/api3/?old=1")
    door.call("GET", "/contacts?limit=1", params={"name": "a b&c"})
    door.call("GET", "", params={"all": 1})
    first, second = server.requests
    assert first.target == "/api3/contacts?limit=1&name=a+b%26c"
    assert second.target == "/api3?all=1"
    door.close()


def test_an_empty_path_is_the_root(server, door):
    door.call("GET", "", params={"q": "x"})
    assert server.requests[0].target == "/?q=x"


def test_a_form_is_sent_as_a_form(server, door):
    door.call("POST", "/token", form={"grant": "code & more"})
    (received,) = server.requests
    assert received.body == b"grant=code+%26+more"
    assert received.headers["Content-Type"] == "application/x-www-form-urlencoded"


def test_files_come_after_the_fields_of_a_multipart_form(server, door):
    pdf = ("Zoë.pdf", b"%PDF-1.7\r\n\x00", "application/pdf")
    door.call("POST", "/files", form={"kind": "resume"}, files={"file": pdf})
    (received,) = server.requests
    assert received.headers["Content-Type"].startswith("multipart/form-data; boundary=")
    assert received.body.index(b'name="kind"') < received.body.index(b'name="file"')
    assert b"%PDF-1.7\r\n\x00" in received.body
    assert 'filename="Zoë.pdf"'.encode() in received.body


def test_a_file_needs_no_form(server, door):
    door.call("POST", "/files", files={"file": ("a.pdf", b"pdf", "application/pdf")})
    assert b"application/pdf" in server.requests[0].body


def test_basic_sign_in_sends_the_key_and_an_empty_password(server):
    door = open_door(server.url, BasicAts)
    door.call("GET", "/")
    expected = "Basic azN5LTBmLXRoZS1jdXN0b21lcjo="
    assert server.requests[0].headers["Authorization"] == expected
    door.close()


def test_basic_sign_in_sends_user_and_password(server):
    door = open_door(server.url, UserAts, user="ann", api_key="pässword")
    door.call("GET", "/")
    assert server.requests[0].headers["Authorization"] == "Basic YW5uOnDkc3N3b3Jk"
    door.close()


@pytest.mark.parametrize("cls", [ExampleAts, UserAts])
@pytest.mark.parametrize("key", ["two\r\nX-Evil: 1", "κλειδί", "tab\there", ""])
def test_an_impossible_key_is_refused_in_a_sentence(server, cls, key):
    door = open_door(server.url, cls, user="ann", api_key=key)
    with pytest.raises(BadCredentials) as caught:
        door.call("GET", "/")
    assert "“API key”" in caught.value.sentence
    assert "Example ATS" in caught.value.sentence
    assert not key or key not in caught.value.sentence
    assert server.connections == 0


def test_calls_that_are_not_signed_carry_no_credential(server, door):
    door.call("GET", "/public", sign=False)
    assert "X-Api-Key" not in server.requests[0].headers
    assert server.requests[0].headers["Accept"] == "application/json; version=1"


def test_an_upload_address_gets_neither_credential_nor_the_vendors_headers(
    server, door
):
    upload = BadServer()
    upload.plan(reply(200))
    door.call("PUT", f"{upload.url}/put?signature=abc", sign=False, expect_json=False)
    (received,) = upload.requests
    assert received.target == "/put?signature=abc"
    assert "X-Api-Key" not in received.headers
    assert received.headers["Accept"] == "*/*"
    assert server.connections == 0
    upload.close()


@pytest.mark.parametrize("path", ["https://evil.example/x", "@evil.example/", "x"])
def test_only_paths_below_the_base_get_the_credential(server, door, path):
    with pytest.raises(RuntimeError, match="credential"):
        door.call("GET", path)
    assert server.connections == 0


def test_an_upload_address_inside_the_house_is_blocked(door):
    with pytest.raises(Blocked, match="private network"):
        door.call("PUT", "https://169.254.169.254/latest", sign=False)


# --- The reply ----------------------------------------------------------------------


def test_an_empty_reply_is_fine_where_no_json_is_expected(server, door):
    server.plan(reply(204))
    answer = door.call("DELETE", "/people/7", expect_json=False)
    assert (answer.status, answer.data, answer.body) == (204, None, b"")


def test_an_accepted_status_is_returned_and_not_explained(server, door):
    server.plan(reply(404, b"<h1>Not here</h1>"))
    answer = door.call("GET", "/people/7", accept=(404,))
    assert (answer.status, answer.data) == (404, None)
    assert door._adapter.asked == []


def test_the_adapter_is_asked_about_successes_too(server, door):
    door._adapter.explains = Rejected("Example ATS wants a last name.")
    server.plan(reply(200, b'{"success": false}'))
    with pytest.raises(Rejected, match="last name"):
        door.call("POST", "/people")
    ((seen, effect),) = door._adapter.asked
    assert (seen.data, effect) == ({"success": False}, adapters.Effect.READ)


def test_compressed_replies_are_read(server, door):
    body = gzip.compress(b'{"ok": true}')
    server.plan(reply(200, body, "Content-Encoding: gzip"))
    assert door.call("GET", "/").data == {"ok": True}


def test_a_reply_without_a_length_ends_with_the_connection(server, door):
    server.plan(raw(b'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{"ok": true}'))
    assert door.call("GET", "/").data == {"ok": True}


def test_chunked_replies_are_read(server, door):
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    server.plan(raw(head + b'4\r\n{"ok\r\n8\r\n": true}\r\n0\r\n\r\n'))
    assert door.call("GET", "/").data == {"ok": True}


@pytest.mark.parametrize("body", [b"[" * 100_000, b"\xff\xfe\xff", b"{", b"1" * 9_000])
def test_a_body_that_no_parser_takes_is_unexpected_not_a_crash(server, door, body):
    server.plan(reply(200, body))
    with pytest.raises(Unexpected, match="not JSON"):
        door.call("GET", "/")


# --- The session --------------------------------------------------------------------


def test_calls_share_one_connection(server, door):
    for _ in range(3):
        door.call("GET", "/")
    assert server.connections == 1
    assert door.calls == 3
    assert door.last_seconds > 0


def test_a_connection_that_the_server_closed_is_replaced(server, door):
    door.call("GET", "/")
    server.drop_connections()
    assert door.call("GET", "/").status == 200
    assert server.connections == 2


def test_the_vendors_and_one_upload_connection_are_kept(server, door):
    uploads = [BadServer(), BadServer()]
    for address in [server, *uploads, uploads[1], server]:
        door.call("GET", f"{address.url}/", sign=False)
    assert [s.connections for s in (server, *uploads)] == [1, 1, 1]
    for upload in uploads:
        upload.close()


def test_cookies_are_not_kept(server, door):
    server.plan(reply(200, b"{}", "Set-Cookie: session=1; Path=/"))
    door.call("GET", "/")
    door.call("GET", "/")
    assert "Cookie" not in server.requests[1].headers


def test_the_environments_proxies_are_ignored(server, door, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert door.call("GET", "/").status == 200


def test_after_close_the_next_call_opens_a_new_connection(server, door):
    door.call("GET", "/")
    door.close()
    door.call("GET", "/")
    assert server.connections == 2


def test_what_is_asked_before_each_call_may_refuse_it(server):
    class NotNow(Exception):
        pass

    def refuse():
        raise NotNow

    door = open_door(server.url, before_call=refuse)
    with pytest.raises(NotNow):
        door.call("GET", "/")
    assert (server.connections, door.calls) == (0, 0)


def test_a_door_without_an_adapter_is_a_mistake_of_ours():
    door = http.VendorHttp(adapter_class=ExampleAts, credentials={})
    with pytest.raises(RuntimeError, match="serve"):
        door.call("GET", "/")


# --- TLS ----------------------------------------------------------------------------


@pytest.fixture
def trusted(tmp_path, monkeypatch):
    """A TLS server whose certificate is trusted here."""
    files = certificate(tmp_path)
    context = transport.tls_context(files[0])
    monkeypatch.setattr(transport, "tls_context", lambda: context)
    server = BadServer(server_context(*files))
    yield server
    server.close()


def test_calls_over_tls_share_one_connection_too(trusted):
    trusted.plan(reply(200, b'{"ok": true}'))
    door = open_door(trusted.url)
    for _ in range(2):
        assert door.call("POST", "/", json={"big": "x" * 100_000}).data == {"ok": True}
    assert trusted.connections == 1
    door.close()


def test_a_certificate_that_nobody_vouches_for_ends_the_call(tmp_path):
    server = BadServer(server_context(*certificate(tmp_path)))
    with pytest.raises(NotSent, match="certificate"):
        open_door(server.url).call("GET", "/")
    assert server.requests == []
    server.close()


def test_a_certificate_for_another_host_ends_the_call(tmp_path, monkeypatch):
    files = certificate(tmp_path, "127.0.0.9")
    context = transport.tls_context(files[0])
    monkeypatch.setattr(transport, "tls_context", lambda: context)
    server = BadServer(server_context(*files))
    with pytest.raises(NotSent, match="certificate"):
        open_door(server.url).call("GET", "/")
    server.close()


def test_a_server_that_does_not_speak_tls_ends_the_call(server):
    server.on_connect = lambda sock: sock.sendall(b"HTTP/1.1 400 What?\r\n\r\n")
    with pytest.raises(NotSent, match="secure connection"):
        open_door(server.url.replace("http:", "https:")).call("GET", "/")


# --- Opening an adapter -------------------------------------------------------------


@pytest.fixture
def example(monkeypatch):
    monkeypatch.setattr(http, "adapter_class", {"example": ExampleAts}.__getitem__)
    monkeypatch.delenv("EXAMPLE_URL", raising=False)


def test_an_adapter_comes_with_its_declared_variables(example, monkeypatch):
    monkeypatch.setenv("EXAMPLE_URL", "http://127.0.0.1:8123")
    adapter = http.open_adapter("example", {"api_key": KEY})
    assert isinstance(adapter.http, http.VendorHttp)
    assert adapter.env == {
        "EXAMPLE_URL": "http://127.0.0.1:8123",
        "EXAMPLE_CLIENT_ID": "pinsync",
    }
    adapter.http.close()


def test_an_empty_variable_means_the_default(example, monkeypatch):
    monkeypatch.setenv("EXAMPLE_URL", " ")
    adapter = http.open_adapter("example", {"api_key": KEY})
    assert adapter.base_url() == "https://ats.example.com"


@pytest.mark.parametrize(
    "value",
    [
        "https://ats.example.com/api",
        "https://ats.example.com/",
        "https://ats.example.com?x",
        "https://ats.example.com?",
        "ats.example.com",
        "http://ats.example.com",
        "https://ann:pw@ats.example.com",
    ],
)
def test_an_address_that_is_no_origin_stops_with_the_variables_name(
    example, monkeypatch, value
):
    monkeypatch.setenv("EXAMPLE_URL", value)
    with pytest.raises(ImproperlyConfigured, match="EXAMPLE_URL must be an origin"):
        http.open_adapter("example", {"api_key": KEY})


def test_pages_are_paced_and_the_drainer_paces_itself(example, settings):
    def own():
        return None

    page: Any = http.open_adapter("example", {"api_key": KEY}).http
    drainer: Any = http.open_adapter("example", {"api_key": KEY}, before_call=own).http
    assert page.before_call.__self__.per_second is not None
    assert drainer.before_call is own


# --- Nothing leaks ------------------------------------------------------------------


def test_no_error_or_log_line_holds_a_credential_a_header_or_a_query(
    server, door, caplog
):
    caplog.set_level(logging.DEBUG)
    logging.getLogger("urllib3").setLevel(logging.ERROR)
    echo = f'{{"message": "bad key {KEY}", "url": "/x?api_key=zzz"}}'.encode()
    server.plan(
        reply(400, echo),
        raw(b"HTTP/1.1 200 OK\r\nBad Header Line\r\n\r\nnope"),
        raw(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n{"),
        reply(200, f"<html>{KEY} api_key=zzz".encode()),
        raw(b""),
    )
    for _ in range(5):
        with pytest.raises(AtsError) as caught:
            door.call("GET", "/x", params={"api_key": "zzz"})
        error = caught.value
        assert error.__cause__ is None
        assert error.__context__ is None
        told = f"{error}{vars(error)}{caplog.text}"
        assert not any(secret in told for secret in (KEY, "zzz", "X-Api-Key"))
