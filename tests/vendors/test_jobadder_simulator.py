"""The JobAdder simulator answers as the vendor's documents say."""

from __future__ import annotations

import re

import pytest
import requests

from integrations.demo_people import JOBS
from integrations.vendors.jobadder.simulated.switches import SWITCHES
from integrations.vendors.jobadder.simulator import JobAdderSimulator

from .jobadder_client import ADA, NOBODY, PDF, Client, error


@pytest.fixture
def sim():
    running = JobAdderSimulator().start()
    yield running
    running.stop()


@pytest.fixture
def jobadder(sim):
    client = Client(sim)
    yield client
    client.session.close()


@pytest.fixture
def ada(jobadder):
    return jobadder.create()


@pytest.fixture
def job(jobadder):
    return jobadder.ids("/jobs", "jobId", jobTitle="Senior Backend")[0]


class TestTransport:
    @pytest.mark.parametrize("header", ["", "Bearer ", "Bearer nonsense", "Basic x"])
    def test_only_a_good_token_opens(self, sim, header):
        answer = requests.get(
            f"{sim.url}/v2/jobs", headers={"Authorization": header}, timeout=20
        )

        assert (answer.status_code, answer.content) == (401, b"")

    def test_refusals_may_have_bodies(self, sim, jobadder):
        narrow = Client(sim, scope="read_job")
        sim.set(denied_body="error_model")
        assert narrow.call("GET", "/candidates").json()["message"]

        sim.set(denied_body="invalid_token")

        answer = narrow.call("GET", "/candidates")
        assert error(answer) == (403, "insufficient_scope")
        jobadder.session.headers["Authorization"] = "Bearer nonsense"
        assert error(jobadder.call("GET", "/jobs")) == (401, "invalid_token")

    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("GET", "/v2/candidates"),
            ("GET", "/users/me"),
            ("DELETE", "/candidates/16496001"),
            ("PUT", "/candidates/16496001"),
            ("GET", "/jobs/"),
            ("GET", "/jobs/abc"),
            ("GET", "/jobs/99999999999999999999"),
            ("GET", "/jobs/²"),
        ],
    )
    def test_what_is_not_there_is_404_without_a_body(self, jobadder, method, path):
        answer = jobadder.call(method, path)

        assert (answer.status_code, answer.content) == (404, b"")

    def test_a_404_may_be_a_web_page(self, sim, jobadder):
        sim.set(not_found_body="html")

        for path in ("/v2/candidates", f"/candidates/{NOBODY}"):
            answer = jobadder.call("GET", path)
            assert answer.status_code == 404
            assert answer.headers["Content-Type"].startswith("text/html")

    def test_the_api_is_only_below_its_version(self, sim, jobadder):
        assert jobadder.session.get(f"{sim.url}/jobs", timeout=20).status_code == 404

    def test_the_account_is_throttled_whoever_calls(self, sim, jobadder):
        other = Client(sim, "sam")
        sim.set(per_minute=2)

        answers = [c.call("GET", "/jobs") for c in (jobadder, other, jobadder)]

        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert answers[2].headers["Retry-After"] == "40"
        sim.set(retry_after=0)
        assert "Retry-After" not in jobadder.call("GET", "/jobs").headers

    def test_bursts_are_throttled_too(self, sim, jobadder):
        sim.set(per_second=1, retry_after=2)

        answers = [jobadder.call("GET", "/jobs") for _ in range(5)]

        assert 429 in [answer.status_code for answer in answers]

    @pytest.mark.parametrize(
        ("options", "status"),
        [
            ({"data": b"{}"}, 415),
            ({"data": {"firstName": "A"}}, 415),
            ({"data": b"{", "headers": {"Content-Type": "application/json"}}, 400),
            ({"json": []}, 400),
        ],
    )
    def test_a_wrong_encoding_is_refused(self, jobadder, options, status):
        assert jobadder.call("POST", "/candidates", **options).status_code == status

    def test_names_of_parameters_are_known_in_any_case(self, jobadder):
        one = jobadder.get("/jobs", jobTitle="Data Engineer")
        for name in ("JobTitle", "JOBTITLE"):
            assert (
                jobadder.get("/jobs", **{name: "Data Engineer"})["items"]
                == one["items"]
            )

    def test_unknown_parameters_are_ignored_unless_switched(self, sim, jobadder):
        everybody = jobadder.get("/jobs")["totalCount"]
        assert jobadder.get("/jobs", reference="x")["totalCount"] == everybody

        sim.set(unknown_query="422")

        fields = jobadder.refused("GET", "/jobs", 422, params={"reference": "x"})
        assert fields == ["reference"]

    def test_fields_without_a_value_are_left_out_or_null(self, sim, jobadder, ada):
        bare = jobadder.get(f"/candidates/{ada}")
        sim.set(empty_fields="null")
        nulls = jobadder.get(f"/candidates/{ada}")

        assert "phone" not in bare
        assert "address" not in bare
        assert nulls["phone"] is nulls["address"] is nulls["availability"] is None
        assert nulls["firstName"] == bare["firstName"]

    @pytest.mark.parametrize(
        "query",
        [
            {"limit": "1001"},
            {"limit": "-1"},
            {"limit": "many"},
            {"offset": "x"},
            {"sort": "colour"},
            {"active": "maybe"},
            {"jobId": "seven"},
            {"updatedAt": "yesterday"},
        ],
    )
    def test_wrong_values_are_validation_errors(self, jobadder, query):
        (name,) = query
        assert jobadder.refused("GET", "/jobs", 422, params=query)[0].lower() == (
            name.lower()
        )

    def test_a_limit_over_a_thousand_may_be_clamped(self, sim, jobadder):
        sim.set(limit_over_1000="clamp", seed_people=1500)

        assert len(jobadder.get("/candidates", limit=5000)["items"]) == 1000


