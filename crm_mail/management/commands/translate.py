"""Bring the catalogs up to date with the sources, and compile them."""

from typing import Any

from django.core.management import BaseCommand, CommandError

from crm_mail import translations


class Command(BaseCommand):
    help = "Collect new texts into locale/*/LC_MESSAGES/django.po (needs GNU gettext) and compile the catalogs."
    requires_system_checks = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        if not translations.has_gettext():
            raise CommandError("GNU gettext is needed here: apt install gettext, or brew install gettext")
        translations.extract()
        translations.compile_catalogs()
        for problem in translations.problems():
            self.stdout.write(problem)
