"""Where calls may go: forms of URLs, and addresses whatever their spelling."""

from __future__ import annotations

import socket

import pytest

from integrations import guard, transport
from integrations.errors import NotSent
from integrations.guard import Address, Blocked

from .badserver import BadServer
from .door import open_door

LABEL = "Example ATS"


@pytest.fixture
def nothing_private(settings):
    settings.ALLOWED_PRIVATE_HOSTS = []


@pytest.fixture
def names(monkeypatch):
    """Let names resolve to what the test says, and count the questions."""
    known: dict[str, list[str]] = {}
    asked = []

    def resolve(host, port, **_):
        asked.append(host)
        if host not in known:
            raise socket.gaierror(-2, "Name or service not known")
        return [
            (
                socket.AF_INET6 if ":" in ip else socket.AF_INET,
                socket.SOCK_STREAM,
                6,
                "",
                (ip, port, 0, 0) if ":" in ip else (ip, port),
            )
            for ip in known[host]
        ]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    known["asked"] = asked
    return known


# --- The form of a URL --------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "address"),
    [
        (
            "https://ats.example.com/a/b?c=d%2Fe",
            Address("https", "ats.example.com", 443, "/a/b?c=d%2Fe"),
        ),
        ("https://ats.example.com", Address("https", "ats.example.com", 443, "")),
        ("HTTPS://ATS.Example.com:8/", Address("https", "ats.example.com", 8, "/")),
        ("https://[2606:4700::1]:65535", Address("https", "2606:4700::1", 65535, "")),
        ("https://bücher.example", Address("https", "xn--bcher-kva.example", 443, "")),
        ("http://127.0.0.1:8123", Address("http", "127.0.0.1", 8123, "")),
    ],
)
def test_web_addresses_are_understood(url, address):
    assert guard.parse(url, label=LABEL) == address


def test_an_origin_reads_as_it_was_written():
    for url in ("https://a.example", "https://a.example:444", "https://[2606::1]:8"):
        assert guard.parse(url + "/x", label=LABEL).origin == url


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://ats.example.com", "must start with https"),
        ("ftp://ats.example.com", "must start with https"),
        ("file:///etc/passwd", "names no host"),
        ("javascript:alert(1)", "names no host"),
        ("ats.example.com", "names no host"),
        ("https://", "names no host"),
        ("https://a_b!.example", "names no host"),
        ("https://-a.example", "names no host"),
        ("https://xn--\u0301\u0301.example", "names no host"),
        ("https://ann@ats.example.com", "user name or password"),
        ("https://ann:pw@ats.example.com", "user name or password"),
        ("https://ats.example.com\\@evil.example", "not a web address"),
        ("https://ats.example.com:99999", "not a web address"),
        ("https://ats.example.com:x", "not a web address"),
        ("https://[::1", "not a web address"),
        ("https://ats.example.com/a b", "not a web address"),
        ("https://ats.exa\nmple.com/", "not a web address"),
    ],
)
def test_other_forms_are_refused_with_a_sentence(url, why):
    with pytest.raises(Blocked, match=why) as caught:
        guard.parse(url, label=LABEL)
    assert LABEL in caught.value.sentence
    assert "pw" not in caught.value.sentence


def test_plain_http_needs_the_hosts_permission(settings):
    settings.ALLOWED_PRIVATE_HOSTS = ["ats.internal:8080", "[::1]:*", "nonsense"]
    guard.parse("http://ats.internal:8080/x", label=LABEL)
    guard.parse("http://[::1]:7", label=LABEL)
    for url in ("http://ats.internal", "http://other.internal:8080", "http://nonsense"):
        with pytest.raises(Blocked):
            guard.parse(url, label=LABEL)


# --- Addresses ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "ip",
    [
        "8.8.8.8",
        "1.1.1.1",
        "2606:4700:4700::1111",
        "::ffff:8.8.8.8",
        "2002:808:808::1",
        "64:ff9b::808:808",
    ],
)
def test_public_addresses_may_be_called(ip):
    assert guard.is_public(ip)


@pytest.mark.parametrize(
    "ip",
    [
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "127.0.0.1",
        "169.254.169.254",
        "172.16.0.1",
        "192.0.2.1",
        "192.168.1.1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "2002:7f00:1::",
        "2002:a9fe:a9fe::1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::808:808",
        "2001:db8::1",
        "2001:0:1:2::3",
        "fc00::1",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "ff02::1",
        "fd00:ec2::254",
        "not an address",
    ],
)
def test_other_addresses_may_not(ip):
    assert not guard.is_public(ip)


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1",
        "https://2130706433",
        "https://0x7f000001",
        "https://127.1:8443",
        "https://0",
        "https://[::1]",
        "https://[::ffff:127.0.0.1]",
        "https://[::ffff:7f00:1]",
        "https://169.254.169.254/latest/meta-data",
        "https://localhost:8443",
    ],
)
def test_the_house_is_not_called_however_it_is_spelt(nothing_private, url):
    with pytest.raises(Blocked, match="private network"):
        open_door(url).call("GET", "/")


def test_a_name_that_leads_inside_is_not_called(nothing_private, names):
    names["rebound.example"] = ["10.0.0.5"]
    with pytest.raises(Blocked, match=r"rebound\.example for Example ATS"):
        open_door("https://rebound.example").call("GET", "/")


def test_one_private_address_among_public_ones_is_enough(nothing_private, names):
    names["mixed.example"] = ["8.8.8.8", "::ffff:10.0.0.1"]
    with pytest.raises(Blocked):
        guard.resolve("mixed.example", 443, label=LABEL)


def test_a_name_without_an_address_is_tried_again(names):
    with pytest.raises(NotSent, match=r"no address for nowhere\.example") as caught:
        guard.resolve("nowhere.example", 443, label=LABEL)
    assert not isinstance(caught.value, Blocked)


def test_a_name_that_cannot_be_asked_for_is_tried_again():
    with pytest.raises(NotSent, match="no address"):
        guard.resolve("a..example", 443, label=LABEL)


def test_hundreds_of_addresses_are_not_all_tried(names):
    names["many.example"] = [f"8.8.8.{n}" for n in range(200)]
    assert len(guard.resolve("many.example", 443, label=LABEL)) == 6


# --- What is connected to -----------------------------------------------------------


@pytest.fixture
def server():
    server = BadServer()
    yield server
    server.close()


@pytest.fixture
def anywhere(settings, server):
    settings.ALLOWED_PRIVATE_HOSTS = [f"ats.example:{server.port}"]
    return f"http://ats.example:{server.port}"


def test_the_checked_address_is_called_under_the_hosts_name(names, server, anywhere):
    names["ats.example"] = ["127.0.0.1"]
    door = open_door(anywhere)
    door.call("GET", "/")
    door.call("GET", "/")
    assert server.requests[0].headers["Host"] == f"ats.example:{server.port}"
    assert names["asked"] == ["ats.example"]
    door.close()


def test_the_next_address_is_tried_where_one_refuses(names, server, anywhere):
    names["ats.example"] = ["127.0.0.2", "127.0.0.1"]
    door = open_door(anywhere)
    assert door.call("GET", "/").status == 200
    door.close()


def test_a_peer_that_is_not_the_judged_address_is_left(
    names, server, anywhere, monkeypatch
):
    names["ats.example"] = ["127.0.0.1"]
    monkeypatch.setattr(
        transport.DeadlineSocket, "getpeername", lambda _: ("10.0.0.1", server.port)
    )
    with pytest.raises(NotSent, match="could not be reached"):
        open_door(anywhere).call("GET", "/")
    assert server.requests == []
