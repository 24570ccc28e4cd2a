"""News about cards, for the rooms above. Sent inside the transaction that changed the card."""

from django.dispatch import Signal

#: arguments: contact. Its addresses changed: stored letters belong on the card now, or no longer (G02).
contact_addresses_changed = Signal()
