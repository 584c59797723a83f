"""``make run`` starts everything, keeps the data, and leaves nobody behind."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from integrations.simulation import simulators
from pinsync import simulated
from pinsync.accounts.demo import BOB, DEMO_PEOPLE
from pinsync.first_page import Page
from pinsync.local_env import LocalEnv
from pinsync.prepared import Prepared
from pinsync.welcome import welcome

from .home import PATIENCE, Home, eventually, free_port

pytestmark = pytest.mark.processes
LINUX_ONLY = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """One home for all tests here: only the first start takes its time."""
    place = Home(tmp_path_factory.mktemp("home"))
    yield place
    place.end()


@pytest.fixture
def running(home):
    run = home.run()
    run.said("Ready:")
    yield run
    if run.process.poll() is None:
        run.send(signal.SIGTERM)
        assert run.wait() == 0, run.text


@pytest.fixture
def new_home(tmp_path):
    place = Home(tmp_path / "var")
    yield place
    place.end()


@LINUX_ONLY
def test_one_command_leads_to_a_page_where_bob_can_sign_in(home, running):
    assert f"Ready:  {running.url}/" in running.text
    for person in DEMO_PEOPLE:
        assert person.email in running.text
        assert person.password in running.text

    page = running.sign_in(BOB.email, BOB.password)

    assert page.status_code == 200
    assert "Senior Backend Engineer" in page.text


def test_what_the_demo_shows_went_through_the_engine(home, running):
    def exports() -> dict[str, int]:
        done = home.manage("exports_report", "--json")
        assert done.returncode == 0, done.stderr
        states: dict[str, int] = json.loads(done.stdout)["exports"]
        return {state: number for state, number in states.items() if number}

    eventually(
        lambda: exports().keys() <= {"sent", "needs_you"} and exports()["sent"] > 5,
        f"the exports of the demo end: {exports()}",
    )


def test_ctrl_c_ends_everything(home, running):
    running.press_ctrl_c()

    assert running.wait() == 0
    assert running.lines[-1].endswith("Everything has stopped.")
    assert home.processes() == {}


@LINUX_ONLY
def test_a_killed_launcher_takes_everything_with_it(home, running):
    running.send(signal.SIGKILL)
    running.process.wait(PATIENCE)

    eventually(lambda: home.processes() == {}, "all processes end")


@LINUX_ONLY
@pytest.mark.parametrize("words", ["rqworker exports", "manage.py dispatch", "valkey"])
def test_what_dies_is_started_again(home, running, words):
    before = home.number_of(words)
    os.kill(before, signal.SIGKILL)

    running.said("ended by itself (signal SIGKILL)")
    eventually(lambda: home.number_of(words) != before, f"“{words}” runs again")


def test_the_data_and_the_keys_are_kept(home, running):
    keys = LocalEnv(home.var / "local.env").values
    running.send(signal.SIGTERM)
    running.wait()

    again = home.run(PORT=str(running.port))
    again.said("Ready:")

    assert "demo" not in again.text.split("Ready:")[0]
    assert LocalEnv(home.var / "local.env").values == keys
    assert again.sign_in(BOB.email, BOB.password).status_code == 200
    again.send(signal.SIGTERM)
    again.wait()


def test_unreadable_files_of_redis_cost_nothing(home):
    manifest = home.var / "redis" / "appendonlydir" / "appendonly.aof.manifest"
    manifest.parent.mkdir(parents=True, exist_ok=True)
    manifest.write_text("written by somebody else\n")

    run = home.run()
    run.said("Ready:")
    run.send(signal.SIGTERM)

    assert run.wait() == 0
    assert "Its files cannot be read; it starts with none." in run.text
    assert "ended by itself" not in run.text


def test_the_keys_are_for_their_owner_alone(home, running):
    mode = stat.S_IMODE((home.var / "local.env").stat().st_mode)

    assert mode == 0o600


def test_there_is_only_one_at_a_time(home, running):
    for word in ("run", "reset", "setup"):
        done = home.launcher(word)

        assert done.returncode == 1
        assert done.stderr == (
            f"PinSync is running here already (process {running.process.pid}). "
            "Stop it first: press Ctrl-C where it runs.\n"
        )


def test_a_taken_port_is_a_sentence(new_home):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = new_home.launcher("run", PORT=str(port))

    assert done.returncode == 1
    assert done.stderr.startswith(f"Port {port} is taken by another program")
    assert "make run PORT=" in done.stderr
    assert done.stdout == ""


def test_a_taken_port_of_a_simulator_is_a_sentence(new_home):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = new_home.launcher("run", SIMULATE_ATS_BASE_PORT=str(port))

    assert done.returncode == 1
    assert done.stderr.startswith(f"Port {port} is taken by another program, but")


def test_set_up_makes_the_database_and_starts_nothing(new_home):
    done = new_home.launcher("setup")

    assert done.returncode == 0, done.stderr
    assert (new_home.var / "pinsync.sqlite3").is_file()
    assert new_home.manage("check").returncode == 0
    assert new_home.processes() == {}


def test_reset_starts_over_but_keeps_the_keys(new_home):
    new_home.launcher("setup")
    keys = LocalEnv(new_home.var / "local.env").values

    done = new_home.launcher("reset")

    assert done.returncode == 0, done.stderr
    assert "All data is gone." in done.stdout
    assert not (new_home.var / "pinsync.sqlite3").exists()
    kept = LocalEnv(new_home.var / "local.env").values
    assert kept["CREDENTIALS_KEYS"] == keys["CREDENTIALS_KEYS"]


def test_a_new_key_can_be_used_at_once(new_home):
    key = new_home.launcher("new-key").stdout.strip()

    done = new_home.launcher("setup", CREDENTIALS_KEYS=key, SECRET_KEY="own")

    assert done.returncode == 0, done.stderr
    assert "SECRET_KEY" not in LocalEnv(new_home.var / "local.env").values


def test_an_unknown_word_is_answered_with_the_known_ones(new_home):
    done = new_home.launcher("fly")

    assert done.returncode == 2
    assert "run|setup|reset|new-key" in done.stderr


# --- Its parts -------------------------------------------------------------------


def test_simulators_keep_their_places(tmp_path):
    local = LocalEnv(tmp_path / "local.env")
    first = simulated.places({}, local)
    local.save()

    again = simulated.places({}, LocalEnv(tmp_path / "local.env"))

    assert first == again
    assert {place.slug for place in first} == simulators().keys()
    assert len({place.port for place in first}) == len(first)


def test_simulators_move_together_where_their_places_are_taken(tmp_path, monkeypatch):
    usual = {p.slug: p.port for p in simulated.places({}, LocalEnv(tmp_path / "a"))}
    monkeypatch.setattr(simulated, "is_free", lambda port: port != usual["crelate"])

    moved = {p.slug: p.port for p in simulated.places({}, LocalEnv(tmp_path / "b"))}

    assert moved["crelate"] != usual["crelate"]
    assert moved["crelate"] - moved["ashby"] == usual["crelate"] - usual["ashby"]


def test_an_ats_whose_address_is_given_is_not_simulated(tmp_path):
    given = {"ASHBY_URL": "https://api.ashbyhq.com"}

    places = simulated.places(given, LocalEnv(tmp_path / "local.env"))

    slugs = {place.slug for place in places}
    assert slugs == simulators().keys() - {"ashby"}


def test_a_senseless_first_port_is_named(tmp_path):
    given = {"SIMULATE_ATS_BASE_PORT": "high"}

    with pytest.raises(simulated.NoPlace, match="not “high”"):
        simulated.places(given, LocalEnv(tmp_path / "local.env"))


def test_local_values_survive_and_comments_do_not_count(tmp_path):
    path = tmp_path / "local.env"
    path.write_text("# A=1\nB = 2\nC=a=b\nno sign\n")
    local = LocalEnv(path)
    assert local.values == {"B": "2", "C": "a=b"}

    local.keep("B", lambda: "3")
    local.keep("D", lambda: "4")
    local.forget("C", "never there")
    local.save()

    assert LocalEnv(path).values == {"B": "2", "D": "4"}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_an_open_file_of_secrets_is_closed_again(tmp_path):
    path = tmp_path / "local.env"
    local = LocalEnv(path)
    local.put("A", "1")
    local.save()
    path.chmod(0o644)

    LocalEnv(path).save()

    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_database_is_prepared_until_its_file_is_gone(tmp_path):
    file = tmp_path / "p.sqlite3"
    database = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(file)}
    assert not Prepared(tmp_path, database).is_current()
    file.touch()
    Prepared(tmp_path, database).store(demo=True)
    assert Prepared(tmp_path, database).is_current()
    assert Prepared(tmp_path, database).has_demo

    file.unlink()

    assert not Prepared(tmp_path, database).is_current()


def test_a_database_server_is_asked_at_every_start(tmp_path):
    database = {"ENGINE": "django.db.backends.postgresql", "NAME": "pinsync"}
    Prepared(tmp_path, database).store(demo=False)

    assert not Prepared(tmp_path, database).is_current()


def test_an_unreadable_note_counts_as_none(tmp_path):
    (tmp_path / "prepared.json").write_text("{")

    assert not Prepared(tmp_path, {"ENGINE": "sqlite3", "NAME": "x"}).has_demo


def test_the_first_page_is_what_stands_behind_the_redirects(serve):
    port = serve({"/": (302, "/in/"), "/in/": (200, "")})

    assert Page(port, f"http://localhost:{port}").answers()


@pytest.mark.parametrize(
    "pages",
    [{"/": (500, "")}, {"/": (302, "/")}, {"/": (302, "/in/"), "/in/": (400, "")}],
)
def test_a_page_that_fails_is_none(serve, pages):
    port = serve(pages)

    assert not Page(port, f"http://localhost:{port}").answers()


def test_where_nobody_listens_there_is_no_page():
    assert not Page(free_port(), "http://localhost").answers()


@pytest.fixture
def serve():
    """Serve the pages: path to status and Location."""
    servers = []

    def start(pages: dict[str, tuple[int, str]]) -> int:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status, location = pages[self.path]
                self.send_response(status)
                self.send_header("Location", location)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                pass

        servers.append(ThreadingHTTPServer(("127.0.0.1", 0), Handler))
        threading.Thread(target=servers[-1].serve_forever, daemon=True).start()
        return servers[-1].server_port

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def test_without_the_demo_nobody_is_told_its_passwords():
    text = welcome("http://localhost:8000/", [], demo=False)

    assert "http://localhost:8000/" in text
    assert not [person for person in DEMO_PEOPLE if person.password in text]
