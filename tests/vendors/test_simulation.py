"""What every vendor's simulator inherits, shown on a toy vendor over real sockets."""

from __future__ import annotations

import gzip
import http.client
import json
import os
import signal
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from django.core.management import CommandError, call_command

from integrations.simulation import (
    FAULTS,
    Reply,
    Routes,
    Setting,
    Simulator,
    simulators,
)
from integrations.simulation.messages import Request
from integrations.simulation.pages import (
    facts,
    file_reply,
    inline_file,
    items,
    link,
    page,
)
from integrations.simulation.store import Store


class ToySimulator(Simulator):
    """A vendor that knows ``/people`` and nothing else."""

    slug, label, default_port = "toy", "Toy", 9199
    default_keys = {"toy-key": ("all",)}
    switches = {
        "colour": Setting("red", "The colour.", ("red", "blue")),
        "many": Setting(3, "How many."),
    }

    def seed(self):
        self.store.put("people", "seed", {"id": "seed", "name": "Seeded Sue"})

    def key_of(self, request):
        return request.headers.get("x-key")

    def answer(self, request):
        if request.refuse_key or self.key_of(request) not in self.keys:
            return Reply(401, {"error": "bad key"})
        if request.method == "POST" and request.path == "/people":
            number = str(len(self.store.tables["people"]))
            self.store.hide(number, self.lag(request))
            self.store.put("people", number, {"id": number, **request.json()})
            return Reply(201, {"id": number, "list": [{"id": number}], "note": "hi"})
        if request.path == "/people":
            return Reply(200, self.store.visible("people"))
        if request.path == "/broken":
            raise RuntimeError("a bug")
        return Reply(404, {"error": "unknown"})

    def truth(self):
        rows = self.store.rows("people")
        return {"people": [row for row in rows if row["id"] != "seed"]}

    def remove(self, kind, row_id):
        self.store.put({"person": "people"}[kind], row_id, None)

    def close_job(self, job_id):
        raise ValueError(f"There is no job {job_id}.")


@pytest.fixture
def toy():
    running = ToySimulator().start()
    yield running
    running.stop()


@pytest.fixture
def client():
    with requests.Session() as session:
        session.headers["X-Key"] = "toy-key"
        yield session


def add(client, toy, name="Ann", **options):
    return client.post(f"{toy.url}/people", json={"name": name}, timeout=10, **options)


def names(toy):
    return [person["name"] for person in toy.truth()["people"]]


def eventually(condition):
    for _ in range(500):
        if condition():
            return True
        time.sleep(0.01)
    return False


