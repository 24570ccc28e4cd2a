"""Tags: words that mark cards of any kind. Whoever uses a new one makes it; administrators tidy the list."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count, Prefetch, QuerySet, Value, prefetch_related_objects
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.errors import NotAllowed
from accounts.models import Membership
from crm.cards import on_card, type_of
from crm.errors import NameTaken, ValueRefused
from crm.models import Card, Tag, Tagging

MAX_NAME = 60
MAX_TAGS = 50  # of a card


def with_tags(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Cards with what tags_of asks for: no query per row."""
    return rows.prefetch_related(_prefetched())


def tags_of(card: Card) -> list[str]:
    """Their names, in order."""
    prefetch_related_objects([card], _prefetched())
    return sorted((tagging.tag.name for tagging in card.taggings.all()), key=str.casefold)


def list_tags() -> QuerySet[Tag]:
    """With `card_count`."""
    return Tag.objects.annotate(card_count=Count("taggings")).order_by("name", "id")


def tag_names(most: int) -> list[str]:
    """To choose from: counted on no card."""
    return list(Tag.objects.order_by("name", "id").values_list("name", flat=True)[:most])


def tag_named(name: str) -> Tag:
    """The one that the database takes for the same: its small letters are not always Python's."""
    return _known([name]).get()


@transaction.atomic
def set_tags(card: Card, names: Sequence[str]) -> None:
    """These and no others. Raises ValueRefused."""
    tags = _tags_named(names)
    if len(tags) > MAX_TAGS:
        raise ValueRefused("tags", _("A card has at most %(most)d tags.") % {"most": MAX_TAGS})
    Tagging.objects.filter(**on_card(card)).exclude(tag__in=tags).delete()
    _put_on(type_of(card), [card.pk], tags)


@transaction.atomic
def add_tags(cards: QuerySet[Any], names: Sequence[str]) -> None:
    """To all cards of the queryset, which are of one kind. Raises ValueRefused."""
    _put_on(kind_of(cards.model), cards.order_by().values_list("pk", flat=True), _tags_named(names))


@transaction.atomic
def remove_tags(cards: QuerySet[Any], names: Sequence[str]) -> None:
    """From all cards of the queryset, which are of one kind. Names that nothing is called are no error."""
    rows = Tagging.objects.filter(**{f"{kind_of(cards.model)}__in": cards.order_by().values("pk")})
    rows.filter(tag__in=_known(_checked_names(names))).delete()


@transaction.atomic
def create_tag(admin: Membership, name: str) -> Tag:
    """Raises NotAllowed, ValueRefused, NameTaken."""
    _check_admin(admin)
    return _saved(Tag(name=_checked_names([name])[0]))


@transaction.atomic
def rename_tag(admin: Membership, tag: Tag, name: str) -> Tag:
    """Raises NotAllowed, ValueRefused, and NameTaken when another tag is called so: merge_tags is the way then."""
    _check_admin(admin)
    checked = _checked_names([name])[0]
    if checked != tag.name:
        tag.name = checked
        _saved(tag)
        record(admin, "tag.renamed", target=tag)
    return tag


@transaction.atomic
def merge_tags(admin: Membership, tag: Tag, into: Tag) -> Tag:
    """Cards with the first have the second then; the first is gone. Raises NotAllowed."""
    _check_admin(admin)
    if tag.pk == into.pk:
        return into
    rows = Tagging.objects.filter(tag=tag).values("contact_id", "company_id", "lead_id", "customer_id")
    Tagging.objects.bulk_create((Tagging(tag=into, **row) for row in rows), batch_size=2000, ignore_conflicts=True)
    record(admin, "tag.merged", target=into, tag=tag.pk)
    tag.delete()
    return into


@transaction.atomic
def delete_tag(admin: Membership, tag: Tag) -> None:
    """Cards stay, without it. Raises NotAllowed."""
    _check_admin(admin)
    record(admin, "tag.deleted", target=tag)
    tag.delete()


def kind_of(model: type[Any]) -> str:
    """One of CARDS."""
    return str(model._meta.model_name)


def _prefetched() -> Prefetch[str, QuerySet[Tagging], str]:
    return Prefetch("taggings", Tagging.objects.select_related("tag"))


def _check_admin(admin: Membership) -> None:
    if not admin.is_admin:
        raise NotAllowed(_("Only administrators change the list of tags."))


def _checked_names(names: Sequence[str]) -> list[str]:
    found = list(dict.fromkeys(" ".join(name.replace("\0", "").split()) for name in names))
    if any(not name or len(name) > MAX_NAME for name in found):
        raise ValueRefused("tags", _("A tag has one to %(most)d characters.") % {"most": MAX_NAME})
    return found


def _tags_named(names: Sequence[str]) -> list[Tag]:
    """Made as far as there are none. The database says what is the same but for its case: two people may have the
    same idea at once.
    """
    checked = _checked_names(names)
    known = {name.lower() for name in _known(checked).values_list("name", flat=True)}
    new = (Tag(name=name) for name in checked if name.lower() not in known)
    Tag.objects.bulk_create(new, ignore_conflicts=True)
    return list(_known(checked))


def _known(names: Sequence[str]) -> QuerySet[Tag]:
    keys = [Lower(Value(name)) for name in names]
    return Tag.objects.alias(key=Lower("name")).filter(key__in=keys) if keys else Tag.objects.none()


def _put_on(kind: str, card_ids: Iterable[int], tags: Sequence[Tag]) -> None:
    rows = (Tagging(tag=tag, **{f"{kind}_id": card_id}) for card_id in card_ids for tag in tags)
    Tagging.objects.bulk_create(rows, batch_size=2000, ignore_conflicts=True)


def _saved(tag: Tag) -> Tag:
    try:
        with transaction.atomic():
            tag.save()
    except IntegrityError as error:
        other = _known([tag.name]).exclude(pk=tag.pk).get()
        raise NameTaken("name", _("There is a tag of this name already."), other.pk) from error
    return tag
