"""Whether a contact was merged just now, for the banner on its card."""

from django import template

from crm.merging import undoable_merge

register = template.Library()
register.simple_tag(undoable_merge)
