"""The Ashby simulator answers as the vendor's documents say."""

from __future__ import annotations

import base64
import json

import pytest
import requests

READ_ONLY = ("demo-ashby-key-readonly", "")
PRIYA = "priya.natarajan@example.com"
NOBODY = "00000000-0000-4000-8000-000000000000"
PDF = b"%PDF-1.4\nhello\n%%EOF\n"


class Client:
    """Calls methods the way a careful client would."""

    def __init__(self, sim):
        self.sim, self.session = sim, requests.Session()

    def post(self, method, body=None, *, auth=("demo-ashby-key", ""), **options):
        if not options:
            options = {"json": body or {}}
        url = f"{self.sim.url}/{method}"
        return self.session.post(url, auth=auth, timeout=20, **options)

    def __call__(self, method, **body):
        answer = self.post(method, body).json()
        assert answer["success"], answer
        return answer["results"]

    def refused(self, method, **body):
        """Return the code of a refusal; Ashby answers 200 all the same."""
        answer = self.post(method, body)
        assert answer.status_code == 200
        data = answer.json()
        assert data["success"] is False
        assert data["errors"] == [data["errorInfo"]["code"]]
        assert data["errorInfo"]["requestId"] == answer.headers["x-ashby-request-id"]
        return data["errorInfo"]["code"]

    def page(self, path):
        return self.session.get(f"{self.sim.url}{path}", timeout=20)

    def upload(self, name="cv.pdf", content=PDF, context="CandidateResume", **changes):
        """Return the handle of a file that was uploaded to the presigned address."""
        place = self(
            "file.createFileUploadHandle",
            fileUploadContext=context,
            filename=name,
            contentType="application/pdf",
            contentLength=len(content),
        )
        answer = requests.post(
            place["url"],
            data={**place["fields"], **changes},
            files={"file": (name, content, "application/pdf")},
            timeout=20,
        )
        return place["handle"], answer


@pytest.fixture
def ashby(ashby_sim):
    client = Client(ashby_sim)
    yield client
    client.session.close()


@pytest.fixture
def ada(ashby):
    return ashby("candidate.create", name="Ada Lovelace", email="ada@example.com")["id"]


@pytest.fixture
def job(ashby):
    return ashby("job.search", title="Senior Backend")[0]["id"]


class TestTransport:
    def test_every_answer_carries_its_id_and_version(self, ashby):
        headers = ashby.post("apiKey.info").headers

        assert len(headers["x-ashby-request-id"]) == 26
        assert headers["Ashby-Version"] == "2026-01-01"
        assert headers["Ashby-Version-Status"] == "active"

    def test_no_key_is_401_and_a_wrong_one_403_in_plain_text(self, ashby):
        for auth, status in ((None, 401), (("", ""), 401), (("wrong", ""), 403)):
            answer = ashby.post("job.list", auth=auth)
            assert answer.status_code == status
            assert answer.headers["Content-Type"].startswith("text/plain")

    @pytest.mark.parametrize("header", ["Bearer demo-ashby-key", "Basic %%%"])
    def test_only_basic_signs_in(self, ashby_sim, header):
        answer = requests.post(
            f"{ashby_sim.url}/job.list", json={}, headers={"Authorization": header}
        )

        assert answer.status_code == 401

    def test_the_body_of_a_bad_key_may_be_an_envelope(self, ashby):
        ashby.sim.set(bad_key_body="envelope")

        answer = ashby.post("job.list", auth=("wrong", ""))

        assert answer.status_code == 403
        assert answer.json()["errorInfo"]["code"] == "forbidden"

    def test_an_expired_key_looks_like_a_wrong_one(self, ashby):
        ashby.sim.fault("expired_token")

        assert ashby.post("job.list").status_code == 403

    def test_a_missing_permission_is_403_with_a_code(self, ashby):
        answer = ashby.post("candidate.create", {"name": "A"}, auth=READ_ONLY)

        assert answer.status_code == 403
        info = answer.json()["errorInfo"]
        assert info["code"] == "missing_endpoint_permission"
        assert "candidatesWrite" in info["message"]

    @pytest.mark.parametrize("method", ["candidate.destroy", "candidate.create/", ""])
    def test_an_unknown_path_is_404(self, ashby, method):
        assert ashby.post(method).status_code == 404

    def test_calls_are_posts(self, ashby):
        answer = ashby.session.get(
            f"{ashby.sim.url}/job.list", auth=("demo-ashby-key", "")
        )

        assert answer.status_code == 404

    @pytest.mark.parametrize(
        "options",
        [
            {"data": "{}"},
            {"data": {"a": "b"}},
            {"data": "{", "headers": {"Content-Type": "application/json"}},
            {"json": []},
            {"json": {}, "headers": {"Ashby-Version": "2019-01-01"}},
        ],
    )
    def test_a_wrong_encoding_is_invalid_input(self, ashby, options):
        answer = ashby.post("job.list", **options)

        assert answer.status_code == 200
        assert answer.json()["errorInfo"]["code"] == "invalid_input"

    def test_validation_may_be_a_400(self, ashby):
        ashby.sim.set(validation_status=400)

        assert ashby.post("candidate.create", {}).status_code == 400

    def test_every_third_call_is_throttled(self, ashby):
        ashby.sim.set(throttle_every=3, retry_after=9)

        answers = [ashby.post("job.list") for _ in range(3)]

        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert answers[2].headers["Retry-After"] == "9"
        assert answers[2].json()["errors"] == ["Rate limit exceeded"]
        ashby.sim.set(throttle_every=1, retry_after=0)
        assert "Retry-After" not in ashby.post("job.list").headers

    def test_unknown_keys_are_ignored_unless_switched(self, ashby):
        assert ashby("candidate.create", name="A", company="B")["name"] == "A"

        ashby.sim.set(unknown_keys="invalid_input")

        assert (
            ashby.refused("candidate.create", name="A", company="B") == "invalid_input"
        )

    def test_some_methods_never_take_unknown_keys(self, ashby):
        assert ashby.refused("location.list", colour="red") == "invalid_input"


