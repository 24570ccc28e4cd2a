"""News about templates, for the rooms above."""

from django.dispatch import Signal

#: arguments: names. Sent inside the transaction that takes files away from a template. Their bytes lie with the uploads
#: (outbox), by content: whoever keeps those deletes what nothing names any more.
files_dropped = Signal()

#: arguments: template. Sent inside the transaction that writes it, before the commit: a room above that keeps what its
#: words and `triggers` name may refuse it (letter_templates.errors.ValueRefused).
template_saved = Signal()

#: arguments: template. Sent inside the transaction that deletes it: a room above that sends it by itself refuses
#: (letter_templates.errors.TemplateInUse).
template_deleting = Signal()
