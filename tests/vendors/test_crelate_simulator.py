"""The Crelate simulator answers as the research notes say."""

from __future__ import annotations

import re
import time

import pytest
import requests

NOBODY = "00000000-0000-0000-0000-000000000001"
RECRUITING = "F6EF012F-998D-4132-B38B-A17A00B2B958"
PDF = b"%PDF-1.4\nhello\n%%EOF\n"


class Client:
    def __init__(self, sim):
        self.sim, self.session = sim, requests.Session()
        self.session.headers["X-Api-Key"] = "demo-crelate-key"

    def send(self, method, path, **options):
        return self.session.request(
            method, f"{self.sim.url}/api3{path}", timeout=20, **options
        )

    def get(self, path, **query):
        answer = self.send("GET", path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()["Data"]

    def post(self, path, body, status=201):
        answer = self.send("POST", path, json=body)
        assert answer.status_code == status, answer.text
        return answer.json()["Data"]

    def create(self, **entity):
        return self.post("/contacts", {"entity": entity})

    def refused(self, method, path, status, **options):
        """Return the message of a refusal."""
        answer = self.send(method, path, **options)
        assert answer.status_code == status, answer.text
        data = answer.json()
        assert set(data) == {"Data", "Metadata", "Errors"}
        assert data["Data"] is None
        return data["Errors"][0]["Message"]

    def refused_contact(self, status=400, **entity):
        return self.refused("POST", "/contacts", status, json={"entity": entity})

    def attach(self, contact, content=PDF, name="cv.pdf"):
        return self.send(
            "POST",
            f"/artifacts/primary?target_entity_name=Contacts&target_record_id={contact}",
            files={"file": (name, content, "application/pdf")},
        )

    def page(self, path):
        return requests.get(f"{self.sim.url}{path}", timeout=20)


def email(value):
    return {"Value": value, "IsPrimary": True}


@pytest.fixture
def crelate(crelate_sim):
    crelate_sim.set(artifact_delay_ms=0)
    client = Client(crelate_sim)
    yield client
    client.session.close()


@pytest.fixture
def dana(crelate):
    return crelate.create(
        FirstName="Dana",
        LastName="Example",
        RecordType=1,
        EmailAddresses_Personal=email("dana@example.com"),
    )


@pytest.fixture
def job(crelate):
    return crelate.get("/jobs/search", query="controls")[0]["Id"]


class TestTransport:
    def test_every_reply_is_an_envelope_that_repeats_the_url_with_its_key(
        self, crelate_sim
    ):
        url = f"{crelate_sim.url}/api3/jobs?limit=1&api_key=demo-crelate-key"

        data = requests.get(url).json()

        assert set(data) == {"Data", "Metadata", "Errors"}
        assert data["Metadata"]["Url"] == url
        assert data["Metadata"]["Verb"] == "GET"
        assert data["Metadata"]["TotalRecords"] == 13
        assert data["Metadata"]["MoreRecords"] is True
        assert data["Errors"] == []

    @pytest.mark.parametrize("headers", [{}, {"X-Api-Key": "wrong"}])
    def test_a_bad_key_is_401_in_three_possible_forms(self, crelate_sim, headers):
        url = f"{crelate_sim.url}/api3/jobs"
        assert requests.get(url, headers=headers).json()["Errors"]

        crelate_sim.set(bad_key_body="empty")
        assert requests.get(url, headers=headers).text == ""

        crelate_sim.set(bad_key_body="text")
        answer = requests.get(url, headers=headers)
        assert (answer.status_code, "key" in answer.text) == (401, True)

    def test_a_bearer_token_does_not_sign_in(self, crelate_sim):
        answer = requests.get(
            f"{crelate_sim.url}/api3/jobs",
            headers={"Authorization": "Bearer demo-crelate-key"},
        )

        assert answer.status_code == 401

    def test_an_expired_key_is_a_bad_one(self, crelate):
        crelate.sim.fault("expired_token")

        assert crelate.send("GET", "/jobs").status_code == 401

    def test_a_missing_right_is_403(self, crelate):
        crelate.sim.grant("demo-crelate-key", {"jobs:read"})

        assert crelate.get("/jobs")
        assert "contacts:write" in crelate.refused("POST", "/contacts", 403, json={})

    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("GET", "/candidates"),
            ("GET", "/contacts/"),
            ("PUT", "/jobs"),
            ("GET", "/jobtitles/search"),
        ],
    )
    def test_an_unknown_path_is_404(self, crelate, method, path):
        assert crelate.refused(method, path, 404)

    def test_paths_begin_with_api3(self, crelate):
        assert crelate.page("/jobs").status_code == 401
        headers = {"X-Api-Key": "demo-crelate-key"}
        url = f"{crelate.sim.url}/api/pub/v1/jobs"
        assert requests.get(url, headers=headers).status_code == 404

    @pytest.mark.parametrize(
        ("options", "status"),
        [
            ({"data": "entity=1"}, 415),
            ({"data": "{", "headers": {"Content-Type": "application/json"}}, 400),
            ({"json": []}, 400),
            ({"json": {"FirstName": "Dana"}}, 400),
            ({"json": {"entity": [1]}}, 400),
        ],
    )
    def test_a_wrong_encoding_is_refused(self, crelate, options, status):
        assert crelate.refused("POST", "/contacts", status, **options)

    def test_an_error_may_be_a_plain_string(self, crelate):
        crelate.sim.set(error_form="string")

        errors = crelate.send("GET", f"/contacts/{NOBODY}").json()["Errors"]

        assert errors == ["The requested record was not found"]

    def test_metadata_may_be_missing(self, crelate):
        crelate.sim.fault("without_keys", keys=["Metadata"])

        assert set(crelate.send("GET", "/jobs").json()) == {"Data", "Errors"}

    def test_a_rate_limit_counts_per_minute_and_key(self, crelate, monkeypatch):
        crelate.sim.set(per_minute=2)
        assert [crelate.send("GET", "/tags").status_code for _ in range(3)] == [
            *(200, 200, 429)
        ]
        assert "Retry-After" not in crelate.send("GET", "/tags").headers
        crelate.sim.set(retry_after=5)
        assert crelate.send("GET", "/tags").headers["Retry-After"] == "5"

        later = time.monotonic() + 61
        monkeypatch.setattr(
            "integrations.vendors.crelate.simulator.time.monotonic", lambda: later
        )

        assert crelate.send("GET", "/tags").status_code == 200

    def test_ids_can_be_wrong_or_missing_in_a_create(self, crelate):
        crelate.sim.fault("wrong_id_type", "POST")
        crelate.sim.fault("no_id", "POST")
        crelate.sim.fault("no_id", "GET")

        assert crelate.create(LastName="One") == 4711
        assert crelate.create(LastName="Two") is None
        assert "Id" not in crelate.get("/jobs")[0]


