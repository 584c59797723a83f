"""Addresses."""

from django.urls import path

from .views import (
    badges,
    directory,
    exports,
    job_settings,
    metrics,
    notices,
    settings,
    sign_in,
)

app_name = "integrations"

urlpatterns = [
    path("metrics", metrics.metrics, name="metrics"),
    path("settings/ats/", settings.overview, name="settings"),
    path("settings/ats/connect/<slug:slug>/", settings.connect, name="connect"),
    path("settings/ats/sign-in/<slug:slug>/", sign_in.go, name="sign_in"),
    path("settings/ats/signed-in/<slug:slug>/", sign_in.signed_in, name="signed_in"),
    path("settings/ats/<int:pk>/", settings.connection, name="connection"),
    path("settings/ats/<int:pk>/test/", settings.test, name="test"),
    path("settings/ats/<int:pk>/reconnect/", settings.reconnect, name="reconnect"),
    path("settings/ats/<int:pk>/disconnect/", settings.disconnect, name="disconnect"),
    path(
        "jobs/<int:pk>/ats/<int:connection_pk>/", job_settings.mapping, name="mapping"
    ),
    path("ats/<int:pk>/people/", directory.people, name="people"),
    path("ats/<int:pk>/people/add/", directory.add, name="add_person"),
    path("ats/<int:pk>/jobs/", job_settings.job_search, name="job_search"),
    path("candidates/<int:pk>/export/", exports.export, name="export"),
    path("exports/", exports.exports, name="exports"),
    path("exports/twice/", notices.twice, name="twice"),
    path("exports/twice/<int:pk>/", notices.seen_to, name="seen_to"),
    path("exports/<int:pk>/retry/", exports.retry, name="retry"),
    path("exports/<int:pk>/retry-alike/", exports.retry_alike, name="retry_alike"),
    path("exports/<int:pk>/job/", exports.other_job, name="other_job"),
    path("exports/<int:pk>/cancel/", exports.cancel, name="cancel"),
    path("exports/questions/<int:pk>/", exports.decide, name="decide"),
    path("ats/notices/", notices.notices, name="notices"),
    path("ats/badges/", badges.badges, name="badges"),
    path("ats/<slug:slug>/badge.svg", badges.vendor_badge, name="vendor_badge"),
]
