"""Forms of administrators about other people: invitations, rights, groups, and what becomes of who leaves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.members import RightsChanges
from accounts.models import Group, Membership
from mailboxes.leaving import Decision, Fate
from mailboxes.mail_access import MailAccess, get_mail_access
from mailboxes.models import Mailbox
from mailboxes.policy import OF_ALL
from mailkit.addresses import email_key
from web.forms.crm import colleagues
from web.mailbox_health import name_of

MAIL_TICK_HELP = _("Reads and writes with every shared mailbox, new ones too. Administrators always do.")
ADDRESS = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
ALL, SOME, NONE = "all", "some", "none"


class InviteForm(forms.Form):
    email = forms.EmailField(label=_("Email address"), widget=forms.EmailInput(attrs={"autocomplete": "off"}))
    name = forms.CharField(label=_("Name"), max_length=150, required=False)
    role = forms.ChoiceField(label=_("Role"), choices=Membership.Role.choices, initial=Membership.Role.USER)
    mail_access_all = forms.BooleanField(label=_("Mail"), required=False, initial=True, help_text=MAIL_TICK_HELP)
    mailer_access = forms.BooleanField(label=_("Mailer"), required=False)


class RightsForm(forms.Form):
    """What a member may do: the role, the "Mail" tick or its narrowing (K21), and the groups they are in."""

    MAIL = (
        (ALL, _("Every shared mailbox, new ones too")),
        (SOME, _("Only the ones chosen below")),
        (NONE, _("None")),
    )

    role = forms.ChoiceField(label=_("Role"), choices=Membership.Role.choices)
    mail = forms.ChoiceField(
        label=_("Shared mailboxes they may use"),
        choices=MAIL,
        widget=forms.RadioSelect,
        help_text=_("Administrators use all of them, whatever is chosen here."),
    )
    mailboxes = forms.MultipleChoiceField(
        label=_("Chosen mailboxes"), required=False, widget=forms.CheckboxSelectMultiple
    )
    groups = forms.MultipleChoiceField(label=_("Groups"), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, person: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "initial": _rights_of(person)})
        shared = Mailbox.objects.filter(kind__in=OF_ALL).order_by("kind", "address_key")
        self._offer("mailboxes", [(str(mailbox.pk), name_of(mailbox)) for mailbox in shared])
        self._offer("groups", [(str(group.pk), group.name) for group in Group.objects.order_by("name")])

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        """What there is nothing of is not asked for."""
        if not choices:
            del self.fields[name]
            return
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("mail") == SOME and not given.get("mailboxes"):
            self.add_error("mail", _("Choose at least one mailbox, or “None”."))
        return given

    def rights(self) -> RightsChanges:
        return RightsChanges(role=self.cleaned_data["role"])

    def mail_access(self) -> MailAccess:
        chosen = self.cleaned_data.get("mailboxes", []) if self.cleaned_data["mail"] == SOME else []
        return MailAccess(all=self.cleaned_data["mail"] == ALL, mailbox_ids=frozenset(map(int, chosen)))

    def group_ids(self) -> list[int]:
        return [int(group_id) for group_id in self.cleaned_data.get("groups", [])]


def _rights_of(person: Membership) -> dict[str, Any]:
    access = get_mail_access(person)
    return {
        "role": person.role,
        "mail": ALL if access.all else SOME if access.mailbox_ids else NONE,
        "mailboxes": [str(pk) for pk in access.mailbox_ids],
        "groups": [str(pk) for pk in person.groups.values_list("pk", flat=True)],
    }


class GroupForm(forms.Form):
    name = forms.CharField(
        label=pgettext_lazy("company or lead", "Name"),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    members = forms.MultipleChoiceField(label=_("Members"), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, group: Group | None = None, **kwargs: Any) -> None:
        inside = [str(pk) for pk in group.members.values_list("pk", flat=True)] if group else []
        initial = {"name": group.name if group else "", "members": inside}
        super().__init__(*args, **{**kwargs, "initial": initial})
        choices = [(str(person.pk), person.name) for person in colleagues()]
        gone = group.members.filter(is_active=False).select_related("user") if group else []
        choices += [(str(person.pk), person.name) for person in gone]  # else saving would drop them unasked
        self.fields["members"].choices = choices  # type: ignore[attr-defined]

    def member_ids(self) -> list[int]:
        return [int(member_id) for member_id in self.cleaned_data["members"]]


@dataclass(frozen=True)
class LeavingRow:
    """The questions about one mailbox."""

    mailbox: Mailbox
    fate: forms.BoundField
    owner: forms.BoundField | None
    confirm: forms.BoundField


class LeavingForm(forms.Form):
    """What becomes of each personal mailbox of a user who leaves."""

    FATES = {
        Fate.PAUSE: _("Pause it: nothing is fetched or sent, everything stays"),
        Fate.DISCONNECT: _("Disconnect it: its password is deleted, its mail stays"),
        Fate.HAND_OVER: _("Hand it over to a colleague, with all its mail"),
        Fate.DELETE: _("Disconnect it and delete its mail here"),
    }

    def __init__(self, *args: Any, person: Membership, mailboxes: list[Mailbox], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.mailboxes = mailboxes
        staying = [("", _("Choose…")), *((str(c.pk), c.name) for c in colleagues().exclude(pk=person.pk))]
        for mailbox in mailboxes:
            self._ask(mailbox, staying)

    def _ask(self, mailbox: Mailbox, staying: list[tuple[str, Any]]) -> None:
        """Only one that its owner has shared with the administrators can be read by somebody else later."""
        fates = [fate for fate in Fate if fate != Fate.HAND_OVER or mailbox.shared_with_admins]
        self.fields[f"fate_{mailbox.pk}"] = forms.ChoiceField(
            label=mailbox.address,
            choices=[(fate.value, self.FATES[fate]) for fate in fates],
            initial=Fate.PAUSE.value,
            widget=forms.RadioSelect,
        )
        if mailbox.shared_with_admins:
            self.fields[f"owner_{mailbox.pk}"] = forms.ChoiceField(
                label=_("Who gets it"), required=False, choices=staying
            )
        self.fields[f"confirm_{mailbox.pk}"] = forms.CharField(
            label=_("To delete its mail, type the address of the mailbox"),
            required=False,
            max_length=320,
            widget=forms.TextInput(attrs=ADDRESS),
        )

    def rows(self) -> Iterator[LeavingRow]:
        for mailbox in self.mailboxes:
            owner = self[f"owner_{mailbox.pk}"] if f"owner_{mailbox.pk}" in self.fields else None
            yield LeavingRow(mailbox, self[f"fate_{mailbox.pk}"], owner, self[f"confirm_{mailbox.pk}"])

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        for mailbox in self.mailboxes:
            self._check(mailbox, given)
        return given

    def _check(self, mailbox: Mailbox, given: dict[str, Any]) -> None:
        fate = given.get(f"fate_{mailbox.pk}")
        if fate == Fate.HAND_OVER and not given.get(f"owner_{mailbox.pk}"):
            self.add_error(f"owner_{mailbox.pk}", _("Choose who gets it."))
        if fate == Fate.DELETE and email_key(given.get(f"confirm_{mailbox.pk}", "")) != mailbox.address_key:
            self.add_error(f"confirm_{mailbox.pk}", _("Type the address of this mailbox."))

    def decisions(self) -> dict[int, Decision]:
        given = self.cleaned_data
        return {
            mailbox.pk: Decision(
                Fate(given[f"fate_{mailbox.pk}"]),
                int(given.get(f"owner_{mailbox.pk}") or 0) or None,
                given[f"confirm_{mailbox.pk}"],
            )
            for mailbox in self.mailboxes
        }
