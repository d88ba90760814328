"""Tables of the ground floor."""

from clinics.models.audit_event import AuditEvent
from clinics.models.clinic import Clinic
from clinics.models.demo_clock import DemoClock
from clinics.models.doctor import Doctor
from clinics.models.portal_session import PortalSession
from clinics.models.service import Service, ServiceCategory
from clinics.models.staff import StaffMember

__all__ = [
    "AuditEvent",
    "Clinic",
    "DemoClock",
    "Doctor",
    "PortalSession",
    "Service",
    "ServiceCategory",
    "StaffMember",
]
