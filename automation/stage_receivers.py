"""What stages hear of leads."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from django.db import transaction
from django.dispatch import receiver

from accounts.tenancy import current_account_id
from automation.depth import current_depth
from automation.stage_runs import cancel_runs, start_runs
from automation.tasks import carry_out
from crm.signals import leads_entered_stage


@receiver(leads_entered_stage, dispatch_uid="automation.leads_entered_stage")
def start_for_leads(lead_ids: Sequence[int], stage_id: int, at: datetime, kind: str, **_kwargs: object) -> None:
    """In the transaction of the move: neither of them is lost alone. Without a broker the sweep carries them out."""
    if kind == "moved":
        cancel_runs(lead_ids, stage_id)
    if start_runs(lead_ids, stage_id, at, kind, depth=current_depth()):
        transaction.on_commit(partial(carry_out.delay, current_account_id()), robust=True)