class TestUsersAndLists:
    def test_who_has_agreed_is_the_current_user(self, sim, jobadder):
        me = jobadder.get("/users/current")

        assert (me["firstName"], me["accountName"]) == ("Robin", "Harbour Talent")
        assert me["admin"] is True
        assert Client(sim, "sam").get("/users/current")["userId"] != me["userId"]

    def test_users_who_left_are_shown_when_asked_for(self, jobadder):
        assert jobadder.get("/users")["totalCount"] == 3
        assert jobadder.get("/users", include="Inactive")["totalCount"] == 4
        assert jobadder.ids("/users", "firstName", userId=10232) == ["Sam"]

    @pytest.mark.parametrize(
        ("path", "query", "names"),
        [
            ("/candidates/lists/source", {"name": "pin"}, ["PinSync"]),
            ("/candidates/lists/status", {"default": "true"}, ["Active"]),
            ("/candidates/lists/notetype", {"name": "Phone"}, ["Phone call"]),
            ("/candidates/lists/rating", {}, ["A", "B", "C"]),
            ("/candidates/lists/salutation", {"name": "Dr"}, ["Dr"]),
            ("/jobs/lists/status", {"active": "true"}, ["Open", "Interviewing"]),
            ("/applications/lists/status", {"rejected": "true"}, ["Unsuccessful"]),
            ("/candidates/fields/custom", {}, None),
        ],
    )
    def test_the_small_lists(self, jobadder, path, query, names):
        found = jobadder.ids(path, "name", **query)

        assert found == names if names else len(found) == 3

    def test_attachment_categories(self, jobadder):
        path = "/candidates/lists/attachmentcategory"

        assert len(jobadder.ids(path, "category")) == 8
        assert jobadder.ids(path, "type", type="Resume,CoverLetter") == [
            "Resume",
            "CoverLetter",
        ]

    def test_work_types_need_the_umbrella(self, sim, jobadder):
        assert jobadder.call("GET", "/worktypes").status_code == 403

        assert len(Client(sim, scope="read").get("/worktypes")["items"]) == 3


class TestJobs:
    def test_open_jobs_are_asked_for(self, jobadder):
        opened = jobadder.get("/jobs", active="true")
        closed = jobadder.get("/jobs", Active="False")

        assert 12 <= opened["totalCount"] <= 14
        assert {job["status"]["active"] for job in opened["items"]} == {True}
        names = {job["status"]["name"] for job in closed["items"]}
        assert names == {"On Hold", "Filled", "Closed"}
        assert all(
            job["closedAt"]
            for job in closed["items"]
            if job["status"]["name"] != "On Hold"
        )

    def test_titles_are_compared_by_parts_or_by_words(self, sim, jobadder):
        assert "Senior Backend Engineer" in jobadder.ids(
            "/jobs", "jobTitle", jobTitle="ACKEND eng"
        )

        sim.set(name_match="word_prefix")

        assert jobadder.ids("/jobs", "jobTitle", jobTitle="ackend") == []
        found = jobadder.ids("/jobs", "jobTitle", jobTitle="eng back")
        assert found == ["Senior Backend Engineer"]

    def test_other_filters(self, jobadder, job):
        whole = jobadder.get(f"/jobs/{job}")
        company, contact = whole["company"]["companyId"], whole["contact"]["contactId"]
        for query in (
            {"jobId": job},
            {"jobId": f"1,{job}"},
            {"jobId": ["1", str(job)]},
            {"companyId": company},
            {"company.companyId": company},
            {"company.name": "lumen"},
            {"contactId": contact},
            {"statusId": whole["status"]["statusId"]},
            {"userId": 10231},
            {"ownerUserId": 10231},
            {"recruiterUserId": 10233},
            {"createdAt": [">2026-09-01", "<2026-09-30"]},
            {"createdAt": "2026-09-03"},
            {"createdAt": "<9999-12-31"},
            {"userFavourite": "false"},
        ):
            assert job in jobadder.ids("/jobs", "jobId", **query), query
        for query in (
            {"jobId": NOBODY},
            {"folderId": 1},
            {"userFavourite": "true"},
            {"createdAt": "<2026-09-02"},
            {"partnerAction.stage": "Submitted"},
        ):
            assert job not in jobadder.ids("/jobs", "jobId", **query), query

    def test_jobs_are_sorted_and_paged(self, jobadder):
        newest = jobadder.ids("/jobs", "createdAt", sort="-createdAt", limit=1000)
        assert newest == sorted(newest, reverse=True)
        by_status = jobadder.get("/jobs", sort="status.name,-jobTitle")["items"]
        pairs = [(job["status"]["name"], job["jobTitle"]) for job in by_status]
        assert pairs[0] == ("Closed", "Junior Data Analyst")

        first = jobadder.get("/jobs", limit=10)
        second = requests.get(
            first["links"]["next"], headers=jobadder.session.headers, timeout=20
        ).json()

        assert first["totalCount"] == second["totalCount"] == 17
        assert len(second["items"]) == 7
        assert "prev" not in first["links"]
        assert "next" not in second["links"]
        assert jobadder.get("/jobs", limit=0) == {
            "items": [],
            "totalCount": 17,
            "links": {},
        }

    def test_a_job_in_full(self, jobadder, job):
        whole = jobadder.get(f"/jobs/{job}")

        assert whole["jobDescription"].startswith("<p>")
        assert whole["skillTags"] == {"matchAll": False, "tags": []}
        assert whole["links"]["self"].endswith(f"/v2/jobs/{job}")
        assert whole["statistics"]["applications"]["total"] == 1

    def test_lists_take_more_fields(self, jobadder, job):
        query = {"jobId": job, "fields": ["recruiters", "statistics"]}
        (item,) = jobadder.get("/jobs", **query)["items"]

        assert item["recruiters"][0]["firstName"] == "Kim"
        assert item["statistics"]["applications"]["new"] == 1

    def test_a_job_can_be_closed_and_removed_from_outside(
        self, sim, jobadder, ada, job
    ):
        jobadder.add(ada, job)

        sim.close_job(str(job))
        closed = jobadder.get(f"/jobs/{job}")
        assert closed["status"]["active"] is False
        assert closed["closedAt"]
        sim.remove("job", str(job))

        assert jobadder.call("GET", f"/jobs/{job}").status_code == 404
        assert jobadder.get("/applications", candidateId=ada)["totalCount"] == 0


