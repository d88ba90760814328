"""The inviter's gift for a friend's first paid visit: when it comes, once, and what a refund takes back."""

from datetime import timedelta

import pytest

from loyalty.checkout.confirming import confirm_receipt
from loyalty.checkout.draft import DraftLine, ReceiptDraft
from loyalty.checkout.quoting import quote_receipt
from loyalty.friend_gifts import find_due, find_undone, give_friend_gift, undo_friend_gift
from loyalty.ledger import posting
from loyalty.ledger.audit import breaches
from loyalty.messages.gifts import compose_gift
from loyalty.models import Account, FriendGift, LimitUse, NightlyRun, Operation
from loyalty.nightly import night
from loyalty.refunds.refunding import RefundWish, refund_receipt
from loyalty.rules.facts import SpendChoice
from loyalty.rules.refund_portions import EVERYTHING, SpreadAmount
from notifications.models import OutboxMessage
from patients.models import Patient, Referral
from patients.referrals import set_inviter
from tests.nightly.burning import moscow
from tests.nightly.test_gifts import paid
from tests.people import make_clinic, make_rita, make_service
from tests.programs import make_member, publish_preset
from tests.threads import run_together

pytestmark = pytest.mark.django_db
GIFT = {
    "code": "friend",
    "title": {"ru": "За друга", "en": "For a friend"},
    "trigger": {"kind": "friend_paid"},
    "points": 250,
}
PAID_AT = moscow(2026, 11, 27, 12)
NIGHT = moscow(2026, 11, 28, 3, 10)


class Friends:
    """Anna has invited Vera the day before."""

    def __init__(self, **gift):
        self.version = publish_preset(has_welcome=False, gifts=[GIFT | gift])
        self.anna = make_member()
        self.vera = make_member("Петрова", "Вера", "+79160000001")
        self.rita = make_rita()
        set_inviter(patient=self.vera, inviter=self.anna, actor=None, at=PAID_AT - timedelta(days=1))

    def pay(self, roubles=1000, *, at=PAID_AT):
        """Vera pays at the desk, in money."""
        draft = ReceiptDraft(
            patient_id=self.vera.pk,
            clinic_code=make_clinic().code,
            lines=(DraftLine(price_kopecks=roubles * 100, service_id=make_service("consult", "hygiene").pk),),
            choice=SpendChoice.none(),
            identified_by="PHONE",
        )
        quoted = quote_receipt(draft, at=at)
        return confirm_receipt(quoted.token, clinic=make_clinic(), actor=self.rita, at=at).receipt

    def refund(self, receipt, portion=EVERYTHING, *, at):
        wish = RefundWish(receipt.pk, f"{receipt.pk} {at}", "CANCELLED", portion=portion)
        refund_receipt(wish, actor=self.rita, at=at)

    @property
    def balance(self):
        return Account.objects.get(patient=self.anna).balance


@pytest.fixture
def friends():
    return Friends()


def sleep(days=0):
    night.run_due_nights(at=NIGHT + timedelta(days=days))


def test_inviter_gets_it_in_the_night_after_the_first_paid_visit_and_once(friends):
    friends.pay(300)
    assert friends.balance == 0

    sleep()
    friends.pay(90_000, at=NIGHT + timedelta(hours=9))
    sleep(days=1)

    assert friends.balance == 250
    gift = FriendGift.objects.get()
    assert (gift.points, gift.inviter, gift.friend, gift.given_at) == (250, friends.anna, friends.vera, NIGHT)
    assert (NightlyRun.objects.get(step="GIFTS", day="2026-11-28").points) == 250
    assert list(breaches()) == []


def test_neither_the_operation_nor_the_message_tells_whose_visit_it_was(friends):
    friends.pay()

    sleep()

    operation = Operation.objects.get(friend_gift__isnull=False)
    assert operation.explanation == {"rule": "friend", "points": 250}
    message = OutboxMessage.objects.get(event="gift.given", patient=friends.anna)
    assert compose_gift(message, NIGHT).body.startswith("За друга: дарим вам 250 бонусных баллов.")
    assert "Вера" not in str(message.context)


@pytest.mark.parametrize(
    ("roubles", "fields"),
    [(0, {}), (1000, {"identified_by": "IMPORT"}), (1000, {"at": PAID_AT - timedelta(days=3)})],
    ids=["nothing paid", "paid in another system", "paid long before the inviter was written down"],
)
def test_visit_that_does_not_count_gives_nothing(friends, roubles, fields):
    paid(friends.vera, roubles, version=friends.version.pk, **({"at": PAID_AT} | fields))

    sleep()

    assert (friends.balance, FriendGift.objects.count(), Operation.objects.count()) == (0, 0, 0)


def test_inviter_named_a_day_after_the_visit_still_gets_it(friends):
    friends.pay(at=PAID_AT - timedelta(hours=47))
    Referral.objects.update(set_at=PAID_AT - timedelta(hours=24))

    sleep()

    assert friends.balance == 250


