"""News of letters and pages that are out in the world, for the rooms above."""

from django.dispatch import Signal

#: arguments: account_id, hit_ids. Sent on commit: these hits are judged to be those of people, or not known to be of
#: machines (G07), and nobody has made anything of them yet (Hit.told_at). A sweep repeats it.
hits_judged = Signal()
