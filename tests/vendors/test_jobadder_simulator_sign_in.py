"""The JobAdder simulator signs users in and hands out tokens as documented."""

from __future__ import annotations

import pytest
import requests

from integrations.vendors.jobadder.simulator import JobAdderSimulator

from .jobadder_client import CALLBACK, CLIENT, NARROW, Client, SignIn, error


@pytest.fixture
def sim():
    running = JobAdderSimulator().start()
    yield running
    running.stop()


@pytest.fixture
def sign_in(sim):
    return SignIn(sim)


@pytest.fixture
def jobadder(sim):
    client = Client(sim)
    yield client
    client.session.close()


class TestSignIn:
    def test_the_pages_are_plain_forms_that_a_browser_shows(self, sign_in):
        page = requests.get(sign_in.authorize_url(), timeout=20)

        assert page.status_code == 200
        assert "Sign in to JobAdder" in page.text
        assert "robin (may grant access)" in page.text
        assert "<script" not in page.text
        policy = page.headers["Content-Security-Policy"]
        assert "form-action 'self'" in policy
        assert "script-src" not in policy

    def test_the_consent_names_the_application_the_rights_and_the_user(self, sign_in):
        ticket = sign_in.ticket()
        form = {"ticket": ticket, "username": "robin", "password": "demo"}

        page = requests.post(f"{sign_in.sim.url}/login", data=form, timeout=20)

        for shown in ("127.0.0.1:8000", "Manage candidates", "Robin", "Harbour Talent"):
            assert shown in page.text
        assert "value='allow'>Allow<" in page.text
        assert "value='refuse'>Refuse<" in page.text
        # A browser may follow the redirect that answers the form.
        assert "http://127.0.0.1:8000" in page.headers["Content-Security-Policy"]

    def test_agreeing_sends_a_code_and_the_state_back(self, sign_in):
        sent = sign_in.sent_to()

        assert sent["state"] == "s 1&"
        assert len(sent["code"]) == 32

    def test_without_a_state_there_is_none(self, sign_in):
        assert set(sign_in.sent_to(state=None)) == {"code"}

    def test_the_callback_keeps_its_own_question(self, sim, sign_in):
        address = f"{CALLBACK}?from=here"
        where = JobAdderSimulator.consent(sign_in.authorize_url(redirect_uri=address))

        assert where.startswith(f"{address}&code=")

    def test_refusing_is_access_denied(self, sim, sign_in):
        assert sign_in.sent_to(decision="refuse") == {
            "error": "access_denied",
            "state": "s 1&",
        }

        sim.set(refusal="bare")
        assert sign_in.sent_to(decision="refuse") == {"error": "access_denied"}

        sim.set(refusal="described")
        assert "error_description" in sign_in.sent_to(decision="refuse")

    def test_a_wrong_password_asks_again(self, sign_in):
        ticket = sign_in.ticket()
        for user, password in (("robin", "wrong"), ("nobody", "demo"), ("", "")):
            form = {"ticket": ticket, "username": user, "password": password}
            page = requests.post(f"{sign_in.sim.url}/login", data=form, timeout=20)
            assert "The user name or the password is wrong." in page.text
            assert "Allow" not in page.text

    def test_agreeing_without_signing_in_is_not_possible(self, sign_in):
        ticket = sign_in.ticket()
        form = {"ticket": ticket, "decision": "allow"}

        page = requests.post(
            f"{sign_in.sim.url}/connect/consent",
            data=form,
            timeout=20,
            allow_redirects=False,
        )

        assert page.status_code == 200
        assert "Sign in to JobAdder" in page.text

    def test_an_email_address_signs_in_as_well(self, sign_in):
        assert sign_in.code("Robin@harbour-talent.example")

    def test_the_special_permission_is_enough(self, sign_in):
        assert sign_in.code("sam")

    def test_others_cannot_allow_it_and_are_told_who_can(self, sim, sign_in):
        with pytest.raises(ValueError, match="Only JobAdder administrators"):
            sign_in.sent_to("kim")
        assert sign_in.sent_to("kim", "refuse")["error"] == "access_denied"

        sim.set(not_admin="access_denied")

        assert sign_in.sent_to("kim")["error"] == "access_denied"

    @pytest.mark.parametrize(
        "changes",
        [
            {"client_id": "somebody-else"},
            {"client_id": None},
            {"redirect_uri": None},
            {"redirect_uri": "https://evil.example/signed-in/jobadder/"},
            {"redirect_uri": "http://127.0.0.1@evil.example/signed-in/jobadder/"},
            {"redirect_uri": "http://127.0.0.1:8000/elsewhere/"},
            {"redirect_uri": "http://127.0.0.1:8000/signed-in/jobadder/#part"},
            {"redirect_uri": "javascript://127.0.0.1/signed-in/jobadder/"},
            {"redirect_uri": "http://[broken/signed-in/jobadder/"},
        ],
    )
    def test_an_unknown_client_or_address_is_never_redirected_to(
        self, sign_in, changes
    ):
        answer = requests.get(
            sign_in.authorize_url(**changes), timeout=20, allow_redirects=False
        )

        assert answer.status_code == 400
        assert "Location" not in answer.headers

    def test_addresses_can_be_registered_exactly_or_by_prefix(self, sim, sign_in):
        sim.set(redirect_uris="https://a.example/done https://b.example/ats/*")

        assert sign_in.code(redirect_uri="https://a.example/done")
        assert sign_in.code(redirect_uri="https://b.example/ats/callback")
        for address in ("https://a.example/done/", "https://b.example/", CALLBACK):
            url = sign_in.authorize_url(redirect_uri=address)
            assert requests.get(url, timeout=20).status_code == 400

    @pytest.mark.parametrize(
        ("changes", "told"),
        [
            ({"scope": "read_everything"}, "invalid_scope"),
            ({"scope": "jobadder.api"}, "invalid_scope"),
            ({"scope": ""}, "invalid_scope"),
            ({"scope": None}, "invalid_scope"),
            ({"scope": "offline_access"}, "invalid_scope"),
            ({"response_type": "token"}, "unsupported_response_type"),
            ({"response_type": None}, "unsupported_response_type"),
        ],
    )
    def test_what_the_application_asks_wrongly_goes_back_to_it(
        self, sign_in, changes, told
    ):
        assert sign_in.sent_to(**changes) == {"error": told, "state": "s 1&"}

    def test_a_scope_without_approval_is_invalid(self, sim, sign_in):
        sim.set(unapproved_scopes="write_candidate read_placement")

        assert sign_in.sent_to()["error"] == "invalid_scope"

    def test_a_sign_in_page_does_not_last_for_ever(self, sim, sign_in):
        ticket = sign_in.ticket()
        sim.set(clock_ahead_s=1801)
        form = {"ticket": ticket, "username": "robin", "password": "demo"}

        for path in ("/login", "/connect/consent"):
            answer = requests.post(f"{sim.url}{path}", data=form, timeout=20)
            assert answer.status_code == 400
            assert "expired" in answer.text