class TestLists:
    def test_pages_have_limit_and_offset(self, crelate):
        first = crelate.get("/jobs", limit=5)
        second = crelate.get("/jobs", limit=5, offset=5)

        assert len(first) == len(second) == 5
        assert not {row["Id"] for row in first} & {row["Id"] for row in second}
        assert crelate.get("/jobs", offset=100) == []

    def test_the_default_page_has_fifty(self, crelate):
        for number in range(60):
            crelate.create(FirstName="P", LastName=str(number))

        assert len(crelate.get("/contacts")) == 50
        assert len(crelate.get("/contacts", take=500, skip=10)) == 50
        assert len(crelate.get("/contacts", limit=100)) == 65

    def test_a_limit_over_a_hundred_is_refused_or_clamped(self, crelate):
        assert crelate.refused("GET", "/jobs?limit=101", 400)
        assert crelate.refused("GET", "/jobs?limit=many", 400)

        crelate.sim.set(limit_over_100="clamp")

        assert len(crelate.get("/jobs", limit=1000)) == 13

    @pytest.mark.parametrize(
        "name", ["email", "name", "firstName", "lastName", "search"]
    )
    def test_unknown_filters_are_ignored_and_everybody_comes_back(self, crelate, name):
        assert len(crelate.get("/contacts", **{name: "nobody at all"})) == 5

    def test_jobs_and_companies_have_no_filter_either(self, crelate):
        assert len(crelate.get("/jobs", name="Controls")) == 13
        assert len(crelate.get("/companies", name="Juniper")) == 5

    def test_people_are_found_by_email_in_every_slot(self, crelate):
        other = crelate.get("/contacts", emails="VICTOR.huang@example.com")
        both = "m.webb@northwind-robotics.example,aisha.rahman@example.com"

        assert [row["Name"] for row in other] == ["Huang, Victor"]
        assert len(crelate.get("/contacts", emails=both)) == 2
        assert crelate.get("/contacts", emails="nobody@example.com") == []

    def test_people_are_found_by_id_whatever_its_case(self, crelate, dana):
        (row,) = crelate.get("/contacts", ids=f"{dana.upper()},{NOBODY}")

        assert row["Id"] == dana
        assert crelate.get(f"/contacts/{dana.upper()}") == row

    def test_people_are_found_by_job_tag_type_and_time(self, crelate, dana):
        tag = crelate.get("/tags")[0]
        category = "00000000-0000-0000-0000-000000000000"
        change = {"entity": {"Tags": {category: [{"Id": tag["Id"]}]}, "RecordType": 3}}
        assert (
            crelate.send("PATCH", f"/contacts/{dana}", json=change).status_code == 200
        )
        nurses = crelate.get("/jobs/search", query="nurse manager")[0]["Id"]

        def found(**query):
            return [row["Name"] for row in crelate.get("/contacts", **query)]

        assert found(job_ids=nurses) == ["Rahman, Aisha"]
        assert found(tag_names=tag["Title"]) == ["Example, Dana"]
        assert found(record_types="client") == ["Example, Dana"]
        assert found(modified_after="2026-03-01T00:00:00Z") == ["Example, Dana"]
        assert crelate.refused("GET", "/contacts?modified_after=soon", 400)
        assert crelate.refused("GET", "/contacts?modified_after=", 400)

    def test_the_search_answers_slim_rows(self, crelate):
        crelate.create(FirstName="Ann", MiddleName="B", LastName="Lee")

        assert crelate.get("/contacts/search", query="lee ann")[0] == {
            "Id": crelate.sim.truth()["people"][0]["id"],
            "EntityStatus": 1,
            "EntityName": "Contacts",
            "Title": "Lee, Ann B",
        }
        for query in ("northwind controls", "m.webb@northwind-robotics.example"):
            titles = [r["Title"] for r in crelate.get("/contacts/search", query=query)]
            assert titles == ["Webb, Marcus"]
        assert len(crelate.get("/contacts/search", limit=2)) == 2

    def test_new_people_can_stay_unfindable_for_a_while(self, crelate):
        crelate.sim.set(search_lag_ms=60_000)
        ann = crelate.create(
            FirstName="Ann", EmailAddresses_Work=email("ann@example.com")
        )

        assert crelate.get("/contacts", emails="ann@example.com") == []
        assert crelate.get("/contacts/search", query="ann") == []
        assert crelate.get(f"/contacts/{ann}")["FirstName"] == "Ann"


