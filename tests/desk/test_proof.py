"""Nothing is spent without the patient's own consent: a scan, a code, or a senior's decision with a reason."""

from datetime import timedelta

import pytest
from django.utils import timezone

from clinics.models import AuditEvent
from loyalty.models import Receipt, Standing
from notifications.models import OutboxMessage
from patients.models import Card, SpendCode, SpendGuard, SpendProof
from patients.spend_codes import code_digits
from tests.desk.desk_pages import (
    confirm,
    find,
    form_data,
    open_patient,
    open_with_qr,
    picture_lines,
    quote,
    quote_and_confirm,
    text_of,
    token_of,
    who_of,
)
from tests.desk.written import written
from tests.people import make_clinic, make_staff
from tests.programs import NOON, make_member, publish_preset
from tests.proofs import code_of, qr_of, wrong

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
NEED = "Чтобы списать, попросите показать QR или назвать код из СМС."
DENIED = "Списание без кода может сделать старший администратор."


@pytest.fixture
def senior(client, noon):
    senior = make_staff("sonya", "senior")
    client.force_login(senior)
    return senior


@pytest.fixture
def quoted(client, rita, anna):
    """Anna, found by phone, and the quote of the maximum: what a confirmation of it needs."""
    who = open_patient(client)
    return who, picture_lines(), token_of(quote(client, who, picture_lines(), spend="maximum"))


def post(client, quoted, **fields):
    return confirm(client, *quoted, spend="maximum", **fields)


def act(client, address, who, **fields):
    """One of the two other buttons of the form."""
    data = form_data(who, picture_lines(), **{"spend": "maximum"} | fields)
    return client.post(f"/admin/desk/{address}/", data)


def balance_of(patient):
    return Standing.objects.get(patient=patient).account.balance


def refused(answer):
    """The status of a refusal that posted nothing."""
    assert Receipt.objects.count() == 0
    return answer.status_code


def test_spending_asks_for_the_code_and_earning_does_not(client, rita, anna):
    who = open_patient(client)

    spending = quote(client, who, picture_lines(), spend="maximum")
    earning = quote(client, who, picture_lines())

    assert NEED in text_of(spending)
    assert 'name="code"' in spending.content.decode()
    assert "Отправить код" in text_of(spending)
    assert NEED not in text_of(earning)
    assert 'name="code"' not in earning.content.decode()


def test_receipt_that_only_earns_needs_no_proof(client, rita, anna):
    quote_and_confirm(client, open_patient(client), picture_lines())

    receipt = Receipt.objects.get()
    assert (receipt.points_earned, receipt.proven_by, receipt.override_reason) == (4365, "", "")


def test_spending_without_proof_is_refused_and_nothing_is_written(client, quoted):
    before = written()

    answer = post(client, quoted)

    assert refused(answer) == 422
    assert NEED in text_of(answer)
    assert 'id="code"' in answer.content.decode()
    assert "autofocus" in answer.content.decode().split('id="code"')[1][:250]
    assert written() == before


@pytest.mark.parametrize("spend", ["burning", "amount"])
def test_every_choice_that_spends_asks_for_proof(client, rita, anna, spend):
    answer = quote_and_confirm(client, open_patient(client), picture_lines(), spend=spend, spend_points="100")

    assert refused(answer) == 422


def test_code_of_the_card_typed_with_the_confirmation_posts_at_once(client, quoted, anna):
    answer = post(client, quoted, code=code_of(anna, now=NOON))

    receipt = Receipt.objects.get()
    assert answer.url == f"/admin/desk/?done={receipt.pk}"
    assert (receipt.points_spent, receipt.proven_by, receipt.identified_by) == (1300, "CARD_CODE", "PHONE")
    assert balance_of(anna) == 6398
    assert SpendProof.objects.get().used_at == NOON


def test_whole_qr_may_be_scanned_into_the_field_of_the_code(client, quoted, anna):
    post(client, quoted, code=qr_of(anna, now=NOON))

    assert Receipt.objects.get().proven_by == "QR"


def test_scan_that_finds_the_patient_is_the_proof(client, rita, anna):
    who = open_with_qr(client, anna)
    page = client.get("/admin/desk/", {"who": who})
    spending = quote(client, who, picture_lines(), spend="maximum")

    quote_and_confirm(client, who, picture_lines(), spend="maximum")

    assert "карта 0000 0000 карта подтверждена по QR ✓" in text_of(page).replace(
        str(Card.objects.get()), "0000 0000"
    )
    assert NEED not in text_of(spending)
    receipt = Receipt.objects.get()
    assert (receipt.identified_by, receipt.proven_by, receipt.points_spent) == ("QR", "QR", 1300)


