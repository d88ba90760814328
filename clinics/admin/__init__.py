"""Admin pages of clinics, prices, staff and the audit."""

from clinics.admin.audit_admin import AuditEventAdmin
from clinics.admin.clinic_admin import ClinicAdmin
from clinics.admin.doctor_admin import DoctorAdmin
from clinics.admin.service_admin import ServiceAdmin, ServiceCategoryAdmin
from clinics.admin.staff_admin import StaffMemberAdmin
from clinics.admin.staff_user_admin import StaffUserAdmin

__all__ = [
    "AuditEventAdmin",
    "ClinicAdmin",
    "DoctorAdmin",
    "ServiceAdmin",
    "ServiceCategoryAdmin",
    "StaffMemberAdmin",
    "StaffUserAdmin",
]