class TestCandidates:
    def test_a_bare_one_comes_back_with_defaults(self, sim, jobadder):
        person = jobadder.post("/candidates", firstName="Ada", lastName="Lovelace")

        assert person["status"] == {
            "statusId": 11001,
            "name": "Active",
            "active": True,
            "default": True,
        }
        assert person["createdBy"]["firstName"] == "Robin"
        assert person["createdAt"] == person["updatedAt"]
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", person["createdAt"])
        address = f"{sim.url}/v2/candidates/{person['candidateId']}"
        assert person["links"]["self"] == address

    def test_a_full_one_comes_back_whole(self, sim, jobadder):
        role = {"employer": "Data Co", "position": "Engineer", "start": "2021-03"}
        linkedin = "https://www.linkedin.com/in/ada"
        body = {
            "mobile": "+44 7700 900123",
            "source": "PinSync",
            "seeking": "Maybe",
            "summary": "Eight years.",
            "social": {"linkedin": linkedin},
            "address": {"city": "London", "state": "", "countryCode": "GB"},
            "skillTags": ["Python"],
            "employment": {
                "current": {"employer": "Data Co", "position": "Engineer"},
                "history": [{**role, "end": "Present"}],
            },
            "education": [{"institution": "Oxford", "course": "Maths", "date": "2016"}],
            "custom": [{"fieldId": 2, "value": ["Visa"]}],
            "recruiterUserId": [10233],
        }
        person = jobadder.post("/candidates", **ADA, **body)

        assert person["mobileNormalized"] == "+447700900123"
        assert person["address"]["country"] == "United Kingdom"
        assert person["employment"]["history"][0]["end"] == "Present"
        assert person["custom"][0]["name"] == "Right to work"
        assert person["recruiters"][0]["firstName"] == "Kim"
        for key in ("source", "summary", "social", "skillTags", "education"):
            assert person[key] == body[key]
        assert jobadder.get(f"/candidates/{person['candidateId']}") == person
        (plain,) = sim.truth()["people"]
        assert plain["id"] == str(person["candidateId"])
        assert plain["location"] == "London, United Kingdom"
        assert (plain["title"], plain["company"]) == ("Engineer", "Data Co")
        assert (plain["linkedin"], plain["source"]) == (linkedin, "PinSync")

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"firstName": "A" * 51}, "firstName"),
            ({"email": "a" * 101}, "email"),
            ({"source": "S" * 51}, "source"),
            ({"salutation": "M" * 21}, "salutation"),
            ({"emergencyPhone": "1" * 41}, "emergencyPhone"),
            ({"skillTags": ["x" * 101]}, "skillTags[0]"),
            ({"firstName": None}, "firstName"),
            ({"lastName": " "}, "lastName"),
            ({"firstName": 7}, "firstName"),
            ({"seeking": "perhaps"}, "seeking"),
            ({"unsubscribed": "no"}, "unsubscribed"),
            ({"dateOfBirth": "1990"}, "dateOfBirth"),
            ({"dateOfBirth": "1990-02-31"}, "dateOfBirth"),
            ({"social": {"linkedin": "linkedin.com/in/ada"}}, "social.linkedin"),
            ({"social": {"linkedin": "not a link at all"}}, "social.linkedin"),
            ({"social": []}, "social"),
            ({"address": {"street": "1 High Street"}}, "address.street"),
            ({"address": {"countryCode": "GBR"}}, "address.countryCode"),
            ({"address": None}, "address"),
            ({"education": [{"date": "June 2016"}]}, "education[0].date"),
            (
                {"employment": {"history": [{"start": "Present"}]}},
                "employment.history[0].start",
            ),
            ({"employment": {"current": {"workTypeId": 7}}}, "employment"),
            (
                {"employment": {"current": {"salary": {"rate": -1}}}},
                "employment.current.salary.rate",
            ),
            (
                {"employment": {"ideal": {"salary": {"ratePer": "Decade"}}}},
                "employment.ideal.salary.ratePer",
            ),
            ({"availability": {}}, "availability"),
            (
                {"availability": {"immediate": True, "date": "2027-01-01"}},
                "availability",
            ),
            ({"custom": [{"value": "x"}]}, "custom[0].fieldId"),
            ({"custom": [{"fieldId": 77, "value": "x"}]}, "custom[0]"),
            ({"custom": [{"fieldId": 2, "value": "Alien"}]}, "custom[0]"),
            ({"custom": [{"fieldId": 3, "value": "soon"}]}, "custom[0]"),
            ({"statusId": 1}, "statusId"),
            ({"statusId": 2**31}, "statusId"),
            ({"statusId": True}, "statusId"),
            ({"recruiterUserId": [1]}, "recruiterUserId"),
            ({"recruiterUserId": 10231}, "recruiterUserId"),
        ],
    )
    def test_what_does_not_fit_is_named(self, sim, jobadder, changes, field):
        fields = jobadder.refused("POST", "/candidates", 422, json={**ADA, **changes})

        assert fields == [field]
        assert sim.truth()["people"] == []

    def test_everything_wrong_is_told_at_once(self, jobadder):
        body = {"firstName": "A" * 51, "seeking": "x", "custom": 7}
        fields = jobadder.refused("POST", "/candidates", 422, json=body)

        assert set(fields) == {"firstName", "seeking", "custom"}

    def test_the_name_may_not_be_needed(self, sim, jobadder):
        fields = jobadder.refused("POST", "/candidates", 422, json={"email": "a@b.co"})
        assert fields == ["firstName", "lastName"]

        sim.set(required_names="nothing")

        assert jobadder.post("/candidates", email="a@b.co")["candidateId"]

    @pytest.mark.parametrize(
        ("setting", "changes", "field"),
        [
            ({"unknown_properties": "422"}, {"colour": "red"}, "colour"),
            (
                {"unknown_properties": "422"},
                {"address": {"country": "Germany"}},
                "address.country",
            ),
            ({"malformed_email": "422"}, {"email": "ada at home"}, "email"),
            ({"unknown_source": "422"}, {"source": "A friend"}, "source"),
            ({"mandatory_custom": True}, {}, "custom"),
        ],
    )
    def test_some_checks_are_switched(self, sim, jobadder, setting, changes, field):
        assert jobadder.create(**changes)

        sim.set(duplicate_email="second_record", **setting)

        body = {**ADA, **changes}
        assert jobadder.refused("POST", "/candidates", 422, json=body) == [field]

    def test_a_known_email_is_409_with_a_code(self, jobadder, ada):
        body = {**ADA, "firstName": "Adah", "email": "ADA@example.com"}
        answer = jobadder.call("POST", "/candidates", json=body)

        assert answer.status_code == 409
        assert answer.json()["errors"][0]["code"] == "AlreadyExists"
        assert str(ada) not in answer.text
        code = answer.headers["X-Allow-Duplicates"]
        made = self.override(jobadder, code, **body)
        assert made.status_code == 201
        assert made.json()["candidateId"] != ada

    def override(self, jobadder, code, **body):
        headers = {"X-Allow-Duplicates": code}
        return jobadder.call("POST", "/candidates", json=body, headers=headers)

    def told(self, jobadder, **body):
        answer = jobadder.call("POST", "/candidates", json=body)
        assert answer.status_code == 409
        return answer.headers["X-Allow-Duplicates"]

    @pytest.mark.parametrize("code", ["true", "1", "nonsense", ""])
    def test_a_code_cannot_be_made_up(self, jobadder, ada, code):
        assert self.override(jobadder, code, **ADA).status_code == 409

    def test_a_code_works_once_unless_switched(self, sim, jobadder, ada):
        code = self.told(jobadder, **ADA)
        assert self.override(jobadder, code, **ADA).status_code == 201
        assert self.override(jobadder, code, **ADA).status_code == 409

        sim.set(override_single_use=False)
        code = self.told(jobadder, **ADA)

        for _ in range(2):
            assert self.override(jobadder, code, **ADA).status_code == 201

    def test_a_code_is_for_one_email_or_one_body(self, sim, jobadder, ada):
        jobadder.create(email="other@example.com")
        other = {**ADA, "email": "other@example.com"}
        changed = {**ADA, "summary": "Changed."}
        statuses = {}
        for bound in ("email", "payload", "nothing"):
            sim.set(override_bound_to=bound)
            codes = [self.told(jobadder, **ADA) for _ in range(3)]
            statuses[bound] = [
                self.override(jobadder, code, **body).status_code
                for code, body in zip(codes, (ADA, changed, other), strict=True)
            ]

        assert statuses == {
            "email": [201, 201, 409],
            "payload": [201, 409, 409],
            "nothing": [201, 201, 201],
        }

    def test_a_code_lives_ten_minutes(self, sim, jobadder, ada):
        code = self.told(jobadder, **ADA)
        sim.set(clock_ahead_s=601)

        assert self.override(jobadder, code, **ADA).status_code == 409

    def test_without_an_email_nobody_is_a_duplicate(self, jobadder):
        for _ in range(2):
            jobadder.post("/candidates", firstName="Ada", lastName="Lovelace")

    def test_second_addresses_may_count(self, sim, jobadder):
        address = "m.kowalska@tessel.example"
        assert jobadder.get("/candidates", email=address)["totalCount"] == 0
        sim.set(other_emails="count")

        assert jobadder.ids("/candidates", "firstName", email=address) == ["Marta"]
        fields = jobadder.refused(
            "POST", "/candidates", 409, json={**ADA, "email": address}
        )
        assert fields == ["email"]

    def test_somebody_unknown_is_404_with_a_body(self, jobadder):
        for path in (f"/candidates/{NOBODY}", "/candidates/abc"):
            answer = jobadder.call("GET", path)
            assert answer.status_code == 404
            assert answer.json() == {"message": "Candidate not found"}

    def test_a_removed_person_is_gone_and_listed_as_such(self, sim, jobadder, ada):
        sim.remove("person", str(ada))

        assert jobadder.call("GET", f"/candidates/{ada}").status_code == 404
        assert jobadder.get("/candidates", email=ADA["email"])["totalCount"] == 0
        assert jobadder.ids("/candidates/deleted", "candidateId") == [ada]
        assert jobadder.create() != ada

    def test_social_addresses_may_come_back_in_another_form(self, sim, jobadder):
        person = jobadder.create(social={"linkedin": "https://www.linkedin.com/in/ada"})
        sim.set(social="rewritten")

        found = jobadder.get(f"/candidates/{person}")["social"]

        assert found == {"Linkedin": "https://linkedin.com/in/ada/"}


