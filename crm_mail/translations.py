"""Whether every text that people see exists in every language, and the steps that bring catalogs up to date."""

from __future__ import annotations

import contextlib
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import polib
from django.conf import settings
from django.core.management import call_command
from django.test import override_settings

LANGUAGES = [code for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
MOST_EQUAL = 0.05  # share of texts that may read the same as in English ("IMAP", "OK")
# locale too: a directory of this name that makemessages meets goes before LOCALE_PATHS.
IGNORED = [".venv/*", "build/*", "tests/*", "docs/*", "node_modules/*", ".state*/*", "locale/*"]
PLACEHOLDER = re.compile(r"%\([a-z_]+\)[sd]|\{[a-z_]+\}")


def catalog(language: str, root: Path | None = None) -> Path:
    return (root or Path(settings.LOCALE_PATHS[0])) / language / "LC_MESSAGES" / "django.po"


def has_gettext() -> bool:
    """makemessages needs GNU gettext; reading and compiling catalogs does not."""
    return all(shutil.which(tool) for tool in ("xgettext", "msgmerge", "msgattrib"))


def extract() -> None:
    """Bring the catalogs up to date with the sources: new texts come in empty or guessed (fuzzy), old ones go."""
    for language in LANGUAGES:
        catalog(language).parent.mkdir(parents=True, exist_ok=True)
    with contextlib.chdir(settings.BASE_DIR):  # makemessages reads what lies below
        call_command(
            "makemessages",
            locale=LANGUAGES,
            ignore_patterns=IGNORED,
            add_location="file",
            no_obsolete=True,
            no_wrap=True,
            extensions=["html", "txt", "py"],
            verbosity=0,
        )
    for language in LANGUAGES:
        _drop_dates(catalog(language))


def _drop_dates(path: Path) -> None:
    """A catalog changes when its texts do, not each time it is made."""
    file = polib.pofile(str(path), wrapwidth=0)
    for name in ("POT-Creation-Date", "PO-Revision-Date", "Last-Translator", "Language-Team", "Report-Msgid-Bugs-To"):
        file.metadata.pop(name, None)
    file.save(str(path))


def compile_catalogs() -> None:
    for language in LANGUAGES:
        path = catalog(language)
        polib.pofile(str(path)).save_as_mofile(str(path.with_suffix(".mo")))


def problems() -> Iterator[str]:
    """What is missing or stale; the catalogs of all languages are read, nothing is written."""
    for language in LANGUAGES:
        path = catalog(language)
        if not path.exists():
            yield f"{language}: there is no catalog"
            continue
        file = polib.pofile(str(path))
        yield from (f"{language}: {text}" for text in _entry_problems(file))
        if not path.with_suffix(".mo").exists() or _texts(polib.mofile(str(path.with_suffix(".mo")))) != _texts(file):
            yield f"{language}: django.mo is not made from django.po: run `./crm-mail manage translate`"


def missing_texts() -> Iterator[str]:
    """Texts of the sources that a catalog does not hold. Needs GNU gettext.

    The catalogs to compare with are made beside `locale`: elsewhere makemessages would prefer that one and rewrite it.
    """
    with (
        tempfile.TemporaryDirectory(dir=settings.BASE_DIR, prefix=".state-texts-") as name,
        override_settings(LOCALE_PATHS=[name]),
    ):
        for language in LANGUAGES:
            catalog(language).parent.mkdir(parents=True)
        extract()
        fresh = {language: _ids(polib.pofile(str(catalog(language)))) for language in LANGUAGES}
    for language, ids in fresh.items():
        for _context, text in sorted(ids ^ _ids(polib.pofile(str(catalog(language))))):
            yield f"{language}: sources and catalog differ in “{text}”: run `./crm-mail manage translate`"


def _ids(file: polib.POFile) -> set[tuple[str, str]]:
    return {(entry.msgctxt or "", entry.msgid) for entry in file if not entry.obsolete}


def _texts(file: polib.POFile | polib.MOFile) -> dict[tuple[str | None, str], object]:
    return {
        (entry.msgctxt, entry.msgid): tuple(entry.msgstr_plural.values()) or entry.msgstr
        for entry in file.translated_entries()
    }


def _entry_problems(file: polib.POFile) -> Iterator[str]:
    entries = [entry for entry in file if not entry.obsolete]
    for entry in entries:
        if entry.fuzzy:
            yield f"“{entry.msgid}” is marked fuzzy"
        elif not entry.translated():
            yield f"“{entry.msgid}” is not translated"
        elif not _keeps_placeholders(entry):
            yield f"“{entry.msgid}” has other placeholders in its translation"
    equal = [entry.msgid for entry in entries if entry.msgstr == entry.msgid]
    if len(equal) > MOST_EQUAL * len(entries):
        yield f"{len(equal)} of {len(entries)} texts read as in English: {', '.join(equal[:20])}"


def _keeps_placeholders(entry: polib.POEntry) -> bool:
    """In every plural form too: in Russian the first one is also that of 21."""
    wanted = set(PLACEHOLDER.findall(entry.msgid_plural or entry.msgid))
    texts = entry.msgstr_plural.values() or [entry.msgstr]
    return all(set(PLACEHOLDER.findall(text)) == wanted for text in texts)
