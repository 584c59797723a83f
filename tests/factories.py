"""The objects that tests are made of. The cast: see ``tests/conftest.py``."""

from __future__ import annotations

import factory
from factory.django import DjangoModelFactory

from candidates.models import Candidate, JobCandidate
from jobs.models import Job
from pinsync.accounts.models import Membership, Organization, User

PASSWORD = "correct horse battery staple"


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"Person {n}")
    email = factory.Sequence(lambda n: f"person{n}@example.com")

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        kwargs.setdefault("password", PASSWORD)
        return model_class.objects.create_user(*args, **kwargs)


class OrganizationFactory(DjangoModelFactory):
    class Meta:
        model = Organization

    name = factory.Sequence(lambda n: f"Organization {n}")
    slug = factory.Sequence(lambda n: f"organization-{n}")


class MembershipFactory(DjangoModelFactory):
    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory)
    organization = factory.SubFactory(OrganizationFactory)


class JobFactory(DjangoModelFactory):
    class Meta:
        model = Job

    organization = factory.SubFactory(OrganizationFactory)
    title = factory.Sequence(lambda n: f"Controls Engineer {n}")
    client = "Acme Widgets"
    location = "Denver, CO"


class CandidateFactory(DjangoModelFactory):
    class Meta:
        model = Candidate

    organization = factory.SubFactory(OrganizationFactory)
    first_name = "Dana"
    last_name = factory.Sequence(lambda n: f"Example{n}")
    email = factory.LazyAttribute(lambda o: f"dana.{o.last_name.lower()}@example.com")
    phone = "+12025550123"
    linkedin_url = factory.LazyAttribute(
        lambda o: f"https://www.linkedin.com/in/dana-{o.last_name.lower()}"
    )
    city = "Denver"
    state = "CO"
    country = "United States"
    current_title = "Controls Engineer"
    current_company = "Acme Widgets"


class JobCandidateFactory(DjangoModelFactory):
    class Meta:
        model = JobCandidate

    job = factory.SubFactory(JobFactory)
    candidate = factory.SubFactory(
        CandidateFactory, organization=factory.SelfAttribute("..job.organization")
    )