class TestContacts:
    def test_a_create_answers_the_bare_id(self, crelate, dana):
        assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", dana)
        assert dana[14] != "4"

    def test_a_create_may_be_a_200(self, crelate):
        crelate.sim.set(create_status=200)

        assert crelate.post("/contacts", {"entity": {"LastName": "A"}}, status=200)

    def test_a_contact_has_every_key_and_most_are_null(self, crelate, dana):
        row = crelate.get(f"/contacts/{dana}")

        assert row["Name"] == "Example, Dana"
        assert row["ContactNum"] == 1006
        assert row["EmailAddresses_Personal"]["Value"] == "dana@example.com"
        assert row["EmailAddresses_Work"] is None
        assert row["PrimaryDocumentAttachmentId"] is None
        assert row["Owners"][0]["Title"] == "Rosa Lindqvist"
        assert row["CreatedOn"].endswith("Z")
        assert not [key for key in row if key.startswith("_")]
        assert {field["Name"] for field in crelate.get("/contacts/info")} == set(row)

    def test_a_whole_contact_comes_back(self, crelate):
        company = crelate.get("/companies/search", query="JUNIPER")[0]
        source = crelate.get("/contactsources")[0]
        user = crelate.get("/users")[1]
        aisha = crelate.get("/contacts", emails="aisha.rahman@example.com")[0]
        country = aisha["Addresses_Home"]["CountryId"]

        row = crelate.get(
            "/contacts/"
            + crelate.create(
                FirstName="Dana",
                LastName="Example",
                Description="Sourced.",
                Salary=100,
                PhoneNumbers_Mobile={"Value": "+1 (202) 555-0123", "Extension": "7"},
                Websites_LinkedIn=email("https://www.linkedin.com/in/dana"),
                Addresses_Home={"City": "Denver", "State": "CO", "CountryId": country},
                CurrentPosition={
                    "JobTitle": "Engineer",
                    "CompanyId": {"Id": company["Id"]},
                },
                ContactSourceId={"Id": source["Id"].upper()},
                Owners=[{"Id": user["Id"], "IsPrimary": True}],
                EmailAddresses_Work=None,
            )
        )

        assert row["PhoneNumbers_Mobile"]["Extension"] == "7"
        assert row["CurrentPosition"]["CompanyId"]["Title"] == "Juniper Foods"
        assert row["ContactSourceId"] == {"Id": source["Id"], "Title": source["Name"]}
        assert row["Owners"][0]["Title"] == "Dev Anand"
        (person,) = crelate.sim.truth()["people"]
        assert person["location"] == "Denver, CO, United States"
        assert (person["title"], person["company"]) == ("Engineer", "Juniper Foods")
        assert person["linkedin"] == "https://www.linkedin.com/in/dana"
        assert person["phones"] == ["+1 (202) 555-0123"]

    @pytest.mark.parametrize(
        "phone",
        [
            "+12025550123",
            "2025550123",
            "1 202-555-0123",
            "+44 20 7946 0958",
            "+48225550112",
        ],
    )
    def test_good_phones_pass(self, crelate, phone):
        assert crelate.create(LastName="A", PhoneNumbers_Home={"Value": phone})

    @pytest.mark.parametrize("phone", ["+120255501234", "20255501234", "+1 202", "n/a"])
    def test_one_bad_phone_sinks_the_whole_create(self, crelate, phone):
        assert phone in crelate.refused_contact(
            LastName="A", PhoneNumbers_Mobile={"Value": phone}
        )
        assert crelate.sim.truth()["people"] == []

        crelate.sim.set(bad_phone="accept")
        assert crelate.create(LastName="A", PhoneNumbers_Mobile={"Value": phone})

    @pytest.mark.parametrize(
        "source", [{"Title": "LinkedIn"}, {}, "LinkedIn", {"Id": None}]
    )
    def test_a_look_up_without_an_id_is_refused(self, crelate, source):
        message = crelate.refused_contact(LastName="A", ContactSourceId=source)

        assert message == "The target entity Id cannot be null"

    @pytest.mark.parametrize(
        "entity",
        [
            {"ContactSourceId": {"Id": NOBODY}},
            {"CurrentPosition": {"CompanyId": {"Id": NOBODY}}},
            {"Addresses_Home": {"CountryId": {"Id": "US"}}},
            {"FirstName": 7},
            {"RecordType": "candidate"},
            {"RecordType": True},
            {"EmailAddresses_Personal": "a@b.c"},
            {"EmailAddresses_Personal": {"IsPrimary": True}},
            {"Addresses_Home": {"City": 1}},
            {"CurrentPosition": {"JobTitle": 1}},
            {"Owners": "me"},
            {"Tags": {"x": [{"Title": "new"}]}},
        ],
    )
    def test_wrong_values_are_refused(self, crelate, entity):
        assert crelate.refused_contact(**entity)

    def test_unknown_fields_are_ignored_unless_switched(self, crelate):
        assert crelate.create(
            LastName="A", FullName="A", PhoneNumbers_Work={"Value": "x"}
        )

        crelate.sim.set(unknown_fields="400")

        assert "FullName" in crelate.refused_contact(LastName="B", FullName="B")

    def test_the_same_name_with_another_email_is_a_duplicate(self, crelate):
        (marcus,) = crelate.get("/contacts/search", query="webb")

        message = crelate.refused_contact(
            409,
            FirstName="marcus",
            LastName="WEBB",
            EmailAddresses_Personal=email("marcus.webb@example.com"),
        )

        expected = (
            f"A duplicate record of type Contacts with ID '{marcus['Id']}' was found."
        )
        assert message == expected

    def test_the_same_email_in_another_slot_is_a_duplicate(self, crelate, dana):
        message = crelate.refused_contact(
            409, LastName="Other", EmailAddresses_Work=email("DANA@example.com")
        )

        assert dana in message

    @pytest.mark.parametrize(
        ("rule", "same_email", "same_name", "both"),
        [
            ("off", 201, 201, 201),
            ("email", 409, 201, 409),
            ("name", 201, 409, 409),
            ("email_or_name", 409, 409, 409),
            ("email_and_name", 201, 201, 409),
        ],
    )
    def test_the_tenants_rule_decides(
        self, crelate, dana, rule, same_email, same_name, both
    ):
        def tried(first, address):
            entity = {"FirstName": first, "LastName": "Example"}
            entity["EmailAddresses_Personal"] = email(address)
            return crelate.send(
                "POST", "/contacts", json={"entity": entity}
            ).status_code

        crelate.sim.set(duplicate_rule=rule)

        assert tried("Dana", "dana@example.com") == both
        assert tried("Dana", "new@example.com") == same_name
        assert tried("Nobody", "dana@example.com") == same_email

    def test_duplicates_may_be_saved_anyway(self, crelate, dana):
        crelate.sim.set(allow_duplicates=True)

        assert crelate.create(FirstName="Dana", LastName="Example") != dana

    def test_half_a_name_is_nobodys_duplicate(self, crelate):
        assert crelate.create(LastName="Sole") != crelate.create(LastName="Sole")

    def test_a_patch_changes_what_it_names(self, crelate, dana):
        change = {"RecordType": 3, "EmailAddresses_Work": email("dana@work.example")}

        answer = crelate.send("PATCH", f"/contacts/{dana}", json={"entity": change})

        assert answer.json()["Data"] == dana
        row = crelate.get(f"/contacts/{dana}")
        assert row["RecordType"] == 3
        assert row["EmailAddresses_Personal"]["Value"] == "dana@example.com"
        assert row["EmailAddresses_Work"]["Value"] == "dana@work.example"

    def test_a_patch_with_a_namesakes_name_is_refused_unless_switched(
        self, crelate, dana
    ):
        change = {"entity": {"FirstName": "Marcus", "LastName": "Webb"}}

        message = crelate.refused("PATCH", f"/contacts/{dana}", 409, json=change)
        assert message == "Duplicate entities found for entity of type _Contacts"

        crelate.sim.set(patch_duplicate_check=False)
        assert (
            crelate.send("PATCH", f"/contacts/{dana}", json=change).status_code == 200
        )
        assert crelate.get(f"/contacts/{dana}")["Name"] == "Webb, Marcus"

    def test_a_deleted_contact_is_gone_everywhere(self, crelate, dana, job):
        crelate.post(f"/jobs/{job}/contacts?contact_ids={dana}", {}, status=200)

        assert crelate.send("DELETE", f"/contacts/{dana}").json()["Data"] is True

        message = crelate.refused("GET", f"/contacts/{dana}", 404)
        assert message == "The requested record was not found"
        assert crelate.get(f"/jobs/{job}/contacts") == []


