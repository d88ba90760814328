"""Tables of the program, the ledger and the checkout."""

from loyalty.models.call_task import Call, CallTask
from loyalty.models.cohort_day import CohortDay
from loyalty.models.figure_setting import FigureSetting
from loyalty.models.friend_gift import FriendGift
from loyalty.models.goal import Goal
from loyalty.models.import_run import ImportFile, ImportRow, ImportRun, RowOutcome
from loyalty.models.ledger import Account, Allocation, Entry, Lot, Operation, OperationKind, Source, Unit
from loyalty.models.limit_use import LimitUse
from loyalty.models.manual_discount import ManualDiscount
from loyalty.models.manual_tier import ManualTier
from loyalty.models.marketing_spend import MarketingSpend
from loyalty.models.merge import PatientMerge
from loyalty.models.moved_patient import MovedPatient
from loyalty.models.nightly_run import NightlyRun
from loyalty.models.open_points_day import OpenPointsDay
from loyalty.models.opening import ImportedOpening
from loyalty.models.points_day import PointsDay, RollupMark
from loyalty.models.privilege import Privilege, PrivilegeCode
from loyalty.models.program import ProgramVersion
from loyalty.models.receipt import Award, LineDiscount, Receipt, ReceiptLine
from loyalty.models.refund import Refund, RefundLine
from loyalty.models.reminder import ReminderPlan
from loyalty.models.report_file import ReportFile, ReportFilePart
from loyalty.models.report_mail import ReportLetter, ReportMail
from loyalty.models.review import Review, ReviewPlatform
from loyalty.models.staff_bonus_rate import StaffBonusRate
from loyalty.models.standing import Standing
from loyalty.models.threshold_gift import ThresholdGift
from loyalty.models.what_if_run import WhatIfRun

__all__ = [
    "Account",
    "Allocation",
    "Award",
    "Call",
    "CallTask",
    "CohortDay",
    "Entry",
    "FigureSetting",
    "FriendGift",
    "Goal",
    "ImportFile",
    "ImportRow",
    "ImportRun",
    "ImportedOpening",
    "LimitUse",
    "LineDiscount",
    "Lot",
    "ManualDiscount",
    "ManualTier",
    "MarketingSpend",
    "MovedPatient",
    "NightlyRun",
    "OpenPointsDay",
    "Operation",
    "OperationKind",
    "PatientMerge",
    "PointsDay",
    "Privilege",
    "PrivilegeCode",
    "ProgramVersion",
    "Receipt",
    "ReceiptLine",
    "Refund",
    "RefundLine",
    "ReminderPlan",
    "ReportFile",
    "ReportFilePart",
    "ReportLetter",
    "ReportMail",
    "Review",
    "ReviewPlatform",
    "RollupMark",
    "RowOutcome",
    "Source",
    "StaffBonusRate",
    "Standing",
    "ThresholdGift",
    "Unit",
    "WhatIfRun",
]
