"""Addresses of the pages of the admin that belong to no section."""

from django.contrib import admin
from django.urls import path

from loyalty.admin.review_page import reviews_page
from loyalty.admin.staff_activity_page import staff_activity
from loyalty.admin.staff_guide_page import staff_guide

urlpatterns = [
    path("staff/", admin.site.admin_view(staff_activity), name="staff_activity"),
    path("guide/", admin.site.admin_view(staff_guide), name="staff_guide"),
    path("reviews/", admin.site.admin_view(reviews_page), name="reviews"),
]
