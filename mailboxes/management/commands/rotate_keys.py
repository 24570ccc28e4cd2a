"""`manage.py rotate_keys`: encrypt all stored secrets with the first key of CREDENTIALS_KEYS."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from mailboxes.key_rotation import BATCH, count_by_key, current_key, rotate


class Command(BaseCommand):
    help = (
        "Encrypt all stored secrets of mailboxes with the first key of CREDENTIALS_KEYS, while the service runs. May "
        "be broken off and started again. Exit code 1: some could not be read, and stay as they are."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--batch", type=int, default=BATCH, help=f"secrets in one transaction, {BATCH} if not given"
        )
        parser.add_argument("--dry-run", action="store_true", help="only say how many secrets each key has encrypted")
        parser.add_argument("--json", action="store_true", help="print the figures as one JSON object")

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["batch"] < 1:
            raise CommandError("--batch must be at least 1.")
        rotated, unreadable = (0, []) if options["dry_run"] else self.rotate(options["batch"], options["verbosity"])
        figures = {"key": current_key(), "rotated": rotated, "unreadable": len(unreadable), "by_key": count_by_key()}
        self.report(figures, as_json=options["json"])
        if unreadable:
            shown = ", ".join(map(str, unreadable[:20]))
            raise CommandError(f"{len(unreadable)} secrets cannot be read and stay as they are; credentials {shown}.")

    def rotate(self, batch: int, verbosity: int) -> tuple[int, list[int]]:
        rotated = 0
        unreadable: list[int] = []
        for done in rotate(batch=batch):
            rotated += done.rotated
            unreadable.extend(done.unreadable)
            if verbosity > 1:
                self.stderr.write(f"{rotated} rotated")
        return rotated, unreadable

    def report(self, figures: dict[str, Any], *, as_json: bool) -> None:
        by_key = ", ".join(f"{key}: {count}" for key, count in figures["by_key"].items()) or "none"
        words = (
            f"Key {figures['key']}: {figures['rotated']} rotated, {figures['unreadable']} unreadable. By key: {by_key}."
        )
        self.stdout.write(json.dumps(figures) if as_json else words)