class TestCandidateLists:
    def test_items_are_summaries(self, jobadder, ada):
        (item,) = jobadder.get("/candidates", candidateId=ada)["items"]

        assert not {"social", "employment", "skillTags", "custom", "links"} & set(item)
        assert item["email"] == ADA["email"]

    def test_more_fields_are_asked_for(self, jobadder, ada):
        query = {"candidateId": ada, "fields": "recruiters,statistics"}
        (item,) = jobadder.get("/candidates", **query)["items"]

        assert item["recruiters"] == []
        assert item["statistics"]["applications"]["total"] == 0

    def test_an_email_is_compared_whole_or_in_part(self, sim, jobadder):
        plus = jobadder.create(email="ada+jobs&x=1@example.com")
        names = {"email": "ADA+jobs&x=1@example.com"}
        assert jobadder.ids("/candidates", "candidateId", **names) == [plus]
        assert jobadder.ids("/candidates", "candidateId", email="ada") == []

        sim.set(email_match="contains")

        assert plus in jobadder.ids("/candidates", "candidateId", email="ada+jobs")

    def test_a_name_is_compared_in_part_or_by_words(self, sim, jobadder, ada):
        for name in ("ada lovelace", "LOVE", "a l"):
            assert ada in jobadder.ids("/candidates", "candidateId", name=name)
        assert jobadder.ids("/candidates", "candidateId", name="Lovelace Ada") == []

        sim.set(name_match="word_prefix")

        for name in ("Lovelace Ada", "lov"):
            assert ada in jobadder.ids("/candidates", "candidateId", name=name)
        assert jobadder.ids("/candidates", "candidateId", name="ovelace") == []

    def test_other_filters(self, sim, jobadder):
        person = jobadder.create(
            mobile="+44 7700 900123",
            dateOfBirth="1990-12-10",
            address={"city": "London", "state": "England"},
            employment={"current": {"position": "Countess"}},
            recruiterUserId=[10233],
        )
        jobadder.attach(person, "cv.txt", b"Analytical engines")
        for query in (
            {"phone": "7700900123"},
            {"currentPosition": "count"},
            {"city": "london"},
            {"state": "england"},
            {"location": "England"},
            {"dateOfBirth": "1990-12-10"},
            {"keywords": "engines analytical"},
            {"statusId": 11001},
            {"recruiterUserId": "10233"},
            {"createdAt": ">2026-01-01T00:00:00"},
        ):
            assert person in jobadder.ids("/candidates", "candidateId", **query), query
        for query in (
            {"phone": "7700900124"},
            {"keywords": "steam"},
            {"statusId": 11002},
            {"folderId": 3},
            {"partnerAction.reference": "x"},
            {"createdAt": "<2026-01-01"},
        ):
            assert person not in jobadder.ids("/candidates", "candidateId", **query)

    def test_new_people_may_be_unsearchable_for_a_while(self, sim, jobadder):
        sim.set(search_lag_ms=60_000)
        ada = jobadder.create()

        assert jobadder.get(f"/candidates/{ada}")
        assert jobadder.get("/candidates", email=ADA["email"])["totalCount"] == 0
        assert ada not in jobadder.ids("/candidates", "candidateId", limit=1000)
        found = jobadder.get("/search/emailaddress", email=ADA["email"])
        assert found["candidates"] == []
        # The check for duplicates does not go by the search.
        assert jobadder.refused("POST", "/candidates", 409, json=ADA) == ["email"]

    def test_the_search_by_email_tells_the_kinds_apart(self, sim, jobadder, ada):
        found = jobadder.get("/search/emailaddress", email="Ada@Example.com")

        (person,) = found["candidates"]
        assert person["candidateId"] == ada
        assert person["match"] == {"type": "Email", "email": "ada@example.com"}
        assert found["users"] == found["contacts"] == []
        other = jobadder.get("/search/emailaddress", email="callum.price@example.com")
        assert other["candidates"][0]["match"]["type"] == "OtherEmail"
        me = jobadder.get("/search/emailaddress", email="robin@harbour-talent.example")
        assert me["users"][0]["userId"] == 10231

    def test_the_search_by_email_shows_what_the_scopes_cover(self, sim, jobadder):
        sasha = "sasha@lumen-analytics.example"
        assert jobadder.get("/search/emailaddress", email=sasha)["contacts"] == []
        whole = Client(sim, scope="read")
        found = whole.get("/search/emailaddress", email=sasha)
        assert found["contacts"][0]["position"] == "CTO"

        sim.set(email_search_scope="all")

        query = {"params": {"email": sasha}}
        assert jobadder.refused("GET", "/search/emailaddress", 403, **query) == []
        assert whole.get("/search/emailaddress", email=sasha) == found

    def test_the_search_by_email_brings_the_latest_five(self, sim, jobadder):
        sim.set(duplicate_email="second_record")
        for _ in range(6):
            jobadder.create()

        found = jobadder.get("/search/emailaddress", email=ADA["email"])

        assert len(found["candidates"]) == 5
        assert jobadder.refused("GET", "/search/emailaddress", 422) == ["email"]


