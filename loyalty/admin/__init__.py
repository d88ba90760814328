"""Pages of the loyalty app in the admin."""

from loyalty.admin.nightly_run_admin import NightlyRunAdmin
from loyalty.admin.program_version_admin import ProgramVersionAdmin
from loyalty.admin.reminder_plan_admin import ReminderPlanAdmin

__all__ = ["NightlyRunAdmin", "ProgramVersionAdmin", "ReminderPlanAdmin"]
