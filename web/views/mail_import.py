"""Settings of a mailbox, "Import": letters of a file brought in, and what became of them (G16)."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from mailboxes.access import get_managed_mailbox_for
from privacy.errors import FileRefused
from privacy.importing import list_imports, request_import
from privacy.models import MailImport
from web.forms.privacy import MailImportForm
from web.mailbox_health import health_of
from web.members import MemberRequest, member_required

REASONS: dict[str, Promise] = {
    "unreadable": gettext_lazy("It could not be read."),
    "too_slow": gettext_lazy("Reading it took too long or too much memory."),
    "too_large": gettext_lazy("It is too large."),
    "no_letter": gettext_lazy("This is no letter: it has no sender, no date and no subject."),
    "unstorable": gettext_lazy("The database refused it."),
}


@dataclass(frozen=True)
class ImportLine:
    """An import in words."""

    order: MailImport
    percent: int
    failures: list[tuple[int, str | Promise]]  # number in the file, and why

    @classmethod
    def of(cls, order: MailImport) -> ImportLine:
        failures = [(row["number"], REASONS.get(row["reason"], row["reason"])) for row in order.failures]
        return cls(order, 100 * order.done_bytes // max(order.size, 1), failures)


@require_http_methods(["GET", "POST"])
@member_required
def mail_import(request: MemberRequest, mailbox_id: int) -> HttpResponse:
    mailbox = get_managed_mailbox_for(request.member, mailbox_id)
    form = MailImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            request_import(request.member, mailbox, file, file.name)
        except FileRefused as error:
            form.add_error("file", error.message)
        else:
            messages.success(request, _("The letters are imported in the background."))
            return redirect("mail_import", mailbox_id=mailbox.pk)
    facts = {
        "mailbox": mailbox,
        "health": health_of(mailbox),
        "can_manage": True,
        "is_status": True,  # that is where its link stands
        "form": form,
        "imports": [ImportLine.of(order) for order in list_imports(mailbox)],
        "most_megabytes": settings.ATTACHMENTS_MAX_BYTES // 1024**2,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "settings/mail_import.html", facts, status=status)
