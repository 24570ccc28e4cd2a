"""The form of a mailbox's "Inbox" tab: what becomes of mail that comes in, and of the people who write it (R03-R14)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.validators import MaxValueValidator
from django.utils.translation import gettext_lazy as _

from accounts.models import Group
from crm.custom_fields import fields_of
from crm.models import CustomField, Store
from mailboxes.behavior import MIN_INTERVAL_MINUTES, list_lead_owners
from mailboxes.models import Mailbox
from mailboxes.outgoing import list_outgoing_choices
from mailkit.addresses import email_key
from web.forms import custom_fields
from web.forms.mailbox_parts import ADDRESS, MailboxPart, box

# What has no meaning for a mailbox that only sends.
RECEIVING = (
    *("interval_minutes", "push", "unmatched", "create_contacts", "contacts_only", "manager_group", "notify_manager"),
    *("create_lead_on_reply", "lead_responsible", "delete_after_upload", "confirm_deletion"),
)


class InboxForm(MailboxPart):
    """What the member may not change is shown and cannot be used."""

    page = "mailbox_inbox"

    push = box(
        _("New mail within seconds (push)"),
        _("The server tells us when a letter comes. A server that cannot is asked at the interval below."),
    )
    interval_minutes = forms.IntegerField(label=_("Check for new mail every (minutes)"), min_value=MIN_INTERVAL_MINUTES)
    outgoing_mailbox = forms.ChoiceField(
        label=_("Letters go out through"),
        required=False,
        help_text=_("They then carry the address of that mailbox and lie in its Sent folder. Answers come here."),
    )
    store = forms.ChoiceField(
        label=_("Store"), required=False, help_text=_("The brand or shop that writes with this mailbox.")
    )
    create_contacts = box(
        _("Create customer if not found"),
        _("Who writes and has no card gets a contact with the address, and a customer. During an import too."),
    )
    contacts_only = box(_("The contact only"), _("No customer is made of it."))
    manager_group = forms.ChoiceField(
        label=_("Group of managers for new customers"),
        required=False,
        help_text=_("They go round evenly among those who are Free. If nobody is, among the others of the group."),
    )
    notify_manager = box(
        _("Notify manager"),
        _("Who is responsible has a notice of each new customer, and of each letter of a customer."),
    )
    create_lead_on_reply = box(
        _("Create a lead when we reply to a client"),
        _("Once for each conversation that the client began. No lead is made during an import."),
    )
    lead_responsible = forms.ChoiceField(
        label=_("Responsible for such leads"),
        required=False,
        help_text=_("An administrator can get them all instead."),
    )
    unmatched = forms.ChoiceField(
        label=_("Mail of people without a card"),
        choices=Mailbox.Unmatched.choices,
        required=False,
        widget=forms.RadioSelect,
    )
    delete_after_upload = box(
        _("Delete uploaded messages"),
        _("Letters are deleted on the mail server once they are stored here."),
    )
    confirm_deletion = forms.CharField(
        label=_("To switch this on, type the address of the mailbox"),
        required=False,
        max_length=320,
        widget=forms.TextInput(attrs=ADDRESS),
    )

    def fit(self) -> None:
        most = settings.POLL_MAX_MINUTES
        self.fields["interval_minutes"].validators.append(MaxValueValidator(most))
        self.fields["interval_minutes"].widget.attrs["max"] = most
        self._offer_outgoing()
        self.offer("store", _("No store"), list(Store.objects.order_by("name", "id").values_list("pk", "name")))
        self.offer("manager_group", _("Nobody"), list(Group.objects.order_by("name", "id").values_list("pk", "name")))
        self._offer_lead_owners()
        self._lock_deletion()
        self._add_own_fields()
        if not self.mailbox.can_receive:
            self.drop(*RECEIVING)

    def _offer_outgoing(self) -> None:
        """R07. What was chosen stays there to be seen, even if it could not be chosen by this member."""
        found = list(list_outgoing_choices(self.member, self.mailbox).values_list("pk", "address"))
        chosen = self.mailbox.outgoing_mailbox_id
        if chosen and chosen not in dict(found):
            found.append((chosen, str(_("Another mailbox, as it is now"))))
        self.offer("outgoing_mailbox", _("Its own server, %(host)s") % {"host": self.mailbox.smtp_host}, found)

    def _offer_lead_owners(self) -> None:
        """Who got them until now stays there to be seen, whatever his role is today."""
        found = [
            (member.pk, member.name) for member in list_lead_owners().select_related("user").order_by("user__name")
        ]
        chosen = self.mailbox.lead_responsible
        if chosen and chosen.pk not in dict(found):
            found.append((chosen.pk, chosen.name))
        self.offer("lead_responsible", _("Who replied"), found)

    def _lock_deletion(self) -> None:
        if not self.member.is_admin:  # R10
            self.disable("delete_after_upload", _("Only administrators switch this on or off."))
        if self.mailbox.delete_after_upload or not self.member.is_admin:
            self.drop("confirm_deletion")

    def _add_own_fields(self) -> None:
        """R03."""
        self.own_fields = fields_of(CustomField.Entity.MAILBOX)
        values = self.mailbox.custom_values
        for field in self.own_fields:
            made = custom_fields.input_of(field, values.get(str(field.number)))
            self.fields[custom_fields.name_of(field)] = made
        self.initial.update(custom_fields.initial_from(values))

    @property
    def own_inputs(self) -> list[forms.BoundField]:
        return [self[custom_fields.name_of(field)] for field in self.own_fields]

    @property
    def begins_deleting(self) -> bool:
        return bool(self.cleaned_data.get("delete_after_upload")) and not self.mailbox.delete_after_upload

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if self.begins_deleting and email_key(given.get("confirm_deletion", "")) != self.mailbox.address_key:
            self.add_error("confirm_deletion", _("Type the address of this mailbox to switch deleting on."))
        return given

    @property
    def changes_a_right(self) -> bool:
        return self.begins_deleting

    def given(self) -> dict[str, Any]:
        given = super().given()
        if not given.get("unmatched"):
            given.pop("unmatched", None)
        shown = self.cleaned_data
        own = {str(field.number): shown[custom_fields.name_of(field)] for field in self.own_fields}
        return {**given, "custom_fields": own}
