"""Groups of rules: which of several counts."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from loyalty.program.places import put_value, take_out, value_at
from loyalty.program_page.blocks import Block, Setting, Target
from loyalty.program_page.fields import ABSENT, ChoiceField, wide_select
from loyalty.program_page.group_names import BASE_MODES, MODES, group_title
from loyalty.rules.rule_checks import BASE

REMOVED = "remove"
OF_GROUP = "mode-"


class GroupsBlock(Block):
    """One choice for the common group, one for each other, and one that adds a group."""

    heading = _("When several rules mean the same service")
    lead = _("A rule stands in the common group unless its own form says otherwise. Groups count apart.")
    is_optional = False

    def prepare(self, setting: Setting) -> None:
        self.section = str(setting.part[0])
        self.old = {group["code"]: group["mode"] for group in value_at(setting.document, self._place) or []}
        modes = list(MODES[self.section].items())
        self.fields["base"] = ChoiceField(widget=wide_select(), label=_("In the common group"), choices=modes)
        for number, (code, mode) in enumerate(self._others().items(), start=1):
            title = group_title(number, mode=mode, section=setting.part)
            self.fields[OF_GROUP + code] = ChoiceField(
                widget=wide_select(), label=title, choices=[*modes, (REMOVED, _("remove this group"))]
            )
        self.fields["new"] = ChoiceField(
            widget=wide_select(), label=_("One group more"), choices=[("", _("not needed")), *modes]
        )

    @property
    def _place(self) -> tuple[str | int, ...]:
        return (*self.setting.part, "groups")

    def get_initial_for_field(self, field: Any, field_name: str) -> Any:
        if field_name == "base":
            return self.old.get(BASE, BASE_MODES[self.section])
        return self._others().get(field_name.removeprefix(OF_GROUP), "")

    def write(self, document: dict[str, Any]) -> None:
        typed = self.cleaned_data
        modes = {code: typed[OF_GROUP + code] for code in self._others()}
        modes = {code: mode for code, mode in modes.items() if mode != REMOVED}
        if BASE in self.old or typed["base"] != BASE_MODES[self.section]:
            modes = {BASE: typed["base"], **modes}
        if typed["new"] is not ABSENT:
            modes[self._free_code(modes)] = typed["new"]
        if modes == self.old:
            return
        if modes:
            put_value(document, self._place, [{"code": code, "mode": mode} for code, mode in modes.items()])
        else:
            take_out(document, self._place, keep=self.part)

    def targets(self) -> Iterator[Target]:
        yield Target(self._place, self, "base")

    def _others(self) -> dict[str, str]:
        return {code: mode for code, mode in self.old.items() if code != BASE}

    def _free_code(self, modes: dict[str, Any]) -> str:
        taken = {*modes, *self.old}
        return next(code for number in range(1, len(taken) + 2) if (code := f"group-{number}") not in taken)
