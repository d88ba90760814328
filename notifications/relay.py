"""Sends due messages: claim, compose, check the consent, send with no transaction open, write the outcome down.

What is promised when a relay dies at any moment, or two run at once:
* no message is lost: an unfinished one is taken again when its lease runs out;
* an SMS is sent once: it carries our own number, and after a broken attempt the gateway is asked first;
* an e-mail is sent at least once: SMTP cannot be asked, a repetition carries the same Message-ID.
"""

import logging
import uuid
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

from django.utils import translation

from clinics import fail_points
from notifications import claims, event_choices
from notifications.channels.base import (
    Delivery,
    DeliveryError,
    OutgoingMessage,
    PermanentFailure,
    TemporaryFailure,
    UnknownOutcome,
)
from notifications.channels.registry import get_channel
from notifications.events import ComposedText, UnknownEvent, get_event
from notifications.models import MessageKind, MessageStatus, OutboxMessage, SkipReason
from notifications.quiet_hours import may_go_at, quiet_end
from notifications.retry_times import MOST_ATTEMPTS, next_attempt_at
from notifications.routing import Route, find_route
from notifications.unsubscribing import unsubscribe_url
from patients.models import Patient
from patients.preferences import preferences_of

logger = logging.getLogger(__name__)

BATCH = 20


class Outcome(Enum):
    SENT = auto()
    SKIPPED = auto()
    FAILED = auto()
    PUT_BACK = auto()
    CLAIM_LOST = auto()


@dataclass(frozen=True, slots=True)
class Batch:
    """How many messages were claimed and what became of them."""

    claimed: int
    outcomes: Counter[Outcome]


@dataclass(frozen=True, slots=True)
class Turn:
    """One relay's try at one message."""

    message: OutboxMessage
    claim: str
    at: datetime
    kind: str  # as the network has chosen by now

    @property
    def patient(self) -> Patient:
        """The person to write to: a duplicate's messages go to the one it was merged into."""
        return self.message.patient.merged_into or self.message.patient


def send_due(*, at: datetime, limit: int = BATCH) -> Batch:
    """Send up to `limit` messages that are due at `at`; call again while any are claimed.

    Opens its own short transactions; must not be called inside one, or a crash would undo what was written down.
    """
    claim = uuid.uuid4().hex
    messages = claims.claim_due(claim=claim, at=at, limit=limit)
    fail_points.reached("relay.after_claim")
    kinds = event_choices.chosen_kinds() if messages else {}
    turns = [
        Turn(message=message, claim=claim, at=at, kind=_kind_of(message, kinds=kinds)) for message in messages
    ]
    outcomes = Counter(map(_relay, turns))
    return Batch(claimed=len(messages), outcomes=outcomes)


def _kind_of(message: OutboxMessage, *, kinds: Mapping[str, str]) -> str:
    return message.kind if message.kind == MessageKind.CODE else kinds.get(message.event, message.kind)


def _relay(turn: Turn) -> Outcome:
    try:
        return _deliver(turn)
    except PermanentFailure as error:
        return _fail(turn, error)
    except DeliveryError as error:
        return _try_later(turn, error)
    except Exception as error:
        # A bug in a channel must not hold up everybody else's messages.
        logger.exception("message %s could not be relayed", turn.message.pk)
        failure = UnknownOutcome if turn.message.in_doubt else TemporaryFailure
        return _try_later(turn, failure("internal", repr(error)))


def _deliver(turn: Turn) -> Outcome:
    message = turn.message
    if message.in_doubt and (delivery := _find_delivery(message)):
        return _record_sent(turn, delivery, body=delivery.text)
    if message.attempts > MOST_ATTEMPTS:
        raise PermanentFailure("too-many-attempts")
    reason = _reason_to_skip(turn)
    if reason:
        return _skip(turn, reason)
    quiet_until = _quiet_until(turn)
    if quiet_until:
        return _wait(turn, until=quiet_until)
    route = find_route(patient=turn.patient, kind=turn.kind)
    if isinstance(route, SkipReason):
        return _skip(turn, route)
    text = _compose(turn)
    if text is None:
        return _skip(turn, SkipReason.NOTHING_TO_SAY)
    return _send(turn, route=route, text=text)


