"""Addresses of the cabinet. Of allauth's own pages only the two that log-in by code needs exist."""

from django.urls import URLPattern, URLResolver, path
from django.views.i18n import set_language

from patients.cabinet import (
    app_views,
    card_views,
    data_views,
    friends_views,
    help_views,
    history_views,
    home_views,
    join_views,
    leaving_views,
    link_views,
    login_views,
    rules_views,
    settings_views,
    unsubscribe_views,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home_views.home, name="cabinet_home"),
    path("history/", history_views.history, name="cabinet_history"),
    path("settings/", settings_views.show, name="cabinet_settings"),
    path("settings/profile/", settings_views.save_profile, name="cabinet_save_profile"),
    path("settings/messages/", settings_views.save_messages, name="cabinet_save_messages"),
    path("settings/history/", settings_views.save_history, name="cabinet_save_history"),
    path("settings/data/", data_views.show_data, name="cabinet_data"),
    path("settings/data/file/", data_views.download_data, name="cabinet_data_file"),
    path("settings/leave/", leaving_views.leave_program, name="cabinet_leave"),
    path("left/", leaving_views.left, name="cabinet_left"),
    path("help/", help_views.show_help, name="cabinet_help"),
    path("u/<str:token>/", unsubscribe_views.unsubscribe, name="cabinet_unsubscribe"),
    path("card/", card_views.card, name="cabinet_card"),
    path("card/offline/", card_views.offline_card, name="cabinet_offline_card"),
    path("offline/", app_views.offline, name="cabinet_offline"),
    path("manifest.webmanifest", app_views.manifest, name="cabinet_manifest"),
    path("sw.js", app_views.service_worker, name="cabinet_service_worker"),
    # allauth looks these two up by its own names.
    path("login/", login_views.ask_phone, name="account_login"),
    path("login/code/", login_views.ask_code, name="account_confirm_login_code"),
    path("login/code/again/", login_views.resend_code, name="cabinet_resend_code"),
    path("logout/", login_views.leave, name="cabinet_logout"),
    path("join/", join_views.join, name="cabinet_join"),
    path("join/about/", join_views.about, name="cabinet_join_about"),
    path("c/<str:code>/", link_views.open_channel, name="channel_link"),
    path("f/<str:code>/", link_views.open_friend, name="friend_link"),
    path("friends/", friends_views.friends, name="cabinet_friends"),
    path("program/", rules_views.rules, name="cabinet_rules"),
    path("rules/", rules_views.public_rules, {"language": "ru"}, name="public_rules"),
    path("rules/en/", rules_views.public_rules, {"language": "en"}, name="public_rules"),
    path("rules/print/", rules_views.printed_rules, {"language": "ru"}, name="printed_rules"),
    path("rules/en/print/", rules_views.printed_rules, {"language": "en"}, name="printed_rules"),
    path("language/", set_language, name="set_language"),
]
