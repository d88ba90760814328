"""What the program gives for a review."""

from datetime import datetime

from django.contrib.auth.models import User

from loyalty.gifts import Occasion, give_gift
from loyalty.models import Review, Source, Standing
from loyalty.program.versions import NoProgram, current_program
from loyalty.rules.compiled import CompiledProgram, Gift

REVIEW = "review"


def gifts_for(platform: str, *, program: CompiledProgram) -> tuple[Gift, ...]:
    """Rules that give something for a review there."""
    return tuple(
        gift for gift in program.gifts if gift.trigger["kind"] == REVIEW and platform in gift.trigger["platforms"]
    )


def reward(review: Review, *, actor: User, at: datetime) -> int:
    """Points given: 0 for who has not joined, without a rule, or when a budget is used up. Once per review."""
    standing = Standing.objects.select_related("patient__home_clinic").filter(patient=review.patient_id).first()
    if standing is None:
        return 0
    try:
        running = current_program(at=at)
    except NoProgram:
        return 0
    occasion = Occasion(
        standing=standing,
        key=f"review:{review.pk}",
        facts={"review": review.pk, "platform": review.platform.code},
        source=Source.DESK,
        actor=actor,
    )
    given = [
        give_gift(gift, occasion, running=running, at=at)
        for gift in gifts_for(review.platform.code, program=running.program)
    ]
    return sum(posted.units for posted in given if posted is not None)
