"""Every address of the product. ``/api/v1/`` is kept free for the REST API."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="jobs:list"), name="home"),
    path("", include("pinsync.accounts.urls")),
    path("", include("jobs.urls")),
    path("", include("candidates.urls")),
    path("", include("integrations.urls")),
    path("admin/", admin.site.urls),
]
