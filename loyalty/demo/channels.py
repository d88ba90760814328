"""Where the demo's patients came from: channels with links and posters, and who has brought whom."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from loyalty.demo.clinics import MOSCOW, URAL, DemoPlace
from loyalty.demo.names import phone_of
from loyalty.demo.people import NewGuest, source_of
from loyalty.models import Standing
from patients.models import Patient, PublicCode, Referral, SourceChannel
from patients.models.source_channel import BY_A_FRIEND
from patients.public_codes import take_code

Kind = SourceChannel.Kind
CHANNELS = (
    ("site", "Сайт", Kind.SITE, (MOSCOW, URAL)),
    ("telegram", "Канал в Telegram", Kind.TELEGRAM, (MOSCOW, URAL)),
    ("maps", "Яндекс Карты", Kind.MAPS, (MOSCOW, URAL)),
    ("pre-visit", "СМС перед визитом", Kind.PRE_VISIT, (MOSCOW, URAL)),
    ("fitness", "Фитнес-клуб «Пульс»", Kind.PARTNER, (MOSCOW,)),
    ("lift", "Плакат у лифта", Kind.POSTER, (MOSCOW,)),
)
ANNAS_CODE, ANNAS_OPENINGS = "ANNA-7K2", 9
# The first guests who came by a friend's word came by Anna's, the others by that of the guest before them.
ANNAS_GUESTS = 20


def open_channels(place: DemoPlace) -> None:
    """What exists by its code stays as it is."""
    for code, name, kind, clinics in CHANNELS:
        channel, made = SourceChannel.objects.get_or_create(code=code, defaults={"name": name, "kind": kind})
        if made:
            channel.clinics.set([place.clinics[clinic] for clinic in clinics])


def share_annas_link(*, anna: Patient, friend: Patient, at: datetime) -> None:
    """Anna's code is the one of the tour. Call once."""
    code = take_code(text=ANNAS_CODE, kind=PublicCode.Kind.FRIEND, at=at, patient=anna)
    PublicCode.objects.filter(pk=code.pk).update(opened=ANNAS_OPENINGS)
    Patient.objects.filter(pk=friend.pk).update(source=BY_A_FRIEND)
    Referral.objects.create(patient=friend, inviter=anna, set_at=friend.joined_at or at)


def bring_friends(guests: Sequence[NewGuest], *, standings: Mapping[int, Standing], anna_number: int) -> None:
    """Write down the inviters of a batch. Nobody came by a later guest's word, so there are no loops."""
    anna = Patient.objects.get(phone=phone_of(anna_number))
    Referral.objects.bulk_create(
        Referral(
            patient=standings[guest.number].patient,
            inviter=anna if guest.number < ANNAS_GUESTS else standings[guest.number - 1].patient,
            set_at=guest.joined_at,
        )
        for guest in guests
        if source_of(guest) == BY_A_FRIEND
    )