class TestKeyAndLists:
    def test_the_key_says_its_scopes(self, ashby):
        writing = ashby("apiKey.info")["scopes"]
        reading = ashby.post("apiKey.info", auth=READ_ONLY).json()["results"]["scopes"]

        assert set(writing) - set(reading) == {"candidates:write"}
        assert {"jobs:read", "organization:read", "apiKeys:read"} <= set(reading)

    def test_open_jobs_are_asked_for_by_status(self, ashby):
        everything = {job["status"] for job in ashby("job.list")}
        opened = ashby("job.list", status=["Open"])

        assert everything == {"Open", "Closed", "Archived"}
        assert {job["status"] for job in opened} == {"Open"}
        assert 8 <= len(opened) <= 12
        assert ashby("job.list", status=["Draft"])[0]["openedAt"] is None

    def test_a_status_is_a_list(self, ashby):
        assert ashby.refused("job.list", status="Open") == "invalid_input"
        assert ashby.refused("job.list", status=["Paused"]) == "invalid_input"

    def test_locations_come_only_when_asked_for(self, ashby, job):
        plain = ashby("job.info", id=job)
        whole = ashby("job.info", id=job, expand=["location", "openings"])

        assert "location" not in plain
        assert whole["location"]["name"] == "San Francisco"
        assert whole["openings"] == []

    def test_a_confidential_job_is_missing_not_masked(self, ashby, ada):
        ashby.sim.grant("sees-all", {"jobs:read", "confidential"})
        seen = ashby.post("job.list", auth=("sees-all", "")).json()["results"]
        secret = next(job["id"] for job in seen if job["confidential"])

        assert ashby.refused("job.info", id=secret) == "job_not_found"
        assert ashby("job.search", title="Chief Financial") == []
        code = ashby.refused("application.create", candidateId=ada, jobId=secret)
        assert code == "job_not_found"

    def test_jobs_are_searched_by_title(self, ashby):
        assert len(ashby("job.search", title="engineer")) > 3
        assert ashby("job.search", requisitionId="REQ-1") == []
        assert ashby.refused("job.search") == "invalid_input"

    def test_ids_keep_their_names(self, ashby, job, ada):
        assert ashby.refused("job.info", jobId=job) == "invalid_input"
        assert ashby.refused("candidate.info", candidateId=ada) == "invalid_input"

    @pytest.mark.parametrize(
        ("method", "body"),
        [
            ("job.info", {"id": "seven"}),
            ("job.info", {"id": 7}),
            ("job.list", {"limit": 0}),
            ("job.list", {"limit": 101}),
            ("job.list", {"limit": True}),
            ("job.list", {"limit": "many"}),
            ("job.list", {"includeUnpublishedJobPostingsIds": "maybe"}),
            ("candidate.list", {"createdAfter": "yesterday"}),
        ],
    )
    def test_wrong_values_are_invalid_input(self, ashby, method, body):
        assert ashby.refused(method, **body) == "invalid_input"

    def test_strings_pass_for_numbers_and_booleans(self, ashby):
        body = {"limit": "1", "includeUnpublishedJobPostingsIds": "true"}

        assert len(ashby("job.list", **body)) == 1

    def test_unknown_ids_have_their_own_codes_unless_switched(self, ashby):
        assert ashby.refused("job.info", id=NOBODY) == "job_not_found"
        assert ashby.refused("user.info", userId=NOBODY) == "user_not_found"

        ashby.sim.set(not_found_code="invalid_input")

        assert ashby.refused("candidate.info", id=NOBODY) == "invalid_input"

    def test_pages_follow_their_cursors(self, ashby):
        first = ashby.post("candidate.list", {"limit": 3}).json()
        second = ashby.post(
            "candidate.list", {"limit": 3, "cursor": first["nextCursor"]}
        ).json()

        assert first["moreDataAvailable"] is True
        assert "syncToken" not in first
        assert second["moreDataAvailable"] is False
        assert "nextCursor" not in second
        found = [row["id"] for row in first["results"] + second["results"]]
        assert len(found) == len(set(found)) == 5

    def test_a_sync_token_brings_what_changed_since(self, ashby):
        token = ashby.post("candidate.list").json()["syncToken"]
        for name in ("Ada", "Ben"):
            ashby("candidate.create", name=name)

        first = ashby.post("candidate.list", {"syncToken": token, "limit": 1}).json()
        rest = ashby.post(
            "candidate.list",
            {"syncToken": token, "cursor": first["nextCursor"], "limit": 1},
        ).json()

        assert [row["name"] for row in first["results"] + rest["results"]] == [
            "Ada",
            "Ben",
        ]

    @pytest.mark.parametrize(
        ("key", "value", "code"),
        [
            ("cursor", "%%", "invalid_next_cursor"),
            ("cursor", "W10", "invalid_next_cursor"),
            ("syncToken", "nonsense", "sync_token_invalid"),
        ],
    )
    def test_broken_tokens_have_their_own_codes(self, ashby, key, value, code):
        assert ashby.refused("candidate.list", **{key: value}) == code

    def test_created_after_is_in_milliseconds(self, ashby):
        late = 1_780_000_000_000
        before = {row["name"] for row in ashby("candidate.list", createdAfter=1)}
        after = ashby("candidate.list", createdAfter=late)

        assert "Priya Natarajan" in before
        assert all(
            "Priya" not in row["name"] or row["createdAt"] > "2026-05" for row in after
        )

    def test_sources_repeat_their_titles_under_different_types(self, ashby):
        linkedin = [s for s in ashby("source.list") if s["title"] == "LinkedIn"]

        kinds = {source["sourceType"]["title"] for source in linkedin}
        assert kinds == {"Sourced", "Inbound"}

    def test_deactivated_users_are_left_out(self, ashby):
        active = ashby("user.list", cursor=None, syncToken=None)
        everybody = ashby("user.list", includeDeactivated=True)

        assert all(user["isEnabled"] for user in active)
        assert len(everybody) == len(active) + 1
        found = ashby("user.search", email="MORGAN.ellis@example.com")
        assert found == [ashby("user.info", userId=found[0]["id"])]

    @pytest.mark.parametrize(
        "method",
        [
            "archiveReason.list",
            "candidateTag.list",
            "customField.list",
            "department.list",
            "interviewPlan.list",
            "location.list",
            "project.list",
        ],
    )
    def test_the_small_lists_have_entries(self, ashby, method):
        assert ashby(method)

    def test_stages_belong_to_a_plan(self, ashby):
        plan = ashby("interviewPlan.list")[0]["id"]

        stages = ashby("interviewStage.list", interviewPlanId=plan)

        assert [stage["orderInInterviewPlan"] for stage in stages] == list(range(9))
        assert stages[0]["type"] == "Lead"


