"""Settings, Smart addresses: what they are, how they behave, what came to them and what was refused."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import trigger_client_event

from accounts.errors import NotAllowed, SettingRefused
from accounts.models import Account
from accounts.slugs import list_kept, smart_addresses_of
from accounts.smart_settings import change_smart_settings, default_responsible
from smart_addresses.access import get_arrived_for, list_arrived, list_refused, reads_arrivals
from smart_addresses.models import ArrivedLetter, RefusedLetter
from smart_addresses.services import file_again
from threads.raw_store import read_raw
from web.forms.smart_addresses import SmartAddressesForm
from web.members import MemberRequest, member_required
from web.paging import page_by_time
from web.smart_words import Said, Text, outcome_of, refusal_of, sender_check_of
from web.toasts import toast

PAGE = 20


@dataclass(frozen=True, slots=True)
class ArrivedLine:
    """A letter that came."""

    letter: ArrivedLetter
    said: Said
    check: Said | None


@dataclass(frozen=True, slots=True)
class RefusedLine:
    """Letters of one kind that were not taken on one day."""

    letter: RefusedLetter
    words: Text


@require_http_methods(["GET", "POST"])
@member_required
def smart_addresses(request: MemberRequest) -> HttpResponse:
    """The addresses are everybody's; what came is seen by those who read the mailbox; administrators set the rest."""
    if request.method == "POST" and not request.member.is_admin:
        raise NotAllowed
    form = SmartAddressesForm(request.POST or None, account=request.account) if request.member.is_admin else None
    if form and request.method == "POST" and form.is_valid() and _save(request, form):
        return redirect("smart_addresses")
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form and form.errors else HTTPStatus.OK
    return render(request, "settings/smart_addresses.html", {**_facts(request), "form": form}, status=status)


def _save(request: MemberRequest, form: SmartAddressesForm) -> bool:
    try:
        change_smart_settings(request.member, form.changes())
    except SettingRefused as error:
        form.add_error(error.field, error.message)
        return False
    messages.success(request, _("Saved."))
    return True


def _facts(request: MemberRequest) -> dict[str, object]:
    account: Account = request.account
    return {
        "addresses": smart_addresses_of(account.slug),
        "kept": list_kept(account),
        "responsible": default_responsible(),
        "reads_arrivals": reads_arrivals(request.member),
        **_arrived(request),
        **_refused(request),
    }


@require_GET
@member_required
def arrived(request: MemberRequest) -> HttpResponse:
    """More of what came, further back."""
    return render(request, "settings/parts/arrived_rows.html", _arrived(request))


def _arrived(request: MemberRequest) -> dict[str, object]:
    page = page_by_time(list_arrived(request.member), request.GET.get("page", ""), size=PAGE, field="received_at")
    lines = [ArrivedLine(letter, outcome_of(letter), sender_check_of(letter)) for letter in page.rows]
    return {"lines": lines, "next_place": page.next_place}


@require_GET
@member_required
def refused(request: MemberRequest) -> HttpResponse:
    """More of what was refused, further back."""
    return render(request, "settings/parts/refused_rows.html", _refused(request))


def _refused(request: MemberRequest) -> dict[str, object]:
    page = page_by_time(list_refused(request.member), request.GET.get("refused", ""), size=PAGE, field="last_at")
    return {
        "refused": [RefusedLine(letter, refusal_of(letter)) for letter in page.rows],
        "next_refused": page.next_place,
    }


@require_GET
@member_required
def raw(request: MemberRequest, arrived_id: int) -> HttpResponse:
    """As it came, to be saved: nothing of it was cleaned."""
    letter = get_arrived_for(request.member, arrived_id)
    return HttpResponse(
        read_raw(letter.raw_name),
        content_type="message/rfc822",
        headers={"Content-Disposition": f'attachment; filename="letter-{letter.pk}.eml"'},
    )


@require_POST
@member_required
def retry(request: MemberRequest, arrived_id: int) -> HttpResponse:
    file_again(request.member, arrived_id)
    words = _("It is being filed again.")
    if request.htmx:
        return trigger_client_event(toast(HttpResponse(status=HTTPStatus.NO_CONTENT), words), "live-arrived", {})
    messages.success(request, words)
    return redirect("smart_addresses")
