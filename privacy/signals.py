"""Questions to the rooms above."""

from __future__ import annotations

from django.dispatch import Signal

#: A question: which tables of yours belong into the export of an account? Receivers answer with a list of
#: privacy.account_tables.Table.
tables_asked = Signal()
