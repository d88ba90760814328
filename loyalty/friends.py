"""How far a patient's friends have come: numbers only, never who, when or for how much."""

from dataclasses import dataclass

from django.db.models import Count, Q, Sum

from patients.models import Patient, PublicCode, Referral


@dataclass(frozen=True, slots=True)
class FriendFunnel:
    opened: int  # visitors who opened the link
    registered: int
    visited: int


def read_funnel(patient: Patient) -> FriendFunnel:
    """As of this moment; links of cards merged into this one count too. Two queries."""
    codes = PublicCode.objects.filter(
        Q(patient=patient) | Q(patient__merged_into=patient), kind=PublicCode.Kind.FRIEND
    )
    friends = Referral.objects.filter(inviter=patient, patient__status=Patient.Status.MEMBER)
    counts = friends.aggregate(
        registered=Count("pk"), visited=Count("pk", filter=Q(patient__standing__visits__gt=0))
    )
    return FriendFunnel(opened=codes.aggregate(sum=Sum("opened", default=0))["sum"], **counts)