class TestCandidates:
    def test_a_bare_create_leaves_keys_out(self, ashby):
        person = ashby("candidate.create", name="Ada Lovelace")

        assert set(person) == {
            *("id", "createdAt", "updatedAt", "name", "emailAddresses", "phoneNumbers"),
            *("socialLinks", "tags", "applicationIds", "fileHandles", "customFields"),
            *("profileUrl", "source", "creditedToUser", "timezone", "fraudStatus"),
        }
        assert (
            person["source"] is person["creditedToUser"] is person["timezone"] is None
        )

    def test_a_full_create_comes_back_whole(self, ashby):
        source, user = ashby("source.list")[0]["id"], ashby("user.list")[0]["id"]

        person = ashby(
            "candidate.create",
            name="Ada Lovelace",
            email="ada@example.com",
            phoneNumber="+44 20 7946 0958",
            linkedInUrl="https://www.linkedin.com/in/ada",
            githubUrl="https://github.com/ada",
            website="https://ada.example.com",
            alternateEmailAddresses=["ada@work.example"],
            sourceId=source,
            creditedToUserId=user,
            location={
                "city": "London",
                "region": "England",
                "country": "United Kingdom",
            },
        )

        primary = {"value": "ada@example.com", "type": "Personal", "isPrimary": True}
        assert person["primaryEmailAddress"] == person["emailAddresses"][0] == primary
        assert person["emailAddresses"][1]["value"] == "ada@work.example"
        assert person["primaryPhoneNumber"]["value"] == "+44 20 7946 0958"
        links = [link["type"] for link in person["socialLinks"]]
        assert links == ["LinkedIn", "GitHub", "Website"]
        assert person["source"]["id"] == source
        assert person["creditedToUser"]["id"] == user
        assert (
            person["location"]["locationSummary"] == "London, England, United Kingdom"
        )
        kinds = [part["type"] for part in person["location"]["locationComponents"]]
        assert kinds == ["Country", "Region", "City"]
        assert ashby("candidate.info", id=person["id"].upper()) == person

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"name": " "},
            {"name": None},
            {"name": "A", "linkedInUrl": "linkedin.com/in/a"},
            {"name": "A", "linkedInUrl": "ftp://x.y/z"},
            {"name": "A", "sourceId": "7"},
            {"name": "A", "location": "London"},
            {"name": "A", "location": {"city": 1}},
            {"name": "A", "alternateEmailAddresses": "a@b.c"},
            {"name": "A", "createdAt": "yesterday"},
        ],
    )
    def test_a_malformed_create_makes_nobody(self, ashby, body):
        assert ashby.refused("candidate.create", **body) == "invalid_input"
        assert ashby.sim.truth()["people"] == []

    def test_unknown_sources_and_users_are_named(self, ashby):
        create = "candidate.create"
        assert ashby.refused(create, name="A", sourceId=NOBODY) == "source_not_found"
        assert (
            ashby.refused(create, name="A", creditedToUserId=NOBODY) == "user_not_found"
        )

    def test_an_email_that_exists_makes_a_second_record_unless_switched(self, ashby):
        first = ashby("candidate.create", name="Priya N", email=PRIYA.upper())
        assert len(ashby("candidate.search", email=PRIYA)) == 2

        ashby.sim.set(existing_email="existing")
        again = ashby("candidate.create", name="P", email=PRIYA)
        assert again["id"] != first["id"]
        assert again["name"] == "Priya Natarajan"

        ashby.sim.set(existing_email="invalid_input")
        assert (
            ashby.refused("candidate.create", name="P", email=PRIYA) == "invalid_input"
        )

    def test_a_malformed_email_is_accepted_unless_switched(self, ashby):
        assert ashby("candidate.create", name="A", email="not an address")

        ashby.sim.set(malformed_email="invalid_input")

        assert (
            ashby.refused("candidate.create", name="A", email="no") == "invalid_input"
        )

    def test_a_place_may_be_left_out(self, ashby):
        ashby.sim.set(location="left_out")

        person = ashby("candidate.create", name="A", location={"city": "Atlantis"})

        assert "location" not in person

    def test_the_search_is_exact_by_email_and_loose_by_name(self, ashby):
        assert ashby("candidate.search", email=PRIYA[:-1]) == []
        assert len(ashby("candidate.search", email=PRIYA.title(), name="NATARAJ")) == 1
        assert ashby("candidate.search", email=PRIYA, name="Maya") == []
        assert ashby("candidate.search", name="maya del")[0]["name"] == "Maya Delgado"
        assert ashby.refused("candidate.search") == "invalid_input"

    def test_new_people_can_stay_unfindable_for_a_while(self, ashby):
        ashby.sim.set(search_lag_ms=60_000)

        new = ashby("candidate.create", name="Ada", email="ada@example.com")

        assert ashby("candidate.search", email="ada@example.com") == []
        assert new["id"] not in [row["id"] for row in ashby("candidate.list")]
        assert ashby("candidate.info", id=new["id"])["name"] == "Ada"

    def test_there_are_no_ids_from_other_systems(self, ashby):
        code = ashby.refused("candidate.info", externalMappingId="hr-7")
        assert code == "candidate_not_found"

    def test_an_update_has_names_of_its_own(self, ashby, ada):
        person = ashby(
            "candidate.update",
            candidateId=ada,
            name="Ada King",
            email="king@example.com",
            alternateEmail="ada@example.com",
            phoneNumber="+44 1",
            linkedInUrl="https://www.linkedin.com/in/ada",
            websiteUrl="https://ada.example.com",
            location={"country": "United Kingdom"},
            sendNotifications=False,
        )

        assert person["name"] == "Ada King"
        values = [entry["value"] for entry in person["emailAddresses"]]
        assert values == ["king@example.com", "ada@example.com"]
        assert [link["type"] for link in person["socialLinks"]] == [
            "LinkedIn",
            "Website",
        ]
        assert person["location"]["locationSummary"] == "United Kingdom"

    def test_social_links_replace_the_whole_list(self, ashby, ada):
        ashby("candidate.update", candidateId=ada, githubUrl="https://github.com/ada")
        links = [{"type": "Twitter", "url": "https://x.com/ada"}]

        person = ashby(
            "candidate.update",
            candidateId=ada,
            socialLinks=links,
            linkedInUrl="https://ignored.example",
        )

        assert person["socialLinks"] == links
        code = ashby.refused(
            "candidate.update", candidateId=ada, socialLinks=[{"url": "x"}]
        )
        assert code == "invalid_input"

    def test_tags_are_put_on_and_taken_off(self, ashby, ada):
        ashby.sim.grant("tagger", {"hiringProcessMetadata:write"})
        made = [
            ashby.post(
                "candidateTag.create", {"title": title}, auth=("tagger", "")
            ).json()
            for title in ("Rust", "rust")
        ]
        tag = made[0]["results"]["id"]
        assert made[0]["results"] == made[1]["results"]

        tagged = ashby("candidate.addTag", candidateId=ada, tagId=tag)
        assert [entry["title"] for entry in tagged["tags"]] == ["Rust"]
        assert ashby("candidate.removeTag", candidateId=ada, tagId=tag)["tags"] == []

    def test_projects_are_pools_of_people(self, ashby, ada):
        pool = ashby("project.search", title="future")[0]["id"]

        ashby("candidate.addProject", candidateId=ada, projectId=pool)
        assert ashby("candidate.listProjects", candidateId=ada)[0]["id"] == pool

        ashby("candidate.removeProject", candidateId=ada, projectId=pool)
        assert ashby("candidate.listProjects", candidateId=ada) == []

    def test_custom_fields_are_set_and_cleared(self, ashby, ada):
        field = ashby("customField.list")[0]["id"]
        target = {"objectId": ada, "objectType": "Candidate"}
        value = {"fieldId": field, "fieldValue": "Three months"}

        assert (
            ashby("customField.setValue", **target, **value)["value"] == "Three months"
        )
        shown = ashby("candidate.info", id=ada)["customFields"]
        assert [entry["value"] for entry in shown] == ["Three months"]

        cleared = [{"fieldId": field, "fieldValue": None}]
        ashby("customField.setValues", **target, values=cleared)
        assert ashby("candidate.info", id=ada)["customFields"] == []

    def test_custom_fields_refuse_what_does_not_fit(self, ashby, ada, job):
        text = ashby("customField.list")[0]["id"]
        choice = next(
            field
            for field in ashby("customField.list")
            if field.get("selectableValues")
        )["id"]
        one = "customField.setValue"
        mine = {"objectId": ada, "objectType": "Candidate"}

        assert ashby.refused(one, **mine, fieldId=text, fieldValue=7) == "invalid_input"
        assert (
            ashby.refused(one, **mine, fieldId=choice, fieldValue="?")
            == "invalid_input"
        )
        answer = ashby(one, **mine, fieldId=choice, fieldValue="yes")
        assert answer["valueLabel"] == "Yes"
        other = {"objectId": job, "objectType": "Job"}
        assert (
            ashby.refused(one, **other, fieldId=text, fieldValue="x") == "invalid_input"
        )
        lost = {"objectId": ada, "objectType": "Opening", "fieldId": text}
        assert ashby.refused(one, **lost, fieldValue="x") == "opening_not_found"
        empty = ashby.refused("customField.setValues", **mine, values=[])
        assert empty == "invalid_input"

    def test_anonymizing_needs_closed_applications(self, ashby, ada, job):
        ashby("application.create", candidateId=ada, jobId=job)
        assert ashby.refused("candidate.anonymize", candidateId=ada) == "invalid_input"

        loner = ashby("candidate.create", name="Lone", email="lone@example.com")["id"]
        emptied = ashby("candidate.anonymize", candidateId=loner)

        assert emptied["id"] == loner
        assert emptied["emailAddresses"] == []
        assert ashby("candidate.search", name="Lone") == []


