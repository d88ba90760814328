"""Addresses of the cabinet. Of allauth's own pages only the two that log-in by code needs exist."""

from django.urls import URLPattern, URLResolver, path
from django.views.i18n import set_language

from patients.cabinet import card_views, history_views, home_views, login_views, rules_views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home_views.home, name="cabinet_home"),
    path("history/", history_views.history, name="cabinet_history"),
    path("card/", card_views.card, name="cabinet_card"),
    # allauth looks these two up by its own names.
    path("login/", login_views.ask_phone, name="account_login"),
    path("login/code/", login_views.ask_code, name="account_confirm_login_code"),
    path("login/code/again/", login_views.resend_code, name="cabinet_resend_code"),
    path("logout/", login_views.leave, name="cabinet_logout"),
    path("program/", rules_views.rules, name="cabinet_rules"),
    path("rules/", rules_views.public_rules, {"language": "ru"}, name="public_rules"),
    path("rules/en/", rules_views.public_rules, {"language": "en"}, name="public_rules"),
    path("rules/print/", rules_views.printed_rules, {"language": "ru"}, name="printed_rules"),
    path("rules/en/print/", rules_views.printed_rules, {"language": "en"}, name="printed_rules"),
    path("language/", set_language, name="set_language"),
]
