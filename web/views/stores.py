"""Settings, Stores: the brands or shops that mailboxes belong to. Administrators only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import Membership
from crm.access import get_store
from crm.errors import ValueRefused
from crm.models import Store
from crm.stores import create_store, delete_store, rename_store
from mailboxes.models import Mailbox
from web.forms.account import StoreForm
from web.members import MemberRequest, administrator_required


@dataclass(frozen=True, slots=True)
class StoreLine:
    """A row of the list, with those of its mailboxes that the member reads."""

    store: Store
    addresses: list[str]


def list_lines(member: Membership) -> list[StoreLine]:
    by_store: dict[int, list[str]] = {}
    seen = Mailbox.objects.visible_to(member).filter(store__isnull=False).order_by("address_key")
    for store_id, address in seen.values_list("store_id", "address"):
        by_store.setdefault(store_id, []).append(address)
    return [StoreLine(store, by_store.get(store.pk, [])) for store in Store.objects.order_by("name", "id")]


@require_http_methods(["GET", "POST"])
@administrator_required
def stores(request: MemberRequest) -> HttpResponse:
    form = StoreForm(request.POST or None)
    if _is_saved(request, form, lambda name: create_store(request.member, name)):
        return redirect("stores")
    facts = {"form": form, "lines": list_lines(request.member)}
    return render(request, "settings/stores.html", facts, status=_status(form))


@require_http_methods(["GET", "POST"])
@administrator_required
def store(request: MemberRequest, store_id: int) -> HttpResponse:
    found = get_store(store_id)
    form = StoreForm(request.POST or None, initial={"name": found.name})
    if _is_saved(request, form, lambda name: rename_store(request.member, found, name)):
        return redirect("stores")
    return render(request, "settings/store.html", {"form": form, "store": found}, status=_status(form))


@require_POST
@administrator_required
def delete(request: MemberRequest, store_id: int) -> HttpResponse:
    delete_store(request.member, get_store(store_id))
    messages.success(request, _("Deleted."))
    return redirect("stores")


def _is_saved(request: MemberRequest, form: StoreForm, save: Callable[[str], Store]) -> bool:
    if request.method != "POST" or not form.is_valid():
        return False
    try:
        save(form.cleaned_data["name"])
    except ValueRefused as error:
        form.add_error(error.field, error.message)
        return False
    messages.success(request, _("Saved."))
    return True


def _status(form: StoreForm) -> HTTPStatus:
    return HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
