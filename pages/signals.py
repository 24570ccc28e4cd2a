"""News of pages, for the rooms above."""

from django.dispatch import Signal

#: arguments: page. Sent inside the transaction that writes it, before the commit: a room above that keeps what its
#: words and `on_open` name may refuse it (letter_templates.errors.ValueRefused).
page_saved = Signal()
