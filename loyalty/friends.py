"""How far a patient's friends have come: numbers only, never who, when or for how much."""

from dataclasses import dataclass

from django.db.models import Case, Count, F, Q, Sum, When

from loyalty.friend_gifts import FRIEND_PAID
from loyalty.models import FriendGift
from loyalty.rules.compiled import CompiledProgram
from patients.models import Patient, PublicCode, Referral


@dataclass(frozen=True, slots=True)
class FriendFunnel:
    opened: int  # visitors who opened the link
    registered: int
    visited: int
    earned: int  # points, once per friend; what was taken back is not among them


def read_funnel(patient: Patient) -> FriendFunnel:
    """As of this moment; links of cards merged into this one count too. Three queries."""
    codes = PublicCode.objects.filter(
        Q(patient=patient) | Q(patient__merged_into=patient), kind=PublicCode.Kind.FRIEND
    )
    friends = Referral.objects.filter(inviter=patient, patient__status=Patient.Status.MEMBER)
    counts = friends.aggregate(
        registered=Count("pk"), visited=Count("pk", filter=Q(patient__standing__visits__gt=0))
    )
    given = FriendGift.objects.filter(Q(inviter=patient) | Q(inviter__merged_into=patient))
    kept = Case(When(undone_at=None, then=F("points")), default=F("kept_points"))
    return FriendFunnel(
        opened=codes.aggregate(sum=Sum("opened", default=0))["sum"],
        earned=given.aggregate(sum=Sum(kept, default=0))["sum"],
        **counts,
    )


def inviters_gift(program: CompiledProgram) -> int:
    """Points that an inviter gets for a friend's first paid visit; 0 when the program has no such gift."""
    return sum(gift.points for gift in program.gifts if gift.trigger["kind"] == FRIEND_PAID)
