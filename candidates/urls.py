"""Addresses."""

from django.urls import path

from . import import_pages, job_pages, views

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
    path(
        "jobs/<int:pk>/candidates/import/", import_pages.import_csv, name="import_csv"
    ),
    path(
        "jobs/<int:pk>/candidates/import/template.csv",
        import_pages.template,
        name="import_template",
    ),
    path(
        "jobs/<int:pk>/candidates/import/<int:import_pk>/",
        import_pages.upload,
        name="import_upload",
    ),
    path(
        "jobs/<int:pk>/candidates/import/<int:import_pk>/wrong-rows.csv",
        import_pages.wrong_rows,
        name="import_wrong_rows",
    ),
]
