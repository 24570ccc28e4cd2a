"""Pages are written by administrators, read by users of the Mailer, and unknown to everybody else (M110-M117)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from accounts.errors import NotAllowed
from accounts.models import AuditEvent, Membership
from accounts.tenancy import tenant
from crm.models import Contact
from letter_templates.errors import PartRefused, ValueRefused
from pages.access import get_page_for
from pages.errors import PageChanged, PageNotFound
from pages.links import make_link
from pages.models import Page
from pages.pages import create_page, delete_page, duplicate_page, save_page
from pages.requests import PageFields, fields_of
from pages.signals import page_saved
from tests.pages.conftest import MakePage
from tracking.models import Tracked

pytestmark = pytest.mark.django_db


def test_bob_may_not_write_pages(make_page: MakePage, bob: Membership) -> None:
    page = make_page()
    for act in (
        lambda: create_page(bob, PageFields(name="Mine")),
        lambda: save_page(bob, page.pk, PageFields(name="Mine")),
        lambda: delete_page(bob, page.pk),
        lambda: get_page_for(bob, page.pk),
    ):
        with pytest.raises(NotAllowed):
            act()


@pytest.mark.rule("M01")
def test_with_the_tick_bob_reads_them(make_page: MakePage, bob: Membership) -> None:
    bob.mailer_access = True
    page = make_page()
    assert get_page_for(bob, page.pk) == page
    bob.account.mailer_enabled = False
    with pytest.raises(NotAllowed):
        get_page_for(bob, page.pk)


def test_charlie_finds_nothing(make_page: MakePage, charlie: Membership) -> None:
    page = make_page()
    with tenant(charlie.account_id), pytest.raises(PageNotFound):
        get_page_for(charlie, page.pk)


@pytest.mark.rule("M118")
def test_its_number_is_chosen_or_the_next_one(make_page: MakePage) -> None:
    assert make_page(number=1028).code == "{web:1028}"
    assert make_page().number == 1029
    with pytest.raises(ValueRefused, match="number already"):
        make_page(number=1028)


@pytest.mark.rule("M112", "M113", "M116", "M117")
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", " "),
        ("title", "../admin"),
        ("lifetime_days", 0),
        ("cache_seconds", -1),
        ("subdomain", "nobodys"),
        ("metrica_id", "1);alert(1"),
        ("gtm_id", "GTM-A'B"),
        ("format", "word"),
        ("body", "{triggerlink:77}"),
    ],
)
def test_a_wrong_value_is_refused_by_its_name(make_page: MakePage, field: str, value: object) -> None:
    with pytest.raises(ValueRefused) as refused:
        make_page(**{field: value})
    assert refused.value.field == field


def test_a_wrong_merge_field_is_refused(make_page: MakePage) -> None:
    with pytest.raises(PartRefused) as refused:
        make_page("{{ contact.nothing }}")
    assert refused.value.part == "body"


def test_who_saves_an_older_version_is_told(make_page: MakePage, alice: Membership) -> None:
    page = make_page()
    save_page(alice, page.pk, replace(fields_of(page), header="New"), version=1)
    with pytest.raises(PageChanged):
        save_page(alice, page.pk, fields_of(page), version=1)
    assert Page.objects.get().header == "New"


def test_a_room_above_may_refuse_what_is_saved(make_page: MakePage) -> None:
    def refuse(page: Page, **_kwargs: object) -> None:
        raise ValueRefused("on_open", "no")

    page_saved.connect(refuse)
    try:
        with pytest.raises(ValueRefused):
            make_page()
    finally:
        page_saved.disconnect(refuse)
    assert not Page.objects.exists()


def test_a_copy_has_a_number_of_its_own(make_page: MakePage, alice: Membership) -> None:
    page = make_page(header="Hello")
    copy = duplicate_page(alice, page.pk)
    assert (copy.number, copy.header, copy.name) == (page.number + 1, "Hello", "Offer (copy)")


def test_its_links_and_visits_go_with_it(make_page: MakePage, alice: Membership, ana: Contact) -> None:
    page = make_page()
    make_link(page, ana)
    delete_page(alice, page.pk)
    assert not Tracked.objects.exists()
    assert list(AuditEvent.objects.values_list("action", flat=True).order_by("pk"))[-2:] == [
        "page.created",
        "page.deleted",
    ]
