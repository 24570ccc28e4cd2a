"""Lists of contacts, companies, leads and customers: narrowed, sorted, and what is done with the ticked rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import trigger_client_event

from accounts.mailer import may_use_mailer
from crm.access import get_member, get_stage
from crm.bulk import MOST, chosen_cards, delete_cards, make_responsible
from crm.card_lists import ListFilter, list_cards, ordering_of, orderings, parse_filter
from crm.errors import ValueRefused
from crm.leads import move_leads
from crm.tags import add_tags, remove_tags, tag_names, with_tags
from web.address_marks import marks_on
from web.forms.card_lists import ORDERING_WORDS, BulkForm, FilterForm
from web.mail_address import whole_number
from web.members import MemberRequest, member_required
from web.paging import page_sorted
from web.toasts import toast

PAGE = 50
MOST_TAGS = 500  # suggested


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of cards as its list calls it."""

    name: str  # one of crm.models.CARDS
    title: str | Promise
    icon: str
    url: str
    add_url: str
    add: str | Promise
    empty: str | Promise
    hint: str | Promise
    search: str | Promise


KINDS = {
    "contact": Kind(
        "contact",
        gettext_lazy("Contacts"),
        "users",
        "contacts",
        "contact_create",
        gettext_lazy("Add a contact"),
        gettext_lazy("No contacts yet"),
        gettext_lazy("Add the people you write with: their letters come to their cards by themselves."),
        gettext_lazy("Search by name, address or phone"),
    ),
    "company": Kind(
        "company",
        gettext_lazy("Companies"),
        "building-2",
        "companies",
        "company_create",
        gettext_lazy("Add a company"),
        gettext_lazy("No companies yet"),
        gettext_lazy("A company shows the letters, leads and customers of all who work there."),
        gettext_lazy("Search by name or phone"),
    ),
    "lead": Kind(
        "lead",
        gettext_lazy("Leads"),
        "kanban",
        "leads",
        "lead_create",
        gettext_lazy("Add a lead"),
        gettext_lazy("No leads yet"),
        gettext_lazy("A lead is a possible sale. Add one, and move it from stage to stage."),
        gettext_lazy("Search by name or contact"),
    ),
    "customer": Kind(
        "customer",
        gettext_lazy("Customers"),
        "shopping-bag",
        "customers",
        "customer_create",
        gettext_lazy("Add a customer"),
        gettext_lazy("No customers yet"),
        gettext_lazy("Who has bought and may buy again: one or several contacts, with the date of the next purchase."),
        gettext_lazy("Search by name or contact"),
    ),
}


@require_GET
@member_required
def cards(request: MemberRequest, kind: str) -> HttpResponse:
    """The list; for htmx its rows alone."""
    wanted, ordering = parse_filter(kind, request.GET), request.GET.get("ordering", "")
    rows = with_tags(_with_all(kind, list_cards(kind, wanted)))
    page = page_sorted(rows, request.GET.get("after", ""), ordering_of(kind, ordering), size=PAGE)
    facts = {
        "kind": KINDS[kind],
        "may_mail": may_use_mailer(request.member),
        "page": page,
        "marks": marks_on(page.rows),
        "query": _query_of(request),
        "wanted": wanted,
        "narrowed_count": _count_filters(wanted),
        "row_template": f"crm/parts/{kind}_line.html",
    }
    if request.htmx and not request.htmx.history_restore_request:
        return render(request, "crm/parts/list_rows.html", facts)
    return render(request, "crm/list.html", {**facts, **_frame(request, kind)})


def _with_all(kind: str, rows: Any) -> Any:  # noqa: ANN401  (a queryset of one of the four)
    """No query per row."""
    return rows.select_related("responsible__user") if kind == "company" else rows.for_list()


def _frame(request: MemberRequest, kind: str) -> dict[str, Any]:
    names = [(name, ORDERING_WORDS[name]) for name in orderings(kind)]
    return {
        "form": FilterForm(kind, request.GET),
        "orderings": names,
        "ordering": request.GET.get("ordering", ""),
        "tag_names": tag_names(MOST_TAGS),
        "bulk_form": BulkForm(request.member),
        "tabs": [(each.title, reverse(each.url), each.name == kind) for each in KINDS.values() if each.name != "lead"],
    }