def test_visit_counts_by_the_program_of_its_moment(friends):
    before = publish_preset(has_welcome=False, gifts=[], starts_at=moscow(2025, 6, 1, 0))
    publish_preset(has_welcome=False, gifts=[GIFT | {"points": 900}], starts_at=moscow(2026, 11, 27, 18))
    paid(friends.vera, 1000, at=PAID_AT, version=before.pk)

    sleep()

    assert friends.balance == 0


def test_inviter_who_has_left_or_friend_who_is_no_member_gets_nobody_anything(friends):
    friends.pay()
    Patient.objects.filter(pk=friends.vera.pk).update(status="CONTACT", joined_at=None)
    sleep()
    Patient.objects.filter(pk=friends.vera.pk).update(status="MEMBER", joined_at=PAID_AT)
    Patient.objects.filter(pk=friends.anna.pk).update(erased_at=PAID_AT)

    sleep(days=1)

    assert (friends.balance, FriendGift.objects.count()) == (0, 0)


def test_part_refunded_leaves_the_gift_and_all_refunded_takes_it_back(friends):
    receipt = friends.pay(1000)
    sleep()
    friends.refund(receipt, SpreadAmount(60_000), at=NIGHT + timedelta(hours=6))
    sleep(days=1)
    assert friends.balance == 250

    friends.refund(receipt, at=NIGHT + timedelta(days=1, hours=6))
    sleep(days=2)
    sleep(days=3)

    gift = FriendGift.objects.get()
    assert (friends.balance, gift.undone_at, gift.kept_points) == (0, NIGHT + timedelta(days=2), 0)
    taken = Operation.objects.get(kind="TAKE_BACK", reversal_of=gift.operation)
    assert taken.explanation == {"undone_gift": "friend"}
    assert list(breaches()) == []


def test_used_points_of_an_undone_gift_stay_and_make_no_debt(friends):
    receipt = friends.pay()
    sleep()
    account = Account.objects.get(patient=friends.anna)
    posting.spend(account_id=account.pk, units=100, key="used", at=NIGHT + timedelta(hours=1))

    friends.refund(receipt, at=NIGHT + timedelta(hours=6))
    sleep(days=1)

    account.refresh_from_db()
    assert (account.balance, account.debt, FriendGift.objects.get().kept_points) == (0, 0, 100)


def test_next_paid_visit_after_an_undone_gift_counts_as_the_first(friends):
    receipt = friends.pay()
    sleep()
    friends.refund(receipt, at=NIGHT + timedelta(hours=6))
    sleep(days=1)
    friends.pay(500, at=NIGHT + timedelta(days=1, hours=6))

    sleep(days=2)

    assert friends.balance == 250
    assert [gift.undone_at is None for gift in FriendGift.objects.order_by("id")] == [False, True]


def test_visit_refunded_before_the_night_gives_nothing_to_take_back(friends):
    receipt = friends.pay()
    friends.refund(receipt, at=PAID_AT + timedelta(hours=1))

    sleep()

    assert (friends.balance, FriendGift.objects.count()) == (0, 0)


def test_budget_stops_the_gifts_and_an_undone_one_gives_its_part_back():
    friends = Friends(budget={"points": 400, "period": "year"})
    olga = make_member("Седова", "Ольга", "+79160000002")
    set_inviter(patient=olga, inviter=friends.anna, actor=None, at=PAID_AT - timedelta(days=1))
    receipt = friends.pay()
    paid(olga, 1000, at=PAID_AT + timedelta(hours=1), version=friends.version.pk)

    sleep()
    assert (friends.balance, LimitUse.objects.get().used) == (400, 400)
    friends.refund(receipt, at=NIGHT + timedelta(hours=6))
    sleep(days=1)

    assert (friends.balance, LimitUse.objects.get().used) == (150, 150)


@pytest.mark.django_db(transaction=True)
def test_eight_workers_give_it_once_and_undo_it_once():
    friends = Friends()
    receipt = friends.pay()
    clinic = make_clinic()
    due = find_due(clinic=clinic, at=NIGHT)

    given = run_together(8, lambda _index: give_friend_gift(due[0], clinic=clinic, at=NIGHT))
    friends.refund(receipt, at=NIGHT + timedelta(hours=6))
    undone = find_undone(clinic=clinic)
    taken = run_together(8, lambda _index: undo_friend_gift(undone[0], at=NIGHT + timedelta(days=1)))

    assert (len(due), sorted(given), sorted(taken)) == (1, [0] * 7 + [250], [0] * 7 + [250])
    assert (friends.balance, FriendGift.objects.count()) == (0, 1)


def test_night_asks_the_same_whatever_friends_there_are(friends, django_assert_num_queries):
    clinic = make_clinic()
    with django_assert_num_queries(2):
        assert (find_due(clinic=clinic, at=NIGHT), find_undone(clinic=clinic)) == ([], [])
