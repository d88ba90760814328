"""A rule that is said never to apply really never does, whatever the patient, the receipt and the other rules."""

from datetime import date

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from loyalty.rules.compilation import compile_program
from loyalty.rules.engine import quote
from loyalty.rules.facts import LineFacts, MemberFacts, ReceiptFacts, SpendChoice
from loyalty.rules.rule_warnings import find_warnings
from loyalty.rules.validation import find_faults
from tests.rules.build import preset

QUIET = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
TITLE = {"ru": "п", "en": "r"}
NEVER = {"always_beaten", "never_such_visit", "never_such_weekday", "nothing_to_multiply", "takes_nothing_off"}
NEVER |= {"is_over"}
DAYS = st.builds(lambda day: date(2026, 11, day), st.integers(16, 25))


def some(values):
    return st.lists(st.sampled_from(values), min_size=1, max_size=2, unique=True)


@st.composite
def days(draw):
    first, last = sorted((draw(DAYS), draw(DAYS)))
    return {"first_day": str(first), "last_day": str(last)}


conditions = st.fixed_dictionaries(
    {},
    optional={
        "services": some(["crown", "cleaning"]),
        "categories": some(["therapy", "surgery"]),
        "weekdays": some([1, 2, 3, 7]),
        "sex": st.sampled_from(["FEMALE", "MALE"]),
        "tags": some(["a", "b"]),
        "patients": st.sampled_from(["new", "regular"]),
        "visit": st.builds(lambda n: {"kind": "number", "number": n}, st.integers(1, 3))
        | st.just({"kind": "every", "number": 2}),
        "age": st.sampled_from([{"from": 18}, {"from": 60}, {"to": 65}]),
        "days": days(),
    },
)
percents = st.sampled_from([0, 5, 10, 20])


@st.composite
def documents(draw):
    document = preset("cosmetology")
    effects = st.builds(lambda percent: {"kind": "percent", "percent": percent}, percents) | st.just(
        {"kind": "multiplier", "times": 2}
    )
    rules = [
        {
            "code": f"rule{place}",
            "title": TITLE,
            "effect": draw(effects),
            "when": draw(conditions),
            "priority": place,
        }
        for place in range(draw(st.integers(1, 4)))
    ]
    excluded = draw(st.sampled_from([{}, {"categories": ["surgery"]}, {"services": ["filling"]}]))
    document["earning"] = {"rules": rules, "nothing_on": excluded}
    document["discounts"] = {
        "groups": [{"code": "base", "mode": draw(st.sampled_from(["exclusive", "best_of"]))}],
        "promotions": [
            {
                "code": f"promotion{place}",
                "title": TITLE,
                "effect": {"kind": "percent", "percent": draw(percents)},
                "when": draw(conditions),
                "priority": place,
                "days": draw(days()),
                "rules_link": "/rules/",
            }
            for place in range(draw(st.integers(0, 3)))
        ],
    }
    assume(find_faults(document) == [])
    return document


lines = st.builds(
    lambda service, category, hundreds: (service, category, hundreds * 10_000),
    st.sampled_from(["crown", "cleaning", "filling"]),
    st.sampled_from(["therapy", "surgery"]),
    st.integers(1, 9),
)
members = st.builds(
    MemberFacts,
    is_member=st.just(True),
    tags=st.frozensets(st.sampled_from(["a", "b"])),
    sex=st.sampled_from(["", "FEMALE", "MALE"]),
    birth_date=st.sampled_from([None, date(1950, 1, 1), date(1990, 1, 1), date(2015, 1, 1)]),
    visits=st.integers(0, 3),
)


@given(documents(), members, st.lists(lines, min_size=1, max_size=4), st.tuples(DAYS, DAYS))
@settings(QUIET, max_examples=400)
def test_rule_that_never_applies_gives_nothing(document, member, bought, moments):
    today, day = sorted(moments)
    basket = tuple(
        LineFacts(position=place, price_kopecks=price, service=service, categories=(category,))
        for place, (service, category, price) in enumerate(bought, start=1)
    )
    places = {f"$.earning.rules[{i}]": rule for i, rule in enumerate(document["earning"]["rules"])}
    places |= {f"$.discounts.promotions[{i}]": rule for i, rule in enumerate(document["discounts"]["promotions"])}
    never = {
        rule["code"]
        for fault in find_warnings(document, day=today)
        if fault.code in NEVER
        for path, rule in places.items()
        if fault.path.startswith(path)
    }

    result = quote(
        program=compile_program(document),
        member=member,
        receipt=ReceiptFacts(lines=basket, clinic="mytishchi", day=day),
        choice=SpendChoice.none(),
    )

    given_by = {earning.rule_code for earning in result.earnings if earning.points}
    given_by |= {discount.code for discount in result.discounts}
    assert never.isdisjoint(given_by)
