"""What nobody could find out, or what is seen to differ: one switch each."""

from __future__ import annotations

from collections.abc import Mapping

from integrations.simulation import Setting

WEEK = 7 * 24 * 3600 * 1000
_SIGN_IN = {
    "token_life_ms": Setting(WEEK, "How long a JWT is good for."),
    "expiration": Setting(
        "utc", "The form of `expiration`.", ("utc", "no_zone", "left_out")
    ),
    "exchange_again": Setting(
        "adds", "A second exchange; the first JWT then.", ("adds", "replaces")
    ),
    "widget_access_token": Setting(
        "accepted",
        "The access token as oauthtoken of the Widget API.",
        ("accepted", "user_not_found"),
    ),
    "widget_basic": Setting(
        "not_needed",
        "HTTP Basic besides, for the methods seen to want it.",
        ("not_needed", "needed"),
    ),
}
_SEARCH = {
    "email_filter": Setting(
        "ignored", "`email` in Resource searches.", ("ignored", "honoured")
    ),
    "job_text_filter": Setting(
        "ignored", "`searchTerm` in Opportunity searches.", ("ignored", "honoured")
    ),
    "page_size": Setting(10, "Rows per page, whatever is asked for."),
    "search_order": Setting(
        "oldest", "Who comes first without a filter.", ("oldest", "newest")
    ),
    "past_the_end": Setting(
        "empty", "A page after the last one.", ("empty", "repeats")
    ),
    "paged_key": Setting(
        "plural", "The list's name in Resource/PagedSearch.", ("plural", "data")
    ),
    "linkedin_in_rows": Setting(False, "List records of people have linkedInUrl."),
    "records_search": Setting(
        "contains",
        "How getRecords compares `searchtext` with names.",
        ("contains", "exact", "ignored"),
    ),
    "check_person_match": Setting(
        "any", "checkPerson with several values.", ("any", "all")
    ),
    "linkedin_match": Setting(
        "slug", "How checkPerson compares LinkedIn.", ("slug", "exact")
    ),
    "nobody_reply": Setting(
        "empty", "checkPerson finds nobody.", ("empty", "null", "absent")
    ),
    "record_link": Setting(
        "base", "What checkPerson's recordLink leads to.", ("base", "person")
    ),
    "widget_reads": Setting(
        "live", "Whether Widget look-ups lag as search does.", ("live", "lagging")
    ),
}
_RECORDS = {
    "id_on_read": Setting(
        "id", "The id's name in a full Resource.", ("id", "resourceId")
    ),
    "missing_record": Setting(
        "404", "Reading what does not exist.", ("404", "empty_200")
    ),
    "patch_hit": Setting(200, "The status of a PATCH.", (200, 204)),
    "patch_missing": Setting(204, "A PATCH of nobody.", (204, 404)),
    "patch_nested": Setting(
        "merges", "A nested object in a PATCH.", ("merges", "replaces")
    ),
    "missing_surname": Setting(
        "accept", "A candidate without surname.", ("accept", "400")
    ),
    "malformed_email": Setting(
        "accept", "An e-mail address that is none.", ("accept", "400")
    ),
    "unknown_source": Setting(
        "accept", "A source that the tenant does not list.", ("accept", "400")
    ),
    "activity": Setting("exists", "POST /Activity.", ("exists", "404")),
    "document_upload": Setting(
        "exists", "POST /Resource/{id}/Document.", ("exists", "404", "405")
    ),
    "documents_reply": Setting(
        "array", "What holds the list of documents.", ("array", "items", "documents")
    ),
    "max_document_bytes": Setting(0, "The largest document; 0 is no limit."),
}
_LISTS = {
    "already_linked": Setting(
        "409", "Adding somebody to a job again.", ("409", "400", "200")
    ),
    "link_status": Setting(201, "The status of adding to a job.", (201, 200)),
    "link_reply": Setting(
        "success", "The body of adding to a job.", ("success", "empty")
    ),
    "closed_job": Setting("allowed", "Adding to a closed job.", ("allowed", "400")),
    "shortlist": Setting("exists", "The shortlist call.", ("exists", "404")),
    "placement_search": Setting(
        "filtered",
        "OpportunityResource/Search.",
        ("filtered", "unfiltered", "404"),
    ),
    "placement_reply": Setting(
        "array", "What OpportunityResource/Search answers.", ("array", "data")
    ),
    "longlist_shows": Setting(True, "The longlist is among OpportunityResources."),
}
_TROUBLE = {
    "error_form": Setting(
        "problem",
        "The body of an error.",
        ("problem", "message", "text", "empty"),
    ),
    "per_minute": Setting(
        0, "Calls per minute and token before a 429 (100 is seen); 0 is off."
    ),
    "retry_after": Setting(30, "Seconds in Retry-After; 0 leaves it out."),
}
SWITCHES: Mapping[str, Setting] = {
    **_SIGN_IN,
    **_SEARCH,
    **_RECORDS,
    **_LISTS,
    **_TROUBLE,
}
