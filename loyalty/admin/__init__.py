"""Pages of the loyalty app in the admin."""

from loyalty.admin.account_admin import AccountAdmin
from loyalty.admin.call_task_admin import CallTaskAdmin
from loyalty.admin.manual_discount_admin import ManualDiscountAdmin
from loyalty.admin.manual_tier_admin import ManualTierAdmin
from loyalty.admin.nightly_run_admin import NightlyRunAdmin
from loyalty.admin.operation_admin import OperationAdmin
from loyalty.admin.privilege_admin import PrivilegeAdmin, PrivilegeCodeAdmin
from loyalty.admin.program_version_admin import ProgramVersionAdmin
from loyalty.admin.receipt_admin import ReceiptAdmin, RefundAdmin
from loyalty.admin.reminder_plan_admin import ReminderPlanAdmin
from loyalty.admin.review_admin import ReviewAdmin, ReviewPlatformAdmin

__all__ = [
    "AccountAdmin",
    "CallTaskAdmin",
    "ManualDiscountAdmin",
    "ManualTierAdmin",
    "NightlyRunAdmin",
    "OperationAdmin",
    "PrivilegeAdmin",
    "PrivilegeCodeAdmin",
    "ProgramVersionAdmin",
    "ReceiptAdmin",
    "RefundAdmin",
    "ReminderPlanAdmin",
    "ReviewAdmin",
    "ReviewPlatformAdmin",
]
