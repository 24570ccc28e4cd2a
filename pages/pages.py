"""What administrators do with pages: make, change, copy and delete them (M110-M117)."""

from __future__ import annotations

from dataclasses import asdict, replace

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.models import Membership
from accounts.numbers import MOST_CHOSEN, hold_numbers, take_number
from letter_templates.errors import ValueRefused
from pages.access import check_admin, get_page_for
from pages.errors import PageChanged
from pages.models import Page, PageLink, Subdomain
from pages.requests import MAX_NAME_CHARS, PageFields, checked_fields, fields_of
from pages.signals import page_saved
from pages.words import numbers_in
from tracking.models import Tracked, TriggerLink

MOST_PAGES = 500  # of an account: they stand in one list


def create_page(member: Membership, fields: PageFields, *, number: int | None = None) -> Page:
    """With a number of one's choice, what names it already goes on working. Raises NotAllowed, ValueRefused,
    PartRefused.
    """
    check_admin(member)
    checked = checked_fields(fields)
    with transaction.atomic():
        page = Page(number=take_number(_checked_number(number)))
        if Page.objects.count() >= MOST_PAGES:
            raise ValueRefused("name", _("An account has at most %(most)d pages.") % {"most": MOST_PAGES})
        _write(page, checked)
        record(member, "page.created", target=page, number=page.number)
    return page


def save_page(member: Membership, page_id: int | str, fields: PageFields, version: int | None = None) -> Page:
    """`version` is the one that was read; None overwrites whatever there is. Raises NotAllowed, PageNotFound,
    PageChanged, ValueRefused, PartRefused.
    """
    check_admin(member)
    get_page_for(member, page_id)
    checked = checked_fields(fields)
    with transaction.atomic():
        page = _lock(member, page_id)
        if version is not None and version != page.version:
            raise PageChanged(page)
        page.version += 1
        _write(page, checked)
        record(member, "page.changed", target=page, number=page.number)
    return page


@transaction.atomic
def delete_page(member: Membership, page_id: int | str) -> None:
    """With its links: they are unknown from now on. Raises NotAllowed, PageNotFound."""
    check_admin(member)
    page = _lock(member, page_id)
    record(member, "page.deleted", target=page, number=page.number)
    tracked = list(PageLink.objects.filter(page=page).values_list("tracked", flat=True))
    page.delete()
    Tracked.objects.filter(pk__in=tracked).delete()


def duplicate_page(member: Membership, page_id: int | str) -> Page:
    """A copy with a number of its own, and no links yet. Raises NotAllowed, PageNotFound, ValueRefused, PartRefused."""
    fields = fields_of(get_page_for(member, page_id))
    name = _("%(name)s (copy)") % {"name": fields.name[: MAX_NAME_CHARS - 20]}
    return create_page(member, replace(fields, name=name))


def _lock(member: Membership, page_id: int | str) -> Page:
    """Held until the caller's transaction ends. Links of it are made meanwhile."""
    page = get_page_for(member, page_id)
    Page.objects.select_for_update(no_key=True).filter(pk=page.pk).first()
    return get_page_for(member, page_id)


def _write(page: Page, fields: PageFields) -> None:
    _check_subdomain(page, fields.subdomain)
    _check_trigger_links(fields.body)
    for name, value in asdict(fields).items():
        setattr(page, name, list(value) if name == "on_open" else value)
    page.save()
    page_saved.send(Page, page=page)


def _checked_number(number: int | None) -> int | None:
    if number is None:
        return None
    if not 0 < number <= MOST_CHOSEN:
        raise ValueRefused("number", _("Enter a whole number from 1 to %(most)d.") % {"most": MOST_CHOSEN})
    hold_numbers()
    if Page.objects.filter(number=number).exists():
        raise ValueRefused("number", _("There is a page with this number already."))
    return number


def _check_subdomain(page: Page, label: str) -> None:
    if label and not Subdomain.objects.filter(owner=page.account_id, label=label).exists():
        raise ValueRefused("subdomain", _("Choose one of the subdomains of this account."))


def _check_trigger_links(body: str) -> None:
    asked = numbers_in(body)
    missing = asked - set(TriggerLink.objects.filter(number__in=asked).values_list("number", flat=True))
    if missing:
        words = _("There is no trigger link {triggerlink:%(number)d}.") % {"number": min(missing)}
        raise ValueRefused("body", words)
