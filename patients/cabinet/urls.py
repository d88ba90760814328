"""Addresses of the cabinet. Of allauth's own pages only the two that log-in by code needs exist."""

from django.urls import URLPattern, URLResolver, path
from django.views.i18n import set_language

from patients.cabinet import home_views, login_views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home_views.home, name="cabinet_home"),
    # allauth looks these two up by its own names.
    path("login/", login_views.ask_phone, name="account_login"),
    path("login/code/", login_views.ask_code, name="account_confirm_login_code"),
    path("login/code/again/", login_views.resend_code, name="cabinet_resend_code"),
    path("logout/", login_views.leave, name="cabinet_logout"),
    path("language/", set_language, name="set_language"),
]