class TestJobs:
    def test_open_jobs_are_told_by_their_flags(self, crelate):
        jobs = crelate.get("/jobs")

        closed = [job for job in jobs if job["ClosedOn"]]
        held = [job for job in jobs if job["IsOnHold"]]
        leads = [job for job in jobs if job["IsLead"]]
        assert (len(closed), len(held), len(leads)) == (2, 1, 1)
        assert len(jobs) - 4 == 9
        assert jobs[0]["Name"] == "Controls Engineer - Northwind Robotics"
        assert crelate.get(f"/jobs/{jobs[0]['Id']}") == jobs[0]

    def test_a_contact_is_put_on_a_job_with_a_stage(self, crelate, dana, job):
        stages = crelate.get("/workflowstatuses", workflow_type_ids=RECRUITING)
        stage = min(stages, key=lambda stage: stage["SortOrder"])

        done = crelate.post(
            f"/jobs/{job}/contacts?contact_ids={dana}",
            {"statusId": stage["Id"]},
            status=200,
        )

        assert done is True
        assert [row["Id"] for row in crelate.get("/contacts", job_ids=job)] == [dana]
        assert [row["Id"] for row in crelate.get(f"/jobs/{job}/contacts")] == [dana]
        (entry,) = crelate.get(f"/jobs/{job}/contacts/history", contact_id=dana)
        assert entry["Stage"] == {"Id": stage["Id"], "Title": "New"}
        history = f"/jobs/{job}/contacts/history?contact_id={NOBODY}"
        assert crelate.refused("GET", history, 404)

    def test_several_at_once_by_the_stages_name(self, crelate, dana, job):
        ann = crelate.create(FirstName="Ann")

        crelate.post(
            f"/jobs/{job}/contacts?contact_ids={dana},{ann}",
            {"statusName": "maybe"},
            status=200,
        )

        stages = [
            person["jobs"][0]["stage"] for person in crelate.sim.truth()["people"]
        ]
        assert stages == ["Maybe", "Maybe"]

    def test_without_a_stage_it_is_the_first_unless_required(self, crelate, dana, job):
        crelate.sim.set(stage_required=True)
        path = f"/jobs/{job}/contacts?contact_ids={dana}"
        assert crelate.refused("POST", path, 400, json={})

        crelate.sim.set(stage_required=False)
        crelate.post(path, {}, status=200)

        assert crelate.sim.truth()["people"][0]["jobs"][0]["stage"] == "New"

    @pytest.mark.parametrize(
        ("query", "body", "status"),
        [
            ("", {}, 400),
            (f"?contact_ids={NOBODY}", {}, 404),
            ("?contact_ids={dana}", {"entity": {"statusName": "New"}}, 400),
            ("?contact_ids={dana}", {"statusId": NOBODY}, 400),
            ("?contact_ids={dana}", {"statusName": "Perhaps"}, 400),
        ],
    )
    def test_a_wrong_addition_is_refused(self, crelate, dana, job, query, body, status):
        path = f"/jobs/{job}/contacts{query.format(dana=dana)}"

        assert crelate.refused("POST", path, status, json=body)
        assert crelate.sim.truth()["people"][0]["jobs"] == []

    def test_adding_again_changes_nothing_unless_switched(self, crelate, dana, job):
        path = f"/jobs/{job}/contacts?contact_ids={dana}"
        for _ in range(2):
            crelate.post(path, {"statusName": "New"}, status=200)
        assert len(crelate.sim.truth()["people"][0]["jobs"]) == 1

        crelate.sim.set(already_on_job="409")

        assert crelate.refused("POST", path, 409, json={"statusName": "New"})

    def test_a_job_can_be_closed_and_removed_from_outside(self, crelate, dana, job):
        crelate.post(f"/jobs/{job}/contacts?contact_ids={dana}", {}, status=200)

        crelate.sim.close_job(job)
        assert crelate.get(f"/jobs/{job}")["ClosedOn"]
        crelate.sim.remove("job", job)

        assert crelate.refused("GET", f"/jobs/{job}", 404)
        assert crelate.refused(
            "POST", f"/jobs/{job}/contacts?contact_ids=x", 404, json={}
        )
        assert crelate.sim.truth()["people"][0]["jobs"] == []


