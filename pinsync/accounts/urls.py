"""Addresses."""

from django.urls import path

from . import views

app_name = "accounts"

urlpatterns = [
    path("sign-in/", views.sign_in, name="sign_in"),
    path("sign-out/", views.sign_out, name="sign_out"),
    path("password/", views.password, name="password"),
    path("theme/", views.theme, name="theme"),
    path("organization/", views.switch, name="switch"),
    path("settings/team/", views.team, name="team"),
    path("settings/team/add/", views.add_person, name="add_person"),
    path("settings/team/<int:pk>/role/", views.change_role, name="change_role"),
    path("settings/team/<int:pk>/remove/", views.remove_person, name="remove_person"),
]