class TestNotes:
    def test_html_keeps_a_few_tags_only(self, ashby, ada):
        value = (
            "<h1>Head</h1><b>B</b><script>alert(1)</script><p onclick='x'>P &amp; Q</p>"
            "<ul><li>One</li></ul><a href='https://x.y/?a=1&b=2' onclick='z'>x</a>"
            "<a href='javascript:alert(1)'>bad</a><img src=x onerror=alert(1)>"
        )

        note = ashby(
            "candidate.createNote",
            candidateId=ada,
            note={"type": "text/html", "value": value},
        )

        assert note["content"] == (
            "Head<b>B</b>P &amp; Q<ul><li>One</li></ul>"
            '<a href="https://x.y/?a=1&amp;b=2" rel="noreferrer">x</a><a>bad</a>'
        )
        assert note["author"]["email"] == "morgan.ellis@example.com"
        assert "candidateId" not in note

    def test_plain_notes_stay_as_they_are(self, ashby, ada):
        ashby("candidate.createNote", candidateId=ada, note="a < b\nc")
        ashby(
            "candidate.createNote",
            candidateId=ada,
            note={"type": "text/plain", "value": "second"},
            isPrivate=True,
        )

        notes = ashby("candidate.listNotes", candidateId=ada)

        assert [note["content"] for note in notes] == ["a < b\nc", "second"]
        assert ashby.sim.truth()["people"][0]["notes"] == ["a < b\nc", "second"]

    @pytest.mark.parametrize("note", [7, None, {}, {"type": "text/rtf", "value": "x"}])
    def test_other_notes_are_refused(self, ashby, ada, note):
        code = ashby.refused("candidate.createNote", candidateId=ada, note=note)
        assert code == "invalid_input"

    def test_a_note_needs_its_candidate(self, ashby):
        code = ashby.refused("candidate.createNote", candidateId=NOBODY, note="x")
        assert code == "candidate_not_found"