def test_scan_with_an_old_code_finds_the_card_and_proves_nothing(client, rita, anna):
    landed = find(client, qr_of(anna, now=NOON - 5 * MINUTE))
    page = client.get(landed.url)

    answer = quote_and_confirm(client, who_of(landed), picture_lines(), spend="maximum")

    assert "Код в этом QR старый или использован: начислить можно." in text_of(page)
    assert "подтверждена" not in text_of(page)
    assert refused(answer) == 422
    quote_and_confirm(client, who_of(landed), picture_lines())
    assert Receipt.objects.get().identified_by == "CARD"


def test_scan_repeated_by_the_scanners_second_line_end_keeps_the_proof(client, rita, anna):
    open_with_qr(client, anna)

    quote_and_confirm(client, open_with_qr(client, anna), picture_lines(), spend="maximum")

    assert Receipt.objects.get().proven_by == "QR"
    assert SpendProof.objects.count() == 1


def test_scan_of_a_code_that_paid_already_proves_nothing(client, rita, anna):
    quote_and_confirm(client, open_with_qr(client, anna), picture_lines(), spend="maximum")

    landed = find(client, qr_of(anna, now=NOON))

    assert "stale_qr=1" in landed.url
    assert quote_and_confirm(client, who_of(landed), picture_lines(), spend="maximum").status_code == 422
    assert Receipt.objects.count() == 1


def test_scan_of_an_unknown_card_says_what_to_do(client, rita, anna):
    assert "Такой карты нет. Проверьте цифры или найдите по телефону." in text_of(find(client, "00000000123456"))


def test_code_of_an_sms_proves_the_consent(client, quoted, anna):
    sent = act(client, "code", quoted[0])
    digits = code_digits(SpendCode.objects.get())

    post(client, quoted, code=digits)

    assert "Код отправлен на •••45-67. Спросите его." in text_of(sent)
    assert "autofocus" in sent.content.decode().split('id="code"')[1][:250]
    assert digits not in sent.content.decode()
    assert Receipt.objects.get().proven_by == "SMS"


def test_note_of_the_sent_code_stays_while_the_form_is_quoted_again(client, quoted):
    answer = quote(client, quoted[0], picture_lines(), spend="burning", sent_to="•••45-67")

    assert "Код отправлен на •••45-67. Спросите его." in text_of(answer)


def test_second_code_within_a_minute_says_when_and_sends_nothing(client, quoted):
    act(client, "code", quoted[0])
    before = written()

    answer = act(client, "code", quoted[0])

    assert answer.status_code == 422
    assert "Код отправили недавно. Новый можно отправить через 1 минуту." in text_of(answer)
    assert written() == before


def test_code_for_a_patient_without_a_phone_says_what_to_do(client, rita, anna):
    make_member("Иванова", "Оля", phone=None)
    who = who_of(find(client, str(Card.objects.latest("pk"))))
    before = written()

    answer = act(client, "code", who, spend="none")

    assert answer.status_code == 422
    assert written() == before


def test_wrong_code_says_how_many_tries_are_left(client, quoted, anna):
    before = written()

    answers = [post(client, quoted, code=wrong(code_of(anna, now=NOON))) for _try in range(3)]

    assert [refused(answer) for answer in answers] == [422, 422, 422]
    assert "Код не подошёл. Осталось попыток: 2." in text_of(answers[-1])
    assert written() == before


def test_five_wrong_codes_close_even_the_right_one(client, quoted, anna):
    for _try in range(5):
        last = post(client, quoted, code=wrong(code_of(anna, now=NOON)))

    answer = post(client, quoted, code=code_of(anna, now=NOON))
    sent = act(client, "code", quoted[0])

    closed = "Слишком много неверных кодов. Коды снова принимаются через 15 минут"
    assert all(closed in text_of(page) for page in (last, answer, sent))
    assert refused(answer) == 422
    assert AuditEvent.objects.get().code == "spending.codes_blocked"


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("12345", "Код — это 6 цифр с карты, 4 цифры из СМС или весь QR."),
        ("привет", "Код — это 6 цифр с карты, 4 цифры из СМС или весь QR."),
        ("<script>", "Код — это 6 цифр с карты, 4 цифры из СМС или весь QR."),
    ],
)
def test_what_is_no_code_is_said_so_and_costs_no_try(client, quoted, typed, text):
    answer = post(client, quoted, code=typed)

    assert refused(answer) == 422
    assert text in text_of(answer)
    assert SpendGuard.objects.count() == 0


