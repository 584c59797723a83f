"""Everything that is not known of Kortivity, which is everything: one switch each."""

from __future__ import annotations

from collections.abc import Mapping

from integrations.simulation import Setting

_SIGN_IN = {
    "sign_in": Setting(
        "bearer_login",
        "How somebody signs in.",
        ("bearer_login", "cookie_session", "basic"),
    ),
    "csrf": Setting(
        "off", "Whether writes of a cookie session need a header.", ("off", "header")
    ),
    "token_name": Setting(
        "token",
        "The token's name in the reply to a login.",
        ("token", "accessToken", "access_token"),
    ),
    "expires_name": Setting(
        "expiresIn",
        "The name of its life there.",
        ("expiresIn", "expires_in", "left_out"),
    ),
    "session_life_ms": Setting(3_600_000, "How long a token or session is good for."),
    "expired_reply": Setting(
        "401",
        "A call without a good token or session.",
        ("401", "html_login", "redirect"),
    ),
    "lock_after": Setting(5, "Wrong passwords until the account locks; 0 is never."),
    "locked_status": Setting(423, "The status of a locked account.", (423, 403)),
}
_REPLIES = {
    "wrapper": Setting(
        "profile",
        "What replies are wrapped in; `profile`: lists in data, objects bare.",
        ("profile", "bare", "data", "items"),
    ),
    "id_type": Setting("number", "What ids are.", ("number", "text")),
    "error_form": Setting(
        "message",
        "The body of an error.",
        ("message", "error", "object", "errors", "text"),
    ),
    "per_minute": Setting(0, "Calls per minute and user before a 429; 0 is off."),
    "retry_after": Setting(30, "Seconds in Retry-After; 0 leaves it out."),
    "redirect_to_https": Setting(False, "Send every call to the same https address."),
}
_PEOPLE = {
    "filters": Setting(
        "honoured", "email, linkedinUrl and search.", ("honoured", "ignored")
    ),
    "linkedin_match": Setting(
        "slug", "How linkedinUrl is compared.", ("slug", "exact")
    ),
    "duplicate_email": Setting(
        "second_record",
        "A create with an e-mail address that is there.",
        ("second_record", "409", "409_with_id", "existing"),
    ),
    "required": Setting(
        "last_name",
        "What a create must have.",
        ("last_name", "both_names", "email"),
    ),
    "personal_url": Setting(
        "either",
        "The name of the personal URL field.",
        ("either", "linkedinUrl", "personalUrl"),
    ),
    "extra_keys": Setting(
        "accept",
        "roles, education, sourcedFrom and sourcedBy.",
        ("accept", "unknown"),
    ),
    "unknown_keys": Setting("ignore", "Keys nobody knows.", ("ignore", "422")),
    "documents": Setting("exists", "The upload of documents.", ("exists", "404")),
}
_JOBS = {
    "status_filter": Setting(
        "honoured", "status=open in the list of jobs.", ("honoured", "ignored")
    ),
    "largest_page": Setting(100, "More rows per page are not given."),
    "candidate_id": Setting(
        "either", "The type of candidateId.", ("either", "number", "text")
    ),
    "already_on_job": Setting("409", "Adding somebody again.", ("409", "200")),
    "closed_job": Setting("allowed", "Adding to a closed job.", ("allowed", "422")),
    "job_candidates": Setting("exists", "GET of who is on a job.", ("exists", "404")),
    "jobs_of_candidate": Setting(True, "A candidate names the jobs they are on."),
}
SWITCHES: Mapping[str, Setting] = {**_SIGN_IN, **_REPLIES, **_PEOPLE, **_JOBS}