class TestPulls:
    """What a directory of everybody needs."""

    def test_everybody_is_paged_through_once(self, sim, jobadder, ada):
        sim.set(seed_people=2500)
        seen, total = [], None
        while total is None or len(seen) < total:
            page = jobadder.get("/candidates", offset=len(seen), limit=1000)
            seen += [item["candidateId"] for item in page["items"]]
            total = page["totalCount"]

        assert len(seen) == len(set(seen)) == 2500 + 30 + 1
        assert seen == sorted(seen)
        assert sim.truth()["generated"] == 2500

    def test_pages_of_a_hundred_thousand_look_at_few(self, sim, jobadder):
        sim.set(seed_people=100_000)

        page = jobadder.get(
            "/candidates", offset=99_900, limit=1000, sort="candidateId"
        )

        assert page["totalCount"] == 100_030
        assert len(page["items"]) == 130
        assert page["items"][0]["candidateId"] == 1_099_901
        assert page["items"][-1]["firstName"] == "Callum"

    @pytest.mark.parametrize(
        "sort", ["updatedAt", "-updatedAt", "-candidateId", "createdAt"]
    )
    def test_the_order_holds_over_both_kinds_of_people(self, sim, jobadder, ada, sort):
        sim.set(seed_people=300)
        key = sort.removeprefix("-")
        in_pages = []
        for offset in range(0, 350, 50):
            query = {"sort": sort, "offset": offset, "limit": 50}
            in_pages += jobadder.ids("/candidates", key, **query)

        assert len(in_pages) == 331
        assert in_pages == sorted(in_pages, reverse=sort.startswith("-"))

    def test_what_changed_since_is_asked_for(self, sim, jobadder):
        sim.set(seed_people=1000)
        edited = str(jobadder.ids("/candidates", "candidateId", limit=3)[2])
        before = jobadder.get("/candidates", sort="-updatedAt", limit=1)
        newest = before["items"][0]["updatedAt"]
        sim.set(clock_ahead_s=120)
        sim.simulator.edit_person(edited, email="moved@example.com")

        changed = jobadder.get("/candidates", updatedAt=f">{newest}", sort="updatedAt")

        found = {item["candidateId"]: item for item in changed["items"]}
        assert found[int(edited)]["email"] == "moved@example.com"
        assert found[int(edited)]["updatedAt"] > newest
        everybody = jobadder.get("/candidates", limit=0)
        assert everybody["totalCount"] == 1030

    def test_a_period_of_generated_people(self, sim, jobadder):
        sim.set(seed_people=1000)
        bounds = ["2020-01-08T00:00:00Z", "2020-01-09T00:00:00Z"]

        query = {"updatedAt": [f">{bounds[0]}", f"<{bounds[1]}"], "limit": 1000}
        found = jobadder.ids("/candidates", "updatedAt", **query)

        assert len(found) == 145
        assert (found[0], found[-1]) == tuple(bounds)

    def test_generated_people_are_found_like_others(self, sim, jobadder):
        sim.set(seed_people=5000)
        somebody = jobadder.get("/candidates", offset=4000, limit=1)["items"][0]
        person, email = somebody["candidateId"], somebody["email"]

        name = f"{somebody['firstName']} {somebody['lastName']}"
        assert person in jobadder.ids("/candidates", "candidateId", name=name)
        assert jobadder.ids("/candidates", "candidateId", email=email) == [person]
        assert jobadder.ids("/candidates", "candidateId", candidateId=person) == [
            person
        ]
        found = jobadder.get("/search/emailaddress", email=email)["candidates"]
        assert [one["candidateId"] for one in found] == [person]
        whole = jobadder.get(f"/candidates/{person}")
        assert whole["social"]["linkedin"].startswith("https://www.linkedin.com/in/")
        fields = jobadder.refused(
            "POST", "/candidates", 409, json={**ADA, "email": email}
        )
        assert fields == ["email"]
        city = {"city": "London", "sort": "lastName", "limit": 1}
        assert jobadder.get("/candidates", **city)["totalCount"] > 1000

    def test_what_happens_to_generated_people_stays(self, sim, jobadder, job):
        sim.set(seed_people=10)
        first, second, third = jobadder.ids("/candidates", "candidateId", limit=3)

        assert jobadder.add(first, job).status_code == 201
        assert jobadder.attach(second).status_code == 201
        sim.remove("person", str(third))

        ids = jobadder.ids("/candidates", "candidateId", limit=1000)
        assert len(ids) == len(set(ids)) == 10 + 30 - 1
        assert third not in ids
        assert jobadder.call("GET", f"/candidates/{third}").status_code == 404
        assert jobadder.get("/applications", candidateId=first)["totalCount"] == 1
        assert sim.truth()["people"] == []


