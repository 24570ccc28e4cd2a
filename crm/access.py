"""The only way a face gets a card. Within an account every member sees every card; another account's is not there."""

from __future__ import annotations

from typing import TypeVar

from django.db.models import QuerySet

from accounts.models import Membership
from crm.errors import CardNotFound
from crm.models import Company, Contact, Lead, Pipeline, Stage, Store

Card = TypeVar("Card", Company, Contact, Lead, Pipeline, Stage, Store, Membership)


def _get(rows: QuerySet[Card], row_id: int | str) -> Card:
    """Ids are opaque to clients: what is no number names nothing."""
    text = str(row_id)
    row = rows.filter(pk=int(text)).first() if text.isascii() and text.isdigit() and len(text) < 19 else None
    if row is None:
        raise CardNotFound
    return row


def get_contact(contact_id: int | str) -> Contact:
    return _get(Contact.objects.for_list(), contact_id)


def get_company(company_id: int | str) -> Company:
    return _get(Company.objects.select_related("responsible__user"), company_id)


def get_lead(lead_id: int | str) -> Lead:
    return _get(Lead.objects.for_list(), lead_id)


def get_pipeline(pipeline_id: int | str) -> Pipeline:
    return _get(Pipeline.objects.prefetch_related("stages"), pipeline_id)


def get_stage(stage_id: int | str) -> Stage:
    return _get(Stage.objects.select_related("pipeline"), stage_id)


def get_store(store_id: int | str) -> Store:
    return _get(Store.objects.all(), store_id)


def get_member(member_id: int | str) -> Membership:
    """A colleague who can be responsible."""
    return _get(Membership.objects.select_related("user").filter(is_active=True), member_id)
