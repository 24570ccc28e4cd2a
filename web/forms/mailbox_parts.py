"""What the forms of a mailbox's settings have in common: they show what is stored and change what they show."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts.models import Membership
from mailboxes.behavior import CHOICES, PLAIN, SWITCHES, Choice, MailboxSettings, Switch
from mailboxes.models import Mailbox
from mailboxes.requests import filter_of

SWITCH_VALUES = {"": None, "on": True, "off": False}  # of a list of three: as the account, on, off
LIMITS = ("daily_limit", "letters_per_minute")  # an empty one is that of the instance, which is stored as 0
ADDRESS = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}


def box(label: Any, help_text: Any) -> forms.BooleanField:  # noqa: ANN401  (lazy texts)
    return forms.BooleanField(label=label, required=False, help_text=help_text)


class MailboxPart(forms.Form):
    """Some of the settings of a mailbox. What has no meaning for it, or is not the member's to change, is left out."""

    page: str  # name of the address and of the template

    def __init__(self, *args: Any, mailbox: Mailbox, member: Membership, **kwargs: Any) -> None:
        self.mailbox, self.member = mailbox, member
        super().__init__(*args, **{**kwargs, "initial": values_of(mailbox)})
        self.fit()

    def fit(self) -> None:
        """Make the fields those of this mailbox and this member."""
        raise NotImplementedError

    def drop(self, *names: str) -> None:
        for name in names:
            self.fields.pop(name, None)

    def offer(self, name: str, none: Any, found: list[Any]) -> None:  # noqa: ANN401  (a lazy text)
        """Nothing is asked where there is no choice."""
        if found:
            self.fields[name].choices = [("", none), *found]  # type: ignore[attr-defined]
        else:
            self.drop(name)

    def disable(self, name: str, why: Any) -> None:  # noqa: ANN401  (a lazy text)
        self.fields[name].disabled = True
        self.fields[name].help_text = why

    @property
    def changes_a_right(self) -> bool:
        """Whether somebody else reads the mailbox by it, or letters are deleted: the password is asked for then."""
        return False

    def changes(self) -> MailboxSettings:
        """What was not shown stays as it is."""
        return MailboxSettings(**self.given())

    def given(self) -> dict[str, Any]:
        shown = self.cleaned_data
        given: dict[str, Any] = {name: shown[name] for name in PLAIN if name in shown}
        given |= {name: Choice(int(shown[name]) if shown[name] else None) for name in CHOICES if name in shown}
        given |= {name: Switch(SWITCH_VALUES[shown[name]]) for name in SWITCHES if name in shown}
        if "filters" in shown:
            given["filters"] = tuple(filter_of(line) for line in shown["filters"].splitlines() if line.strip())
        return given


def values_of(mailbox: Mailbox) -> dict[str, Any]:
    stored = {name: getattr(mailbox, name) for name in PLAIN}
    chosen = {name: getattr(mailbox, f"{name}_id") or "" for name in CHOICES}
    stored |= {name: getattr(mailbox, name) or None for name in LIMITS}
    names = {is_on: name for name, is_on in SWITCH_VALUES.items()}
    stored |= {name: names[getattr(mailbox, name)] for name in SWITCHES}
    return {**stored, **chosen, "filters": "\n".join(mailbox.filters.values_list("value", flat=True))}