class TestApplications:
    def test_a_candidate_is_added_to_a_job(self, sim, jobadder, ada, job):
        answer = jobadder.post(
            f"/jobs/{job}/applications", candidateId=[ada], source="PinSync"
        )

        (item,) = answer["items"]
        assert answer["totalCount"] == 1
        assert item["status"]["name"] == "New"
        assert item["manual"] is True
        assert (item["candidate"]["candidateId"], item["job"]["jobId"]) == (ada, job)
        assert item["source"] == "PinSync"
        (person,) = sim.truth()["people"]
        assert person["jobs"] == [
            {"id": str(job), "title": "Senior Backend Engineer", "stage": "New"}
        ]
        found = jobadder.get(f"/applications/{item['applicationId']}")
        assert found["jobTitle"] == "Senior Backend Engineer"

    def test_adding_again_is_409_without_an_override(self, sim, jobadder, ada, job):
        jobadder.add(ada, job)

        answer = jobadder.add(ada, job)

        assert answer.status_code == 409
        assert "X-Allow-Duplicates" not in answer.headers
        assert answer.json()["errors"][0]["code"] == "AlreadyExists"
        assert len(sim.truth()["people"][0]["jobs"]) == 1

    def test_an_application_is_found_by_job_and_candidate(self, jobadder, ada, job):
        jobadder.add(ada, job)
        for path, query in (
            ("/applications", {"jobId": job, "candidateId": ada}),
            ("/applications", {"jobId": job, "statusId": 501, "active": "true"}),
            ("/applications", {"jobTitle": "backend", "rejected": "false"}),
            (f"/jobs/{job}/applications", {}),
            (f"/candidates/{ada}/applications", {"limit": 5}),
        ):
            found = jobadder.get(path, **query)["items"]
            assert ada in [item["candidate"]["candidateId"] for item in found]
        other = jobadder.ids("/jobs", "jobId", jobTitle="Data Engineer")[0]
        query = {"jobId": other, "candidateId": ada}
        assert jobadder.get("/applications", **query)["totalCount"] == 0
        assert jobadder.get("/applications", adId=1)["totalCount"] == 0

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({}, "candidateId"),
            ({"candidateId": []}, "candidateId"),
            ({"candidateId": 16496001}, "candidateId"),
            ({"candidateId": ["16496001"]}, "candidateId[0]"),
            ({"candidateId": [16496001], "source": "S" * 101}, "source"),
            ({"candidateId": [NOBODY]}, "candidateId"),
        ],
    )
    def test_what_does_not_fit_is_named(self, jobadder, job, body, field):
        path = f"/jobs/{job}/applications"

        assert jobadder.refused("POST", path, 422, json=body) == [field]

    def test_unknown_jobs_and_candidates(self, sim, jobadder, ada, job):
        assert jobadder.add(ada, NOBODY).status_code == 404
        sim.set(unknown_candidate="404")
        assert jobadder.add(NOBODY, job).status_code == 404

    def test_a_closed_job_is_open_to_applications_unless_switched(
        self, sim, jobadder, ada
    ):
        first, second = jobadder.ids("/jobs", "jobId", active="false")[:2]
        assert jobadder.add(ada, first).status_code == 201

        sim.set(closed_job="422")

        assert jobadder.add(ada, second).status_code == 422

    def test_several_with_one_there_already(self, sim, jobadder, ada, job):
        ben = jobadder.create(firstName="Ben", email="ben@example.com")
        jobadder.add(ada, job)
        both = {"json": {"candidateId": [ada, ben]}}
        path = f"/jobs/{job}/applications"
        assert jobadder.call("POST", path, **both).status_code == 409
        assert jobadder.get("/applications", candidateId=ben)["totalCount"] == 0

        sim.set(batch_with_duplicate="partial")

        made = jobadder.call("POST", path, **both).json()["items"]
        assert [item["candidate"]["candidateId"] for item in made] == [ben]
        assert jobadder.call("POST", path, **both).status_code == 409

    def test_a_rejected_one_may_come_again(self, sim, jobadder):
        (old,) = jobadder.get("/applications", rejected="true")["items"]
        person, job = old["candidate"]["candidateId"], old["job"]["jobId"]
        assert jobadder.add(person, job).status_code == 409

        sim.set(rejected_application="201")

        assert jobadder.add(person, job).status_code == 201
        assert jobadder.add(person, job).status_code == 409