def test_qr_of_an_offline_phone_earns_but_does_not_spend(client, quoted, anna):
    answer = post(client, quoted, code=Card.objects.get(patient=anna).number)

    assert refused(answer) == 422
    assert "В этом QR нет кода: телефон без интернета. Отправьте код по СМС." in text_of(answer)


def test_qr_of_another_patient_is_refused(client, quoted, anna):
    vera = make_member("Петрова", "Вера", "+79160000001")

    answer = post(client, quoted, code=qr_of(vera, now=NOON))

    assert refused(answer) == 422
    assert "Это QR с карты другого пациента." in text_of(answer)


def test_code_of_another_patient_is_refused(client, quoted, anna):
    vera = make_member("Петрова", "Вера", "+79160000001")

    answer = post(client, quoted, code=code_of(vera, now=NOON))

    assert refused(answer) == 422
    assert "Код не подошёл." in text_of(answer)


def test_late_code_is_refused_in_its_own_words(client, quoted, anna):
    answer = post(client, quoted, code=code_of(anna, now=NOON - 3 * MINUTE))

    assert refused(answer) == 422
    assert "Код устарел. Отправьте новый или попросите обновить экран карты." in text_of(answer)


def test_late_code_of_an_sms_asks_for_a_new_one(client, quoted, anna, noon):
    act(client, "code", quoted[0])
    digits = code_digits(SpendCode.objects.get())
    noon.move_to(NOON + 11 * MINUTE)
    who = open_patient(client)

    answer = quote_and_confirm(client, who, picture_lines(), spend="maximum", code=digits)

    assert refused(answer) == 422
    assert "Код устарел. Отправьте новый." in text_of(answer)


def test_code_that_paid_one_receipt_pays_no_other(client, quoted, anna):
    code = code_of(anna, now=NOON)
    post(client, quoted, code=code)
    who = open_patient(client)

    answer = quote_and_confirm(client, who, picture_lines(), spend="maximum", code=code)

    assert answer.status_code == 422
    assert "Этот код уже использован. Новый появится на карте через минуту." in text_of(answer)
    assert Receipt.objects.count() == 1


def test_confirmation_repeated_with_its_code_shows_the_first_receipt(client, quoted, anna):
    code = code_of(anna, now=NOON)
    first = post(client, quoted, code=code)
    before = written()

    again = post(client, quoted, code=code)

    assert again.url == f"{first.url}&again=1"
    assert written() == before


def test_enter_in_the_field_checks_the_code_and_keeps_the_proof(client, quoted, anna):
    who, lines, _token = quoted
    checked = quote(client, who, lines, spend="maximum", code=code_of(anna, now=NOON))
    proven_who = checked.content.decode().split('name="who" value="')[1].split('"')[0]

    confirm(client, proven_who, lines, token_of(checked), spend="maximum")

    assert "карта подтверждена кодом ✓" in text_of(checked)
    assert NEED not in text_of(checked)
    assert Receipt.objects.get().proven_by == "CARD_CODE"


def test_code_is_not_looked_at_when_nothing_is_spent(client, rita, anna):
    quote_and_confirm(client, open_patient(client), picture_lines(), code="123456")

    assert Receipt.objects.get().proven_by == ""
    assert SpendGuard.objects.count() == 0


def test_proof_does_not_go_along_to_another_clinic(client, noon, anna):
    omsk = make_clinic("omsk", name="Омск")
    client.force_login(make_staff("rita", "receptionist", clinics=[make_clinic(), omsk]))
    who = open_with_qr(client, anna)
    client.post("/admin/desk/clinic/", {"clinic": omsk.pk})

    answer = quote_and_confirm(client, who, picture_lines(), spend="maximum")

    assert refused(answer) == 422
    assert NEED in text_of(answer)


