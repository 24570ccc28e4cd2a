"""The form of how a mailbox behaves: what is imported, what is kept, and how it looks to recipients."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from accounts.mailer import may_use_mailer
from mailboxes.behavior import MAX_DAILY_LIMIT, MAX_LETTERS_PER_MINUTE, SWITCHES
from mailboxes.models import Mailbox
from web.forms.mailbox_parts import ADDRESS, LIMITS, MailboxPart, box
from web.forms.signatures import SignatureField

# What has no meaning for a mailbox that only sends.
RECEIVING = ("load_older", "collector", "sent_folder", "store_internal", "filters", "keep_attachments")


class MailboxForm(MailboxPart):
    """What the member may not change, or what is locked, is shown and cannot be used."""

    page = "mailbox"

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
    is_account_default = box(
        _("Default mailbox of the account"),
        _("Templates send from it where the card has no responsible user with a mailbox."),
    )
    daily_limit = forms.IntegerField(
        label=_("Letters a day"),
        required=False,
        min_value=0,
        max_value=MAX_DAILY_LIMIT,
        help_text=_(
            "What is more goes out on the next day; mailings stop a fifth earlier, for letters of people. Empty: the "
            "usual limit."
        ),
    )
    letters_per_minute = forms.IntegerField(
        label=_("Letters a minute"),
        required=False,
        min_value=0,
        max_value=MAX_LETTERS_PER_MINUTE,
        help_text=_("They go out evenly, and no faster. Empty: the usual pace."),
    )
    track_opens = forms.ChoiceField(label=_("See when its letters are opened"), required=False)
    track_links = forms.ChoiceField(label=_("See when their links are followed"), required=False)
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

    def fit(self) -> None:
        self.fields["signature"].widget.preview_mailbox = self.mailbox.pk
        self._offer_sent_folders()
        self._offer_tracking()
        self._show_usual_limits()
        if self.mailbox.owner_id != self.member.pk:  # K24: only the owner gives it away
            self.drop("shared_with_admins")
        if not self.member.is_admin or self.mailbox.kind != Mailbox.Kind.SHARED:
            self.drop("is_account_default")
        if self.mailbox.delete_after_upload:
            self.disable("keep_attachments", _("Needed while uploaded letters are deleted on the server."))
        if not self.mailbox.can_receive:
            self.drop(*RECEIVING)

    def _offer_sent_folders(self) -> None:
        """There is a choice only where several folders qualify (K13)."""
        choices = self.mailbox.sent_choices
        self.offer("sent_folder", _("Found by itself"), [(name, name) for name in choices])

    def _offer_tracking(self) -> None:
        """What the account says stands in the first choice."""
        account = self.member.account
        if not may_use_mailer(self.member):
            self.drop(*SWITCHES)
            return
        for name in SWITCHES:
            usual = _("As the account: on") if getattr(account, name) else _("As the account: off")
            self.offer(name, usual, [("on", _("On")), ("off", _("Off"))])

    def _show_usual_limits(self) -> None:
        """The numbers of the instance, where the mailbox has none of its own."""
        usual = {"daily_limit": settings.DAILY_LIMIT, "letters_per_minute": settings.SEND_PER_SECOND * 60}
        for name, number in usual.items():
            if number:
                shown = number_format(number, use_l10n=True, force_grouping=True)
                self.fields[name].widget.attrs["placeholder"] = shown

    @property
    def changes_a_right(self) -> bool:
        return "shared_with_admins" in self.changed_data

    def given(self) -> dict[str, Any]:
        limits = {name: (self.cleaned_data[name] or 0) if name in self.changed_data else None for name in LIMITS}
        return {**super().given(), **limits}
