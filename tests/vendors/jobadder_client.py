"""A careful client of the JobAdder simulator: it signs in, and it calls the API."""

from __future__ import annotations

from urllib.parse import parse_qs, urlencode

import requests

from integrations.vendors.jobadder.simulator import JobAdderSimulator

CALLBACK = "http://127.0.0.1:8000/settings/ats/signed-in/jobadder/"
CLIENT = {"client_id": "pinsync-demo", "client_secret": "demo-jobadder-secret"}
NARROW = (
    "read_user read_job read_candidate write_candidate read_jobapplication "
    "write_jobapplication read_candidate_note write_candidate_note offline_access"
)
PDF = b"%PDF-1.4\nhello\n%%EOF\n"
NOBODY = 99_999_999
ADA = {"firstName": "Ada", "lastName": "Lovelace", "email": "ada@example.com"}


class SignIn:
    """The sign-in as an application and a browser go through it."""

    def __init__(self, sim):
        self.sim = sim

    def authorize_url(self, **changes):
        given = {
            "response_type": "code",
            "client_id": CLIENT["client_id"],
            "scope": NARROW,
            "redirect_uri": CALLBACK,
            "state": "s 1&",
        } | changes
        kept = {name: value for name, value in given.items() if value is not None}
        return f"{self.sim.url}/connect/authorize?{urlencode(kept)}"

    def ticket(self):
        """Return what the form of the sign-in page hides."""
        text = requests.get(self.authorize_url(), timeout=20).text
        return text.partition("name='ticket' value='")[2].partition("'")[0]

    def sent_to(self, user="robin", decision="allow", **changes):
        """Return what the callback would get."""
        address = JobAdderSimulator.consent(
            self.authorize_url(**changes), user, decision
        )
        where, _, question = address.partition("?")
        assert where == changes.get("redirect_uri", CALLBACK)
        return {name: values[0] for name, values in parse_qs(question).items()}

    def code(self, user="robin", **changes):
        return self.sent_to(user, **changes)["code"]

    def post(self, **form):
        return requests.post(f"{self.sim.url}/connect/token", data=form, timeout=20)

    def exchange(self, code, /, **changes):
        form = {"grant_type": "authorization_code", "code": code}
        form |= {**CLIENT, "redirect_uri": CALLBACK, **changes}
        return self.post(**form)

    def tokens(self, user="robin", **changes):
        answer = self.exchange(self.code(user, **changes))
        assert answer.status_code == 200
        return answer.json()

    def refresh(self, refresh_token, /, **changes):
        form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
        return self.post(**{**form, **CLIENT, **changes})


class Client:
    """Calls the API the way a careful client would."""

    def __init__(self, sim, user="robin", **changes):
        self.sim, self.sign_in = sim, SignIn(sim)
        self.granted = self.sign_in.tokens(user, **changes)
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {self.granted['access_token']}"

    def call(self, method, path, **options):
        url = f"{self.sim.url}/v2{path}"
        return self.session.request(method, url, timeout=30, **options)

    def get(self, path, **query):
        answer = self.call("GET", path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def ids(self, path, key, **query):
        return [item[key] for item in self.get(path, **query)["items"]]

    def post(self, path, **body):
        answer = self.call("POST", path, json=body)
        assert answer.status_code == 201, answer.text
        return answer.json()

    def refused(self, method, path, status, **options):
        """Return the fields that a refusal names."""
        answer = self.call(method, path, **options)
        assert answer.status_code == status, answer.text
        errors = answer.json().get("errors", []) if answer.content else []
        return [field for error in errors for field in error["fields"]]

    def create(self, **changes):
        return self.post("/candidates", **{**ADA, **changes})["candidateId"]

    def attach(
        self, person, name="cv.pdf", content=PDF, kind="Resume", part="fileData"
    ):
        files = {part: (name, content, "application/pdf")}
        return self.call(
            "POST", f"/candidates/{person}/attachments/{kind}", files=files
        )

    def add(self, person, job):
        body = {"candidateId": [person]}
        return self.call("POST", f"/jobs/{job}/applications", json=body)


def error(answer):
    assert answer.headers["Content-Type"].startswith("application/json")
    return answer.status_code, answer.json()["error"]
