"""Why a run did nothing, or failed (M33). The words are made when it is shown: web.run_words."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """In brackets what stands in Run.detail beside it."""

    # It did nothing, and that is right.
    SWITCHED_OFF = "switched_off"  # the trigger or stage action
    MAILER_OFF = "mailer_off"  # of the whole account
    PAUSED_TOO_LONG = "paused_too_long"
    DELETED = "deleted"  # the trigger or stage action
    OPENED = "opened"  # it waited for a letter that nobody opens
    ANSWERED = "answered"  # the same: who answers has read
    NOT_TRACKED = "not_tracked"  # nobody can tell whether it was opened
    NO_CONTACT = "no_contact"
    NO_CARD = "no_card"  # of anybody that the letter went to
    NO_COMPANY = "no_company"
    NO_CUSTOMER = "no_customer"
    NO_LEAD = "no_lead"
    SEVERAL_LEADS = "several_leads"  # and the letter says of none
    SAME_STAGE = "same_stage"
    LEFT_STAGE = "left_stage"
    CONDITIONS = "conditions"  # do not hold
    SUPPRESSED = "suppressed"  # no address of theirs takes mail
    NO_ADDRESS = "no_address"
    CAP_TEMPLATE = "cap_template"  # (most) of one template to one contact in a day (M98)
    CAP_ADDRESS = "cap_address"  # (most) of one template to one address of its own in a day
    CAP_CONTACT = "cap_contact"  # (most) of all triggers to one contact in a day
    CAP_DEPTH = "cap_depth"  # (most) letters that lead to one another
    # It could not be done.
    TEMPLATE_GONE = "template_gone"
    STAGE_GONE = "stage_gone"
    FIELD_GONE = "field_gone"
    TASK_TYPE_GONE = "task_type_gone"
    PAGE_GONE = "page_gone"
    VALUE_REFUSED = "value_refused"  # (message)
    NO_SENDER = "no_sender"
    NO_RECIPIENT = "no_recipient"  # the template's "where to send" gives no address
    LETTER_REFUSED = "letter_refused"  # (part) that is at fault
    BROKEN = "broken"  # an error of ours, so often that it is not tried any more
