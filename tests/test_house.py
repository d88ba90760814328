"""The house keeps its own rules: floors, leaves, pure modules, one clock, names, sizes.

Every rule is a function from a source to its breaches. Each is shown to catch a made-up source that
breaks it, and then finds nothing in the real ones.
"""

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cached_property
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(__file__).resolve().parent.parent
# Lowest first: an app may import itself and the apps before it.
FLOORS = ("clinics", "patients", "notifications", "loyalty", "config")
LEAVES = {
    "admin",
    "desk",
    "program_page",
    "import_page",
    "reports_page",
    "staff_login",
    "cabinet",
    "api",
    "telegram_bot",
    "webhooks",
    "management",
    "tasks",
    "demo",
}
PURE = (
    "loyalty/rules/*.py",
    "loyalty/what_if/trial/*.py",
    "loyalty/figures/maths/*.py",
    "clinics/money.py",
    "clinics/calendar.py",
    "patients/hotp.py",
    "patients/card_numbers.py",
    "patients/names.py",
    "patients/phone.py",
    "patients/search_text.py",
    "patients/typed_codes.py",
    "notifications/retry_times.py",
    "notifications/quiet_hours.py",
)
# Places that need real time even while the demo's clock is moved, with the reason.
REAL_TIME = {
    "clinics/clock.py": "it is the clock, and tells real time to those who look at codes",
    "patients/cabinet/code_login.py": "log-in codes live in real minutes",
}
FORBIDDEN_STEMS = {"utils", "util", "helpers", "helper", "services", "common", "misc", "manager", "managers",
                   "processor"}  # fmt: skip
LONGEST_MODULE = 300


