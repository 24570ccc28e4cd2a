"""Customers as a sales team sees them: contacts, companies, leads in pipelines, and what hangs on their cards."""

from __future__ import annotations

from crm.models.changes import CardImport, ContactMerge, GroupTurn, MergedContact, NotDuplicate
from crm.models.customers import Customer, CustomerContact
from crm.models.fields import CustomField
from crm.models.people import Company, Contact, ContactEmail, Store
from crm.models.pipelines import Lead, LeadContact, Pipeline, Stage
from crm.models.work import CARDS, Card, CardEvent, Note, OnCard, Tag, Tagging, Task, TaskType

__all__ = [
    "CARDS",
    "Card",
    "CardEvent",
    "CardImport",
    "Company",
    "Contact",
    "ContactEmail",
    "ContactMerge",
    "CustomField",
    "Customer",
    "CustomerContact",
    "GroupTurn",
    "Lead",
    "LeadContact",
    "MergedContact",
    "NotDuplicate",
    "Note",
    "OnCard",
    "Pipeline",
    "Stage",
    "Store",
    "Tag",
    "Tagging",
    "Task",
    "TaskType",
]
