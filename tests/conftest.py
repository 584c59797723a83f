"""The fixed cast: Alice administers Acme, Bob recruits there, Charlie is elsewhere."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client

from pinsync.accounts.models import Membership, Organization, User

from .factories import MembershipFactory, OrganizationFactory, UserFactory
from .redis_server import redis, redis_server  # noqa: F401
from .vendors.simulators import (  # noqa: F401
    ashby_sim,
    crelate_sim,
    jobadder_sim,
    kortivity_sim,
    trackerrms_sim,
)


def pytest_configure() -> None:
    # Signing in is not what most tests are about: a slow hash would only cost time.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        # A file, not memory: threads and other processes share it as in production.
        database.setdefault("TEST", {})["NAME"] = str(
            settings.VAR_DIR / "tests.sqlite3"
        )


@pytest.fixture
def acme(db) -> Organization:
    return OrganizationFactory(name="Acme Recruiting", slug="acme")


@pytest.fixture
def globex(db) -> Organization:
    return OrganizationFactory(name="Globex Talent", slug="globex")


@pytest.fixture
def alice(acme) -> User:
    user = UserFactory(name="Alice Moore", email="alice@acme.example")
    MembershipFactory(user=user, organization=acme, role=Membership.Role.ADMIN)
    return user


@pytest.fixture
def bob(acme) -> User:
    user = UserFactory(name="Bob Reyes", email="bob@acme.example")
    MembershipFactory(user=user, organization=acme, role=Membership.Role.RECRUITER)
    return user


@pytest.fixture
def charlie(globex) -> User:
    user = UserFactory(name="Charlie Stone", email="charlie@globex.example")
    MembershipFactory(user=user, organization=globex, role=Membership.Role.ADMIN)
    return user


def _client(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def as_alice(alice) -> Client:
    return _client(alice)


@pytest.fixture
def as_bob(bob) -> Client:
    return _client(bob)


@pytest.fixture
def as_charlie(charlie) -> Client:
    return _client(charlie)