class TestAttachments:
    def test_a_resume_is_attached_and_read_back(self, sim, jobadder, ada):
        made = jobadder.attach(ada, "Ada Lovelace – CV.pdf")

        assert made.status_code == 201
        data = made.json()
        assert data["type"] == data["category"] == "Resume"
        assert data["fileName"] == "Ada Lovelace – CV.pdf"
        assert data["fileType"] == "application/pdf"
        content = requests.get(
            data["links"]["self"], headers=jobadder.session.headers, timeout=20
        )
        assert content.content == PDF
        (item,) = jobadder.get(f"/candidates/{ada}/attachments")["items"]
        assert item["attachmentId"] == data["attachmentId"]
        (person,) = sim.truth()["people"]
        assert person["resume"]["name"] == "Ada Lovelace – CV.pdf"
        assert person["resume"]["size"] == len(PDF)

    def test_two_of_one_type_are_both_kept(self, jobadder, ada):
        jobadder.attach(ada, "old.pdf")
        jobadder.attach(ada, "new.docx")
        jobadder.attach(ada, "letter.txt", kind="coverletter")
        path = f"/candidates/{ada}/attachments"

        assert jobadder.get(path)["totalCount"] == 3
        assert jobadder.ids(path, "fileName", type="Resume") == ["old.pdf", "new.docx"]
        latest = jobadder.ids(path, "fileName", latest="true")
        assert sorted(latest) == ["letter.txt", "new.docx"]
        both = jobadder.ids(path, "fileName", type="Resume,CoverLetter", latest="true")
        assert both == latest
        assert jobadder.refused("GET", path, 422, params={"type": "Poem"}) == ["Type"]

    @pytest.mark.parametrize("name", ["cv.exe", "cv.html", "cv", "cv.PDF.zip"])
    def test_only_some_types_are_allowed(self, sim, jobadder, ada, name):
        answer = jobadder.attach(ada, name)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["fields"] == ["fileData"]

        sim.set(bad_file_type="415")

        assert jobadder.attach(ada, name).status_code == 415

    def test_the_type_may_be_judged_by_the_content(self, sim, jobadder, ada):
        assert jobadder.attach(ada, "CV.PDF", b"no such thing").status_code == 201

        sim.set(file_type_by="content")

        assert jobadder.attach(ada, "cv.pdf", b"no such thing").status_code == 422
        assert jobadder.attach(ada).status_code == 201

    def test_a_large_file_is_refused(self, sim, jobadder, ada):
        sim.set(max_file_mb=1)
        large = PDF + b"x" * 1_000_000
        answer = jobadder.attach(ada, content=large)
        assert (answer.status_code, answer.content) == (413, b"")

        sim.set(big_file="422")

        assert jobadder.attach(ada, content=large).status_code == 422

    def test_the_form_has_one_part_with_its_name(self, jobadder, ada):
        path = f"/candidates/{ada}/attachments/Resume"
        assert jobadder.attach(ada, part="file").status_code == 422
        two = [("fileData", ("a.pdf", PDF)), ("fileData", ("b.pdf", PDF))]
        assert jobadder.call("POST", path, files=two).status_code == 422
        without_name = [("fileData", (None, PDF))]
        assert jobadder.call("POST", path, files=without_name).status_code == 422
        assert jobadder.call("POST", path, data=PDF).status_code == 415
        broken = {"Content-Type": "multipart/form-data; boundary=x"}
        assert jobadder.call("POST", path, data=b"x", headers=broken).status_code == 400

    def test_wrong_places_are_refused(self, jobadder, ada):
        assert jobadder.attach(NOBODY).status_code == 404
        assert jobadder.attach(ada, kind="Poem").status_code == 422
        made = jobadder.attach(ada).json()["attachmentId"]
        other = f"/candidates/16496001/attachments/{made}"
        assert jobadder.call("GET", other).status_code == 404
        missing = f"/candidates/{NOBODY}/attachments"
        assert jobadder.call("GET", missing).status_code == 404


class TestNotes:
    def test_a_note_is_kept_with_its_marker(self, sim, jobadder, ada):
        path = f"/candidates/{ada}/notes"
        note = jobadder.post(
            path, text="a < b\n" * 50, type="General", reference="PS-1"
        )

        assert note["candidates"][0]["candidateId"] == ada
        assert note["createdBy"]["firstName"] == "Robin"
        (item,) = jobadder.get(path, reference="PS-1")["items"]
        assert len(item["textPartial"]) == 100
        (whole,) = jobadder.get(path, fields="text")["items"]
        assert whole["text"] == note["text"]
        assert jobadder.get(path, reference="PS-2")["totalCount"] == 0
        assert jobadder.get(path, type="general", sort="-createdAt")["totalCount"] == 1
        assert jobadder.ids(path, "noteId", noteId=note["noteId"]) == [note["noteId"]]
        assert sim.truth()["people"][0]["notes"] == [note["text"]]

    def test_a_note_is_read_by_the_wider_scope(self, sim, jobadder, ada):
        note = jobadder.post(f"/candidates/{ada}/notes", text="Hello")["noteId"]
        assert jobadder.call("GET", f"/notes/{note}").status_code == 403
        reader = Client(sim, scope="read_note")

        assert reader.get(f"/notes/{note}")["text"] == "Hello"
        assert reader.call("GET", "/notes/unknown").status_code == 404

    def test_a_note_can_be_somebody_elses_and_about_applications(
        self, jobadder, ada, job
    ):
        applied = jobadder.add(ada, job).json()["items"][0]["applicationId"]
        note = jobadder.post(
            f"/candidates/{ada}/notes",
            text="Hello",
            createdBy={"email": "KIM@harbour-talent.example"},
            applicationId=[applied],
            createdByIntegration=True,
        )

        assert note["createdBy"]["firstName"] == "Kim"
        assert note["applications"][0]["applicationId"] == applied

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({}, "text"),
            ({"text": ""}, "text"),
            ({"text": "x" * 65_536}, "text"),
            ({"text": "x", "type": "T" * 51}, "type"),
            ({"text": "x", "reference": "r" * 201}, "reference"),
            ({"text": "x", "applicationId": [1]}, "applicationId"),
            ({"text": "x", "createdBy": {"userId": 1}}, "createdBy.userId"),
            ({"text": "x", "createdBy": {"email": "a@b.c"}}, "createdBy.email"),
        ],
    )
    def test_what_does_not_fit_is_named(self, jobadder, ada, body, field):
        path = f"/candidates/{ada}/notes"

        assert jobadder.refused("POST", path, 422, json=body) == [field]

    def test_an_unknown_type_is_taken_unless_switched(self, sim, jobadder, ada):
        path = f"/candidates/{ada}/notes"
        body = {"text": "x", "type": "Poem"}
        assert jobadder.post(path, **body)["type"] == "Poem"

        sim.set(unknown_note_type="422")

        assert jobadder.refused("POST", path, 422, json=body) == ["type"]

    def test_notes_are_of_somebody(self, jobadder):
        path = f"/candidates/{NOBODY}/notes"

        assert jobadder.call("GET", path).status_code == 404
        assert jobadder.call("POST", path, json={"text": "x"}).status_code == 404


