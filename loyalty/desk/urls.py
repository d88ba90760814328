"""Addresses of the desk; they live in the admin's namespace."""

from django.urls import path

from loyalty.desk import checkout_views, home, people_views, refund_views, slip_views

urlpatterns = [
    path("", home.desk_home, name="desk"),
    path("find/", home.desk_find, name="desk_find"),
    path("clinic/", home.desk_clinic, name="desk_clinic"),
    path("phone/", home.desk_reveal_phone, name="desk_reveal_phone"),
    path("quote/", checkout_views.desk_quote, name="desk_quote"),
    path("confirm/", checkout_views.desk_confirm, name="desk_confirm"),
    path("suggest/", checkout_views.desk_suggest, name="desk_suggest"),
    path("register/", people_views.desk_register, name="desk_register"),
    path("enrol/", people_views.desk_enrol, name="desk_enrol"),
    path("refund/<int:receipt_id>/", refund_views.desk_refund, name="desk_refund"),
    path("slip/<int:receipt_id>/", slip_views.desk_slip, name="desk_slip"),
]