@dataclass(frozen=True)
class Source:
    """One file of the product; `path` is relative to the checkout."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @property
    def module(self) -> str:
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    @property
    def app(self) -> str:
        return self.path.split("/")[0]

    @property
    def is_pure(self) -> bool:
        return any(fnmatch(self.path, pattern) for pattern in PURE)

    @property
    def is_product(self) -> bool:
        return self.path.endswith(".py") and self.app in FLOORS

    @cached_property
    def imports(self) -> list[str]:
        """Dotted names of all that is imported anywhere in the file, by statement or by a string."""
        names = []
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                names += [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names += [f"{'.' * node.level}{node.module or ''}.{alias.name}" for alias in node.names]
            elif isinstance(node, ast.Call):
                names += list(_names_in_call(node))
        return names


def _names_in_call(node: ast.Call) -> Iterator[str]:
    """A foreign key, get_model or import by a string points at another app just as an import does."""
    called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if called in {"ForeignKey", "OneToOneField", "ManyToManyField", "get_model", "import_string", "import_module"}:
        for argument in [*node.args[:1], *(k.value for k in node.keywords if k.arg == "to")]:
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                yield argument.value


def leaf_of(module: str) -> str | None:
    """`loyalty.desk` for anything inside that leaf package; None for domain code."""
    parts = module.split(".")
    if parts[0] in FLOORS and len(parts) > 1 and parts[1] in LEAVES:
        return f"{parts[0]}.{parts[1]}"
    return None


def imports_upwards(source: Source) -> Iterator[str]:
    if source.is_product:
        # A leaf may read any app's domain code: the cabinet stands in patients and shows balances.
        is_leaf = leaf_of(source.module) is not None
        allowed = FLOORS[:-1] if is_leaf and source.app != "config" else FLOORS[: FLOORS.index(source.app) + 1]
        for name in source.imports:
            target = name.split(".")[0]
            if name.startswith(".") or target == "tests" or (target in FLOORS and target not in allowed):
                yield f"imports {name}"


def imports_a_leaf(source: Source) -> Iterator[str]:
    own = leaf_of(source.module)
    if source.is_product and source.app != "config" and not (own and own.endswith(".demo")):
        for name in source.imports:
            if leaf_of(name) not in {None, own}:
                yield f"imports the leaf {name}"


def pure_module_imports_more(source: Source) -> Iterator[str]:
    if source.is_pure:
        for name in source.imports:
            neighbour = any(
                fnmatch(f"{'/'.join(name.split('.')[:n])}{end}", pattern)
                for n in range(1, name.count(".") + 2)
                for end in (".py", "/__init__.py")
                for pattern in PURE
            )
            if name.split(".")[0] not in sys.stdlib_module_names and not neighbour:
                yield f"imports {name}"


def pure_module_uses_floats(source: Source) -> Iterator[str]:
    if source.is_pure:
        for node in ast.walk(source.tree):
            is_literal = isinstance(node, ast.Constant) and isinstance(node.value, float)
            is_call = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "float"
            if is_literal or is_call or (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div)):
                yield f"line {node.lineno}: {ast.unparse(node)}"


def reads_the_clock(source: Source) -> Iterator[str]:
    if not source.is_product or source.path in REAL_TIME:
        return
    readers = {"timezone.now", "timezone.localtime", "timezone.localdate", "datetime.now", "datetime.utcnow",
               "datetime.today", "date.today", "time.time", "time.localtime"}  # fmt: skip
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute) and ".".join(ast.unparse(node).split(".")[-2:]) in readers:
            # localtime(moment) only converts; without an argument it reads the clock.
            if node.attr not in {"localtime", "localdate"} or f"{ast.unparse(node)}()" in source.text:
                yield f"line {node.lineno}: {ast.unparse(node)}"
        elif isinstance(node, ast.keyword) and node.arg in {"auto_now", "auto_now_add"}:
            yield f"line {node.value.lineno}: {node.arg}"


def domain_asks_for_the_time(source: Source) -> Iterator[str]:
    if source.is_product and source.app != "config" and leaf_of(source.module) is None:
        for name in source.imports:
            if name.startswith("clinics.clock"):
                yield "imports clinics.clock: domain code is given `at`"


def sql_reads_the_clock(source: Source) -> Iterator[str]:
    if source.path.endswith(".sql"):
        code = re.sub(r"--[^\n]*", "", source.text)
        readers = r"\b(now\(\)|current_timestamp|current_date|clock_timestamp|statement_timestamp)"
        yield from re.findall(readers, code, re.IGNORECASE)


def oracle_shares_code(source: Source) -> Iterator[str]:
    if fnmatch(source.path, "tests/oracle/*") or fnmatch(source.path, "tests/*/oracle*"):
        for name in source.imports:
            if re.match(r"loyalty\.(rules|ledger)\b", name):
                yield f"imports {name}"


def has_a_vague_name(source: Source) -> Iterator[str]:
    for part in source.path.removesuffix(".py").split("/"):
        if part in FORBIDDEN_STEMS or part.rsplit("_", 1)[-1] in {"utils", "helpers"}:
            yield part


def is_too_long(source: Source) -> Iterator[str]:
    lines = source.text.count("\n")
    if source.is_product and lines > LONGEST_MODULE:
        yield f"{lines} lines"


def has_a_loose_end(source: Source) -> Iterator[str]:
    for word in ("TO" + "DO", "FIX" + "ME", "XX" + "X"):
        yield from re.findall(rf"#.*\b{word}\b(?!\(#?\d+\)).*", source.text)


def saves_with_side_effects(source: Source) -> Iterator[str]:
    if source.is_product:
        for node in ast.walk(source.tree):
            if isinstance(node, ast.FunctionDef) and node.name == "save" and "/models" in source.path:
                yield f"line {node.lineno}: save() override"
        for name in source.imports:
            # post_migrate sets up roles and schedules; row signals would hide acts.
            if re.match(r"django\.db\.models\.signals\.(?!post_migrate)", name):
                yield f"imports {name}"


def hides_a_text_in_a_formatted_one(source: Source) -> Iterator[str]:
    """The collector of texts does not look into f-strings: such a text would never be translated."""
    for node in ast.walk(source.tree) if source.is_product else ():
        for part in ast.walk(node) if isinstance(node, ast.JoinedStr) else ():
            if isinstance(part, ast.Call) and re.fullmatch(r"_|n?p?gettext(_lazy)?", ast.unparse(part.func)):
                yield f"line {part.lineno}: {ast.unparse(part)}"


@dataclass(frozen=True)
class Control:
    """A made-up source that breaks one rule."""

    rule: object
    path: str
    text: str


CONTROLS = [
    Control(imports_upwards, "clinics/money.py", "from loyalty.models import Account"),
    Control(imports_upwards, "patients/models/card.py", "def f():\n    import notifications.outbox"),
    Control(imports_upwards, "patients/models/card.py", "a = models.ForeignKey('loyalty.Account', PROTECT)"),
    Control(imports_upwards, "loyalty/tiers.py", "from config.settings import DEBUG"),
    Control(imports_upwards, "loyalty/tiers.py", "from . import ledger"),
    Control(imports_upwards, "patients/cabinet/home_views.py", "from config.settings import DEBUG"),
    Control(imports_upwards, "loyalty/tiers.py", "from tests.people import make_patient"),
    Control(imports_a_leaf, "loyalty/checkout/confirming.py", "from loyalty.desk.forms import LineForm"),
    Control(imports_a_leaf, "loyalty/checkout/confirming.py", "from loyalty import tasks"),
    Control(imports_a_leaf, "loyalty/desk/views.py", "import patients.cabinet.views"),
    Control(imports_a_leaf, "loyalty/admin/lot_admin.py", "from clinics.admin.base import ReadOnlyAdmin"),
    Control(pure_module_imports_more, "loyalty/rules/engine.py", "from django.conf import settings"),
    Control(pure_module_imports_more, "clinics/money.py", "from clinics import clock"),
    Control(pure_module_uses_floats, "clinics/money.py", "share = total * 0.05"),
    Control(pure_module_uses_floats, "loyalty/rules/engine.py", "share = total / 20"),
    Control(reads_the_clock, "loyalty/checkout/confirming.py", "at = timezone.now()"),
    Control(reads_the_clock, "loyalty/checkout/confirming.py", "at = datetime.datetime.now(UTC)"),
    Control(reads_the_clock, "loyalty/checkout/confirming.py", "day = timezone.localdate()"),
    Control(reads_the_clock, "loyalty/models/lot.py", "a = DateTimeField(default=timezone.now)"),
    Control(reads_the_clock, "loyalty/models/lot.py", "a = DateTimeField(auto_now_add=True)"),
    Control(domain_asks_for_the_time, "loyalty/checkout/confirming.py", "from clinics import clock"),
    Control(sql_reads_the_clock, "loyalty/ledger/sql/spend.sql", "select NOW();"),
    Control(oracle_shares_code, "tests/oracle/model.py", "from loyalty.rules.engine import quote"),
    Control(oracle_shares_code, "tests/ledger/oracle.py", "from loyalty.ledger import posting"),
    Control(has_a_vague_name, "loyalty/utils.py", ""),
    Control(has_a_vague_name, "loyalty/ledger/date_helpers.py", ""),
    Control(has_a_vague_name, "patients/services.py", ""),
    Control(is_too_long, "loyalty/checkout/confirming.py", "a = 1\n" * 301),
    Control(has_a_loose_end, "loyalty/checkout/confirming.py", "# TO" + "DO: later"),
    Control(hides_a_text_in_a_formatted_one, "loyalty/desk/calls_texts.py", "f\"{stars} {_('Call back.')}\""),
    Control(saves_with_side_effects, "loyalty/models/lot.py", "class Lot:\n    def save(self):\n        pass"),
    Control(saves_with_side_effects, "loyalty/apps.py", "from django.db.models.signals import post_save"),
]
RULES = list(dict.fromkeys(control.rule for control in CONTROLS))


def every_source() -> list[Source]:
    files = [ROOT / "conftest.py", ROOT / "manage.py"]
    for folder in (*FLOORS, "tests"):
        files += [*(ROOT / folder).rglob("*.py"), *(ROOT / folder).rglob("*.sql")]
    paths = [path for path in files if "migrations" not in path.parts and "__pycache__" not in path.parts]
    return [Source(str(path.relative_to(ROOT)), path.read_text()) for path in sorted(paths)]


@pytest.mark.parametrize("control", CONTROLS, ids=lambda c: f"{c.rule.__name__}-{c.path}")
def test_rule_catches_a_source_that_breaks_it(control):
    assert list(control.rule(Source(control.path, control.text))) != []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_no_source_breaks_the_rule(rule):
    breaches = [f"{source.path}: {breach}" for source in every_source() for breach in rule(source)]

    assert breaches == []


def test_sources_are_really_read():
    paths = {source.path for source in every_source()}

    assert {f"{app}/apps.py" for app in FLOORS if app != "config"} | {"config/settings.py"} <= paths


def test_clinics_stand_before_the_admin_so_that_its_theme_is_loaded():
    apps = settings.INSTALLED_APPS

    assert apps.index("clinics.apps.ClinicsConfig") < apps.index("config.apps.PortalAdminConfig")


def test_runtime_requirements_are_pinned_and_explained():
    for name in ("requirements.txt", "requirements-local.txt", "requirements-test.txt"):
        lines = (ROOT / name).read_text().splitlines()
        loose = [line for line in lines if not re.match(r"#|-r |\s*$|[\w\[\],.-]+==[\w.]+ +# \S", line)]
        assert loose == [], name