def test_proof_is_good_for_fifteen_minutes(client, rita, anna, noon):
    who = open_with_qr(client, anna)
    noon.move_to(NOON + 16 * MINUTE)

    answer = quote_and_confirm(client, who, picture_lines(), spend="maximum")

    assert refused(answer) == 422
    assert NEED in text_of(answer)
    assert "подтверждена" not in text_of(answer)


def test_proof_serves_one_receipt_even_if_it_spends_nothing(client, rita, anna):
    who = open_with_qr(client, anna)
    quote_and_confirm(client, who, picture_lines())

    answer = quote_and_confirm(client, who, picture_lines(), spend="maximum")

    assert answer.status_code == 422
    assert [receipt.points_spent for receipt in Receipt.objects.all()] == [0]


def test_stale_quote_keeps_the_proof_for_the_fresh_one(client, quoted, anna):
    Standing.objects.filter(patient=anna).update(tier="standart")

    stale = post(client, quoted, code=code_of(anna, now=NOON))
    proven_who = stale.content.decode().split('name="who" value="')[1].split('"')[0]
    confirm(client, proven_who, picture_lines(), token_of(stale), spend="maximum")

    assert stale.status_code == 409
    assert Receipt.objects.get().proven_by == "CARD_CODE"


def test_program_may_do_without_proof(client, rita, anna):
    publish_preset(has_welcome=False, starts_at=NOON, redemption={"cap_percent": 10, "proof_required": False})

    spending = quote(client, open_patient(client), picture_lines(), spend="maximum")
    quote_and_confirm(client, open_patient(client), picture_lines(), spend="maximum")

    assert NEED not in text_of(spending)
    assert Receipt.objects.get().proven_by == ""


def test_receptionist_is_told_who_may_decide_and_may_not_herself(client, quoted):
    before = written()

    page = quote(client, *quoted[:2], spend="maximum")
    answer = act(client, "override", quoted[0], override_reason="телефон разряжен")

    assert DENIED in text_of(page)
    assert "Списать без кода" not in text_of(page)
    assert answer.status_code == 403
    assert DENIED in text_of(answer)
    assert written() == before


def test_senior_decides_with_a_reason_that_audit_receipt_and_patient_get(client, senior, anna):
    decided = act(client, "override", open_patient(client), override_reason="телефон разряжен")
    proven_who = decided.content.decode().split('name="who" value="')[1].split('"')[0]

    confirm(client, proven_who, picture_lines(), token_of(decided), spend="maximum")

    assert "без кода, по решению старшего администратора" in text_of(decided)
    receipt = Receipt.objects.get()
    assert (receipt.proven_by, receipt.override_reason) == ("OVERRIDE", "телефон разряжен")
    event = AuditEvent.objects.get()
    assert (event.code, event.actor, event.target_id, event.reason) == (
        "spending.overridden", senior, str(anna.pk), "телефон разряжен",
    )  # fmt: skip
    notice = OutboxMessage.objects.get(event="spend.overridden")
    assert (notice.patient, notice.due_at, notice.context) == (anna, NOON, {"receipt": receipt.pk})


def test_senior_without_a_reason_is_asked_for_one(client, senior, anna):
    who = open_patient(client)
    before = written()

    answer = act(client, "override", who, override_reason="   ")

    assert answer.status_code == 422
    assert "Напишите, почему списываем без кода: причина останется в аудите." in text_of(answer)
    assert written() == before


def test_owner_may_decide_too(client, noon, anna):
    client.force_login(make_staff("olga", "owner"))

    act(client, "override", open_patient(client), override_reason="телефон украли")

    assert SpendProof.objects.get().way == "OVERRIDE"


@pytest.mark.parametrize("address", ["code", "override"])
def test_acts_without_a_patient_lead_back_to_the_search(client, rita, anna, address):
    answers = [client.get(f"/admin/desk/{address}/"), act(client, address, "forged")]

    assert [answer.url for answer in answers] == ["/admin/desk/?who=", "/admin/desk/?who="]


def test_codes_live_by_the_clock_on_the_wall_while_the_demos_is_moved_on(client, rita, anna, monkeypatch):
    code = code_of(anna, now=timezone.now())
    monkeypatch.setattr("clinics.clock.now", lambda: NOON + timedelta(days=3))

    quote_and_confirm(client, open_patient(client), picture_lines(), spend="maximum", code=code)

    receipt = Receipt.objects.get()
    assert (receipt.proven_by, receipt.paid_at) == ("CARD_CODE", NOON + timedelta(days=3))