class TestServer:
    def test_one_connection_carries_many_calls(self, toy):
        connection = http.client.HTTPConnection("127.0.0.1", toy.port)
        for name in ("Ann", "Ben"):
            body = json.dumps({"name": name})
            connection.request("POST", "/people", body, {"X-Key": "toy-key"})
            assert connection.getresponse().read()
        connection.close()

        assert names(toy) == ["Ann", "Ben"]

    def test_sixty_four_clients_are_served_at_the_same_time(self, toy):
        barrier = threading.Barrier(64)

        def visit(number):
            connection = http.client.HTTPConnection("127.0.0.1", toy.port, timeout=30)
            connection.connect()
            barrier.wait()  # nobody sends before all are connected
            connection.request("GET", "/people", headers={"X-Key": "toy-key"})
            status = connection.getresponse().status
            connection.close()
            return status

        with ThreadPoolExecutor(64) as pool:
            assert set(pool.map(visit, range(64))) == {200}

    def test_a_client_that_asks_to_close_is_closed_on(self, toy):
        answer = requests.get(
            f"{toy.url}/people", headers={"X-Key": "toy-key", "Connection": "close"}
        )

        assert answer.headers["Connection"] == "close"

    def test_a_large_body_is_announced_and_read(self, toy):
        with socket.create_connection(("127.0.0.1", toy.port)) as raw:
            raw.sendall(
                b"POST /people HTTP/1.1\r\nX-Key: toy-key\r\nContent-Length: 14\r\n"
                b"Expect: 100-continue\r\n\r\n"
            )
            assert raw.recv(1000).startswith(b"HTTP/1.1 100")
            raw.sendall(b'{"name":')
            raw.sendall(b'"Ann"}')
            assert raw.recv(1000).startswith(b"HTTP/1.1 201")

    @pytest.mark.parametrize(
        ("sent", "status"),
        [
            (b"nonsense\r\n\r\n", b"400"),
            (b"GET http://elsewhere/ HTTP/1.1\r\n\r\n", b"400"),
            (b"GET / HTTP/1.1\r\nno colon\r\n\r\n", b"400"),
            (b"POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n", b"400"),
            (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", b"411"),
            (b"POST / HTTP/1.1\r\nContent-Length: 999999999\r\n\r\n", b"413"),
            (b"GET / HTTP/1.1\r\nX: " + b"y" * 70_000, b"431"),
        ],
    )
    def test_what_is_no_request_is_refused(self, toy, sent, status):
        with socket.create_connection(("127.0.0.1", toy.port)) as raw:
            raw.sendall(sent)
            assert raw.recv(1000).split()[1] == status

    @pytest.mark.parametrize(
        "sent", [b"GET / HT", b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nhalf"]
    )
    def test_a_client_that_goes_away_does_no_harm(self, toy, client, sent):
        with socket.create_connection(("127.0.0.1", toy.port)) as raw:
            raw.sendall(sent)

        assert add(client, toy).status_code == 201
        assert names(toy) == ["Ann"]

    def test_a_bug_looks_like_a_vendors_500(self, toy, client, capsys):
        assert client.get(f"{toy.url}/broken").status_code == 500
        assert "a bug" in capsys.readouterr().err

    def test_stopping_ends_waiting_calls_and_frees_the_port(self):
        toy = ToySimulator().start()
        toy.set(latency_ms=60_000)
        waiting = threading.Thread(target=lambda: _ignored(toy))
        waiting.start()
        assert eventually(lambda: toy.count() == 1)

        toy.stop()
        waiting.join(10)

        assert not waiting.is_alive()
        ToySimulator().start(toy.port).stop()

    def test_a_taken_port_is_an_error(self, toy):
        with pytest.raises(OSError, match="in use"):
            ToySimulator().start(toy.port)


def _ignored(toy):
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{toy.url}/people", timeout=30)


class TestFaults:
    def test_committing_and_dropping_leaves_the_person_there(self, toy, client):
        toy.fault("commit_then_drop", "POST /people")

        with pytest.raises(requests.ConnectionError):
            add(client, toy)

        assert names(toy) == ["Ann"]
        assert add(client, toy, "Ben").status_code == 201

    def test_dropping_before_leaves_nobody(self, toy, client):
        toy.fault("drop_before")

        with pytest.raises(requests.ConnectionError):
            add(client, toy)

        assert names(toy) == []

    def test_a_delayed_answer_comes_after_the_work(self, toy, client):
        toy.fault("delay", ms=60_000)

        with pytest.raises(requests.ReadTimeout):
            client.post(f"{toy.url}/people", json={"name": "Ann"}, timeout=0.3)

        assert eventually(lambda: names(toy) == ["Ann"])

    @pytest.mark.parametrize(
        ("options", "kind", "body"),
        [
            ({"json": {"why": "busy"}}, "application/json", '{"why":"busy"}'),
            ({"html": "<p>Busy</p>"}, "text/html", "<p>Busy</p>"),
            ({"text": "Busy"}, "text/plain", "Busy"),
            ({}, "text/plain", ""),
        ],
    )
    def test_a_status_comes_with_headers_and_body(
        self, toy, client, options, kind, body
    ):
        toy.fault("status", status=429, headers={"Retry-After": 7}, **options)

        answer = add(client, toy)

        assert (answer.status_code, answer.text) == (429, body)
        assert answer.headers["Retry-After"] == "7"
        assert answer.headers["Content-Type"].startswith(kind)
        assert names(toy) == []

    def test_a_500_may_come_after_the_record_was_created(self, toy, client):
        toy.fault("status", status=500, carry_out=True)

        assert add(client, toy).status_code == 500
        assert names(toy) == ["Ann"]

    def test_half_a_body_breaks_off(self, toy, client):
        toy.fault("half_body")

        with pytest.raises(
            (requests.ConnectionError, requests.exceptions.ChunkedEncodingError)
        ):
            add(client, toy)

        assert names(toy) == ["Ann"]

    def test_a_page_in_place_of_json(self, toy, client):
        toy.fault("html_200")

        answer = add(client, toy)

        assert answer.status_code == 200
        assert answer.text.startswith("<!doctype html>")

    def test_an_empty_body(self, toy, client):
        toy.fault("empty_200")

        answer = add(client, toy)

        assert (answer.status_code, answer.content) == (200, b"")

    def test_a_late_commit_happens_after_the_connection_closed(self, toy, client):
        toy.fault("late_commit", ms=50)

        with pytest.raises(requests.ConnectionError):
            add(client, toy)

        assert eventually(lambda: names(toy) == ["Ann"])

    def test_a_late_commit_does_not_happen_after_the_stop(self, client):
        toy = ToySimulator().start()
        toy.fault("late_commit", ms=60_000)
        with pytest.raises(requests.ConnectionError):
            add(client, toy)

        toy.stop()

        assert names(toy) == []

    def test_a_slow_drip_arrives_whole_in_the_end(self, toy, client):
        toy.fault("slow_drip", ms=1, bytes=16)

        assert add(client, toy).json()["note"] == "hi"

    def test_a_slow_drip_ends_with_the_server(self, client):
        toy = ToySimulator().start()
        toy.fault("slow_drip", ms=60_000)
        dripping = threading.Thread(target=lambda: _ignored_drip(client, toy))
        dripping.start()
        assert eventually(lambda: names(toy) == ["Ann"])

        toy.stop()
        dripping.join(10)

        assert not dripping.is_alive()

    def test_a_small_body_unpacks_huge(self, toy, client):
        toy.fault("gzip_bomb", mb=2)

        answer = client.get(f"{toy.url}/people", stream=True)
        packed = answer.raw.read(decode_content=False)

        assert len(packed) < 20_000
        assert len(gzip.decompress(packed)) > 2_000_000

    def test_ids_can_be_numbers_or_missing(self, toy, client):
        toy.fault("wrong_id_type")
        toy.fault("no_id")

        assert add(client, toy).json() == {
            "id": 4711,
            "list": [{"id": 4711}],
            "note": "hi",
        }
        assert add(client, toy).json() == {"list": [{}], "note": "hi"}
        assert names(toy) == ["Ann", "Ann"]

    def test_keys_can_be_left_out(self, toy, client):
        toy.fault("without_keys", keys=["note", "list"])

        assert add(client, toy).json() == {"id": "1"}

    def test_a_token_expires_for_one_call_and_a_key_for_good(self, toy, client):
        toy.fault("expired_token")
        assert [add(client, toy).status_code for _ in range(2)] == [401, 201]

        toy.fault("revoke_key")
        assert [add(client, toy).status_code for _ in range(2)] == [401, 401]

        toy.grant("toy-key")
        assert add(client, toy).status_code == 201

    def test_a_new_person_can_be_unfindable_for_a_while(self, toy, client):
        toy.fault("search_lag", ms=60_000)
        add(client, toy, "Ann")
        add(client, toy, "Ben")

        found = [row["name"] for row in client.get(f"{toy.url}/people").json()]

        assert found == ["Seeded Sue", "Ben"]
        assert names(toy) == ["Ann", "Ben"]

    def test_the_lag_passes(self, toy, client):
        toy.set(search_lag_ms=30)
        add(client, toy)

        assert eventually(lambda: len(client.get(f"{toy.url}/people").json()) == 2)

    def test_rules_skip_repeat_and_end(self, toy, client):
        toy.fault("status", "POST /people$", status=503, skip=1, times=2)

        assert [add(client, toy).status_code for _ in range(4)] == [201, 503, 503, 201]

    def test_a_rule_can_hold_for_ever_and_for_one_path(self, toy, client):
        rule = toy.fault("drop_before", "GET /people", times="forever")

        for _ in range(3):
            with pytest.raises(requests.ConnectionError):
                client.get(f"{toy.url}/people")
        assert add(client, toy).status_code == 201

        toy.clear_faults(rule)
        assert client.get(f"{toy.url}/people").status_code == 200

    @pytest.mark.parametrize(
        ("rule", "complaint"),
        [
            ({"fault": "earthquake"}, "no fault 'earthquake'"),
            ({"fault": "delay", "weeks": 2}, "no option 'weeks'"),
            ({"fault": "delay", "times": -1}, "times is a number"),
        ],
    )
    def test_a_wrong_rule_is_refused(self, toy, rule, complaint):
        answer = requests.post(f"{toy.url}/_control/faults", json=rule)

        assert answer.status_code == 400
        assert complaint in answer.json()["error"]


def _ignored_drip(client, toy):
    with pytest.raises(requests.RequestException):
        add(client, toy)


class TestControl:
    def test_rules_are_listed_with_the_faults_there_are(self, toy, client):
        added = requests.post(
            f"{toy.url}/_control/faults",
            json={"fault": "delay", "match": "/people", "ms": 5, "times": "forever"},
        ).json()
        add(client, toy)

        listed = requests.get(f"{toy.url}/_control/faults").json()

        assert listed["rules"][0]["id"] == added["id"]
        assert listed["rules"][0]["taken"] == 1
        assert set(listed["faults"]) == set(FAULTS)

    def test_rules_are_cleared(self, toy, client):
        for _ in range(2):
            toy.fault("drop_before")
        first = toy.simulator.faults.rules()[0]["id"]

        requests.delete(f"{toy.url}/_control/faults", json={"id": first})
        assert len(toy.simulator.faults.rules()) == 1
        requests.delete(f"{toy.url}/_control/faults")

        assert add(client, toy).status_code == 201

    def test_settings_are_read_and_changed(self, toy):
        address = f"{toy.url}/_control/settings"

        requests.post(address, json={"colour": "blue", "latency_ms": 1})

        settings = requests.get(address).json()
        assert settings["colour"] == {
            "value": "blue",
            "help": "The colour.",
            "choices": ["red", "blue"],
        }
        assert settings["latency_ms"]["value"] == 1

    @pytest.mark.parametrize(
        ("values", "complaint"),
        [
            ({"colour": "green"}, "one of 'red', 'blue'"),
            ({"many": "4"}, "of type int"),
            ({"shape": 1}, "no setting shape"),
            ([1], "JSON object"),
        ],
    )
    def test_wrong_settings_are_refused(self, toy, values, complaint):
        answer = requests.post(f"{toy.url}/_control/settings", json=values)

        assert answer.status_code == 400
        assert complaint in answer.json()["error"]

    def test_keys_are_defined_and_revoked(self, toy):
        address = f"{toy.url}/_control/keys"
        requests.post(address, json={"new": ["read"], "all": "all", "toy-key": None})

        assert toy.simulator.keys == {"new": {"read"}, "all": {"all"}}

    def test_the_truth_and_the_requests_can_be_read(self, toy, client):
        add(client, toy)
        client.post(
            f"{toy.url}/people?api_key=secret&page=2",
            data={"a": "b"},
            files={"cv": ("cv.pdf", b"12345")},
        )
        client.post(
            f"{toy.url}/nothing?api_key=secret",
            data=b"{",
            headers={"Content-Type": "application/json"},
        )

        truth = requests.get(f"{toy.url}/_control/truth").json()
        seen = requests.get(f"{toy.url}/_control/requests").json()

        assert [person["name"] for person in truth["people"]] == ["Ann"]
        assert seen["counts"] == {"POST /people": 2, "POST /nothing": 1}
        assert seen["last"] == [
            {"method": "POST", "path": "/people", "json": {"name": "Ann"}},
            {
                "method": "POST",
                "path": "/people?page=2",
                "parts": [
                    {"name": "a", "filename": None, "size": 1},
                    {"name": "cv", "filename": "cv.pdf", "size": 5},
                ],
            },
            {"method": "POST", "path": "/nothing", "text": "{"},
        ]
        assert "secret" not in json.dumps(seen)

    def test_calls_are_counted(self, toy, client):
        add(client, toy)
        client.get(f"{toy.url}/people")

        assert toy.count() == 2
        assert toy.count("POST /people$") == 1
        assert toy.counts() == {"POST /people": 1, "GET /people": 1}
        assert [entry["method"] for entry in toy.requests()] == ["POST", "GET"]

    def test_a_person_can_be_removed_as_in_the_web_application(self, toy, client):
        add(client, toy)
        address = f"{toy.url}/_control/remove"

        assert requests.post(address, json={"person": "1"}).status_code == 200
        assert requests.post(address, json={"planet": "1"}).status_code == 400
        assert requests.post(address, json={"close_job": "7"}).status_code == 400
        assert names(toy) == []

    def test_a_reset_leaves_only_the_seeds_and_the_defaults(self, toy, client):
        add(client, toy)
        toy.set(colour="blue")
        toy.fault("drop_before", times="forever")
        toy.revoke("toy-key")

        requests.post(f"{toy.url}/_control/reset")

        assert names(toy) == []
        assert toy.counts() == {}
        assert toy.simulator.settings["colour"] == "red"
        found = client.get(f"{toy.url}/people").json()
        assert [row["name"] for row in found] == ["Seeded Sue"]

    def test_an_unknown_control_says_which_there_are(self, toy):
        answer = requests.get(f"{toy.url}/_control/coffee")

        assert answer.status_code == 404
        assert "GET /_control/truth" in answer.json()["controls"]


class TestJournal:
    def test_people_outlive_a_restart(self, tmp_path, client):
        first = ToySimulator(tmp_path).start()
        add(client, first)
        first.simulator.store.keep_file("cv", b"\x00pdf")
        first.stop()

        second = ToySimulator(tmp_path).start()

        assert names(second) == ["Ann"]
        assert second.simulator.store.file("cv") == b"\x00pdf"
        second.stop()

    def test_who_was_acknowledged_outlives_a_kill(self, tmp_path, client):
        killed = ToySimulator(tmp_path).start()
        add(client, killed, "Ann")
        add(client, killed, "Ben")
        journal = tmp_path / "toy.jsonl"
        journal.write_bytes(journal.read_bytes() + b'[["people","3",{"na')

        second = ToySimulator(tmp_path).start()  # the first one was never stopped

        assert names(second) == ["Ann", "Ben"]
        add(client, second, "Cid")
        second.stop()
        third = ToySimulator(tmp_path)
        assert [row["name"] for row in third.truth()["people"]] == ["Ann", "Ben", "Cid"]
        third.close()
        killed.stop()

    def test_a_reset_is_remembered_too(self, tmp_path, client):
        first = ToySimulator(tmp_path).start()
        add(client, first)
        first.reset()
        first.stop()

        second = ToySimulator(tmp_path)

        assert second.truth()["people"] == []
        assert second.store.get("people", "seed") is not None
        second.close()

    def test_a_removed_row_stays_removed(self, tmp_path):
        store = Store(tmp_path / "rows.jsonl")
        store.put("t", "1", {"v": 1})
        store.put("t", "1", None)
        store.put("t", "2", {"v": 2})
        store.close()

        assert Store(tmp_path / "rows.jsonl").rows("t") == [{"v": 2}]

    def test_an_index_follows_its_rows(self):
        store = Store()
        store.put("t", "0", {"k": "a"})
        store.index("t", "k", lambda row: [row["k"]])
        store.put("t", "1", {"k": "a"})
        store.change("t", "0", k="b")

        assert store.find("t", "k", "a") == [{"k": "a"}]
        assert store.find("t", "k", "b") == [{"k": "b"}]
        store.put("t", "1", None)
        assert store.find("t", "k", "a") == []


class TestMessages:
    def test_parts_of_a_form_keep_their_bytes(self):
        prepared = requests.Request(
            "POST",
            "http://x/",
            data={"who": "Zoë"},
            files={"file": ("Zoë's CV.pdf", b"\r\n--\r\n\x00", "application/pdf")},
        ).prepare()
        headers = {"content-type": prepared.headers["Content-Type"]}

        assert isinstance(prepared.body, bytes)

        who, file = Request("POST", "/", headers, prepared.body).parts()

        assert (who.name, who.text, who.filename) == ("who", "Zoë", None)
        assert file.filename == "Zoë's CV.pdf"
        assert file.content_type == "application/pdf"
        assert file.data == b"\r\n--\r\n\x00"

    @pytest.mark.parametrize(
        ("kind", "body"),
        [
            ("application/json", b"{}"),
            ("multipart/form-data", b"--x--"),
            ("multipart/form-data; boundary=x", b"--x\r\nnever ends"),
            ("multipart/form-data; boundary=x", b"--x\r\n\r\nno name\r\n--x--\r\n"),
        ],
    )
    def test_what_is_no_form_is_refused(self, kind, body):
        with pytest.raises(ValueError, match="multipart"):
            Request("POST", "/", {"content-type": kind}, body).parts()

    def test_a_file_name_may_be_quoted_or_extended(self):
        def name(disposition):
            body = f"--x\r\nContent-Disposition: {disposition}\r\n\r\n\r\n--x--\r\n"
            kind = {"content-type": "multipart/form-data; boundary=x"}
            return Request("POST", "/", kind, body.encode()).parts()[0].filename

        assert name('form-data; name="f"; filename="a\\"b.pdf"') == 'a"b.pdf'
        assert name("form-data; name=\"f\"; filename*=UTF-8''Zo%C3%AB.pdf") == "Zoë.pdf"

    def test_routes_match_whole_segments(self):
        routes: Routes[str] = Routes()
        routes.add("GET", "/a", "all")
        routes.add("GET", "/a/{id}/b", "one")

        assert routes.find("GET", "/a") == ("all", ())
        assert routes.find("GET", "/a/7/b") == ("one", ("7",))
        assert routes.find("POST", "/a") is None
        assert routes.find("GET", "/a/7/c/b") is None


class TestPages:
    def test_what_others_sent_is_escaped(self):
        reply = page("Toy", "<b>", facts([("<i>", link("javascript:alert(1)", "<x>"))]))

        assert b"&lt;b&gt;" in reply.payload()
        assert b"javascript:" not in reply.payload()
        assert "default-src 'none'" in reply.headers["Content-Security-Policy"]

    def test_only_a_pdf_is_shown_in_place(self):
        assert "<object" in inline_file("/f", "cv.pdf", "application/pdf")
        assert "<object" not in inline_file("/f", "cv.html", "text/html")
        sent = file_reply(b"<script>", 'a"\n.html', "text/html")
        assert sent.content_type == "application/octet-stream"
        assert sent.headers["Content-Disposition"] == 'attachment; filename="a\'_.html"'

    def test_an_empty_list_is_a_sentence(self):
        assert "Nothing." in items([], "Nothing.")


class TestCommand:
    def test_every_vendor_with_a_simulator_is_found(self):
        assert {"ashby", "crelate"} <= set(simulators())

    def test_all_simulators_run_until_the_process_is_told_to_stop(self, tmp_path):
        known = sorted(simulators())
        output = Output(lines=len(known))

        call_command(
            "simulate_ats", "--base-port=0", f"--data={tmp_path}", stdout=output
        )

        assert output.statuses == [200] * len(known)
        assert sorted(path.stem for path in tmp_path.iterdir()) == known

    def test_one_vendor_can_be_chosen(self):
        output = Output(lines=1)

        call_command(
            "simulate_ats",
            "--vendor=ashby",
            "--base-port=0",
            "--latency=1",
            stdout=output,
        )

        assert output.statuses == [200]

    def test_a_place_can_be_given_for_each_vendor(self):
        output = Output(lines=1)

        call_command("simulate_ats", "crelate=0", stdout=output)

        assert output.lines[0].startswith("Crelate simulator: http://127.0.0.1:")

    @pytest.mark.parametrize("place", ["ashby", "nobody=1", "ashby=x"])
    def test_a_wrong_place_is_a_sentence(self, place):
        with pytest.raises(CommandError, match="is not vendor=port"):
            call_command("simulate_ats", place)

    def test_a_taken_port_is_a_sentence(self, monkeypatch, toy):
        monkeypatch.setenv("SIMULATE_ATS_BASE_PORT", str(toy.port))

        with pytest.raises(CommandError, match=f":{toy.port}: Address already in use"):
            call_command("simulate_ats", "--vendor=ashby")


class Output:
    """Reads the addresses that are announced, visits them, and ends the command."""

    def __init__(self, lines):
        self.expected, self.lines, self.statuses = lines, [], []

    def write(self, text):
        self.lines.append(text.strip())
        self.statuses.append(requests.get(text.split()[-1]).status_code)
        if len(self.lines) == self.expected:
            os.kill(os.getpid(), signal.SIGTERM)

    def flush(self):
        pass
