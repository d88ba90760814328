"""The published JSON Schema agrees with the validator about presets and about what is wrong."""

import copy
import json
from pathlib import Path

import jsonschema
import pytest

from loyalty.rules.validation import find_faults
from tests.rules.build import preset

SCHEMA = json.loads(
    (Path(__file__).resolve().parents[2] / "docs" / "program.schema.json").read_text(encoding="utf-8")
)


def test_schema_itself_is_valid():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("name", ["dentistry", "cosmetology"])
def test_schema_accepts_the_presets(name):
    jsonschema.validate(preset(name), SCHEMA)


@pytest.mark.parametrize(
    ("section", "value"),
    [
        ("schema_version", 2),
        ("code", "two words"),
        ("title", {"ru": "только"}),
        ("points", {"value_kopecks": 100, "life": {"kind": "days"}}),
        ("tiers", {"levels": [{"code": "a"}]}),
        ("earning", {"rules": []}),
        ("redemption", {"cap_percent": 101}),
        ("welcome", {"points": 0}),
        ("surprise", 1),
    ],
)
def test_schema_and_validator_refuse_the_same(section, value):
    document = copy.deepcopy(preset("dentistry")) | {section: value}

    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, SCHEMA)
    assert find_faults(document) != []
