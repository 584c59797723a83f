"""The switches: what the documents leave open, each answer to be tried."""

from __future__ import annotations

from integrations.simulation import Setting

SIGN_IN = {
    "client_id": Setting("pinsync-demo", "The id of the one registered application."),
    "client_secret": Setting("demo-jobadder-secret", "The secret that goes with it."),
    "redirect_uris": Setting(
        "loopback/signed-in/jobadder/",
        "Registered redirect addresses, separated by spaces; one that ends with * is a "
        "prefix, and loopback/path is every address on this machine that ends so.",
    ),
    "unapproved_scopes": Setting(
        "", "Scopes JobAdder has not approved the application for (invalid_scope)."
    ),
    "not_admin": Setting(
        "page", "A user who may not grant access.", ("page", "access_denied")
    ),
    "refusal": Setting(
        "with_state",
        "What comes back with access_denied.",
        ("with_state", "bare", "described"),
    ),
    "code_lifetime_s": Setting(300, "Seconds that an authorization code lives."),
    "token_lifetime_s": Setting(3600, "Seconds that an access token lives."),
    "refresh_idle_s": Setting(14 * 86_400, "Seconds an unused refresh token lives."),
    "clock_ahead_s": Setting(0, "How far the simulator's clock is ahead of ours."),
    "refresh_tokens": Setting(
        "with_offline_access",
        "When a refresh token is given.",
        ("with_offline_access", "never"),
    ),
    "old_refresh_token": Setting(
        "dies", "A refresh token that was used.", ("dies", "lives_a_minute")
    ),
    "gone_user": Setting(
        "invalid_grant",
        "A refresh after the user was removed.",
        ("invalid_grant", "invalid_request"),
    ),
    "invalid_client_status": Setting(400, "The status of invalid_client.", (400, 401)),
    "api_address": Setting(
        "{origin}/v2/", "The api of the token reply; empty leaves it out."
    ),
    "names_account": Setting(True, "Instance and account are in the token reply."),
    "instance": Setting("eu2", "The instance in the token reply."),
    "account": Setting(1234, "The account in the token reply."),
    "scope_in_reply": Setting(False, "The granted scopes are in the token reply."),
}

REPLIES = {
    "empty_fields": Setting("omitted", "Fields without value.", ("omitted", "null")),
    "denied_body": Setting(
        "empty",
        "The body of 401, 403 and 429.",
        ("empty", "error_model", "invalid_token"),
    ),
    "not_found_body": Setting(
        "documented", "The body of a 404.", ("documented", "html")
    ),
    "social": Setting(
        "as_sent", "Social addresses that come back.", ("as_sent", "rewritten")
    ),
}

QUESTIONS = {
    "unknown_query": Setting("ignore", "Unknown parameters.", ("ignore", "422")),
    "limit_over_1000": Setting("422", "A limit over 1000.", ("422", "clamp")),
    "email_match": Setting("exact", "How email= compares.", ("exact", "contains")),
    "name_match": Setting(
        "contains", "How name= and jobTitle= compare.", ("contains", "word_prefix")
    ),
    "other_emails": Setting(
        "ignored",
        "Further addresses, for email= and for duplicates.",
        ("ignored", "count"),
    ),
    "email_search_scope": Setting(
        "any",
        "Whether one of the narrow scopes opens the search by email.",
        ("any", "all"),
    ),
    "seed_people": Setting(0, "So many generated people are there, too."),
}

WRITES = {
    "unknown_properties": Setting(
        "ignore", "Body properties nobody knows.", ("ignore", "422")
    ),
    "required_names": Setting(
        "both", "What a candidate must have.", ("both", "nothing")
    ),
    "mandatory_custom": Setting(False, "A custom field is mandatory and enforced."),
    "malformed_email": Setting("accept", "An email that is none.", ("accept", "422")),
    "unknown_source": Setting(
        "accept", "A source that is not in the list.", ("accept", "422")
    ),
    "unknown_note_type": Setting(
        "accept", "A note type that is not in the list.", ("accept", "422")
    ),
    "duplicate_email": Setting(
        "409", "A candidate with an email that exists.", ("409", "second_record")
    ),
    "override_single_use": Setting(True, "An override code works once."),
    "override_bound_to": Setting(
        "email", "What an override code is for.", ("email", "payload", "nothing")
    ),
    "override_lifetime_s": Setting(600, "Seconds that an override code lives."),
    "batch_with_duplicate": Setting(
        "whole_409",
        "Several candidates, one of them on the job already.",
        ("whole_409", "partial"),
    ),
    "rejected_application": Setting(
        "409", "Adding somebody whose application was rejected.", ("409", "201")
    ),
    "closed_job": Setting("allowed", "Adding to a closed job.", ("allowed", "422")),
    "unknown_candidate": Setting(
        "422", "Adding somebody who is not there to a job.", ("422", "404")
    ),
    "max_file_mb": Setting(20, "The largest file, in megabytes."),
    "big_file": Setting("413", "A file over that.", ("413", "422")),
    "bad_file_type": Setting("422", "A file of a type not allowed.", ("422", "415")),
    "file_type_by": Setting(
        "extension", "What the type is judged by.", ("extension", "content")
    ),
}

PACE = {
    "per_minute": Setting(0, "Calls per minute and account before a 429; 0 is off."),
    "per_second": Setting(0, "Calls per second and account before a 429; 0 is off."),
    "retry_after": Setting(40, "Seconds in Retry-After; 0 leaves it out."),
}

SWITCHES = {**SIGN_IN, **REPLIES, **QUESTIONS, **WRITES, **PACE}
