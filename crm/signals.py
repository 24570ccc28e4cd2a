"""News about cards, for the rooms above. Sent inside the transaction that changed the card."""

from django.dispatch import Signal

#: arguments: contact. Its addresses changed: stored letters belong on the card now, or no longer (G02).
contact_addresses_changed = Signal()

#: arguments: account_id, lead_id, from_stage (None: it is new), to_stage, kind ("created" or "moved"). On commit, and
#: not of imported leads (G15).
lead_moved = Signal()

#: arguments: lead_ids, stage_id, at, kind ("created" or "moved"). Inside the transaction that put these leads into the
#: stage, and not for imported ones (G15), nor for those whose stage was deleted: what a stage starts is written down
#: with the move, so that neither is lost.
leads_entered_stage = Signal()

#: arguments: field. It is about to be deleted: what was filled in goes with it, from rows of the rooms above too.
custom_field_deleted = Signal()

#: arguments: contact_ids. New addresses came to very many contacts at once: as contact_addresses_changed.
contacts_imported = Signal()

#: arguments: none. Contacts are about to become one, to be taken apart, or to get other addresses: who links letters to
#: them has to wait. Sent before a contact is held: whoever holds one and then waits for filing may wait for ever.
contacts_merging = Signal()
