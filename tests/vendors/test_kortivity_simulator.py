"""The Kortivity simulator answers as we guess; nobody knows what Kortivity answers."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import requests

from integrations.vendors.kortivity import simulator
from integrations.vendors.kortivity.simulator import KortivitySimulator

USER, PASSWORD = "jo@agency.example", "demo-password"
PDF = b"%PDF-1.4\nhello\n%%EOF\n"
DANA = {
    "firstName": "Dana",
    "lastName": "Example",
    "email": "dana@example.com",
    "phone": "+12025550123",
    "linkedinUrl": "https://www.linkedin.com/in/dana-example",
    "title": "Controls Engineer",
    "company": "Acme Widgets",
    "city": "Denver",
    "state": "CO",
    "country": "United States",
    "source": "PinSync",
}
JOB = 42
NOBODY = 999_999


class Client:
    def __init__(self, sim):
        self.sim, self.session = sim, requests.Session()

    def login(self, username=USER, password=PASSWORD):
        body = {"username": username, "password": password}
        return self.send("POST", "/login", json=body)

    def sign_in(self, **user):
        answer = self.login(**user)
        assert answer.status_code == 200, answer.text
        self.session.headers["Authorization"] = f"Bearer {answer.json()['token']}"
        return answer.json()

    def send(self, method, path, **options):
        url = f"{self.sim.url}/api{path}"
        options = {"timeout": 20, "allow_redirects": False} | options
        return self.session.request(method, url, **options)

    def get(self, path, **query):
        answer = self.send("GET", path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def create(self, **body):
        answer = self.send("POST", "/candidates", json=body)
        assert answer.status_code == 201, answer.text
        return answer.json()["id"]

    def refused(self, method, path, status, **options):
        """Return the body of a refusal."""
        answer = self.send(method, path, **options)
        assert answer.status_code == status, answer.text
        return answer.json()

    def add(self, job, candidate_id):
        path = f"/jobs/{job}/candidates"
        return self.send("POST", path, json={"candidateId": candidate_id})

    def names(self, **query):
        rows = self.get("/candidates", **query)["data"]
        return [f"{row['firstName']} {row['lastName']}" for row in rows]

    def page(self, path):
        return requests.get(f"{self.sim.url}{path}", timeout=20)

    def truth(self):
        (person,) = self.sim.truth()["people"]
        return person


@pytest.fixture
def running():
    running = KortivitySimulator().start()
    yield running
    running.stop()


@pytest.fixture
def stranger(running):
    """Somebody who has not signed in."""
    client = Client(running)
    yield client
    client.session.close()


@pytest.fixture
def kortivity(stranger):
    stranger.sign_in()
    return stranger


@pytest.fixture
def dana(kortivity):
    return kortivity.create(**DANA)


class TestGuess:
    @pytest.mark.parametrize(
        "path", ["/", "/candidates/401", "/candidates/1", "/login"]
    )
    def test_every_page_says_that_it_is_our_guess(self, stranger, path):
        assert "This simulates our guess of it" in stranger.page(path).text

    def test_so_does_its_documentation(self):
        assert "GUESS" in (simulator.__doc__ or "")


class TestBearer:
    def test_a_login_gives_a_token_and_its_life(self, kortivity):
        answer = kortivity.sign_in()

        assert set(answer) == {"token", "expiresIn", "user"}
        assert answer["expiresIn"] == 3600
        assert answer["user"] == {"id": 7, "name": "Jo Park"}
        assert kortivity.get("/users/me") == answer["user"] | {"email": USER}

    def test_without_a_token_every_call_is_401(self, stranger):
        for path in ("/jobs", "/candidates/401", "/nothing"):
            assert stranger.send("GET", path).status_code == 401

    def test_a_wrong_password_is_401(self, stranger):
        assert stranger.login(password="wrong").status_code == 401
        assert stranger.login(username="nobody@agency.example").status_code == 401

    @pytest.mark.parametrize("status", [423, 403])
    def test_too_many_wrong_passwords_lock_the_account(self, stranger, status):
        stranger.sim.set(lock_after=3, locked_status=status)

        statuses = [stranger.login(password="wrong").status_code for _ in range(4)]

        assert statuses == [401, 401, 401, status]
        assert stranger.login().status_code == status
        assert stranger.login(username="reader@agency.example").status_code == 200
        stranger.sim.grant(f"{USER}:{PASSWORD}")
        assert stranger.login().status_code == 200

    def test_a_right_password_forgets_the_wrong_ones(self, stranger):
        stranger.sim.set(lock_after=2)
        for password in ("wrong", PASSWORD, "wrong", PASSWORD):
            status = stranger.login(password=password).status_code
            assert status == (200 if password == PASSWORD else 401)

    def test_the_account_may_never_lock(self, stranger):
        stranger.sim.set(lock_after=0)
        for _ in range(10):
            stranger.login(password="wrong")

        assert stranger.login().status_code == 200

    @pytest.mark.parametrize("name", ["token", "accessToken", "access_token"])
    def test_the_token_has_three_names(self, stranger, name):
        stranger.sim.set(token_name=name, expires_name="left_out")

        assert set(stranger.login().json()) == {name, "user"}
        stranger.sim.set(expires_name="expires_in")
        assert stranger.login().json()["expires_in"] == 3600

    def test_a_token_expires(self, stranger):
        stranger.sim.set(session_life_ms=0)
        stranger.sign_in()

        assert stranger.send("GET", "/jobs").status_code == 401

    def test_one_call_can_be_refused_as_expired(self, kortivity):
        kortivity.sim.fault("expired_token", "GET")

        statuses = [kortivity.send("GET", "/jobs").status_code for _ in range(2)]

        assert statuses == [401, 200]

    def test_an_expired_session_may_be_a_page_or_a_redirect(self, stranger):
        stranger.sim.set(expired_reply="html_login")
        answer = stranger.send("GET", "/jobs")
        assert answer.status_code == 200
        assert answer.headers["Content-Type"].startswith("text/html")
        assert "session has expired" in answer.text

        stranger.sim.set(expired_reply="redirect")

        answer = stranger.send("GET", "/jobs")
        assert answer.status_code == 302
        assert answer.headers["Location"] == f"{stranger.sim.url}/login"

    def test_a_token_dies_with_the_password(self, kortivity):
        kortivity.sim.revoke(f"{USER}:{PASSWORD}")

        assert kortivity.send("GET", "/jobs").status_code == 401
        assert kortivity.login().status_code == 401

    def test_a_user_who_may_only_read_does_not_write(self, stranger):
        stranger.sign_in(username="reader@agency.example")

        assert stranger.get("/jobs")
        stranger.refused("POST", "/candidates", 403, json=DANA)

    def test_passwords_do_not_show_in_what_is_remembered(self, kortivity):
        assert PASSWORD not in str(kortivity.sim.requests())
        assert kortivity.sim.count("POST /api/login$") == 1


class TestCookie:
    @pytest.fixture
    def guest(self, stranger):
        stranger.sim.set(sign_in="cookie_session")
        assert stranger.login().json() == {"user": {"id": 7, "name": "Jo Park"}}
        return stranger

    def test_a_login_gives_a_cookie_and_no_token(self, guest):
        assert set(guest.session.cookies.keys()) == {"session"}
        assert guest.create(**DANA)

    def test_the_cookie_is_needed_and_a_token_is_none(self, guest):
        value = guest.session.cookies.pop("session")

        assert guest.send("GET", "/jobs").status_code == 401
        bearer = {"Authorization": f"Bearer {value}"}
        assert guest.send("GET", "/jobs", headers=bearer).status_code == 401

    @pytest.mark.parametrize("header", ["X-CSRF-Token", "X-XSRF-TOKEN"])
    def test_writes_may_need_a_header_besides(self, guest, header):
        guest.sim.set(csrf="header")
        token = guest.login().json()["csrfToken"]
        assert guest.session.cookies["XSRF-TOKEN"] == token

        assert guest.get("/jobs")
        guest.refused("POST", "/candidates", 403, json=DANA)
        guest.session.headers[header] = token

        assert guest.create(**DANA)


class TestBasic:
    @pytest.fixture
    def guest(self, stranger):
        stranger.sim.set(sign_in="basic")
        return stranger

    def test_every_call_carries_the_password(self, guest):
        assert guest.send("GET", "/jobs").status_code == 401
        guest.session.auth = (USER, PASSWORD)

        assert guest.get("/users/me")["name"] == "Jo Park"
        assert guest.create(**DANA)

    def test_there_is_no_login(self, guest):
        guest.session.auth = (USER, PASSWORD)

        assert guest.login().status_code == 404

    def test_wrong_passwords_lock_here_too(self, guest):
        guest.sim.set(lock_after=1)
        guest.session.auth = (USER, "wrong")
        answer = guest.send("GET", "/jobs")
        assert (answer.status_code, "Basic" in answer.headers["WWW-Authenticate"]) == (
            401,
            True,
        )
        guest.session.auth = (USER, PASSWORD)

        assert guest.send("GET", "/jobs").status_code == 423


class TestReplies:
    @pytest.mark.parametrize(
        ("wrapper", "objects", "lists"),
        [
            ("profile", None, "data"),
            ("bare", None, None),
            ("data", "data", "data"),
            ("items", None, "items"),
        ],
    )
    def test_replies_have_four_wrappers(self, stranger, wrapper, objects, lists):
        stranger.sim.set(wrapper=wrapper)

        def inside(answer, key):
            return answer.json()[key] if key else answer.json()

        token = inside(stranger.login(), objects)["token"]
        stranger.session.headers["Authorization"] = f"Bearer {token}"
        created = stranger.send("POST", "/candidates", json=DANA)
        person_id = inside(created, objects)["id"]
        read = inside(stranger.send("GET", f"/candidates/{person_id}"), objects)
        jobs = inside(stranger.send("GET", "/jobs"), lists)

        assert read["firstName"] == "Dana"
        assert jobs[0]["id"] == JOB

    def test_lists_are_counted_where_there_is_room(self, kortivity):
        assert kortivity.get("/jobs")["total"] == 15
        kortivity.sim.set(wrapper="items")
        assert kortivity.get("/jobs")["totalCount"] == 15

    def test_ids_may_be_text(self, kortivity):
        kortivity.sim.set(id_type="text")

        dana = kortivity.create(**DANA)

        assert isinstance(dana, str)
        assert kortivity.get(f"/candidates/{dana}")["id"] == dana
        assert kortivity.get("/jobs")["data"][0]["id"] == "42"

    @pytest.mark.parametrize(
        ("form", "read"),
        [
            ("message", lambda data: data["message"]),
            ("error", lambda data: data["error"]),
            ("object", lambda data: data["error"]["message"]),
            ("errors", lambda data: data["errors"][0]),
        ],
    )
    def test_errors_have_several_forms(self, kortivity, form, read):
        kortivity.sim.set(error_form=form)

        assert read(kortivity.refused("GET", "/jobs/9", 404)) == "Job not found."

    def test_an_error_may_be_plain_text(self, kortivity):
        kortivity.sim.set(error_form="text")

        assert kortivity.send("GET", "/jobs/9").text == "Job not found."

    def test_unknown_paths_are_404(self, kortivity):
        for method, path in (("GET", "/people"), ("PUT", "/jobs"), ("GET", "/jobs/")):
            assert kortivity.send(method, path).status_code == 404
        assert kortivity.page("/jobs").status_code == 404

    @pytest.mark.parametrize(
        ("options", "status"),
        [
            ({"data": "firstName=Dana"}, 415),
            ({"data": "{", "headers": {"Content-Type": "application/json"}}, 400),
            ({"json": []}, 400),
        ],
    )
    def test_a_wrong_encoding_is_refused(self, kortivity, options, status):
        kortivity.refused("POST", "/candidates", status, **options)

    def test_a_rate_limit_counts_per_minute_and_user(self, kortivity, monkeypatch):
        kortivity.sim.set(per_minute=2)
        statuses = [kortivity.send("GET", "/jobs").status_code for _ in range(3)]
        assert statuses == [200, 200, 429]
        assert kortivity.send("GET", "/jobs").headers["Retry-After"] == "30"
        kortivity.sim.set(retry_after=0)
        assert "Retry-After" not in kortivity.send("GET", "/jobs").headers

        later = time.monotonic() + 61
        monkeypatch.setattr(
            "integrations.vendors.kortivity.simulator.time.monotonic", lambda: later
        )

        assert kortivity.send("GET", "/jobs").status_code == 200

    def test_every_call_may_be_sent_to_https(self, kortivity):
        kortivity.sim.set(redirect_to_https=True)

        answer = kortivity.send("GET", "/jobs?page=2")

        assert answer.status_code == 301
        https = kortivity.sim.url.replace("http://", "https://")
        assert answer.headers["Location"] == f"{https}/api/jobs?page=2"

    def test_ids_can_be_wrong_or_missing(self, kortivity):
        kortivity.sim.fault("wrong_id_type", "POST")
        kortivity.sim.fault("no_id", "GET")

        assert kortivity.create(**DANA) == [4711]
        assert "id" not in kortivity.get("/candidates/401")


class TestCreate:
    def test_everything_arrives(self, kortivity, dana):
        person = kortivity.truth()

        assert (person["id"], person["name"]) == (str(dana), "Dana Example")
        assert person["emails"] == ["dana@example.com"]
        assert person["phones"] == ["+12025550123"]
        assert person["linkedin"] == DANA["linkedinUrl"]
        assert (person["title"], person["company"]) == (
            DANA["title"],
            DANA["company"],
        )
        assert person["location"] == "Denver, CO, United States"
        assert kortivity.get(f"/candidates/{dana}").items() >= DANA.items()

    def test_roles_education_and_who_sourced_arrive(self, kortivity):
        extra = {
            "roles": [{"title": "Technician", "company": "Widgets", "current": False}],
            "education": [{"school": "State University", "degree": "BSc"}],
            "sourcedFrom": "PinSync",
            "sourcedBy": {"name": "Bob Reyes", "email": "bob@acme.example"},
        }
        dana = kortivity.create(**DANA, **extra)

        person = kortivity.truth()
        assert (person["roles"], person["education"]) == (
            extra["roles"],
            extra["education"],
        )
        assert person["sourced_from"] == "PinSync"
        assert person["sourced_by"] == extra["sourcedBy"]
        page = kortivity.page(f"/candidates/{dana}").text
        for part in ("Technician, Widgets", "State University, BSc", "Bob Reyes"):
            assert part in page

    def test_those_keys_may_be_unknown(self, kortivity):
        kortivity.sim.set(extra_keys="unknown")

        dana = kortivity.create(**DANA, roles=[], sourcedBy="Bob")

        assert kortivity.truth()["sourced_by"] is None
        assert (
            "Unknown keys: roles, sourcedBy"
            in kortivity.page(f"/candidates/{dana}").text
        )

    @pytest.mark.parametrize("name", ["linkedinUrl", "personalUrl"])
    def test_the_personal_url_field_has_one_of_two_names(self, kortivity, name):
        url = {"personalUrl": "https://www.linkedin.com/in/dana"}
        kortivity.create(lastName="Example", **url)
        assert kortivity.truth()["linkedin"] == url["personalUrl"]

        kortivity.sim.set(personal_url=name)
        second = kortivity.create(lastName="Other", **url)

        read = kortivity.get(f"/candidates/{second}")
        assert read[name] == (url["personalUrl"] if name == "personalUrl" else None)

    def test_unknown_keys_are_ignored_or_refused(self, kortivity):
        kortivity.create(**DANA, shoeSize=42)

        kortivity.sim.set(unknown_keys="422")

        body = DANA | {"shoeSize": 42}
        answer = kortivity.refused("POST", "/candidates", 422, json=body)
        assert list(answer["errors"]) == ["shoeSize"]

    @pytest.mark.parametrize(
        ("rule", "body", "field"),
        [
            ("last_name", {"firstName": "Dana"}, "lastName"),
            ("both_names", {"lastName": "Example"}, "firstName"),
            ("email", {"lastName": "Example"}, "email"),
        ],
    )
    def test_what_is_required_is_a_switch(self, kortivity, rule, body, field):
        kortivity.sim.set(required=rule)

        answer = kortivity.refused("POST", "/candidates", 422, json=body)

        assert answer["errors"] == {field: ["is required."]}

    @pytest.mark.parametrize(
        "body",
        [
            {"phone": 12025550123},
            {"roles": "Technician"},
            {"roles": [{"company": {"name": "Widgets"}}]},
            {"education": [1]},
            {"sourcedBy": 7},
        ],
    )
    def test_a_wrong_type_is_refused(self, kortivity, body):
        kortivity.refused("POST", "/candidates", 422, json=DANA | body)

        assert kortivity.sim.truth()["people"] == []

    def test_an_email_that_is_there_makes_a_second_record(self, kortivity, dana):
        assert kortivity.create(**DANA) != dana
        assert len(kortivity.sim.truth()["people"]) == 2

    def test_or_is_refused_with_or_without_its_id(self, kortivity, dana):
        kortivity.sim.set(duplicate_email="409")
        answer = kortivity.refused("POST", "/candidates", 409, json=DANA)
        assert "candidateId" not in answer

        kortivity.sim.set(duplicate_email="409_with_id")

        body = {"lastName": "Other", "email": "DANA@example.com"}
        answer = kortivity.refused("POST", "/candidates", 409, json=body)
        assert answer["candidateId"] == dana

    def test_or_is_answered_with_who_is_there(self, kortivity, dana):
        kortivity.sim.set(duplicate_email="existing")

        answer = kortivity.send("POST", "/candidates", json=DANA)

        assert (answer.status_code, answer.json()) == (200, {"id": dana})
        assert len(kortivity.sim.truth()["people"]) == 1

    def test_a_change_keeps_what_it_does_not_name(self, kortivity, dana):
        body = {"city": "Boulder", "notes": "Moved"}

        answer = kortivity.send("PATCH", f"/candidates/{dana}", json=body)

        assert answer.json()["email"] == "dana@example.com"
        assert kortivity.truth()["location"] == "Boulder, CO, United States"
        assert kortivity.truth()["notes"] == ["Moved"]
        kortivity.refused("PATCH", f"/candidates/{NOBODY}", 404, json=body)

    def test_a_resume_may_be_taken_though_none_is_sent(self, kortivity, dana):
        path = f"/candidates/{dana}/documents"
        files, form = {"file": ("cv.pdf", PDF, "application/pdf")}, {"type": "resume"}
        sent = kortivity.send("POST", path, files=files, data=form)
        assert sent.status_code == 201
        assert kortivity.page(kortivity.truth()["resume"]["address"]).content == PDF
        kortivity.refused("POST", path, 422, files=files)
        kortivity.refused("POST", path, 415, json={})

        kortivity.sim.set(documents="404")

        kortivity.refused("POST", path, 404, files=files, data=form)


class TestSearch:
    def test_people_are_found_by_email_profile_and_name(self, kortivity, dana):
        for query in (
            {"email": "DANA@example.com"},
            {"linkedinUrl": "linkedin.com/in/Dana-Example/"},
            {"search": "example dana"},
            {"search": "dana@"},
        ):
            assert "Dana Example" in kortivity.names(**query)
            assert len(kortivity.names(**query)) < 5
        assert kortivity.names(email="ana@example.com") == []

    def test_profiles_may_be_compared_letter_by_letter(self, kortivity, dana):
        kortivity.sim.set(linkedin_match="exact")

        assert kortivity.names(linkedinUrl="linkedin.com/in/dana-example") == []
        assert kortivity.names(linkedinUrl=DANA["linkedinUrl"]) == ["Dana Example"]

    def test_filters_may_be_ignored_and_everybody_comes_back(self, kortivity):
        kortivity.sim.set(filters="ignored")

        answer = kortivity.get("/candidates", email="nobody@example.com")

        assert (answer["total"], len(answer["data"])) == (30, 25)
        assert kortivity.get("/jobs", search="nothing")["total"] == 15

    def test_pages_have_a_number_and_a_size(self, kortivity):
        first = kortivity.get("/candidates", page=1, pageSize=20)
        second = kortivity.get("/candidates", page=2, pageSize=20)

        ids = [row["id"] for row in first["data"] + second["data"]]
        assert (len(ids), len(set(ids)), first["total"]) == (30, 30, 30)
        assert kortivity.get("/candidates", page=3, pageSize=20)["data"] == []
        for wrong in ("0", "-1", "many"):
            kortivity.refused("GET", f"/candidates?page={wrong}", 422)

    def test_no_page_is_larger_than_the_largest(self, kortivity):
        kortivity.sim.set(largest_page=7)

        assert len(kortivity.get("/candidates", pageSize=500)["data"]) == 7

    def test_search_can_lag_behind(self, kortivity):
        kortivity.sim.set(search_lag_ms=600_000)

        dana = kortivity.create(**DANA)

        assert kortivity.get(f"/candidates/{dana}")
        for query in (
            {"email": "dana@example.com"},
            {"linkedinUrl": DANA["linkedinUrl"]},
            {"search": "Dana Example"},
        ):
            assert kortivity.names(**query) == []


class TestJobs:
    def test_open_and_closed_jobs_are_told_apart(self, kortivity):
        opened = kortivity.get("/jobs", status="open")
        closed = kortivity.get("/jobs", status="closed")
        assert (opened["total"], closed["total"]) == (12, 3)
        assert opened["data"][0] == {
            "id": JOB,
            "title": "Senior Backend Engineer",
            "companyName": "Lumen Analytics",
            "status": "open",
            "location": "San Francisco, CA",
        }

        kortivity.sim.set(status_filter="ignored")

        assert kortivity.get("/jobs", status="open")["total"] == 15

    def test_a_job_is_found_by_words_and_read_by_its_id(self, kortivity):
        (job,) = kortivity.get("/jobs", search="nurse", status="open")["data"]

        assert kortivity.get(f"/jobs/{job['id']}") == job
        kortivity.refused("GET", "/jobs/9", 404)

    def test_a_closed_job_still_reads(self, kortivity):
        kortivity.sim.close_job(str(JOB))

        assert kortivity.get(f"/jobs/{JOB}")["status"] == "closed"

    def test_somebody_is_added_once(self, kortivity, dana):
        assert kortivity.add(JOB, dana).status_code == 201
        again = kortivity.add(JOB, str(dana))
        assert (again.status_code, "already" in again.json()["message"]) == (409, True)

        kortivity.sim.set(already_on_job="200")

        assert kortivity.add(JOB, dana).status_code == 200
        (job,) = kortivity.truth()["jobs"]
        assert (job["id"], job["stage"]) == (str(JOB), "New")

    def test_who_is_on_a_job_can_be_asked_in_two_ways(self, kortivity, dana):
        kortivity.add(JOB, dana)
        rows = kortivity.get(f"/jobs/{JOB}/candidates")["data"]
        assert dana in [row["id"] for row in rows]
        (job,) = kortivity.get(f"/candidates/{dana}")["jobs"]
        assert job["id"] == JOB

        kortivity.sim.set(job_candidates="404", jobs_of_candidate=False)

        kortivity.refused("GET", f"/jobs/{JOB}/candidates", 404)
        assert "jobs" not in kortivity.get(f"/candidates/{dana}")

    @pytest.mark.parametrize(("kind", "wrong"), [("number", "501"), ("text", 501)])
    def test_the_id_may_have_to_be_of_one_type(self, kortivity, dana, kind, wrong):
        kortivity.sim.set(candidate_id=kind)

        assert kortivity.add(JOB, wrong).status_code == 422
        assert kortivity.add(JOB, str(dana) if kind == "text" else dana).ok

    def test_what_is_gone_cannot_be_put_together(self, kortivity, dana):
        assert kortivity.add(9, dana).json()["message"] == "Job not found."
        assert kortivity.add(JOB, NOBODY).json()["message"] == "Candidate not found."
        assert kortivity.add(JOB, None).status_code == 422

    def test_a_closed_job_takes_people_or_refuses(self, kortivity, dana):
        kortivity.sim.close_job(str(JOB))
        kortivity.sim.set(closed_job="422")
        assert kortivity.add(JOB, dana).status_code == 422

        kortivity.sim.set(closed_job="allowed")

        assert kortivity.add(JOB, dana).status_code == 201

    def test_what_is_removed_takes_its_links_along(self, kortivity, dana):
        kortivity.add(JOB, dana)
        kortivity.sim.remove("job", str(JOB))
        assert kortivity.truth()["jobs"] == []

        kortivity.sim.remove("person", str(dana))

        kortivity.refused("GET", f"/candidates/{dana}", 404)
        assert kortivity.create(**DANA) > dana


class TestPages:
    def test_the_first_page_lists_who_arrived(self, kortivity, dana):
        kortivity.add(JOB, dana)

        page = kortivity.page("/").text

        assert "Arrived (1)" in page
        assert f"href='/candidates/{dana}'" in page
        assert "Priya Natarajan" in page

    def test_what_others_sent_stays_text(self, kortivity):
        body = DANA | {"lastName": "<script>x</script>", "notes": "<b>y</b>"}
        body |= {"linkedinUrl": "javascript:alert(1)"}
        dana = kortivity.create(**body)

        page = kortivity.page(f"/candidates/{dana}").text

        for part in ("<script>", "<b>y", "href='javascript"):
            assert part not in page


class TestState:
    def test_two_instances_keep_their_people_apart(self, kortivity, dana):
        custom = KortivitySimulator().start()
        try:
            other = Client(custom)
            other.sign_in()
            assert other.names(email="dana@example.com") == []
            assert other.create(lastName="Elsewhere")
            assert kortivity.truth()["name"] == "Dana Example"
            token = kortivity.session.headers["Authorization"]
            foreign = other.send("GET", "/jobs", headers={"Authorization": token})
            assert foreign.status_code == 401
        finally:
            custom.stop()

    def test_everything_is_there_after_a_restart(self, tmp_path: Path):
        running = KortivitySimulator(tmp_path).start()
        client = Client(running)
        client.sign_in()
        dana = client.create(**DANA)
        client.add(JOB, dana)
        truth, headers = running.truth(), dict(client.session.headers)
        running.stop()

        again = KortivitySimulator(tmp_path).start()

        try:
            assert again.truth() == truth
            url = f"{again.url}/api/candidates/{dana}"
            assert requests.get(url, headers=headers).status_code == 200
        finally:
            again.stop()

    def test_a_reset_forgets_people_sessions_and_locks(self, kortivity, dana):
        kortivity.sim.set(lock_after=1)
        kortivity.login(password="wrong")

        kortivity.sim.reset()

        assert kortivity.sim.truth()["people"] == []
        assert kortivity.send("GET", "/jobs").status_code == 401
        assert kortivity.login().status_code == 200

    def test_the_demo_signs_in_with_what_the_simulator_knows(self, stranger):
        given = KortivitySimulator.demo_credentials

        assert given["api_url"] == "{origin}"
        assert stranger.login(given["username"], given["password"]).ok

    def test_the_agency_is_lifelike(self, stranger):
        truth = stranger.sim.truth()
        states = [job["state"] for job in truth["jobs"]]

        assert (states.count("Open"), states.count("Closed")) == (12, 3)
        assert (len(truth["seeded"]), truth["people"]) == (30, [])
        emails = [email for person in truth["seeded"] for email in person["emails"]]
        assert len(emails) == len(set(emails))
