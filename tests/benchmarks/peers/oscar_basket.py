"""django-oscar: read a basket of five lines and apply twenty active offers, as its middleware does.

`oscar_basket.py seed DSN` makes the shop, `oscar_basket.py run DSN COUNTS INDEX` is one client.
"""

import os
import random
import sys
from decimal import Decimal
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import django
import oscar.defaults
from django.conf import settings

sys.path.insert(0, str(Path(__file__).resolve().parent))
from closed_loop import repeat

PRODUCTS, OFFERS, BASKETS, LINES = 50, 20, 200, 5
OSCAR_APPS = [
    "oscar.config.Shop",
    "oscar.apps.analytics.apps.AnalyticsConfig",
    "oscar.apps.checkout.apps.CheckoutConfig",
    "oscar.apps.address.apps.AddressConfig",
    "oscar.apps.shipping.apps.ShippingConfig",
    "oscar.apps.catalogue.apps.CatalogueConfig",
    "oscar.apps.catalogue.reviews.apps.CatalogueReviewsConfig",
    "oscar.apps.communication.apps.CommunicationConfig",
    "oscar.apps.partner.apps.PartnerConfig",
    "oscar.apps.basket.apps.BasketConfig",
    "oscar.apps.payment.apps.PaymentConfig",
    "oscar.apps.offer.apps.OfferConfig",
    "oscar.apps.order.apps.OrderConfig",
    "oscar.apps.customer.apps.CustomerConfig",
    "oscar.apps.search.apps.SearchConfig",
    "oscar.apps.voucher.apps.VoucherConfig",
    "oscar.apps.wishlists.apps.WishlistsConfig",
    "oscar.apps.dashboard.apps.DashboardConfig",
    "oscar.apps.dashboard.reports.apps.ReportsDashboardConfig",
    "oscar.apps.dashboard.users.apps.UsersDashboardConfig",
    "oscar.apps.dashboard.orders.apps.OrdersDashboardConfig",
    "oscar.apps.dashboard.catalogue.apps.CatalogueDashboardConfig",
    "oscar.apps.dashboard.offers.apps.OffersDashboardConfig",
    "oscar.apps.dashboard.partners.apps.PartnersDashboardConfig",
    "oscar.apps.dashboard.pages.apps.PagesDashboardConfig",
    "oscar.apps.dashboard.ranges.apps.RangesDashboardConfig",
    "oscar.apps.dashboard.reviews.apps.ReviewsDashboardConfig",
    "oscar.apps.dashboard.vouchers.apps.VouchersDashboardConfig",
    "oscar.apps.dashboard.communications.apps.CommunicationsDashboardConfig",
    "oscar.apps.dashboard.shipping.apps.ShippingDashboardConfig",
    "widget_tweaks",
    "haystack",
    "treebeard",
    "django_tables2",
]
DJANGO_APPS = [f"django.contrib.{name}" for name in
               ("admin", "auth", "contenttypes", "sessions", "messages", "sites", "flatpages")]  # fmt: skip
urlpatterns: list[object] = []


def configure(dsn: str) -> None:
    parts = urlsplit(dsn)
    settings.configure(
        SECRET_KEY="benchmark", USE_TZ=True, SITE_ID=1, ROOT_URLCONF=__name__,
        INSTALLED_APPS=DJANGO_APPS + OSCAR_APPS,
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        HAYSTACK_CONNECTIONS={"default": {"ENGINE": "haystack.backends.simple_backend.SimpleEngine"}},
        DATABASES={"default": {
            "ENGINE": "django.db.backends.postgresql", "CONN_MAX_AGE": None, "NAME": parts.path.lstrip("/"),
            "USER": parts.username, "HOST": parse_qs(parts.query)["host"][0]}},
        **{name: value for name, value in vars(oscar.defaults).items() if name.startswith("OSCAR_")},
    )  # fmt: skip
    django.setup()


def seed() -> None:
    from django.core.management import call_command
    from oscar.core.loading import get_class, get_model

    call_command("migrate", verbosity=0)
    chance = random.Random(1)
    kind = get_model("catalogue", "ProductClass").objects.create(
        name="Service", track_stock=False, requires_shipping=False
    )
    partner = get_model("partner", "Partner").objects.create(name="Clinic", code="clinic")
    products = []
    for number in range(PRODUCTS):
        product = get_model("catalogue", "Product").objects.create(product_class=kind, title=f"Service {number}")
        get_model("partner", "StockRecord").objects.create(
            product=product,
            partner=partner,
            partner_sku=f"s{number}",
            price=Decimal(20 + number),
            num_in_stock=10_000,
        )
        products.append(product)
    _seed_offers(chance, products)
    strategy = get_class("partner.strategy", "Selector")().strategy()
    for _ in range(BASKETS):
        basket = get_model("basket", "Basket").objects.create()
        basket.strategy = strategy
        for product in chance.sample(products, LINES):
            basket.add_product(product, quantity=chance.randint(1, 3))


def _seed_offers(chance: random.Random, products: list) -> None:
    """A third percentages, a third amounts, a third multibuys; a quarter of them on everything."""
    from oscar.core.loading import get_model

    range_model, benefit_model = get_model("offer", "Range"), get_model("offer", "Benefit")
    everything = range_model.objects.create(name="everything", includes_all_products=True)
    for number in range(OFFERS):
        products_range = everything
        if number % 4:
            products_range = range_model.objects.create(name=f"range {number}")
            for product in chance.sample(products, 10):
                products_range.add_product(product)
        kind = (benefit_model.PERCENTAGE, benefit_model.FIXED, benefit_model.MULTIBUY)[number % 3]
        benefit = benefit_model.objects.create(
            range=products_range, type=kind, max_affected_items=1,
            value=None if kind == benefit_model.MULTIBUY else Decimal(5 + number % 5),
        )  # fmt: skip
        condition = get_model("offer", "Condition").objects.create(
            range=products_range, type="Count", value=1 + number % 3
        )
        get_model("offer", "ConditionalOffer").objects.create(
            name=f"offer {number}", offer_type="Site", condition=condition, benefit=benefit, priority=number,
            max_basket_applications=1, exclusive=False,
        )  # fmt: skip


def run(counts: Path, index: int) -> None:
    from oscar.core.loading import get_class, get_model

    basket_model, applicator = get_model("basket", "Basket"), get_class("offer.applicator", "Applicator")
    selector = get_class("partner.strategy", "Selector")()
    ids = list(basket_model.objects.values_list("id", flat=True))
    chance = random.Random(os.getpid())

    def apply() -> None:
        basket = basket_model.objects.get(pk=chance.choice(ids))
        basket.strategy = selector.strategy()
        applicator().apply(basket)

    repeat(apply, counts=counts, index=index)


if __name__ == "__main__":
    configure(sys.argv[2])
    if sys.argv[1] == "seed":
        seed()
    else:
        run(Path(sys.argv[3]), int(sys.argv[4]))
