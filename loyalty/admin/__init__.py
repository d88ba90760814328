"""Pages of the loyalty app in the admin."""

from loyalty.admin.account_admin import AccountAdmin
from loyalty.admin.call_task_admin import CallTaskAdmin
from loyalty.admin.figure_setting_admin import FigureSettingAdmin
from loyalty.admin.goal_admin import GoalAdmin
from loyalty.admin.manual_discount_admin import ManualDiscountAdmin
from loyalty.admin.manual_tier_admin import ManualTierAdmin
from loyalty.admin.marketing_spend_admin import MarketingSpendAdmin
from loyalty.admin.nightly_run_admin import NightlyRunAdmin
from loyalty.admin.operation_admin import OperationAdmin
from loyalty.admin.privilege_admin import PrivilegeAdmin, PrivilegeCodeAdmin
from loyalty.admin.program_version_admin import ProgramVersionAdmin
from loyalty.admin.receipt_admin import ReceiptAdmin, RefundAdmin
from loyalty.admin.reminder_plan_admin import ReminderPlanAdmin
from loyalty.admin.review_admin import ReviewAdmin, ReviewPlatformAdmin
from loyalty.admin.staff_bonus_rate_admin import StaffBonusRateAdmin

__all__ = [
    "AccountAdmin",
    "CallTaskAdmin",
    "FigureSettingAdmin",
    "GoalAdmin",
    "ManualDiscountAdmin",
    "ManualTierAdmin",
    "MarketingSpendAdmin",
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
    "StaffBonusRateAdmin",
]
