"""`migrate` as the owner of the tables; test databases come this way too."""

from typing import Any

from django.core.management.commands import migrate

from accounts.migration_state import quick_additions
from accounts.roles import database_owner


class Command(migrate.Command):
    """Django's own, connected as the owner."""

    def get_check_kwargs(self, options: dict[str, Any]) -> Any:  # noqa: ANN401  (the stubs disagree with Django)
        # Else the tenancy check forbids the migration that would mend what it found.
        return {**dict(super().get_check_kwargs(options)), "databases": None}

    def handle(self, *args: Any, **options: Any) -> None:
        with database_owner(options["database"]), quick_additions():
            super().handle(*args, **options)
