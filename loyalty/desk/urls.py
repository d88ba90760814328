"""Addresses of the desk; they live in the admin's namespace."""

from django.urls import path

from loyalty.desk import home

urlpatterns = [
    path("", home.desk_home, name="desk"),
    path("register/", home.desk_home, name="desk_register"),
]
