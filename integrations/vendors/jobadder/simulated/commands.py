"""The bodies of the calls that write."""

from __future__ import annotations

from .checks import (
    amount,
    anything,
    boolean,
    day,
    integer,
    keyed,
    listed,
    mapped,
    nullable,
    one_of,
    partial_day,
    text,
    uri,
)

_words = nullable(text())
_number = nullable(integer)
_rate = one_of("Hour", "Day", "Week", "Month", "Year")
_address = keyed(
    {
        "street": nullable(listed(text())),
        "city": _words,
        "state": _words,
        "postalCode": _words,
        "countryCode": _words,
    }
)
_salary = keyed({"ratePer": _rate, "rate": amount, "currency": _words})
_range = keyed(
    {
        "ratePer": _rate,
        "rateLow": amount,
        "rateHigh": nullable(amount),
        "currency": _words,
    }
)
_current = keyed(
    {
        "employer": _words,
        "position": _words,
        "workTypeId": _number,
        "salary": _salary,
    }
)
_other = keyed({"workTypeId": _number, "salary": _range})
_ideal = keyed(
    {
        "position": _words,
        "workTypeId": _number,
        "salary": _range,
        "other": nullable(listed(_other)),
    }
)
_role = keyed(
    {
        "employer": _words,
        "position": _words,
        "start": nullable(partial_day()),
        "end": nullable(partial_day("Present")),
        "description": _words,
    }
)
_employment = keyed(
    {"current": _current, "ideal": _ideal, "history": nullable(listed(_role))}
)
_relative = keyed({"period": integer, "unit": one_of("Week", "Month")})
_availability = keyed(
    {"immediate": boolean, "relative": _relative, "date": nullable(day)}
)
_school = keyed(
    {"institution": _words, "course": _words, "date": nullable(partial_day())}
)

ADD_CANDIDATE = keyed(
    {
        "firstName": nullable(text(50)),
        "lastName": nullable(text(50)),
        "email": nullable(text(100)),
        "phone": nullable(text(50)),
        "mobile": nullable(text(50)),
        "salutation": nullable(text(20)),
        "statusId": _number,
        "rating": nullable(text(50)),
        "source": nullable(text(50)),
        "seeking": one_of("Yes", "Maybe", "No"),
        "unsubscribed": boolean,
        "summary": _words,
        "dateOfBirth": nullable(day),
        "emergencyContact": nullable(text(200)),
        "emergencyPhone": nullable(text(40)),
        "social": nullable(mapped(uri)),
        "address": _address,
        "skillTags": nullable(listed(text(100))),
        "employment": _employment,
        "availability": _availability,
        "education": nullable(listed(_school)),
        "custom": nullable(
            listed(keyed({"fieldId": integer, "value": anything}, "fieldId"))
        ),
        "recruiterUserId": nullable(listed(integer)),
    }
)
ADD_TO_JOB = keyed(
    {"candidateId": listed(integer), "source": nullable(text(100))}, "candidateId"
)
ADD_NOTE = keyed(
    {
        "type": nullable(text(50)),
        "text": text(65_535, shortest=1),
        "applicationId": nullable(listed(integer)),
        "createdByIntegration": boolean,
        "reference": nullable(text(200)),
        "createdBy": keyed({"userId": _number, "email": _words}),
    },
    "text",
)
