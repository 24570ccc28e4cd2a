"""The form that makes a mailbox personal or shared, or gives it to somebody else."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Membership
from mailboxes.kinds import list_owners
from mailboxes.models import Mailbox


class OwnerField(forms.ModelChoiceField):
    """People by their names; those of one name are told apart by their address."""

    def label_from_instance(self, obj: Membership) -> str:
        return f"{obj.name} ({obj.user.email})"


class KindForm(forms.Form):
    """An owner is named for a personal mailbox only; what was chosen there before does not count for a shared one."""

    kind = forms.ChoiceField(label=_("Kind of mailbox"), choices=Mailbox.Kind.connectable(), widget=forms.RadioSelect)
    owner = OwnerField(
        label=pgettext_lazy("mailbox", "Owner"),
        queryset=Membership.objects.none(),
        empty_label=_("Choose…"),
        error_messages={"required": _("Choose the active user whose mailbox it is to be.")},
    )

    def __init__(self, *args: Any, mailbox: Mailbox, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "initial": {"kind": mailbox.kind, "owner": mailbox.owner_id}})
        owners = list_owners().order_by("user__name", "id")
        self.fields["owner"].queryset = owners  # type: ignore[attr-defined]
        self.fields["owner"].required = self.data.get("kind") != Mailbox.Kind.SHARED

    @property
    def new_owner(self) -> Membership | None:
        chosen: Membership | None = self.cleaned_data["owner"]
        return chosen if self.cleaned_data["kind"] == Mailbox.Kind.PERSONAL else None