def _query_of(request: MemberRequest) -> str:
    """The address's filters, for the link to the next page."""
    query = request.GET.copy()
    query.pop("after", None)
    return query.urlencode()


def _count_filters(wanted: ListFilter) -> int:
    """Those behind the button: the search stands beside it."""
    chosen = (getattr(wanted, name) for name in ListFilter.__slots__ if name not in ("q", "tags", "own"))
    return sum(one is not None for one in chosen) + len(wanted.tags) + len(wanted.own)


@require_GET
@member_required
def select_all(request: MemberRequest, kind: str) -> HttpResponse:
    """How many cards the whole list has, and the field that says that all of them are meant."""
    check_kind(kind)
    count = list_cards(kind, parse_filter(kind, request.GET))[: MOST + 1].count()
    facts = {"count": min(count, MOST), "is_more": count > MOST}
    return render(request, "crm/parts/all_selected.html", facts)


@require_POST
@member_required
def bulk(request: MemberRequest, kind: str, change: str) -> HttpResponse:
    """One change of all chosen cards; `change` is one of CHANGES."""
    check_kind(kind)
    if change not in CHANGES or (change == "move" and kind != "lead"):
        raise Http404
    try:
        text = CHANGES[change](request, chosen_of(request.POST, kind))
    except ValueRefused as error:
        return toast(HttpResponse(), error.message, tone="bad")
    response = trigger_client_event(HttpResponse(), "cards-changed", {})
    return toast(response, text)


def check_kind(kind: str) -> None:
    if kind not in KINDS:
        raise Http404


def chosen_of(posted: QueryDict, kind: str) -> Any:  # noqa: ANN401  (a queryset of one of the four)
    if "all" in posted:
        return chosen_cards(kind, parse_filter(kind, posted))
    return chosen_cards(kind, [number for one in posted.getlist("ids") if (number := whole_number(one))])


def _names(request: MemberRequest) -> list[str]:
    names = [name for name in request.POST.get("tags", "").split(",") if name.strip()]
    if not names:
        raise ValueRefused("tags", _("Enter a tag."))
    return names


def _count_words(count: int) -> str:
    return ngettext("%(count)s card changed", "%(count)s cards changed", count) % {"count": count}


def _add_tags(request: MemberRequest, chosen: Any) -> str:  # noqa: ANN401
    add_tags(chosen, _names(request))
    return _count_words(chosen.count())


def _remove_tags(request: MemberRequest, chosen: Any) -> str:  # noqa: ANN401
    remove_tags(chosen, _names(request))
    return _count_words(chosen.count())


def _responsible(request: MemberRequest, chosen: Any) -> str:  # noqa: ANN401
    named = request.POST.get("person", "")
    return _count_words(make_responsible(request.member, chosen, get_member(named) if named else None))


def _move(request: MemberRequest, chosen: Any) -> str:  # noqa: ANN401
    stage = get_stage(request.POST.get("to_stage", ""))
    count = move_leads(chosen, stage, member=request.member)
    words = ngettext("%(count)s lead moved to %(stage)s", "%(count)s leads moved to %(stage)s", count)
    return words % {"count": count, "stage": stage.name}


def _delete(request: MemberRequest, chosen: Any) -> str:  # noqa: ANN401
    """Only who typed how many they are deletes them: there is no way back."""
    if whole_number(request.POST.get("count")) != (found := chosen.count()):
        words = _("Nothing is deleted: type %(count)s, the number of the chosen cards.")
        raise ValueRefused("count", words % {"count": found})
    count = delete_cards(request.member, chosen)
    return ngettext("%(count)s card deleted", "%(count)s cards deleted", count) % {"count": count}


CHANGES = {
    "add-tags": _add_tags,
    "remove-tags": _remove_tags,
    "responsible": _responsible,
    "move": _move,
    "delete": _delete,
}
