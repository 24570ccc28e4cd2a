"""The only way a face gets a card. Within an account every member sees every card; another account's is not there."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.db.models import QuerySet

from accounts.models import Membership
from crm.errors import CardNotFound, ContactMerged
from crm.models import (
    Card,
    Company,
    Contact,
    Customer,
    CustomField,
    Lead,
    MergedContact,
    Note,
    Pipeline,
    Stage,
    Store,
    Tag,
    Task,
    TaskType,
)

Row = TypeVar(
    "Row",
    Company,
    Contact,
    Customer,
    CustomField,
    Lead,
    Note,
    Pipeline,
    Stage,
    Store,
    Tag,
    Task,
    TaskType,
    Membership,
)


def _number(row_id: int | str) -> int | None:
    """Ids are opaque to clients: what is no number names nothing."""
    text = str(row_id)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _get(rows: QuerySet[Row], row_id: int | str) -> Row:
    number = _number(row_id)
    row = None if number is None else rows.filter(pk=number).first()
    if row is None:
        raise CardNotFound
    return row


def get_contact(contact_id: int | str) -> Contact:
    """Raises ContactMerged for one that was made one with another."""
    try:
        return _get(Contact.objects.for_list(), contact_id)
    except CardNotFound:
        number = _number(contact_id)
        merged = None if number is None else MergedContact.objects.filter(old_id=number).first()
        if merged is None:
            raise
        raise ContactMerged(merged.contact_id) from None


def get_company(company_id: int | str) -> Company:
    return _get(Company.objects.select_related("responsible__user"), company_id)


def get_lead(lead_id: int | str) -> Lead:
    return _get(Lead.objects.for_list(), lead_id)


def get_customer(customer_id: int | str) -> Customer:
    return _get(Customer.objects.for_list(), customer_id)


_CARD_GETTERS: dict[str, Callable[[int | str], Card]] = {
    "contact": get_contact,
    "company": get_company,
    "lead": get_lead,
    "customer": get_customer,
}


def get_card(card_type: str, card_id: int | str) -> Card:
    """A card of any kind; `card_type` is one of crm.models.CARDS. A kind that is none names nothing, too."""
    getter = _CARD_GETTERS.get(card_type)
    if getter is None:
        raise CardNotFound
    return getter(card_id)


def get_note(note_id: int | str) -> Note:
    return _get(Note.objects.select_related("author__user", "contact", "company", "lead", "customer"), note_id)


def get_custom_field(field_id: int | str) -> CustomField:
    return _get(CustomField.objects.all(), field_id)


def get_pipeline(pipeline_id: int | str) -> Pipeline:
    return _get(Pipeline.objects.prefetch_related("stages"), pipeline_id)


def get_stage(stage_id: int | str) -> Stage:
    return _get(Stage.objects.select_related("pipeline"), stage_id)


def get_store(store_id: int | str) -> Store:
    return _get(Store.objects.all(), store_id)


def get_tag(tag_id: int | str) -> Tag:
    return _get(Tag.objects.all(), tag_id)


def get_task(task_id: int | str) -> Task:
    return _get(Task.objects.for_list(), task_id)


def get_task_type(type_id: int | str) -> TaskType:
    return _get(TaskType.objects.all(), type_id)


def get_member(member_id: int | str) -> Membership:
    """A colleague who can be responsible."""
    return _get(Membership.objects.select_related("user").filter(is_active=True), member_id)