class TestScopes:
    @pytest.mark.parametrize(
        ("scope", "method", "path"),
        [
            ("read_job", "GET", "/users/current"),
            ("read_user", "GET", "/jobs"),
            ("read_job", "GET", "/candidates"),
            ("read_candidate", "POST", "/candidates"),
            ("write_candidate", "GET", "/candidates"),
            ("write_candidate", "GET", "/applications"),
            ("read_jobapplication", "POST", "/jobs/936001/applications"),
            ("write_candidate", "POST", "/candidates/16496001/notes"),
            ("read_candidate", "POST", "/candidates/16496001/attachments/Resume"),
            ("write", "GET", "/candidates"),
        ],
    )
    def test_each_call_needs_its_scope(self, sim, scope, method, path):
        answer = Client(sim, scope=scope).call(method, path)

        assert (answer.status_code, answer.content) == (403, b"")

    def test_the_umbrellas_cover_everything(self, sim, job):
        client = Client(sim, scope="read write")
        person = client.create(email="umbrella@example.com")

        assert client.get(f"/candidates/{person}")
        assert client.add(person, job).status_code == 201


class TestFaults:
    def test_a_create_may_commit_without_an_answer(self, sim, jobadder):
        sim.fault("commit_then_drop", match="POST /v2/candidates$")
        with pytest.raises(requests.ConnectionError):
            jobadder.call("POST", "/candidates", json=ADA)

        assert jobadder.get("/candidates", email=ADA["email"])["totalCount"] == 1

    def test_ids_are_left_out_or_of_another_type(self, sim, jobadder):
        sim.fault("no_id", match="POST /v2/candidates$")
        body = {"firstName": "Ada", "lastName": "L"}
        assert "candidateId" not in jobadder.post("/candidates", **body)
        sim.fault("wrong_id_type", match="POST /v2/candidates$")
        made = jobadder.post("/candidates", **body)
        assert isinstance(made["candidateId"], str)
        assert made["status"]["statusId"] == 11001


class TestPages:
    def page(self, sim, path):
        return requests.get(f"{sim.url}{path}", timeout=20)

    def test_the_front_page_shows_who_arrived(self, sim, jobadder, ada, job):
        jobadder.add(ada, job)
        jobadder.attach(ada)
        sim.set(seed_people=100_000)

        text = self.page(sim, "/").text

        for shown in ("Arrived (1)", "Ada Lovelace", "cv.pdf", "Zoë Lindqvist"):
            assert shown in text
        assert "Resume added" in text
        assert len(text) < 100_000

    def test_a_person_has_a_page(self, sim, jobadder, job):
        role = {"employer": "Data Co", "position": "Engineer", "start": "2021"}
        person = jobadder.create(
            firstName="<script>Ada",
            mobile="+1 202 555 0123",
            source="PinSync",
            social={
                "linkedin": "https://www.linkedin.com/in/ada",
                "x": "javascript://a",
            },
            address={"city": "London", "countryCode": "GB"},
            employment={"history": [role]},
            education=[{"institution": "Oxford", "course": "Maths", "date": "2016"}],
        )
        jobadder.add(person, job)
        jobadder.attach(person)
        jobadder.post(f"/candidates/{person}/notes", text="<b>Hi</b>\nthere")

        text = self.page(sim, f"/candidates/{person}").text

        for shown in (
            *("&lt;script&gt;Ada", "ada@example.com", "+1 202 555 0123", "PinSync"),
            *("https://www.linkedin.com/in/ada", "London, United Kingdom", "Data Co"),
            *("Oxford", "Senior Backend Engineer", "(New)", "cv.pdf (Resume)"),
            "&lt;b&gt;Hi&lt;/b&gt;<br>there",
        ):
            assert shown in text
        assert "<script>" not in text
        assert "href='javascript" not in text
        (file,) = sim.truth()["people"][0]["files"]
        assert self.page(sim, file["address"]).content == PDF

    def test_generated_people_have_pages_too(self, sim):
        sim.set(seed_people=3)

        assert "Ada Abbott" in self.page(sim, "/candidates/1000001").text

    def test_what_is_not_there_is_404(self, sim):
        for path in (f"/candidates/{NOBODY}", "/candidates/x", "/files/1/a.pdf"):
            assert self.page(sim, path).status_code == 404


def test_the_seeds_are_the_same_at_every_start(sim, jobadder):
    before = jobadder.get("/jobs", limit=1000)["items"]
    sim.reset()

    assert Client(sim).get("/jobs", limit=1000)["items"] == before
    assert sim.truth()["people"] == []


def test_the_demos_jobs_are_there(sim):
    open_jobs = {j["title"] for j in sim.truth()["jobs"] if j["state"] == "Open"}
    assert {job.title for job in JOBS} <= open_jobs


def test_the_demos_duplicates_are_there(jobadder):
    (zoe,) = jobadder.get("/candidates", email="zoe.lindqvist@example.org")["items"]
    (owen,) = jobadder.get("/candidates", name="Owen MacAuley")["items"]

    assert zoe["lastName"] == "Lindqvist"
    assert owen["email"] != "owen.macauley@example.com"
    social = jobadder.get(f"/candidates/{owen['candidateId']}")["social"]
    assert social["linkedin"].endswith("/owen-macauley")


def test_a_person_and_a_job_are_removed_over_the_control_endpoint(sim, jobadder, ada):
    url = f"{sim.url}/_control/remove"

    assert requests.post(url, json={"person": str(ada)}, timeout=20).status_code == 200
    assert requests.post(url, json={"person": "1"}, timeout=20).status_code == 400


def test_every_switch_says_what_it_does():
    for setting in SWITCHES.values():
        assert setting.help.endswith(".")
