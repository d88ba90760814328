"""Pages of the loyalty app in the admin."""

from loyalty.admin.program_version_admin import ProgramVersionAdmin

__all__ = ["ProgramVersionAdmin"]