class TestFiles:
    def test_a_resume_is_uploaded_attached_and_served(self, ashby, ada):
        handle, answer = ashby.upload()
        assert answer.status_code == 204

        person = ashby("candidate.uploadResume", candidateId=ada, resumeHandle=handle)

        resume = person["resumeFileHandle"]
        assert resume == person["fileHandles"][0]
        assert resume["name"] == "cv.pdf"
        url = ashby("file.info", fileHandle=resume["handle"])["url"]
        served = requests.get(url)
        assert served.content == PDF
        assert served.headers["Content-Type"] == "application/pdf"
        assert ashby.sim.truth()["people"][0]["resume"]["size"] == len(PDF)

    def test_a_resume_fills_in_what_is_missing(self, ashby, ada):
        priya = ashby("candidate.search", email=PRIYA)[0]["id"]
        handle, _ = ashby.upload()

        new = ashby("candidate.uploadResume", candidateId=ada, resumeHandle=handle)
        old = ashby("candidate.uploadResume", candidateId=priya, resumeHandle=handle)

        assert new["position"] == "Position from the resume"
        assert old["position"] == "Senior Software Engineer"
        assert old["school"] == "School from the resume"

    def test_parsing_may_do_nothing_or_come_later(self, ashby, ada):
        handle, _ = ashby.upload()
        ashby.sim.set(resume_parsing="nothing")
        body = {"candidateId": ada, "resumeHandle": handle}
        assert "position" not in ashby("candidate.uploadResume", **body)

        ashby.sim.set(resume_parsing="later")
        assert "position" not in ashby("candidate.uploadResume", **body)

        for timer in ashby.sim.simulator._timers:
            timer.join(10)
        assert "position" in ashby("candidate.info", id=ada)

    def test_parsing_that_comes_too_late_finds_nobody(self, ashby, ada):
        handle, _ = ashby.upload()
        ashby.sim.set(resume_parsing="later")
        ashby("candidate.uploadResume", candidateId=ada, resumeHandle=handle)

        ashby.sim.remove("person", ada)
        for timer in ashby.sim.simulator._timers:
            timer.join(10)

        assert ashby.refused("candidate.info", id=ada) == "candidate_not_found"

    def test_another_file_does_not_become_the_resume(self, ashby, ada):
        handle, _ = ashby.upload("letter.txt", b"Dear", "CandidateFiles")

        person = ashby("candidate.uploadFile", candidateId=ada, fileHandle=handle)

        assert [file["name"] for file in person["fileHandles"]] == ["letter.txt"]
        assert "resumeFileHandle" not in person

    def test_the_old_form_still_works(self, ashby, ada):
        answer = ashby.post(
            "candidate.uploadResume",
            data={"candidateId": ada},
            files={"resume": ("cv.pdf", PDF, "application/pdf")},
        )

        assert answer.json()["results"]["resumeFileHandle"]["name"] == "cv.pdf"

    @pytest.mark.parametrize(
        "options",
        [
            {"data": {"candidateId": "7"}, "files": {"resume": ("cv.pdf", PDF)}},
            {"data": {"candidateId": NOBODY}, "files": {"cv": ("cv.pdf", PDF)}},
            {"data": b"x", "headers": {"Content-Type": "multipart/form-data"}},
        ],
    )
    def test_a_wrong_form_is_invalid_input(self, ashby, options):
        answer = ashby.post("candidate.uploadResume", **options).json()

        assert answer["errorInfo"]["code"] == "invalid_input"

    def test_a_handle_serves_its_purpose_only(self, ashby, ada):
        handle, _ = ashby.upload(context="CandidateFiles")
        unsent = ashby(
            "file.createFileUploadHandle",
            fileUploadContext="CandidateResume",
            filename="cv.pdf",
            contentType="application/pdf",
            contentLength=5,
        )["handle"]
        forged = base64.b64encode(json.dumps({"upload": NOBODY}).encode()).decode()

        for wrong in (handle, unsent, forged, "nonsense"):
            code = ashby.refused(
                "candidate.uploadResume", candidateId=ada, resumeHandle=wrong
            )
            assert code == "invalid_input"

    def test_the_upload_is_as_strict_as_s3(self, ashby):
        _, forged = ashby.upload(policy="forged")
        assert (forged.status_code, "AccessDenied" in forged.text) == (403, True)
        _, keyless = ashby.upload(key="elsewhere")
        assert keyless.status_code == 403
        address = f"{ashby.sim.url}/presigned-uploads"
        assert requests.post(address, data="x").status_code == 400
        assert requests.post(address, files={"other": b"x"}).status_code == 400
        signed = requests.post(
            address, files={"file": b"x"}, auth=("demo-ashby-key", "")
        )
        assert signed.status_code == 400

    @pytest.mark.parametrize(
        ("how", "status"),
        [
            ("invalid_input", 200),
            ("unknown_endpoint", 404),
            ("missing_permission", 403),
        ],
    )
    def test_upload_handles_may_not_be_available(self, ashby, how, status):
        ashby.sim.set(upload_handles=how)
        body = {
            "fileUploadContext": "CandidateResume",
            "filename": "cv.pdf",
            "contentType": "application/pdf",
            "contentLength": 5,
        }

        answer = ashby.post("file.createFileUploadHandle", body)

        assert answer.status_code == status
        assert '"success": true' not in answer.text
        assert ashby("candidate.search", name="Nobody") == []

    def test_the_file_store_may_refuse_everything(self, ashby):
        ashby.sim.set(file_store="refuses")

        _, answer = ashby.upload()

        assert (answer.status_code, "AccessDenied" in answer.text) == (403, True)

    def test_an_upload_address_expires_after_ten_minutes(self, ashby, monkeypatch):
        place = ashby(
            "file.createFileUploadHandle",
            fileUploadContext="CandidateResume",
            filename="cv.pdf",
            contentType="application/pdf",
            contentLength=5,
        )
        (upload,) = ashby.sim.simulator.store.rows("uploads")
        ashby.sim.simulator.store.change("uploads", upload["id"], expires=0)

        answer = requests.post(
            place["url"], data=place["fields"], files={"file": b"%PDF"}
        )

        assert answer.status_code == 403

    def test_the_announced_length_can_be_enforced(self, ashby):
        ashby.sim.set(content_length="enforced")
        assert ashby.upload()[1].status_code == 204
        place = ashby(
            "file.createFileUploadHandle",
            fileUploadContext="CandidateResume",
            filename="cv.pdf",
            contentType="application/pdf",
            contentLength=5,
        )

        answer = requests.post(
            place["url"], data=place["fields"], files={"file": b"four"}
        )

        assert answer.status_code == 400

    def test_an_unknown_file_is_refused(self, ashby):
        handle = base64.b64encode(b'{"handle": {"fileId": "x"}}').decode()

        assert ashby.refused("file.info", fileHandle=handle) == "file_not_found"
        assert ashby.refused("file.info", fileHandle="nonsense") == "invalid_input"


