"""What a run did, or would do, and why it did nothing (M33), in the reader's words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from automation.models import Run, Trigger
from automation.outcomes import Outcome
from automation.reasons import Reason
from web.moments import inline_words

Detail = Mapping[str, Any]

REASONS: Mapping[str, str | Promise] = {
    Reason.SWITCHED_OFF: gettext_lazy("It is switched off."),
    Reason.MAILER_OFF: gettext_lazy("The Mailer is switched off for the whole account."),
    Reason.PAUSED_TOO_LONG: gettext_lazy("Everything was paused for more than a day after it was due."),
    Reason.DELETED: gettext_lazy("It was deleted before its time came."),
    Reason.OPENED: gettext_lazy("The letter was opened in time."),
    Reason.ANSWERED: gettext_lazy("The letter was answered."),
    Reason.NOT_TRACKED: gettext_lazy("Nobody can tell whether the letter was opened: it is not tracked."),
    Reason.NO_CONTACT: gettext_lazy("There is no contact."),
    Reason.NO_CARD: gettext_lazy("No contact has the address that the letter went to."),
    Reason.NO_COMPANY: gettext_lazy("The contact belongs to no company."),
    Reason.NO_CUSTOMER: gettext_lazy("The contact is no customer yet."),
    Reason.NO_LEAD: gettext_lazy("The contact has no open lead."),
    Reason.SEVERAL_LEADS: gettext_lazy("The contact has several open leads, and the letter says of none of them."),
    Reason.SAME_STAGE: gettext_lazy("The lead stands in this stage already."),
    Reason.LEFT_STAGE: gettext_lazy("The lead left the stage before the time came."),
    Reason.CONDITIONS: gettext_lazy("The conditions do not hold."),
    Reason.SUPPRESSED: gettext_lazy("Letters to the contact come back, or are not wanted."),
    Reason.NO_ADDRESS: gettext_lazy("The contact has no email address."),
    Reason.CAP_TEMPLATE: gettext_lazy("The contact has had this letter often enough within a day (%(most)s times)."),
    Reason.CAP_ADDRESS: gettext_lazy("The address has had this letter often enough within a day (%(most)s times)."),
    Reason.CAP_CONTACT: gettext_lazy("The contact has had enough letters of triggers within a day (%(most)s)."),
    Reason.CAP_DEPTH: gettext_lazy("Letters have led to one another often enough (%(most)s times)."),
    Reason.TEMPLATE_GONE: gettext_lazy("The template was deleted."),
    Reason.STAGE_GONE: gettext_lazy("The stage was deleted."),
    Reason.FIELD_GONE: gettext_lazy("The field was deleted."),
    Reason.TASK_TYPE_GONE: gettext_lazy("The kind of task was deleted."),
    Reason.PAGE_GONE: gettext_lazy("There is no web page %(number)s."),
    Reason.VALUE_REFUSED: gettext_lazy("The value does not fit, so nothing was changed. %(message)s"),
    Reason.NO_SENDER: gettext_lazy("There is no mailbox to send from. Choose one in the template."),
    Reason.NO_RECIPIENT: gettext_lazy("“Where to send” of the template gives no address."),
    Reason.LETTER_REFUSED: gettext_lazy("The letter cannot be made from the template. Its preview says why."),
    Reason.BROKEN: gettext_lazy("It was interrupted again and again. Tell support."),
}


def reason_words(reason: str, detail: Detail) -> str:
    """ "" when there is none. One that is no longer known shows its code: history is not hidden."""
    words = REASONS.get(reason)
    return str(words) % _Known(detail) if words else reason


def run_words(run: Run) -> str:
    """A sentence: what was done, or why nothing was, or what it waits for."""
    if run.state == Run.State.WAITING:
        return _("Waits until %(time)s.") % {"time": _time(run.due_at)}
    if run.state == Run.State.DONE:
        return done_words(run.trigger.type if run.trigger else "", run.detail)
    return reason_words(run.reason, run.detail)


def outcome_words(trigger: Trigger, outcome: Outcome) -> str:
    """Of a dry run."""
    if outcome.state == Run.State.DONE:
        return done_words(trigger.type, outcome.detail)
    return reason_words(outcome.reason, outcome.detail)


def done_words(type_: str, detail: Detail) -> str:
    """`type_` is one of Trigger.Type; "" for a stage action, and for a trigger that is gone."""
    words = _DONE.get(type_, _letters)
    return " ".join([words(_Known(detail)), *_left_out(detail)])


class _Known(dict[str, Any]):
    """Detail of an older release may lack a word: it is left out."""

    def __missing__(self, key: str) -> str:
        return ""


def _letters(detail: Detail) -> str:
    count = int(detail["letters"] or 0)
    return ngettext("%(count)d letter.", "%(count)d letters.", count) % {"count": count} if count else _("Done.")


def _letters_of_template(detail: Detail) -> str:
    count = int(detail["letters"] or 1)
    if count == 1:
        return _("A letter of the template “%(template)s”.") % detail
    words = ngettext(
        "%(count)d letter of the template “%(template)s”.", "%(count)d letters of the template “%(template)s”.", count
    )
    return words % {"count": count, "template": detail["template"]}


def _left_out(detail: Detail) -> Iterator[str]:
    """Who got none of the letters, by the reason."""
    limits = detail.get("limits", {})
    for reason, count in detail.get("left_out", {}).items():
        words = ngettext("%(count)d left out: %(reason)s", "%(count)d left out: %(reason)s", count)
        yield words % {"count": count, "reason": reason_words(reason, {"most": limits.get(reason, "")})}


def _task(detail: Detail) -> str:
    who = detail["responsible"] or _("nobody")
    due = _time(datetime.fromisoformat(detail["due_at"])) if detail["due_at"] else ""
    return _("Task “%(kind)s” for %(who)s, due %(due)s.") % {"kind": detail["kind"], "who": who, "due": due}


def _tags(detail: Detail) -> str:
    added, removed = ", ".join(detail["add"]), ", ".join(detail["remove"])
    parts = [_("added: %(tags)s") % {"tags": added}] if added else []
    parts += [_("removed: %(tags)s") % {"tags": removed}] if removed else []
    return _("Tags %(changes)s.") % {"changes": "; ".join(parts)}


def _time(moment: datetime) -> str:
    return inline_words(moment)


_DONE: Mapping[str, Callable[[Detail], str]] = {
    Trigger.Type.TASK: _task,
    Trigger.Type.NOTE: lambda _detail: _("A note on the card."),
    Trigger.Type.STAGE: lambda detail: _("The lead moved to “%(stage)s” (%(pipeline)s).") % detail,
    Trigger.Type.FIELD: lambda detail: _("The field “%(field)s” was changed.") % detail,
    Trigger.Type.MAIL: _letters_of_template,
    Trigger.Type.LEAD: lambda detail: _("A lead in “%(stage)s” (%(pipeline)s).") % detail,
    Trigger.Type.TAGS: _tags,
}