class TestRecords:
    def test_a_company_is_found_or_made_once(self, crelate):
        new = crelate.post("/companies", {"entity": {"Name": "Acme Widgets"}})
        assert crelate.get(f"/companies/{new}")["Name"] == "Acme Widgets"

        message = crelate.refused(
            "POST", "/companies", 409, json={"entity": {"Name": "ACME widgets"}}
        )

        assert new in message
        assert crelate.get("/companies/search", query="acme")[0]["Id"] == new

    def test_a_missing_required_field_is_a_500_that_names_it(self, crelate):
        message = crelate.refused("POST", "/companies", 500, json={"entity": {}})
        assert "Name" in message

        crelate.sim.set(missing_field_status=400)
        assert crelate.refused("POST", "/notes", 400, json={"entity": {"Display": "x"}})

    def test_a_resume_appears_and_becomes_the_primary_document(self, crelate, dana):
        artifact = crelate.attach(dana).json()["Data"]

        (row,) = crelate.get("/artifacts", parent_ids=dana, is_document="true")
        assert (row["Id"], row["FileName"]) == (artifact, "cv.pdf")
        document = crelate.get(f"/contacts/{dana}")["PrimaryDocumentAttachmentId"]
        assert document == {"Id": artifact, "Title": "cv.pdf"}
        assert crelate.send("GET", f"/artifacts/{artifact}/content").content == PDF
        assert crelate.get("/artifacts")[0] == row
        assert crelate.get("/artifacts", parent_ids=dana, is_document="false") == []

    def test_a_resume_appears_only_after_a_while(self, crelate, dana):
        crelate.sim.set(artifact_delay_ms=60_000)

        artifact = crelate.attach(dana).json()["Data"]

        assert crelate.get("/artifacts", parent_ids=dana) == []
        assert crelate.get(f"/contacts/{dana}")["PrimaryDocumentAttachmentId"] is None
        assert crelate.refused("GET", f"/artifacts/{artifact}/content", 404)

    @pytest.mark.parametrize(
        ("content", "name"),
        [(PDF[:-7], "cv.pdf"), (b"hello", "cv.pdf"), (b"", "cv.doc")],
    )
    def test_an_unreadable_file_is_accepted_and_never_appears(
        self, crelate, dana, content, name
    ):
        assert crelate.attach(dana, content, name).status_code == 201

        assert crelate.get("/artifacts", parent_ids=dana) == []
        assert crelate.sim.truth()["people"][0]["resume"] is None
        assert crelate.sim.truth()["people"][0]["last"] == "File lost"

    def test_other_kinds_of_files_are_readable(self, crelate, dana):
        crelate.attach(dana, b"PK...", "cv.docx")

        assert crelate.sim.truth()["people"][0]["resume"]["name"] == "cv.docx"

    def test_an_uploads_id_may_be_missing(self, crelate, dana):
        crelate.sim.set(artifact_id="null")

        assert crelate.attach(dana).json()["Data"] is None

    def test_a_deleted_file_is_gone(self, crelate, dana):
        artifact = crelate.attach(dana).json()["Data"]

        crelate.send("DELETE", f"/artifacts/{artifact}")

        assert crelate.get("/artifacts", parent_ids=dana) == []

    @pytest.mark.parametrize(
        ("query", "files", "status"),
        [
            ("target_entity_name=Contacts", {"file": ("a.pdf", PDF)}, 400),
            ("target_entity_name=Jobs&target_record_id={}", {"file": ("a", PDF)}, 400),
            (f"target_entity_name=Contacts&target_record_id={NOBODY}", {}, 404),
            ("target_entity_name=Contacts&target_record_id={}", {}, 500),
            (
                "target_entity_name=Contacts&target_record_id={}",
                {"cv": ("a", PDF)},
                500,
            ),
        ],
    )
    def test_a_malformed_upload_is_refused(self, crelate, dana, query, files, status):
        path = f"/artifacts/primary?{query.format(dana)}"

        assert crelate.refused("POST", path, status, files=files or None)

    def test_notes_belong_to_a_contact(self, crelate, dana):
        parent = {"Id": dana, "EntityName": "Contacts"}

        note = crelate.post("/notes", {"entity": {"Display": "Hi", "ParentId": parent}})

        assert crelate.sim.truth()["people"][0]["notes"] == ["Hi"]
        assert crelate.send("DELETE", f"/notes/{note}").status_code == 200
        assert crelate.sim.truth()["people"][0]["notes"] == []

    @pytest.mark.parametrize(
        "entity",
        [
            {"Display": "x", "ParentId": {"EntityName": "Contacts"}},
            {"Display": "x", "ParentId": NOBODY},
            {"Display": "x", "ParentId": {"Id": NOBODY}},
            {"Display": "x", "ParentId": {"Id": NOBODY, "EntityName": "Contacts"}},
        ],
    )
    def test_a_note_needs_its_parent(self, crelate, entity):
        assert crelate.refused("POST", "/notes", 400, json={"entity": entity})

    def test_a_note_is_text(self, crelate, dana):
        parent = {"Id": dana, "EntityName": "Contacts"}
        entity = {"Display": ["x"], "ParentId": parent}

        assert crelate.refused("POST", "/notes", 400, json={"entity": entity})

    @pytest.mark.parametrize("path", ["/contactsources", "/jobtitles"])
    def test_some_look_ups_cannot_be_created_by_api(self, crelate, path):
        assert crelate.get(path)
        assert crelate.refused("POST", path, 403, json={"entity": {"Name": "x"}})

    def test_who_the_key_belongs_to_may_be_known(self, crelate):
        assert crelate.get("/users/self")["Name"] == "Rosa Lindqvist"
        assert crelate.get("/organizations/self")["Name"] == "Demo Staffing"

        crelate.sim.set(users_self="404")

        assert crelate.refused("GET", "/users/self", 404)
        assert crelate.refused("GET", "/organizations/self", 404)

    def test_stages_of_all_workflows_come_without_the_filter(self, crelate):
        assert len(crelate.get("/workflowstatuses")) == 10
        assert len(crelate.get("/workflowstatuses", workflow_type_ids=RECRUITING)) == 6
        assert crelate.get("/artifacttypes")[0]["Name"] == "Resume"