class TestApplications:
    def test_a_new_application_is_a_lead(self, ashby, ada, job):
        application = ashby("application.create", candidateId=ada, jobId=job)

        assert application["status"] == "Lead"
        assert application["currentInterviewStage"]["title"] == "New Lead"
        assert application["source"] is application["creditedToUser"] is None
        assert application["archiveReason"] is None
        assert application["applicationHistory"][0]["stageNumber"] == 0
        assert "archivedAt" not in application
        assert ashby("candidate.info", id=ada)["applicationIds"] == [application["id"]]
        info = ashby("application.info", applicationId=application["id"])
        assert info == application
        found = ashby("application.list", jobId=job, status="Lead")
        assert [row["candidate"]["id"] for row in found] == [ada]
        (person,) = ashby.sim.truth()["people"]
        assert person["jobs"] == [
            {"id": job, "title": "Senior Backend Engineer", "stage": "New Lead"}
        ]

    def test_a_second_application_is_refused_unless_switched(self, ashby, ada, job):
        body = {"candidateId": ada, "jobId": job}
        ashby("application.create", **body)
        assert ashby.refused("application.create", **body) == "invalid_input"

        ashby.sim.set(second_application="second_record")

        assert ashby("application.create", **body)["status"] == "Lead"

    def test_a_closed_job_is_open_to_applications_unless_switched(self, ashby, ada):
        closed = ashby("job.list", status=["Closed"])
        assert ashby("application.create", candidateId=ada, jobId=closed[0]["id"])

        ashby.sim.set(closed_job="invalid_input")

        body = {"candidateId": ada, "jobId": closed[1]["id"]}
        assert ashby.refused("application.create", **body) == "invalid_input"

    def test_a_job_can_be_closed_and_removed_from_outside(self, ashby, ada, job):
        ashby("application.create", candidateId=ada, jobId=job)

        ashby.sim.close_job(job)
        assert ashby("job.info", id=job)["status"] == "Closed"
        ashby.sim.remove("job", job)

        assert ashby.refused("job.info", id=job) == "job_not_found"
        assert ashby("candidate.info", id=ada)["applicationIds"] == []

    @pytest.mark.parametrize(
        ("body", "code"),
        [
            ({"candidateId": NOBODY}, "candidate_not_found"),
            ({"jobId": NOBODY}, "job_not_found"),
            ({"sourceId": NOBODY}, "source_not_found"),
            ({"creditedToUserId": NOBODY}, "user_not_found"),
            ({"interviewPlanId": NOBODY}, "interview_plan_not_found"),
            ({"interviewStageId": NOBODY}, "interview_stage_not_found"),
            ({"interviewStageId": "first"}, "invalid_input"),
        ],
    )
    def test_unknown_ids_are_named(self, ashby, ada, job, body, code):
        whole = {"candidateId": ada, "jobId": job, **body}
        assert ashby.refused("application.create", **whole) == code

    def test_a_stage_can_be_chosen(self, ashby, ada, job):
        plan = ashby("interviewPlan.list")[0]["id"]
        stages = ashby("interviewStage.list", interviewPlanId=plan)
        jobs = [row["id"] for row in ashby("job.list", status=["Open"])]
        history = [
            {"stageId": stage["id"], "stageNumber": n, "enteredStageAt": "2026-10-01"}
            for n, stage in enumerate(stages[:2])
        ]
        given = (
            ({"interviewStageId": "FirstPreInterviewScreen"}, "Application Review"),
            ({"interviewStageId": stages[4]["id"]}, "Recruiter Screen"),
            ({"applicationHistory": history}, "Reached Out"),
        )

        for number, (body, title) in enumerate(given):
            whole = {"candidateId": ada, "jobId": jobs[number], **body}
            stage = ashby("application.create", **whole)["currentInterviewStage"]
            assert stage["title"] == title

    def test_an_application_moves_and_is_archived_with_a_reason(self, ashby, ada, job):
        plan = ashby("interviewPlan.list")[0]["id"]
        stages = {
            stage["title"]: stage["id"]
            for stage in ashby("interviewStage.list", interviewPlanId=plan)
        }
        reason = ashby("archiveReason.list")[0]["id"]
        made = ashby("application.create", candidateId=ada, jobId=job)["id"]
        move = {"applicationId": made, "interviewStageId": stages["Onsite"]}
        archive = {"applicationId": made, "interviewStageId": stages["Archived"]}
        change = "application.changeStage"

        assert ashby(change, **move)["status"] == "Active"
        assert ashby.refused(change, **archive) == "invalid_input"
        assert ashby.refused(change, **move, archiveReasonId=reason) == "invalid_input"
        lost = ashby.refused(change, **archive, archiveReasonId=NOBODY)
        assert lost == "archive_reason_not_found"
        archived = ashby(change, **archive, archiveReasonId=reason)
        assert archived["status"] == "Archived"
        assert archived["archiveReason"]["id"] == reason
        assert archived["archivedAt"]
        assert ashby("candidate.anonymize", candidateId=ada)["id"] == ada

    def test_changes_need_an_application_and_a_stage(self, ashby, ada, job):
        made = ashby("application.create", candidateId=ada, jobId=job)["id"]
        change = "application.changeStage"

        code = ashby.refused(change, applicationId=NOBODY, interviewStageId=NOBODY)
        assert code == "application_not_found"
        code = ashby.refused(change, applicationId=made, interviewStageId=NOBODY)
        assert code == "interview_stage_not_found"

    def test_source_and_credit_are_the_applications_own(self, ashby, ada, job):
        source, user = ashby("source.list")[0]["id"], ashby("user.list")[0]["id"]
        made = ashby("application.create", candidateId=ada, jobId=job)["id"]

        updated = ashby(
            "application.update",
            applicationId=made,
            sourceId=source,
            creditedToUserId=user,
            sendNotifications=False,
        )
        cleared = ashby("application.changeSource", applicationId=made, sourceId=None)

        assert (updated["source"]["id"], updated["creditedToUser"]["id"]) == (
            source,
            user,
        )
        assert cleared["source"] is None
        assert ashby("candidate.info", id=ada)["source"] is None
        code = ashby.refused("application.changeSource", applicationId=made)
        assert code == "invalid_input"
        code = ashby.refused(
            "application.changeSource", applicationId=made, sourceId=NOBODY
        )
        assert code == "source_not_found"

    def test_an_application_is_found_by_its_id(self, ashby, ada, job):
        handle, _ = ashby.upload()
        ashby("candidate.uploadResume", candidateId=ada, resumeHandle=handle)
        made = ashby("application.create", candidateId=ada, jobId=job)["id"]

        info = ashby("application.info", applicationId=made, expand=["openings"])

        assert info["openings"] == []
        assert info["resumeFileHandle"]["name"] == "cv.pdf"
        assert ashby.refused("application.info") == "invalid_input"
        form = ashby.refused("application.info", submittedFormInstanceId=NOBODY)
        assert form == "application_not_found"
        assert any(row["id"] == made for row in ashby("application.list"))


