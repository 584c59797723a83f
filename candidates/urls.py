"""Addresses."""

from django.urls import path

from . import job_pages, views

app_name = "candidates"

urlpatterns = [
    path("candidates/", views.candidate_list, name="list"),
    path("candidates/new/", views.new, name="new"),
    path("candidates/<int:pk>/", views.detail, name="detail"),
    path("candidates/<int:pk>/edit/", views.edit, name="edit"),
    path("candidates/<int:pk>/resume/", views.resume, name="resume"),
    path("candidates/<int:pk>/jobs/", job_pages.add_job, name="add_job"),
    path("outreach/<int:pk>/record/", job_pages.record, name="record"),
    path("jobs/<int:pk>/candidates/", job_pages.on_job, name="on_job"),
    path("jobs/<int:pk>/candidates/add/", job_pages.add_to_job, name="add_to_job"),
    path(
        "jobs/<int:pk>/candidates/outreach/",
        job_pages.add_to_outreach,
        name="add_to_outreach",
    ),
]