class TestPages:
    def test_the_front_page_shows_who_arrived(self, crelate, dana, job):
        crelate.post(f"/jobs/{job}/contacts?contact_ids={dana}", {}, status=200)
        crelate.attach(dana)

        text = crelate.page("/").text

        for shown in (
            "Arrived (1)",
            "Dana Example",
            "cv.pdf",
            "Resume sent",
            "Marcus Webb",
        ):
            assert shown in text

    def test_the_persons_page_shows_everything_escaped(self, crelate, job):
        company = crelate.get("/companies")[0]["Id"]
        mine = crelate.create(
            FirstName="<script>",
            LastName="Example",
            EmailAddresses_Work=email("dana@example.com"),
            Websites_LinkedIn=email("https://www.linkedin.com/in/dana"),
            Addresses_Home={"City": "Denver", "State": "CO"},
            CurrentPosition={"JobTitle": "Engineer", "CompanyId": {"Id": company}},
        )
        parent = {"Id": mine, "EntityName": "Contacts"}
        crelate.post("/notes", {"entity": {"Display": "a < b", "ParentId": parent}})
        crelate.post(f"/jobs/{job}/contacts?contact_ids={mine}", {}, status=200)
        crelate.attach(mine)
        crelate.attach(mine, b"text", "letter.txt")

        text = crelate.page(f"/contact/{mine.upper()}").text

        for shown in (
            *("&lt;script&gt; Example", "dana@example.com", "Denver, CO"),
            *("href='https://www.linkedin.com/in/dana'", "Engineer at Northwind"),
            *("a &lt; b", "Controls Engineer", "cv.pdf", "<object", "letter.txt"),
        ):
            assert shown in text
        assert "<script>" not in text
        (file, _) = crelate.sim.truth()["people"][0]["files"]
        assert crelate.page(file["address"]).content == PDF
        assert crelate.page(f"/main2/contact/{mine}").status_code == 200

    def test_the_old_links_lead_to_the_person(self, crelate, dana):
        """The id is behind the #: a script forwards, and without it there is a list."""
        go = crelate.page("/go")
        script = crelate.page("/go.js")

        assert "src='/go.js'" in go.text
        assert f"href='/contact/{dana}'" in go.text
        assert "script-src 'self'" in go.headers["Content-Security-Policy"]
        assert script.headers["Content-Type"].startswith("text/javascript")
        assert "location.hash" in script.text

    def test_what_is_not_there_is_404(self, crelate):
        assert crelate.page(f"/contact/{NOBODY}").status_code == 404
        assert crelate.page("/files/x/y.pdf").status_code == 404


def test_the_seeds_are_the_same_at_every_start(crelate):
    before = crelate.get("/jobs")

    crelate.sim.reset()

    assert crelate.get("/jobs") == before


def test_a_demo_candidates_namesake_is_there_already(crelate):
    (marcus,) = crelate.get("/contacts", emails="m.webb@northwind-robotics.example")

    assert marcus["CurrentPosition"]["CompanyId"]["Title"] == "Northwind Robotics"


def test_uploads_appear_after_two_seconds_of_the_runs_own_time(crelate_sim):
    assert 0 < crelate_sim.simulator.settings["artifact_delay_ms"] < 2000