class TestPages:
    def test_the_front_page_shows_who_arrived(self, ashby, ada, job):
        ashby("application.create", candidateId=ada, jobId=job)
        handle, _ = ashby.upload()
        ashby("candidate.uploadResume", candidateId=ada, resumeHandle=handle)

        text = ashby.page("/").text

        assert "Arrived (1)" in text
        assert "Ada Lovelace" in text
        assert "Resume added" in text
        assert "cv.pdf" in text
        assert "Priya Natarajan" in text

    def test_the_profile_link_leads_to_the_persons_page(self, ashby, job):
        tag = ashby("candidateTag.list")[0]["id"]
        pool = ashby("project.list")[0]["id"]
        field = ashby("customField.list")[0]["id"]
        person = ashby(
            "candidate.create",
            name="<script>Ada",
            email="ada@example.com",
            linkedInUrl="https://www.linkedin.com/in/ada",
            creditedToUserId=ashby("user.list")[0]["id"],
            location={"city": "London"},
        )
        mine = person["id"]
        ashby("application.create", candidateId=mine, jobId=job)
        ashby("candidate.addTag", candidateId=mine, tagId=tag)
        ashby("candidate.addProject", candidateId=mine, projectId=pool)
        ashby(
            "customField.setValue",
            objectId=mine,
            objectType="Candidate",
            fieldId=field,
            fieldValue="Soon",
        )
        bold = {"type": "text/html", "value": "<b>History</b>"}
        ashby("candidate.createNote", candidateId=mine, note=bold)
        ashby("candidate.createNote", candidateId=mine, note="a < b")
        handle, _ = ashby.upload()
        ashby("candidate.uploadResume", candidateId=mine, resumeHandle=handle)
        ashby(
            "candidate.uploadFile",
            candidateId=mine,
            fileHandle=ashby.upload("letter.txt", b"Dear", "CandidateFiles")[0],
        )

        assert person["profileUrl"].startswith(ashby.sim.url)
        text = requests.get(person["profileUrl"]).text

        for shown in (
            *(
                "&lt;script&gt;Ada",
                "ada@example.com",
                "https://www.linkedin.com/in/ada",
            ),
            *("London", "Morgan Ellis", "Do not contact", "Future leaders"),
            *("Notice period: Soon", "<b>History</b>", "a &lt; b", "cv.pdf (resume)"),
            *("letter.txt", "Senior Backend Engineer", "New Lead"),
        ):
            assert shown in text
        assert "<script>" not in text
        feed = requests.get(f"{person['profileUrl']}/applications/x/feed")
        assert feed.status_code == 200

    def test_a_file_that_is_no_pdf_is_downloaded(self, ashby, ada):
        handle, _ = ashby.upload("cv.html", b"<script>", "CandidateFiles")
        ashby("candidate.uploadFile", candidateId=ada, fileHandle=handle)
        (file,) = ashby.sim.truth()["people"][0]["files"]

        served = ashby.page(file["address"])

        assert served.headers["Content-Disposition"].startswith("attachment")

    def test_what_is_not_there_is_404(self, ashby):
        profile = f"/candidate-searches/new/right-side/candidates/{NOBODY}"
        assert ashby.page(profile).status_code == 404
        assert ashby.page("/files/x/y.pdf").status_code == 404


def test_the_seeds_are_the_same_at_every_start(ashby):
    before = ashby("job.list")

    ashby.sim.reset()

    assert ashby("job.list") == before


def test_a_demo_candidate_is_there_already(ashby):
    (priya,) = ashby("candidate.search", email=PRIYA)

    assert priya["name"] == "Priya Natarajan"
    assert priya["company"] == "Lumen Analytics"
    assert "Priya Natarajan" not in [p["name"] for p in ashby.sim.truth()["people"]]
