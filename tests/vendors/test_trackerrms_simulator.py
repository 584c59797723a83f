"""The TrackerRMS simulator answers as the research notes say."""

from __future__ import annotations

import base64
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests

from integrations.vendors.trackerrms.simulator import TrackerRmsSimulator

TOKEN = "demo-trackerrms-token"
PDF = b"%PDF-1.4\nhello\n%%EOF\n"
ENCODED = base64.b64encode(PDF).decode()
DANA = {
    "firstName": "Dana",
    "surname": "Example",
    "jobTitle": "Controls Engineer",
    "contactDetails": {"email": "dana@example.com", "mobilePhone": "+12025550123"},
    "address": {"town": "Denver", "county": "CO", "country": "United States"},
    "linkedInUrl": "https://www.linkedin.com/in/dana-example",
    "source": "PinSync",
    "note": "Sourced for the line in Denver",
    "currentClient": {"id": -1, "name": "Acme Widgets"},
}
NOBODY = 999_999
JOB = 1026


class Client:
    def __init__(self, sim):
        self.sim, self.session = sim, requests.Session()
        self.sign_in()

    def sign_in(self, token=TOKEN):
        answer = self.exchange({"bearerToken": token})
        assert answer.status_code == 200, answer.text
        self.session.headers["Authorization"] = f"Bearer {answer.json()['token']}"
        return answer.json()

    def exchange(self, body, path="/api/Auth/ExchangeToken", **options):
        return requests.post(f"{self.sim.url}{path}", json=body, timeout=20, **options)

    def send(self, method, path, **options):
        url = f"{self.sim.url}/api/v1{path}"
        return self.session.request(method, url, timeout=20, **options)

    def get(self, path):
        answer = self.send("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def search(self, path, **body):
        answer = self.send("POST", path, json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def create(self, **body):
        answer = self.send("POST", "/Resource", json=body)
        assert answer.status_code == 201, answer.text
        assert answer.json()["success"] is True
        return answer.json()["id"]

    def link(self, job, person, where="longlist"):
        path = f"/Opportunity/{job}/{where}/resource/{person}"
        return self.send("POST", path, json=[])

    def upload(self, person, **body):
        sent = {"filename": "cv.pdf", "filecontent": ENCODED, "documentType": "resume"}
        return self.send("POST", f"/Resource/{person}/Document", json=sent | body)

    def widget(self, method, *, key="", credentials=None, **parts):
        """Call the older API; return its reply, which is always HTTP 200."""
        signed = {"oauthtoken": TOKEN} if credentials is None else credentials
        body = {"trackerrms": {key or method: {"credentials": signed, **parts}}}
        url = f"{self.sim.url}/api/widget/{method}"
        answer = requests.post(url, json=body, timeout=20)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def records(self, **instructions):
        return self.widget("getRecords", instructions=instructions)

    def check(self, **details):
        return self.widget("checkPerson", details=details)

    def page(self, path):
        return requests.get(f"{self.sim.url}{path}", timeout=20)

    def truth(self):
        (person,) = self.sim.truth()["people"]
        return person


@pytest.fixture
def running():
    running = TrackerRmsSimulator().start()
    yield running
    running.stop()


@pytest.fixture
def tracker(running):
    client = Client(running)
    yield client
    client.session.close()


@pytest.fixture
def dana(tracker):
    return tracker.create(**DANA)


class TestExchange:
    def test_an_access_token_becomes_a_jwt_for_a_week(self, tracker):
        answer = tracker.sign_in()

        assert answer["token"].count(".") == 2
        expires = datetime.fromisoformat(answer["expiration"])
        left = expires - datetime.now(UTC)
        assert timedelta(days=6, hours=23) < left <= timedelta(days=7)

    @pytest.mark.parametrize(
        "path", ["/api/auth/exchangetoken", "/API/AUTH/ExchangeToken"]
    )
    def test_the_path_is_compared_without_regard_to_case(self, tracker, path):
        assert tracker.exchange({"bearerToken": TOKEN}, path).status_code == 200

    @pytest.mark.parametrize(
        "body", [{"bearerToken": "wrong"}, {"token": TOKEN}, {"bearerToken": None}]
    )
    def test_a_wrong_access_token_is_401(self, tracker, body):
        assert tracker.exchange(body).status_code == 401

    def test_a_jwt_cannot_be_exchanged(self, tracker):
        jwt = tracker.sign_in()["token"]

        assert tracker.exchange({"bearerToken": jwt}).status_code == 401

    def test_without_a_jwt_every_call_is_401(self, running):
        for path in ("/api/v1/Resource/188001", "/api/v1/Nonsense"):
            assert requests.get(f"{running.url}{path}").status_code == 401

    def test_the_access_token_itself_is_not_accepted(self, tracker):
        tracker.session.headers["Authorization"] = f"Bearer {TOKEN}"

        assert tracker.send("GET", "/Resource/188001").status_code == 401

    def test_a_new_access_token_kills_the_old_one_and_its_jwts(self, tracker):
        new = tracker.sim.simulator.regenerate()

        assert tracker.send("GET", "/Resource/188001").status_code == 401
        assert tracker.exchange({"bearerToken": TOKEN}).status_code == 401
        tracker.sign_in(new)
        assert tracker.get("/Resource/188001")

    def test_a_new_access_token_comes_from_the_settings_page(self, tracker):
        url = f"{tracker.sim.url}/Security/API"
        assert TOKEN in requests.get(url).text

        new = requests.post(f"{url}/Generate").text.strip()

        assert TOKEN not in requests.get(url).text.replace(f"{TOKEN}-readonly", "")
        tracker.sign_in(new)

    def test_a_jwt_dies_with_its_access_token(self, tracker):
        tracker.sim.revoke(TOKEN)

        assert tracker.send("GET", "/Resource/188001").status_code == 401

    def test_a_jwt_expires(self, tracker):
        tracker.sim.set(token_life_ms=0)
        tracker.sign_in()

        assert tracker.send("GET", "/Resource/188001").status_code == 401

    def test_one_call_can_be_refused_as_expired(self, tracker):
        tracker.sim.fault("expired_token", "GET")

        statuses = [tracker.send("GET", "/Resource/188001") for _ in range(2)]

        assert [answer.status_code for answer in statuses] == [401, 200]

    @pytest.mark.parametrize(
        ("form", "ends"), [("utc", True), ("no_zone", False), ("left_out", None)]
    )
    def test_the_expiration_has_three_forms(self, tracker, form, ends):
        tracker.sim.set(expiration=form)

        told = tracker.sign_in().get("expiration")

        assert (told.endswith("Z") if told else None) is ends

    def test_a_second_exchange_may_end_the_first_jwt(self, tracker):
        first = dict(tracker.session.headers)
        tracker.sign_in()
        url = f"{tracker.sim.url}/api/v1/Resource/188001"
        assert requests.get(url, headers=first).status_code == 200

        tracker.sim.set(exchange_again="replaces")
        tracker.sign_in()

        assert requests.get(url, headers=first).status_code == 401

    def test_a_token_that_may_only_read_does_not_write(self, tracker):
        tracker.sign_in(f"{TOKEN}-readonly")

        assert tracker.get("/Resource/188001")
        assert tracker.send("POST", "/Resource", json=DANA).status_code == 403

    def test_tokens_do_not_show_in_what_is_remembered(self, tracker):
        tracker.check(email="nobody@example.com")

        assert TOKEN not in str(tracker.sim.requests())
        assert tracker.sim.count("POST /api/Auth/ExchangeToken$") == 1


class TestTransport:
    def test_unknown_paths_are_404_and_other_methods_405(self, tracker):
        assert tracker.send("GET", "/Candidate/1").status_code == 404
        assert tracker.send("PUT", "/Resource/188001").status_code == 405
        assert tracker.page("/api/v2/Resource/188001").status_code == 404

    def test_notes_of_a_resource_do_not_exist(self, tracker, dana):
        answer = tracker.send("POST", f"/Resource/{dana}/Notes", json={"note": "x"})

        assert answer.status_code == 404

    @pytest.mark.parametrize(
        ("options", "status"),
        [
            ({"data": "firstName=Dana"}, 415),
            ({"data": "{", "headers": {"Content-Type": "application/json"}}, 400),
            ({"json": []}, 400),
        ],
    )
    def test_a_wrong_encoding_is_refused(self, tracker, options, status):
        assert tracker.send("POST", "/Resource", **options).status_code == status

    def test_an_error_is_problem_details(self, tracker):
        answer = tracker.send("POST", "/Resource", json={"firstName": 7})

        assert answer.headers["Content-Type"].startswith("application/problem+json")
        assert set(answer.json()) == {"type", "title", "status", "traceId", "errors"}
        assert list(answer.json()["errors"]) == ["$.firstName"]

    def test_an_error_may_have_other_forms(self, tracker):
        tracker.sim.set(error_form="message")
        assert tracker.send("GET", "/Nothing").json() == {"message": "Not Found"}
        tracker.sim.set(error_form="text")
        assert tracker.send("GET", "/Nothing").text == "Not Found"
        tracker.sim.set(error_form="empty")
        assert tracker.send("GET", "/Nothing").content == b""

    def test_a_rate_limit_counts_per_minute_and_token(self, tracker, monkeypatch):
        tracker.sim.set(per_minute=2)
        path = "/Resource/188001"
        assert [tracker.send("GET", path).status_code for _ in range(3)] == [
            200,
            200,
            429,
        ]
        assert tracker.send("GET", path).headers["Retry-After"] == "30"
        tracker.sim.set(retry_after=0)
        assert "Retry-After" not in tracker.send("GET", path).headers

        later = time.monotonic() + 61
        monkeypatch.setattr(
            "integrations.vendors.trackerrms.simulator.time.monotonic", lambda: later
        )

        assert tracker.send("GET", path).status_code == 200

    def test_ids_can_be_wrong_or_missing(self, tracker):
        tracker.sim.fault("wrong_id_type", "POST")
        tracker.sim.fault("no_id", "GET")

        assert tracker.create(**DANA) == [4711]
        assert "id" not in tracker.get("/Resource/188001")


class TestCreate:
    def test_what_is_nested_arrives(self, tracker, dana):
        person = tracker.truth()

        assert person["id"] == str(dana)
        assert (person["name"], person["emails"]) == (
            "Dana Example",
            ["dana@example.com"],
        )
        assert person["phones"] == ["+12025550123"]
        assert person["linkedin"] == DANA["linkedInUrl"]
        assert person["location"] == "Denver, CO, United States"
        assert (person["title"], person["company"]) == (
            "Controls Engineer",
            "Acme Widgets",
        )
        assert (person["source"], person["notes"]) == ("PinSync", [DANA["note"]])
        assert person["owner"] == "Harriet Cole"

    def test_what_is_flat_is_dropped_without_a_word(self, tracker):
        person_id = tracker.create(
            firstName="Dana",
            lastName="Example",
            email="dana@example.com",
            mobilePhone="+12025550123",
            town="Denver",
        )

        person = tracker.truth()
        assert person["name"] == "Dana"
        assert (person["emails"], person["phones"], person["location"]) == (
            [],
            [],
            None,
        )
        page = tracker.page(f"/Resource/{person_id}").text
        assert "no field email, lastName, mobilePhone, town" in page

    def test_nobody_is_compared_a_second_create_makes_a_second_person(self, tracker):
        assert tracker.create(**DANA) != tracker.create(**DANA)
        assert len(tracker.sim.truth()["people"]) == 2

    def test_the_number_of_somebody_deleted_is_not_used_again(self, tracker, dana):
        tracker.sim.remove("person", str(dana))

        assert tracker.create(**DANA) > dana

    @pytest.mark.parametrize(
        "body",
        [
            {"contactDetails": "dana@example.com"},
            {"contactDetails": {"email": 7}},
            {"address": []},
            {"workTypes": {"id": 1}},
            {"customFields": [1]},
            {"availableForWork": "yes"},
            {"noticePeriod": "two weeks"},
        ],
    )
    def test_a_wrong_type_is_refused(self, tracker, body):
        answer = tracker.send("POST", "/Resource", json=DANA | body)

        assert answer.status_code == 400
        assert tracker.sim.truth()["people"] == []

    @pytest.mark.parametrize(
        ("switch", "body"),
        [
            ("missing_surname", {"firstName": "Dana"}),
            ("malformed_email", {"contactDetails": {"email": "none at all"}}),
            ("unknown_source", {"source": "Pigeon post"}),
        ],
    )
    def test_some_values_are_taken_or_refused(self, tracker, switch, body):
        tracker.create(**body)
        tracker.sim.set(**{switch: "400"})

        assert tracker.send("POST", "/Resource", json=body).status_code == 400


class TestRead:
    def test_a_resource_reads_back_as_it_was_written(self, tracker, dana):
        read = tracker.get(f"/Resource/{dana}")

        assert read["id"] == dana
        for name, value in DANA.items():
            if isinstance(value, dict):
                assert {key: read[name][key] for key in value} == value
            else:
                assert read[name] == value

    def test_its_id_may_have_another_name(self, tracker, dana):
        tracker.sim.set(id_on_read="resourceId")

        read = tracker.get(f"/Resource/{dana}")

        assert (read["resourceId"], "id" in read) == (dana, False)

    @pytest.mark.parametrize("path", [f"/Resource/{NOBODY}", "/Opportunity/9"])
    def test_what_is_not_there_is_404_or_an_empty_200(self, tracker, path):
        assert tracker.send("GET", path).status_code == 404

        tracker.sim.set(missing_record="empty_200")
        answer = tracker.send("GET", path)

        assert (answer.status_code, answer.content) == (200, b"")

    def test_a_patch_keeps_what_it_does_not_name(self, tracker, dana):
        body = {"contactDetails": {"telephone": "+12025550199"}, "jobTitle": "Lead"}

        assert tracker.send("PATCH", f"/Resource/{dana}", json=body).status_code == 200

        read = tracker.get(f"/Resource/{dana}")
        assert read["contactDetails"]["email"] == "dana@example.com"
        assert read["contactDetails"]["telephone"] == "+12025550199"
        assert (read["jobTitle"], read["surname"]) == ("Lead", "Example")

    def test_a_patch_may_replace_a_nested_object(self, tracker, dana):
        tracker.sim.set(patch_nested="replaces", patch_hit=204)
        body = {"contactDetails": {"telephone": "+12025550199"}}

        assert tracker.send("PATCH", f"/Resource/{dana}", json=body).status_code == 204

        assert tracker.get(f"/Resource/{dana}")["contactDetails"]["email"] is None

    def test_a_patch_of_nobody_looks_like_success_or_is_404(self, tracker):
        path = f"/Resource/{NOBODY}"
        assert tracker.send("PATCH", path, json={}).status_code == 204

        tracker.sim.set(patch_missing=404)

        assert tracker.send("PATCH", path, json={}).status_code == 404

    def test_somebody_deleted_is_gone(self, tracker, dana):
        assert tracker.send("DELETE", f"/Resource/{dana}").status_code == 204
        assert tracker.send("GET", f"/Resource/{dana}").status_code == 404


class TestSearch:
    def test_rows_are_flat_and_ten_whatever_is_asked_for(self, tracker):
        rows = tracker.search("/Resource/Search", maxResults=50, pageSize=50)

        assert len(rows) == 10
        assert {"resourceId", "firstname", "surname", "email"} <= rows[0].keys()
        assert not {"firstName", "contactDetails", "linkedInUrl"} & rows[0].keys()

    @pytest.mark.parametrize(
        "name", ["keyword", "searchTerm", "searchText", "firstName", "surname", "email"]
    )
    def test_text_filters_are_ignored(self, tracker, name):
        everybody = tracker.search("/Resource/Search")

        assert tracker.search("/Resource/Search", **{name: "Huang"}) == everybody

    def test_the_email_filter_may_work(self, tracker, dana):
        tracker.sim.set(email_filter="honoured")

        (row,) = tracker.search("/Resource/Search", email="DANA@example.com")

        assert row["resourceId"] == dana
        assert tracker.search("/Resource/Search", email="x@example.com") == []

    def test_pages_end_with_an_empty_one_or_repeat_the_last(self, tracker):
        pages = [tracker.search("/Resource/Search", pageNumber=n) for n in range(1, 5)]
        ids = [row["resourceId"] for page in pages for row in page]
        assert [len(page) for page in pages] == [10, 10, 10, 0]
        assert len(set(ids)) == 30

        tracker.sim.set(past_the_end="repeats")

        assert tracker.search("/Resource/Search", pageNumber=9) == pages[2]

    def test_the_page_size_and_the_order_are_switches(self, tracker, dana):
        tracker.sim.set(page_size=50, search_order="newest", linkedin_in_rows=True)

        rows = tracker.search("/Resource/Search")

        assert len(rows) == 31
        assert rows[0]["resourceId"] == dana
        assert rows[0]["linkedInUrl"] == DANA["linkedInUrl"]

    def test_somebody_has_the_whole_name_in_one_field(self, tracker):
        tracker.sim.set(page_size=50)
        rows = tracker.search("/Resource/Search")

        (row,) = (row for row in rows if row.get("name"))

        assert (row["name"], row["firstname"], row["surname"]) == (
            "Beth Underwood",
            "",
            "",
        )

    def test_the_paged_search_counts(self, tracker):
        page = tracker.search("/Resource/PagedSearch", pageNumber=3, pageSize=50)
        assert len(page.pop("resources")) == 10
        assert page == {"totalCount": 30, "totalPages": 3, "hasNextPage": False}

        tracker.sim.set(paged_key="data")

        assert tracker.search("/Resource/PagedSearch")["data"]

    def test_search_lags_behind_and_reading_does_not(self, tracker):
        tracker.sim.set(search_lag_ms=600_000, page_size=50, email_filter="honoured")

        dana = tracker.create(**DANA)

        assert tracker.get(f"/Resource/{dana}")
        assert len(tracker.search("/Resource/Search")) == 30
        assert tracker.search("/Resource/Search", email="dana@example.com") == []

    def test_a_search_without_an_object_is_refused(self, tracker):
        for path in ("/Resource/Search", "/Opportunity/PagedSearch"):
            assert tracker.send("POST", path).status_code == 415
            assert tracker.send("POST", path, json=[]).status_code == 400
            wrong = tracker.send("POST", path, json={"pageNumber": "two"})
            assert wrong.status_code == 400


class TestJobs:
    def test_a_job_is_read_by_its_number(self, tracker):
        job = tracker.get(f"/Opportunity/{JOB}")

        assert job["opportunityId"] == JOB
        assert job["opportunityName"] == "Controls Engineer"
        assert (job["opportunityStatusDesc"], job["active"]) == ("Active", True)
        assert job["publishReference"] == "JOB-1026"
        assert tracker.send("GET", "/Opportunity/JOB-1026").status_code == 404

    def test_jobs_filter_by_state_and_not_by_text(self, tracker):
        everything = tracker.search("/Opportunity/PagedSearch")
        assert len(everything["opportunities"]) == 10
        assert (everything["totalCount"], everything["hasNextPage"]) == (16, True)
        opened = tracker.search("/Opportunity/PagedSearch", state="open")
        assert opened["totalCount"] == 13
        text = tracker.search("/Opportunity/PagedSearch", searchTerm="Nurse")
        assert text == everything

        tracker.sim.set(job_text_filter="honoured")

        (job,) = tracker.search("/Opportunity/Search", searchTerm="nurse")
        assert job["opportunityName"] == "Clinical Research Nurse"

    def test_jobs_filter_by_change_and_publication(self, tracker):
        found = tracker.search("/Opportunity/Search", updatedAfter="2026-11-10")
        online = tracker.search("/Opportunity/PagedSearch", publishOnline=True)

        assert {job["opportunityName"] for job in found} == {
            "Data Engineer",
            "Embedded Linux Developer",
        }
        assert 0 < online["totalCount"] < 16

    def test_a_closed_job_is_not_open_and_still_read(self, tracker):
        tracker.sim.close_job(str(JOB))

        assert tracker.get(f"/Opportunity/{JOB}")["active"] is False
        assert (
            tracker.search("/Opportunity/PagedSearch", state="open")["totalCount"] == 12
        )

    def test_somebody_goes_on_the_longlist(self, tracker, dana):
        assert tracker.link(JOB, dana).status_code == 201

        assert tracker.truth()["jobs"] == [
            {"id": str(JOB), "title": "Controls Engineer", "stage": "Longlist"}
        ]

    def test_the_answer_may_be_200_and_empty(self, tracker, dana):
        tracker.sim.set(link_status=200, link_reply="empty")

        answer = tracker.link(JOB, dana)

        assert (answer.status_code, answer.content) == (200, b"")

    @pytest.mark.parametrize("status", [409, 400, 200])
    def test_adding_again_has_three_answers_and_adds_nobody(
        self, tracker, dana, status
    ):
        tracker.sim.set(already_linked=str(status))
        tracker.link(JOB, dana)

        answer = tracker.link(JOB, dana)

        assert answer.status_code == status
        assert ("already" in answer.text) is (status != 200)
        assert len(tracker.truth()["jobs"]) == 1

    def test_the_shortlist_is_further_than_the_longlist(self, tracker, dana):
        tracker.link(JOB, dana)

        assert tracker.link(JOB, dana, "shortlist").status_code == 201
        assert tracker.truth()["jobs"][0]["stage"] == "Shortlist"
        assert tracker.link(JOB, dana).status_code == 409

        tracker.sim.set(shortlist="404")
        assert tracker.link(JOB, dana, "shortlist").status_code == 404

    def test_what_is_gone_cannot_be_put_together(self, tracker, dana):
        assert tracker.link(9, dana).status_code == 404
        assert tracker.link(JOB, NOBODY).status_code == 404
        path = f"/Opportunity/{JOB}/longlist/resource/{dana}"
        assert tracker.send("POST", path, json={}).status_code == 400

    def test_a_closed_job_takes_people_or_refuses(self, tracker, dana):
        tracker.sim.close_job(str(JOB))
        tracker.sim.set(closed_job="400")
        assert tracker.link(JOB, dana).status_code == 400

        tracker.sim.set(closed_job="allowed")

        assert tracker.link(JOB, dana).status_code == 201

    def test_who_is_on_a_job_is_searched_in_several_ways(self, tracker, dana):
        tracker.link(JOB, dana)
        path, asked = "/OpportunityResource/Search", {"opportunityId": JOB}
        rows = tracker.search(path, **asked)
        assert {row["resourceId"] for row in rows} == {188_009, dana}
        (mine,) = tracker.search(path, **asked, resourceId=dana)
        assert mine["resourceEmail"] == "dana@example.com"
        one = tracker.get(f"/OpportunityResource/{mine['opportunityResourceId']}")
        assert one == mine

        tracker.sim.set(placement_reply="data", placement_search="unfiltered")
        page = tracker.search(path, **asked)
        assert (len(page["data"]), page["totalRecords"]) == (10, 10)
        tracker.sim.set(longlist_shows=False)
        assert tracker.search(path, **asked)["totalRecords"] == 9
        tracker.sim.set(placement_search="404")
        assert tracker.send("POST", path, json=asked).status_code == 404

    def test_a_job_that_is_removed_takes_its_links_along(self, tracker, dana):
        tracker.link(JOB, dana)

        tracker.sim.remove("job", str(JOB))

        assert tracker.truth()["jobs"] == []
        assert tracker.send("GET", f"/Opportunity/{JOB}").status_code == 404

    def test_an_activity_is_kept_or_unknown(self, tracker, dana):
        body = {"recordType": "Resource", "recordId": dana, "subject": "Call"}
        answer = tracker.send("POST", "/Activity", json=body | {"note": "Rang twice"})
        assert answer.status_code == 201
        assert tracker.truth()["notes"] == [DANA["note"], "Rang twice"]

        tracker.sim.set(activity="404")

        assert tracker.send("POST", "/Activity", json=body).status_code == 404


class TestDocuments:
    def test_a_document_arrives_byte_for_byte(self, tracker, dana):
        answer = tracker.upload(dana, filename="Łukasz résumé.pdf", isPrimary=True)

        assert answer.status_code == 201
        (listed,) = tracker.get(f"/Resource/{dana}/Documents")
        assert listed == {
            "documentId": answer.json()["id"],
            "filename": "Łukasz résumé.pdf",
            "documentType": "resume",
            "isPrimary": True,
        }
        read = tracker.get(f"/Resource/{dana}/Document/{listed['documentId']}")
        assert base64.b64decode(read["filecontent"]) == PDF
        assert tracker.page(tracker.truth()["resume"]["address"]).content == PDF

    @pytest.mark.parametrize("status", [404, 405])
    def test_nobody_knows_whether_the_upload_exists(self, tracker, dana, status):
        tracker.sim.set(document_upload=str(status))

        assert tracker.upload(dana).status_code == status
        assert tracker.get(f"/Resource/{dana}/Documents") == []

    @pytest.mark.parametrize(
        "body",
        [
            {"filecontent": "not base 64!"},
            {"filecontent": ENCODED[:10] + "\n" + ENCODED[10:]},
            {"filename": ""},
            {"documentType": "novel"},
            {"isPrimary": "y"},
        ],
    )
    def test_a_document_that_is_none_is_refused(self, tracker, dana, body):
        assert tracker.upload(dana, **body).status_code == 400
        assert tracker.truth()["files"] == []

    def test_documents_belong_to_one_person(self, tracker, dana):
        document = tracker.upload(dana).json()["id"]

        path = f"/Resource/188001/Document/{document}"
        assert tracker.send("GET", path).status_code == 404
        assert tracker.upload(NOBODY).status_code == 404

    @pytest.mark.parametrize("key", ["items", "documents"])
    def test_the_list_may_be_wrapped(self, tracker, dana, key):
        tracker.upload(dana)
        tracker.sim.set(documents_reply=key)

        assert len(tracker.get(f"/Resource/{dana}/Documents")[key]) == 1

    def test_there_may_be_a_largest_size(self, tracker, dana):
        tracker.sim.set(max_document_bytes=10)

        assert tracker.upload(dana).status_code == 413


class TestWidgetCredentials:
    def test_the_access_token_may_serve(self, tracker):
        assert tracker.widget("checkLogon")["status"] == 0

        tracker.sim.set(widget_access_token="user_not_found")

        reply = tracker.widget("checkLogon")
        assert (reply["status"], reply["message"]) == (1, "user or API Key not found")

    def test_it_may_stand_in_the_header_instead(self, tracker):
        url = f"{tracker.sim.url}/api/widget/checkLogon"
        body = {"trackerrms": {"checkLogon": {}}}

        def status(token):
            headers = {"Authorization": f"Bearer {token}"}
            return requests.post(url, json=body, headers=headers).json()["status"]

        assert (status(TOKEN), status("wrong")) == (0, 1)

    def test_a_jwt_is_nobody_here(self, tracker):
        jwt = tracker.sign_in()["token"]

        assert (
            tracker.widget("checkLogon", credentials={"oauthtoken": jwt})["status"] == 1
        )

    @pytest.mark.parametrize(
        ("credentials", "status"),
        [
            ({}, 1),
            ({"username": "harriet.cole", "password": "demo-password"}, 0),
            ({"username": "harriet.cole", "password": "wrong"}, 1),
            ({"username": "pat.gone", "password": "demo-password"}, 2),
            ({"apikey": TOKEN}, 1),
            ({"username": "harriet.cole", "password": "x", "oauthtoken": TOKEN}, 99),
            ({"username": "", "password": "", "oauthtoken": TOKEN, "apikey": ""}, 0),
        ],
    )
    def test_exactly_one_kind_signs_in(self, tracker, credentials, status):
        reply = tracker.widget("checkLogon", credentials=credentials)

        assert reply["status"] == status

    def test_some_methods_may_want_basic_besides(self, tracker):
        tracker.sim.set(widget_basic="needed")
        assert tracker.widget("checkLogon")["status"] == 0
        assert tracker.widget("getSettingsData", key="checkPerson")["status"] == 1

        body = {
            "trackerrms": {"checkPerson": {"credentials": {"oauthtoken": TOKEN}}},
        }
        answer = requests.post(
            f"{tracker.sim.url}/api/widget/getSettingsData",
            json=body,
            auth=("harriet.cole", "demo-password"),
        )

        assert answer.json()["status"] == 0

    def test_a_token_that_may_only_read_does_not_write(self, tracker, dana):
        reading = {"oauthtoken": f"{TOKEN}-readonly"}
        file = {"filename": "cv.pdf", "recordType": "R", "recordId": dana}

        reply = tracker.widget("attachDocument", credentials=reading, file=file)

        assert reply["status"] == 99

    @pytest.mark.parametrize(
        "body", [{}, {"trackerrms": {}}, {"trackerrms": {"other": {}}}, []]
    )
    def test_errors_come_with_http_200(self, tracker, body):
        url = f"{tracker.sim.url}/api/widget/checkLogon"

        answer = requests.post(url, json=body)

        assert (answer.status_code, answer.json()["status"]) == (200, 99)

    def test_methods_that_do_not_exist_are_404(self, tracker):
        url = f"{tracker.sim.url}/api/widget"

        assert requests.post(f"{url}/findPerson", json={}).status_code == 404
        assert requests.get(f"{url}/checkLogon").status_code == 405


class TestCheckPerson:
    @pytest.mark.parametrize(
        "details",
        [
            {"email": "DANA@example.com"},
            {"phone": "1 (202) 555-0123"},
            {"linkedin": "linkedin.com/in/Dana-Example/"},
            {"email": "nobody@example.com", "phone": "+12025550123"},
        ],
    )
    def test_somebody_is_known_by_mail_phone_or_profile(self, tracker, dana, details):
        reply = tracker.check(**details)

        assert (reply["status"], reply["recordTypes"]) == (0, "R")
        assert reply["firstRecord"]["fullname"] == "Dana Example"
        assert reply["firstRecord"]["email"] == "dana@example.com"
        assert str(dana) not in str(reply)

    def test_every_value_may_have_to_agree(self, tracker, dana):
        tracker.sim.set(check_person_match="all")

        assert not tracker.check(email="x@example.com", phone="+12025550123")[
            "recordTypes"
        ]
        assert tracker.check(email="dana@example.com", phone="+12025550123")[
            "recordTypes"
        ]

    def test_profiles_may_be_compared_letter_by_letter(self, tracker, dana):
        tracker.sim.set(linkedin_match="exact")

        assert not tracker.check(linkedin="linkedin.com/in/dana-example")["recordTypes"]
        assert tracker.check(linkedin=DANA["linkedInUrl"])["recordTypes"] == "R"

    @pytest.mark.parametrize(
        ("form", "types"), [("empty", ""), ("null", None), ("absent", "not there")]
    )
    def test_nobody_looks_in_three_ways(self, tracker, form, types):
        tracker.sim.set(nobody_reply=form)

        reply = tracker.check(email="nobody@example.com")

        assert reply["status"] == 0
        assert reply.get("recordTypes", "not there") == types

    def test_a_contact_is_no_candidate(self, tracker):
        reply = tracker.check(email="gordon.blythe@calder-foods.example")

        assert reply["recordTypes"] == "C"

    def test_the_link_leads_to_the_start_or_to_the_person(self, tracker, dana):
        assert tracker.check(email="dana@example.com")["recordLink"] == tracker.sim.url

        tracker.sim.set(record_link="person")

        link = tracker.check(email="dana@example.com")["recordLink"]
        assert "Dana Example" in requests.get(link).text

    def test_it_may_lag_as_search_does(self, tracker):
        tracker.sim.set(search_lag_ms=600_000)
        tracker.create(**DANA)
        assert tracker.check(email="dana@example.com")["recordTypes"] == "R"

        tracker.sim.set(widget_reads="lagging")

        assert tracker.check(email="dana@example.com")["recordTypes"] == ""
        assert tracker.records(recordtype="R", searchtext="Dana")["count"] == 0


class TestWidgetRecords:
    def test_a_candidate_is_found_by_name_with_what_is_compared(self, tracker, dana):
        reply = tracker.records(recordtype="R", searchtext="dana exa")

        (row,) = reply["results"]
        assert (row["id"], row["name"], reply["count"]) == (dana, "Dana Example", 1)
        assert row["details"]["email"] == "dana@example.com"
        assert row["details"]["linkedin"] == DANA["linkedInUrl"]
        assert row["details"]["mobiletelephone"] == "+12025550123"

    def test_names_may_have_to_be_exact_or_not_matter(self, tracker, dana):
        tracker.sim.set(records_search="exact")
        assert tracker.records(recordtype="R", searchtext="Dana")["count"] == 0
        assert tracker.records(recordtype="R", searchtext="dana example")["count"] == 1

        tracker.sim.set(records_search="ignored")

        assert tracker.records(recordtype="R", searchtext="Zzz")["count"] == 10

    def test_pages_begin_at_nought(self, tracker):
        first = tracker.records(recordtype="R", numrecords=20, pagenum=0)
        second = tracker.records(recordtype="R", numrecords=20, pagenum=1)

        assert (first["count"], second["count"]) == (20, 10)

    def test_a_record_comes_by_its_number(self, tracker, dana):
        (row,) = tracker.records(recordtype="R", recordid=dana)["results"]

        assert row["name"] == "Dana Example"
        assert tracker.records(recordtype="R", recordid=NOBODY)["results"] == []
        assert tracker.records(recordtype="Z")["status"] == 99

    def test_jobs_are_found_by_name_and_state(self, tracker):
        (row,) = tracker.records(recordtype="O", searchtext="nurse", state="open")[
            "results"
        ]

        assert row["details"]["subject"] == f"JOB-{row['id']} Clinical Research Nurse"
        assert tracker.records(recordtype="O", state="won")["count"] == 1
        (job,) = tracker.records(recordtype="O", recordid=str(JOB))["results"]
        assert job["name"] == "Controls Engineer"

    def test_a_job_tells_who_is_on_it(self, tracker, dana):
        tracker.link(JOB, dana)

        reply = tracker.widget(
            "getIndividualRecord", instructions={"recordtype": "O", "recordid": JOB}
        )

        (row,) = reply["results"]
        names = {one["CandidateName"] for one in row["details"]["Placements"]}
        assert names == {"Dana Example", "Samuel Adeleke"}

    def test_settings_come_in_an_envelope_of_another_name(self, tracker):
        reply = tracker.widget("getSettingsData", key="checkPerson")

        assert reply["namingConventions"]["resource"] == "Candidate"
        assert tracker.widget("getSettingsData")["status"] == 99


class TestWidgetWrites:
    def test_a_document_is_attached(self, tracker, dana):
        file = {
            "filename": "cv.pdf",
            "recordType": "R",
            "recordId": dana,
            "documentType": "resume",
            "primary": "y",
            "data": ENCODED,
        }
        assert tracker.widget("attachDocument", file=file)["status"] == 0

        assert tracker.truth()["resume"]["size"] == len(PDF)
        assert tracker.get(f"/Resource/{dana}/Documents")[0]["isPrimary"] is True
        for wrong in (
            {"data": "?"},
            {"recordId": NOBODY},
            {"recordType": "C"},
            {"filename": "cv"},
        ):
            assert tracker.widget("attachDocument", file=file | wrong)["status"] == 99

    def test_an_email_that_is_there_is_not_overwritten_unless_told(self, tracker, dana):
        given = {"firstname": "D.", "lastname": "Other", "email": "Dana@example.com"}
        kept = tracker.widget(
            "createResource", instructions={"overwriteresource": False}, resource=given
        )
        assert (kept["status"], tracker.truth()["name"]) == (3, "Dana Example")

        told = tracker.widget(
            "createResource", instructions={"overwriteresource": True}, resource=given
        )

        assert (told["status"], told["message"], told["recordId"]) == (
            0,
            "updated",
            dana,
        )
        assert tracker.truth()["name"] == "D. Other"

    def test_a_candidate_is_created_and_put_on_a_job(self, tracker):
        reply = tracker.widget(
            "createResource",
            instructions={"assigntoopportunity": JOB, "assigntolist": "short"},
            resource={
                "fullname": "Dana Example",
                "cellphone": "+12025550123",
                "city": "Denver",
                "company": "Acme Widgets",
            },
        )

        assert (reply["message"], reply["recordName"]) == ("created", "Dana Example")
        person = tracker.truth()
        assert (person["company"], person["location"]) == ("Acme Widgets", "Denver")
        assert person["jobs"][0]["stage"] == "Shortlist"

    def test_an_application_goes_on_a_list_once(self, tracker, dana):
        given = {"opportunityid": str(JOB), "resourceid": str(dana)}
        given |= {"assigntolist": "long", "shortlistedby": "user"}
        assert tracker.widget("resourceApplication", instructions=given)["status"] == 0
        again = tracker.widget("resourceApplication", instructions=given)
        assert (again["status"], "already" in again["message"]) == (99, True)

        tracker.sim.set(already_linked="200")

        assert tracker.widget("resourceApplication", instructions=given)["status"] == 0
        assert len(tracker.truth()["jobs"]) == 1

    def test_an_activity_is_kept(self, tracker, dana):
        activity = {"subject": "Call", "note": "Rang", "linkRecordType": "R"}

        reply = tracker.widget(
            "createActivity", activity=activity | {"linkRecordId": dana}
        )

        assert reply["status"] == 0
        assert "Rang" in tracker.truth()["notes"]


class TestPages:
    def test_the_first_page_lists_who_arrived(self, tracker, dana):
        tracker.link(JOB, dana)

        page = tracker.page("/").text

        assert "Arrived (1)" in page
        assert f"href='/Resource/{dana}'" in page
        assert "Priya Natarajan" in page

    def test_a_candidate_has_a_page_with_everything(self, tracker, dana):
        tracker.link(JOB, dana)
        tracker.upload(dana)

        page = tracker.page(f"/Resource/{dana}").text

        for part in (
            "Dana Example",
            "dana@example.com",
            "Denver",
            "JOB-1026",
            "cv.pdf",
        ):
            assert part in page
        assert "Simulator: nothing here is" in page
        assert tracker.page("/Resource/1").status_code == 404

    def test_what_others_sent_stays_text(self, tracker):
        person_id = tracker.create(
            **DANA | {"surname": "<script>alert(1)</script>", "note": "<b>x</b>"}
        )

        page = tracker.page(f"/Resource/{person_id}").text

        assert "<script>" not in page
        assert "<b>x" not in page


class TestState:
    def test_everything_is_there_after_a_restart(self, tmp_path: Path):
        running = TrackerRmsSimulator(tmp_path).start()
        client = Client(running)
        dana = client.create(**DANA)
        client.upload(dana)
        client.link(JOB, dana)
        truth, headers = running.truth(), dict(client.session.headers)
        running.stop()

        again = TrackerRmsSimulator(tmp_path).start()

        try:
            assert again.truth() == truth
            url = f"{again.url}/api/v1/Resource/{dana}"
            assert requests.get(url, headers=headers).status_code == 200
            assert Client(again).create(**DANA) == dana + 1
        finally:
            again.stop()

    def test_the_demo_signs_in_with_what_the_simulator_knows(self, tracker):
        given = TrackerRmsSimulator.demo_credentials

        assert given["region"] in ("us", "ca", "other")
        assert tracker.exchange({"bearerToken": given["access_token"]}).ok

    def test_the_tenant_is_lifelike(self, tracker):
        truth = tracker.sim.truth()
        active = [job for job in truth["jobs"] if job["state"] == "Active"]

        assert (len(active), len(truth["jobs"]), len(truth["seeded"])) == (12, 16, 30)
        assert truth["people"] == []
        emails = [email for person in truth["seeded"] for email in person["emails"]]
        assert len(emails) == len(set(emails))
