"""Addresses."""

from django.urls import path

from . import views

app_name = "jobs"

urlpatterns = [
    path("jobs/", views.job_list, name="list"),
    path("jobs/new/", views.new, name="new"),
    path("jobs/<int:pk>/", views.detail, name="detail"),
    path("jobs/<int:pk>/settings/", views.settings, name="settings"),
    path("jobs/<int:pk>/automation/", views.automation, name="automation"),
    path("jobs/<int:pk>/archive/", views.archive, name="archive"),
    path("jobs/<int:pk>/unarchive/", views.unarchive, name="unarchive"),
]
