"""The form of how a mailbox behaves: what is imported, what is kept, and how it looks to recipients."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.validators import MaxValueValidator
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from crm.models import Store
from mailboxes.behavior import CHOICES, MIN_INTERVAL_MINUTES, PLAIN, Choice, MailboxSettings
from mailboxes.models import Mailbox
from mailboxes.outgoing import list_outgoing_choices
from mailboxes.requests import filter_of
from mailkit.addresses import email_key
from web.forms.signatures import SignatureField

# What has no meaning for a mailbox that only sends.
RECEIVING = (
    *("interval_minutes", "push", "load_older", "collector", "sent_folder", "unmatched", "store_internal", "filters"),
    *("keep_attachments", "delete_after_upload", "confirm_deletion"),
)
ADDRESS = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}


def box(label: Any, help_text: Any) -> forms.BooleanField:  # noqa: ANN401  (lazy texts)
    return forms.BooleanField(label=label, required=False, help_text=help_text)


class MailboxForm(forms.Form):
    """How a mailbox behaves. What the member may not change, or what is locked, is shown and cannot be used."""

    display_name = forms.CharField(
        label=_("Name shown to recipients"),
        max_length=150,
        required=False,
        help_text=_("Stands beside the address in the letters that go out."),
    )
    signature = SignatureField(
        label=_("Signature"), help_text=_("Ends the letters of people who have no signature of their own.")
    )
    group_messages = box(
        _("Group messages into threads"),
        _("Letters with the same client and subject stand together. Changing it regroups what is there."),
    )
    shared_with_admins = box(
        _("Share with the administrators"),
        _("Then you and the administrators read this mailbox. Otherwise only you do."),
    )
    interval_minutes = forms.IntegerField(label=_("Check for new mail every (minutes)"), min_value=MIN_INTERVAL_MINUTES)
    push = box(
        _("New mail within seconds (push)"),
        _("The server tells us when a letter comes. A server that cannot is asked at the interval below."),
    )
    load_older = box(
        _("Load older mail"),
        _("What the first import left out comes in the background, newest first. New mail never waits for it."),
    )
    store_internal = box(
        _("Store letters between colleagues"),
        _("When this is off, letters between only members and mailboxes of this account stay on the server."),
    )
    collector = box(
        _("Collects mail of other addresses"),
        _(
            "For an alias, a forward or a collector: the client is then the person whom Reply-To or X-Original-From "
            "names, not the address that passed the letter on."
        ),
    )
    sent_folder = forms.ChoiceField(
        label=_("Folder of sent letters"),
        required=False,
        help_text=_("The server has several that may be it."),
    )
    unmatched = forms.ChoiceField(
        label=_("Mail of people without a card"),
        choices=Mailbox.Unmatched.choices,
        required=False,
        widget=forms.RadioSelect,
    )
    outgoing_mailbox = forms.ChoiceField(
        label=_("Letters go out through"),
        required=False,
        help_text=_("They then carry the address of that mailbox and lie in its Sent folder. Answers come here."),
    )
    store = forms.ChoiceField(
        label=_("Store"), required=False, help_text=_("The brand or shop that writes with this mailbox.")
    )
    filters = forms.CharField(
        label=_("Never store mail from or to"),
        required=False,
        max_length=70_000,
        widget=forms.Textarea(attrs={"rows": 4, **ADDRESS, "placeholder": "news@example.com\nexample.org"}),
        help_text=_(
            "One address or domain per line. A domain includes its subdomains. Mail that is already here stays."
        ),
    )
    keep_attachments = box(
        _("Keep a copy of attachments"),
        _("Files are stored here too. Otherwise they can be opened only as long as the mail server has the letter."),
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

    def __init__(self, *args: Any, mailbox: Mailbox, member: Membership, **kwargs: Any) -> None:
        self.mailbox = mailbox
        super().__init__(*args, **{**kwargs, "initial": _values_of(mailbox)})
        most = settings.POLL_MAX_MINUTES
        self.fields["interval_minutes"].validators.append(MaxValueValidator(most))
        self.fields["interval_minutes"].widget.attrs["max"] = most
        self.fields["signature"].widget.preview_mailbox = mailbox.pk
        self._offer_sent_folders()
        self._offer_outgoing(member)
        self._offer_stores()
        self._lock(member)
        if not mailbox.can_receive:
            self._drop(*RECEIVING)

    def _drop(self, *names: str) -> None:
        for name in names:
            self.fields.pop(name, None)

    def _offer_sent_folders(self) -> None:
        """There is a choice only where several folders qualify (K13)."""
        if not self.mailbox.sent_choices:
            del self.fields["sent_folder"]
            return
        found = [("", _("Found by itself")), *((name, name) for name in self.mailbox.sent_choices)]
        self.fields["sent_folder"].choices = found  # type: ignore[attr-defined]

    def _offer_outgoing(self, member: Membership) -> None:
        """R07. What was chosen stays there to be seen, even if it could not be chosen by this member."""
        found = list(list_outgoing_choices(member, self.mailbox).values_list("pk", "address"))
        chosen = self.mailbox.outgoing_mailbox_id
        if chosen and chosen not in dict(found):
            found.append((chosen, str(_("Another mailbox, as it is now"))))
        own = _("Its own server, %(host)s") % {"host": self.mailbox.smtp_host}
        self._offer("outgoing_mailbox", own, found)

    def _offer_stores(self) -> None:
        self._offer("store", _("No store"), list(Store.objects.order_by("name", "id").values_list("pk", "name")))

    def _offer(self, name: str, none: Any, found: list[Any]) -> None:  # noqa: ANN401  (a lazy text)
        """Nothing is asked where there is no choice."""
        if found:
            self.fields[name].choices = [("", none), *found]  # type: ignore[attr-defined]
        else:
            self._drop(name)

    def _lock(self, member: Membership) -> None:
        if self.mailbox.owner_id != member.pk:  # K24: only the owner gives it away
            self._drop("shared_with_admins")
        if not member.is_admin:  # R10
            self._disable("delete_after_upload", _("Only administrators switch this on or off."))
        if self.mailbox.delete_after_upload:
            self._disable("keep_attachments", _("Needed while uploaded letters are deleted on the server."))
        if self.mailbox.delete_after_upload or not member.is_admin:
            self._drop("confirm_deletion")

    def _disable(self, name: str, why: Any) -> None:  # noqa: ANN401  (a lazy text)
        self.fields[name].disabled = True
        self.fields[name].help_text = why

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
        """Whether somebody else reads the mailbox by it, or letters are deleted: the password is asked for then."""
        return self.begins_deleting or "shared_with_admins" in self.changed_data

    def changes(self) -> MailboxSettings:
        """What was not shown stays as it is."""
        shown = self.cleaned_data
        given: dict[str, Any] = {name: shown[name] for name in PLAIN if name in shown}
        given |= {name: Choice(int(shown[name]) if shown[name] else None) for name in CHOICES if name in shown}
        if "filters" in shown:
            given["filters"] = tuple(filter_of(line) for line in shown["filters"].splitlines() if line.strip())
        if not given.get("unmatched"):
            given.pop("unmatched", None)
        if self.begins_deleting:
            del given["keep_attachments"]  # it is switched on with it, whatever its box says
        return MailboxSettings(**given)


def _values_of(mailbox: Mailbox) -> dict[str, Any]:
    stored = {name: getattr(mailbox, name) for name in PLAIN}
    chosen = {name: getattr(mailbox, f"{name}_id") or "" for name in CHOICES}
    return {**stored, **chosen, "filters": "\n".join(mailbox.filters.values_list("value", flat=True))}
