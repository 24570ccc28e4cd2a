"""What the audit log can be narrowed to."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.audit import with_action
from accounts.models import AuditEvent, Membership

KINDS = (
    ("", _("Everything")),
    ("user.", _("Users and rights")),
    ("group.", _("Groups")),
    ("token.", _("API tokens")),
    ("mailbox.", _("Mailboxes")),
    ("messages.", _("Deleted and restored mail")),
    ("mail.", _("Letters sent again")),
    ("account.", _("Account")),
    ("store.", _("Stores")),
    ("contact.", _("Contacts")),
    ("company.", _("Companies")),
    ("lead.", _("Leads")),
    ("customer.", _("Customers")),
    ("custom_field.", _("Fields")),
)
DAY = forms.DateInput(attrs={"type": "date"})


class AuditForm(forms.Form):
    who = forms.ChoiceField(label=_("Who"), required=False)
    what = forms.ChoiceField(label=_("What"), required=False, choices=KINDS)
    since = forms.DateField(label=pgettext_lazy("dates", "From"), required=False, widget=DAY)
    until = forms.DateField(label=pgettext_lazy("dates", "To"), required=False, widget=DAY)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = Membership.objects.select_related("user").order_by("user__name", "id")
        choices = [("", _("Everybody")), *((str(person.pk), person.name) for person in people)]
        self.fields["who"].choices = choices  # type: ignore[attr-defined]
        self.full_clean()

    @property
    def is_narrowed(self) -> bool:
        return any(self.cleaned_data.values())

    def narrow(self, events: QuerySet[AuditEvent]) -> QuerySet[AuditEvent]:
        given = self.cleaned_data
        if given.get("who"):
            events = events.filter(actor_id=given["who"])
        if given.get("what"):
            events = with_action(events, given["what"])
        if given.get("since"):
            events = events.filter(created_at__gte=_moment(given["since"], time.min))
        if given.get("until"):
            events = events.filter(created_at__lte=_moment(given["until"], time.max))
        return events


def _moment(day: date, at: time) -> datetime:
    """In the reader's time zone."""
    return timezone.make_aware(datetime.combine(day, at))
