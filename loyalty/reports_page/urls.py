"""Addresses of the reports; they live in the admin's namespace."""

from django.contrib import admin
from django.urls import path

from loyalty.reports_page import dashboard_views, file_views, mail_views, report_views, waiting_views

view = admin.site.admin_view
urlpatterns = [
    path("", view(dashboard_views.dashboard), name="reports"),
    path("files/<int:file_id>/", view(waiting_views.report_file), name="report_file"),
    path("files/<int:file_id>/content/", view(waiting_views.report_file_content), name="report_file_content"),
    path("<slug:report>/", view(report_views.report_page), name="report"),
    path("<slug:report>/chart-<int:number>.svg", view(report_views.report_chart), name="report_chart"),
    path("<slug:report>/xlsx/", view(file_views.report_xlsx), name="report_xlsx"),
    path("<slug:report>/csv/", view(file_views.report_csv), name="report_csv"),
    path("<slug:report>/personal/", view(file_views.report_personal), name="report_personal"),
    path("<slug:report>/mail/", view(mail_views.report_mail), name="report_mail"),
    path("<slug:report>/mail/<int:mail_id>/stop/", view(mail_views.report_mail_stop), name="report_mail_stop"),
]
