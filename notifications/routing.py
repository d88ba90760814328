"""Through which channel a message may go: configured, with an address, agreed to by the patient."""

from dataclasses import dataclass

from notifications.channels.base import Channel
from notifications.channels.registry import SMS, all_channels
from notifications.models import MessageKind, SkipReason
from patients.consents import may_message, may_process
from patients.models import Patient


@dataclass(frozen=True, slots=True)
class Route:
    channel: Channel
    address: str


def find_route(*, patient: Patient, kind: str) -> Route | SkipReason:
    """The patient's preferred channel if it is open, else the first other one; or why there is none.

    A consent is asked for per channel and kind, so that advertising may be refused while service goes on.
    A one-time code goes by SMS only: who reads the phone's messages holds the phone.
    """
    channels = sorted(all_channels(), key=lambda channel: channel.code != patient.preferred_channel)
    if kind == MessageKind.CODE:
        channels = [channel for channel in channels if channel.code == SMS]
    with_address = [(channel, channel.address_of(patient)) for channel in channels]
    with_address = [(channel, address) for channel, address in with_address if address]
    if not with_address:
        return SkipReason.NO_ADDRESS
    agreed = [
        Route(channel, address)
        for channel, address in with_address
        if _may_send(patient_id=patient.pk, kind=kind, channel=channel.code)
    ]
    if not agreed:
        return SkipReason.NO_CONSENT
    return next((route for route in agreed if route.channel.is_configured()), SkipReason.NO_CHANNEL)


def _may_send(*, patient_id: int, kind: str, channel: str) -> bool:
    if kind == MessageKind.CODE:
        return may_process(patient_id)
    return may_message(patient_id=patient_id, kind=kind, channel=channel)
