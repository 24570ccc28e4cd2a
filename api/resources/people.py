"""What `users/`, `groups/` and `me/` say of a member alike."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.availability import OFFLINE, now_of
from accounts.models import Membership
from api.ids import RowIdField

SHOWN_AVAILABILITY = [*Membership.Availability.choices, (OFFLINE, "Offline")]


class MailAccessField(serializers.ListField):
    """The shared mailboxes that the “Mail” tick is narrowed to, by their ids."""

    child = RowIdField()

    def get_attribute(self, instance: Membership) -> list[int]:
        return sorted(row.mailbox_id for row in instance.mail_access.all())


class GroupsField(serializers.ListField):
    """The groups of a member, by their ids."""

    child = RowIdField()

    def get_attribute(self, instance: Membership) -> list[int]:
        return sorted(group.pk for group in instance.groups.all())


@extend_schema_field(serializers.ChoiceField(SHOWN_AVAILABILITY))
class AvailabilityField(serializers.Field):
    """As the member set it; `offline` when they have asked for nothing for some minutes."""

    def __init__(self) -> None:
        super().__init__(source="*", read_only=True)

    def to_representation(self, value: Membership) -> str:
        return now_of(value)
