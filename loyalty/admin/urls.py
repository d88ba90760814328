"""Addresses of the pages of the admin that belong to no section."""

from django.contrib import admin
from django.urls import path

from loyalty.admin.staff_activity_page import staff_activity

urlpatterns = [path("staff/", admin.site.admin_view(staff_activity), name="staff_activity")]
