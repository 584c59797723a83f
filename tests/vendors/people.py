"""Records of people to be sent, from bare to full."""

from __future__ import annotations

from integrations.adapters import PersonRecord, Role, School

BARE = PersonRecord(first_name="Ada", last_name="Lovelace")

FULL = PersonRecord(
    first_name="Dana",
    last_name="Example",
    email="dana@mail.example",
    phone="+1 (202) 555-0123",
    phone_e164="+12025550123",
    linkedin_url="https://www.linkedin.com/in/dana-example",
    city="Denver",
    state="CO",
    country="United States",
    headline="Controls Engineer at Acme Widgets",
    current_title="Controls Engineer",
    current_company="Acme Widgets",
    experiences=(
        Role("Controls Engineer", "Acme Widgets", "Denver", "2021-04-01"),
        Role("Technician", "Widgets & Sons", "", "2018-01-15", "2021-03-31"),
    ),
    education=(School("State University", "BSc", "Robotics", 2014, 2018),),
)
