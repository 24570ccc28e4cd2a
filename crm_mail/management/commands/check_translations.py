"""Every text in every language, or an error that names what is missing."""

from typing import Any

from django.core.management import BaseCommand, CommandError

from crm_mail import translations


class Command(BaseCommand):
    help = "Check that all texts are translated. Finding texts the catalogs do not know needs GNU gettext."
    requires_system_checks = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        found = list(translations.problems())
        if translations.has_gettext():
            found += translations.missing_texts()
        else:
            self.stderr.write("GNU gettext is not installed: new texts of the sources were not looked for.")
        if found:
            raise CommandError("\n".join(found))
