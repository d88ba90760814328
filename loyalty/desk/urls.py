"""Addresses of the desk; they live in the admin's namespace."""

from django.contrib import admin
from django.urls import path

from loyalty.desk import (
    again_views,
    calls_views,
    checkout_views,
    discount_views,
    home,
    note_views,
    people_views,
    proof_views,
    refund_views,
    slip_views,
    visit_views,
)

urlpatterns = [
    path("", home.desk_home, name="desk"),
    path("find/", home.desk_find, name="desk_find"),
    path("clinic/", home.desk_clinic, name="desk_clinic"),
    path("phone/", home.desk_reveal_phone, name="desk_reveal_phone"),
    path("quote/", checkout_views.desk_quote, name="desk_quote"),
    path("confirm/", checkout_views.desk_confirm, name="desk_confirm"),
    path("code/", proof_views.desk_send_code, name="desk_send_code"),
    path("override/", proof_views.desk_override, name="desk_override"),
    path("suggest/", checkout_views.desk_suggest, name="desk_suggest"),
    path("register/", people_views.desk_register, name="desk_register"),
    path("enrol/", people_views.desk_enrol, name="desk_enrol"),
    path("discount/", discount_views.desk_discount, name="desk_discount"),
    path("discounts/", admin.site.admin_view(discount_views.decide_discounts), name="desk_discounts"),
    path("calls/", calls_views.desk_calls, name="desk_calls"),
    path("calls/<int:task_id>/", calls_views.desk_call, name="desk_call"),
    path("again/<int:receipt_id>/", again_views.desk_enter_again, name="desk_enter_again"),
    path("refund/<int:receipt_id>/", refund_views.desk_refund, name="desk_refund"),
    path("visit/<int:receipt_id>/", visit_views.desk_close_visit, name="desk_close_visit"),
    path("slip/<int:receipt_id>/", slip_views.desk_slip, name="desk_slip"),
    path("note/<int:receipt_id>/", note_views.desk_send_note, name="desk_send_note"),
]