class TestTokens:
    def test_a_code_buys_tokens_and_the_accounts_address(self, sim, sign_in):
        reply = sign_in.tokens()

        assert set(reply) == {
            *("access_token", "expires_in", "token_type", "refresh_token"),
            *("api", "instance", "account"),
        }
        assert (reply["expires_in"], reply["token_type"]) == (3600, "Bearer")
        assert reply["api"] == f"{sim.url}/v2/"
        assert (reply["instance"], reply["account"]) == ("eu2", 1234)

    @pytest.mark.parametrize(
        ("address", "api"),
        [
            ("{origin}/v2", "{origin}/v2"),
            ("{origin}/", "{origin}/"),
            ("{origin}", "{origin}"),
            ("https://eu2api.jobadder.com/v2/", "https://eu2api.jobadder.com/v2/"),
            ("", None),
        ],
    )
    def test_the_address_comes_in_several_forms(self, sim, sign_in, address, api):
        sim.set(api_address=address)

        found = sign_in.tokens().get("api")

        assert found == (api and api.replace("{origin}", sim.url))

    def test_instance_and_account_may_be_absent_and_the_scope_present(
        self, sim, sign_in
    ):
        sim.set(names_account=False, scope_in_reply=True)

        reply = sign_in.tokens()

        assert not {"instance", "account"} & set(reply)
        assert reply["scope"] == NARROW

    def test_without_offline_access_there_is_no_refresh_token(self, sim, sign_in):
        assert "refresh_token" not in sign_in.tokens(scope="read_job")

        sim.set(refresh_tokens="never")
        assert "refresh_token" not in sign_in.tokens()

    def test_a_code_works_once(self, sign_in):
        code = sign_in.code()
        assert sign_in.exchange(code).status_code == 200

        assert error(sign_in.exchange(code)) == (400, "invalid_grant")

    def test_a_code_lives_five_minutes(self, sim, sign_in):
        early, late = sign_in.code(), sign_in.code()
        sim.set(clock_ahead_s=295)
        assert sign_in.exchange(early).status_code == 200

        sim.set(clock_ahead_s=301)

        assert error(sign_in.exchange(late)) == (400, "invalid_grant")

    @pytest.mark.parametrize(
        ("changes", "told"),
        [
            (
                {"redirect_uri": "http://127.0.0.1:8000/other/signed-in/jobadder/"},
                "invalid_grant",
            ),
            ({"redirect_uri": ""}, "invalid_request"),
            ({"code": "unknown"}, "invalid_grant"),
            ({"code": ""}, "invalid_request"),
            ({"client_id": "other"}, "invalid_client"),
            ({"client_secret": "wrong"}, "invalid_client"),
            ({"client_secret": ""}, "invalid_client"),
            ({"grant_type": "password"}, "unsupported_grant_type"),
            ({"grant_type": ""}, "invalid_request"),
        ],
    )
    def test_a_wrong_exchange_says_what_is_wrong(self, sign_in, changes, told):
        answer = sign_in.exchange(sign_in.code(), **changes)

        assert error(answer) == (400, told)

    def test_a_wrong_client_may_be_a_401(self, sim, sign_in):
        sim.set(invalid_client_status=401)

        answer = sign_in.exchange(sign_in.code(), client_secret="wrong")

        assert error(answer) == (401, "invalid_client")

    def test_credentials_and_parameters_belong_into_a_form(self, sim, sign_in):
        url = f"{sim.url}/connect/token"
        form = {"grant_type": "authorization_code", "redirect_uri": CALLBACK}
        basic = (CLIENT["client_id"], CLIENT["client_secret"])

        in_header = requests.post(
            url, data={**form, "code": sign_in.code()}, auth=basic, timeout=20
        )
        as_json = requests.post(
            url, json={**form, **CLIENT, "code": sign_in.code()}, timeout=20
        )

        assert error(in_header) == (400, "invalid_client")
        assert error(as_json) == (400, "invalid_request")
        assert requests.get(url, timeout=20).status_code == 404

    def test_a_refresh_brings_new_tokens_and_ends_the_old_one(self, sign_in):
        first = sign_in.tokens()
        second = sign_in.refresh(first["refresh_token"]).json()

        assert set(second) == set(first)
        for name in ("access_token", "refresh_token"):
            assert second[name] != first[name]
        again = sign_in.refresh(first["refresh_token"])
        assert error(again) == (400, "invalid_grant")
        assert sign_in.refresh(second["refresh_token"]).status_code == 200

    def test_an_old_refresh_token_may_live_on_for_a_minute(self, sim, sign_in):
        sim.set(old_refresh_token="lives_a_minute")
        token = sign_in.tokens()["refresh_token"]
        assert sign_in.refresh(token).status_code == 200

        sim.set(clock_ahead_s=50)
        assert sign_in.refresh(token).status_code == 200

        sim.set(clock_ahead_s=61)
        assert error(sign_in.refresh(token)) == (400, "invalid_grant")

    def test_a_refresh_token_dies_after_two_idle_weeks(self, sim, sign_in):
        weeks = 14 * 86_400
        token = sign_in.tokens()["refresh_token"]
        sim.set(clock_ahead_s=weeks - 60)
        renewed = sign_in.refresh(token).json()["refresh_token"]

        sim.set(clock_ahead_s=2 * weeks - 120)
        used = sign_in.refresh(renewed).json()["refresh_token"]
        sim.set(clock_ahead_s=4 * weeks)

        assert error(sign_in.refresh(used)) == (400, "invalid_grant")

    @pytest.mark.parametrize(
        ("changes", "told"),
        [
            ({"refresh_token": "unknown"}, "invalid_grant"),
            ({"refresh_token": ""}, "invalid_request"),
            ({"client_secret": "wrong"}, "invalid_client"),
        ],
    )
    def test_a_wrong_refresh_says_what_is_wrong(self, sign_in, changes, told):
        token = sign_in.tokens()["refresh_token"]

        assert error(sign_in.refresh(token, **changes)) == (400, told)
        # Nothing of that used the token up.
        assert sign_in.refresh(token).status_code == 200

    def test_an_access_token_lives_an_hour(self, sim, jobadder):
        sim.set(clock_ahead_s=3590)
        assert jobadder.call("GET", "/jobs").status_code == 200

        sim.set(clock_ahead_s=3601)

        assert jobadder.call("GET", "/jobs").status_code == 401

    def test_its_lifetime_is_a_setting(self, sim, sign_in):
        sim.set(token_lifetime_s=5)

        assert sign_in.tokens()["expires_in"] == 5

    def test_removing_the_user_ends_every_token(self, sim, jobadder):
        refresh_token = jobadder.granted["refresh_token"]
        sim.revoke("robin")

        assert jobadder.call("GET", "/jobs").status_code == 401
        answer = jobadder.sign_in.refresh(refresh_token)
        assert error(answer) == (400, "invalid_grant")
        sim.set(gone_user="invalid_request")
        answer = jobadder.sign_in.refresh(refresh_token)
        assert error(answer) == (400, "invalid_request")
        # Even if somebody of that name comes back.
        sim.grant("robin")
        assert jobadder.call("GET", "/jobs").status_code == 401
        assert error(jobadder.sign_in.refresh(refresh_token))[1] == "invalid_request"
        assert Client(sim).get("/jobs")

    def test_faults_reach_the_user_behind_a_token(self, sim, jobadder):
        sim.fault("expired_token", match="/v2/jobs")
        assert jobadder.call("GET", "/jobs").status_code == 401
        assert jobadder.call("GET", "/jobs").status_code == 200

        refresh_token = jobadder.granted["refresh_token"]
        sim.fault("expired_token", match="/connect/token")
        assert error(jobadder.sign_in.refresh(refresh_token)) == (400, "invalid_grant")
        assert jobadder.sign_in.refresh(refresh_token).status_code == 200

        sim.fault("revoke_key", match="/v2/jobs")
        assert jobadder.call("GET", "/jobs").status_code == 401
        with pytest.raises(ValueError, match="wrong"):
            jobadder.sign_in.code()

    def test_a_user_can_be_defined_with_some_scopes(self, sim):
        sim.grant("reader", ["read_job", "read_candidate"])
        reader = Client(sim, "reader", scope=NARROW)

        assert reader.get("/jobs")
        assert reader.call("GET", "/applications").status_code == 403
        assert "refresh_token" not in reader.granted
        sim.grant("reader", ["read_job"])
        assert reader.call("GET", "/candidates").status_code == 403

    def test_tokens_outlive_a_restart(self, tmp_path):
        first = JobAdderSimulator(tmp_path).start()
        client = Client(first)
        person = client.create()
        first.stop()

        second = JobAdderSimulator(tmp_path).start()
        client.sim = second
        assert client.get(f"/candidates/{person}")["firstName"] == "Ada"
        renewed = SignIn(second).refresh(client.granted["refresh_token"])
        second.stop()

        assert renewed.status_code == 200

    def test_no_secret_is_in_what_is_remembered(self, sim, jobadder):
        jobadder.sign_in.refresh(jobadder.granted["refresh_token"])

        remembered = str(sim.requests())

        for secret in (*jobadder.granted.values(), CLIENT["client_secret"]):
            if isinstance(secret, str) and len(secret) > 10 and "http" not in secret:
                assert secret not in remembered