def _send(turn: Turn, *, route: Route, text: ComposedText) -> Outcome:
    outgoing = OutgoingMessage(
        reference=turn.message.pk,
        address=route.address,
        subject=text.subject,
        body=text.body,
        short=text.short,
        unsubscribe_url=unsubscribe_url(turn.patient.pk) if turn.kind == MessageKind.ADVERTISING else "",
    )
    is_ours = claims.begin_sending(
        message=turn.message,
        claim=turn.claim,
        kind=turn.kind,
        channel=route.channel.code,
        address=outgoing.address,
        subject=outgoing.subject,
        body=text.kept or route.channel.text_of(outgoing),
    )
    if not is_ours:
        return Outcome.CLAIM_LOST
    turn.message.in_doubt = True
    fail_points.reached("relay.before_send")
    delivery = route.channel.send(outgoing)
    fail_points.reached("relay.after_send")
    return _record_sent(turn, delivery, body=text.kept or delivery.text)


def _find_delivery(message: OutboxMessage) -> Delivery | None:
    """What became of an attempt whose answer never arrived."""
    outgoing = OutgoingMessage(
        reference=message.pk,
        address=message.address,
        subject=message.subject,
        body=message.body,
        short=message.body,
    )
    return get_channel(message.channel).find_delivery(outgoing)


def _reason_to_skip(turn: Turn) -> SkipReason | None:
    if turn.message.not_after and turn.at > turn.message.not_after:
        return SkipReason.TOO_LATE
    return SkipReason.ERASED if turn.patient.erased_at else None


def _quiet_until(turn: Turn) -> datetime | None:
    """The later of the morning, for what is late, and the end of the patient's own quiet hours.

    A code is what the patient is waiting for: it comes at any hour.
    """
    if turn.kind == MessageKind.CODE:
        return None
    zone = turn.patient.home_clinic.tz
    until = may_go_at(due_at=turn.message.due_at, at=turn.at, zone=zone)
    chosen = preferences_of(turn.patient.pk)
    if chosen.quiet_from is not None and chosen.quiet_until is not None:
        own = quiet_end(turn.at, begins=chosen.quiet_from, ends=chosen.quiet_until, zone=zone)
        until = max(until, own or until)
    return until if until > turn.at else None


def _wait(turn: Turn, *, until: datetime) -> Outcome:
    """Nothing was tried, so it does not count as an attempt."""
    is_ours = claims.put_back(
        message=turn.message,
        claim=turn.claim,
        next_attempt_at=until,
        attempts=turn.message.attempts - 1,
        in_doubt=turn.message.in_doubt,
    )
    return Outcome.PUT_BACK if is_ours else Outcome.CLAIM_LOST


def _compose(turn: Turn) -> ComposedText | None:
    """The text as of now, in the patient's language."""
    try:
        with translation.override(turn.patient.language):
            return get_event(turn.message.event).compose(turn.message, turn.at)
    except UnknownEvent as error:
        # An older worker during a rollout: a newer one will know the event.
        raise TemporaryFailure("unknown-event", error.code) from error
    except Exception as error:
        logger.exception("message %s could not be composed", turn.message.pk)
        raise TemporaryFailure("compose", repr(error)) from error


def _record_sent(turn: Turn, delivery: Delivery, *, body: str) -> Outcome:
    is_ours = claims.settle(
        message=turn.message,
        claim=turn.claim,
        status=MessageStatus.SENT,
        sent_at=turn.at,
        body=body,
        provider_id=delivery.provider_id,
        parts=delivery.parts,
        cost=delivery.cost,
        error_code="",
        error_text="",
    )
    fail_points.reached("relay.after_record")
    return Outcome.SENT if is_ours else Outcome.CLAIM_LOST


def _skip(turn: Turn, reason: SkipReason) -> Outcome:
    claims.settle(
        message=turn.message, claim=turn.claim, kind=turn.kind, status=MessageStatus.SKIPPED, skip_reason=reason
    )
    return Outcome.SKIPPED


def _fail(turn: Turn, error: DeliveryError) -> Outcome:
    claims.settle(message=turn.message, claim=turn.claim, status=MessageStatus.FAILED, **_error_fields(error))
    return Outcome.FAILED


def _try_later(turn: Turn, error: DeliveryError) -> Outcome:
    next_at = next_attempt_at(attempts=turn.message.attempts, failed_at=turn.at)
    if next_at is None:
        return _fail(turn, error)
    is_ours = claims.put_back(
        message=turn.message,
        claim=turn.claim,
        next_attempt_at=next_at,
        in_doubt=isinstance(error, UnknownOutcome),
        **_error_fields(error),
    )
    return Outcome.PUT_BACK if is_ours else Outcome.CLAIM_LOST


def _error_fields(error: DeliveryError) -> dict[str, str]:
    return {"error_code": error.code[:64], "error_text": error.detail}
