"""Kinds of tasks: three that everybody has, and an account's own. Administrators keep the list."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.db.models import Max, ProtectedError, QuerySet
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from accounts.errors import NotAllowed
from accounts.language import account_language
from accounts.models import Membership
from crm.errors import StillInUse, ValueRefused
from crm.models import TaskType

MAX_NAME = 60
MAX_TYPES = 50  # they stand in one select box
# Stored in the account's language.
BUILT_IN = (
    ("call", pgettext_lazy("kind of a task", "Call")),
    ("meeting", pgettext_lazy("kind of a task", "Meeting")),
    ("follow_up", pgettext_lazy("kind of a task", "Follow up")),
)


def list_types() -> QuerySet[TaskType]:
    """In their order; made when there are none."""
    if not TaskType.objects.exists():
        with account_language():
            rows = [TaskType(code=code, name=str(name), position=at) for at, (code, name) in enumerate(BUILT_IN)]
        TaskType.objects.bulk_create(rows, ignore_conflicts=True)
    return TaskType.objects.order_by("position", "id")


def find_type(named: str) -> TaskType | None:
    """By its code, whatever the case, or by its id."""
    by_code = list_types().filter(code__iexact=named.replace("\0", "\ufffd")).first()
    if by_code or not (named.isascii() and named.isdigit() and len(named) < 19):
        return by_code
    return TaskType.objects.filter(pk=int(named)).first()


@transaction.atomic
def create_type(admin: Membership, name: str) -> TaskType:
    """Its code is made of the name. Raises NotAllowed, ValueRefused."""
    _check_admin(admin)
    if list_types().count() >= MAX_TYPES:
        raise ValueRefused("name", _("An account has at most %(most)d kinds of tasks.") % {"most": MAX_TYPES})
    checked, last = (
        _checked_name(name, TaskType.objects.all()),
        TaskType.objects.aggregate(last=Max("position"))["last"],
    )
    return _saved(TaskType(name=checked, code=_code_from(checked, last + 1), position=last + 1))


@transaction.atomic
def change_type(admin: Membership, task_type: TaskType, *, name: str, position: int | None = None) -> TaskType:
    """The code stays: programs know it. Raises NotAllowed, ValueRefused."""
    _check_admin(admin)
    task_type.name = _checked_name(name, TaskType.objects.exclude(name=task_type.name))
    task_type.position = task_type.position if position is None else position
    return _saved(task_type)


@transaction.atomic
def delete_type(admin: Membership, task_type: TaskType) -> None:
    """Raises NotAllowed, and StillInUse while there are tasks of it, done ones too."""
    _check_admin(admin)
    try:
        task_type.delete()
    except ProtectedError as error:
        raise StillInUse(_("There are tasks of this kind, to do or done. It stays while they do.")) from error


def _check_admin(admin: Membership) -> None:
    if not admin.is_admin:
        raise NotAllowed(_("Only administrators change the kinds of tasks."))


def _checked_name(typed: str, others: QuerySet[TaskType]) -> str:
    """People choose a kind by its name: two of one name could not be told apart."""
    name = " ".join(typed.replace("\0", "").split())
    if not name or len(name) > MAX_NAME:
        raise ValueRefused("name", _("Enter a name of at most %(most)d characters.") % {"most": MAX_NAME})
    if others.filter(name__iexact=name).exists():
        raise ValueRefused("name", _("There is a kind of this name already."))
    return name


def _code_from(name: str, number: int) -> str:
    """ "Site visit" is site_visit; a name without Latin letters gives type_4."""
    made = slugify(name).replace("-", "_")[:40]
    is_free = made and not made.isdigit() and not TaskType.objects.filter(code__iexact=made).exists()
    return made if is_free else f"type_{number}"


def _saved(task_type: TaskType) -> TaskType:
    try:
        with transaction.atomic():
            task_type.save()
    except IntegrityError as error:
        raise ValueRefused("name", _("There is a kind of this name already.")) from error
    return task_type
