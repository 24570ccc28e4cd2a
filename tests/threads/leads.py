"""Leads of answered threads, as the workers make them."""

from __future__ import annotations

from crm.models import Lead
from threads.lead_on_reply import make_lead
from threads.models import ThreadLead


def make_leads() -> list[Lead]:
    """What the workers would make now; all leads there are."""
    for row_id in ThreadLead.objects.filter(is_due=True).values_list("pk", flat=True):
        make_lead(row_id)
    return list(Lead.objects.order_by("pk"))
