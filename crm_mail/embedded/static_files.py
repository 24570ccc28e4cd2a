"""Have the static files changed since they were collected? Collecting and compressing them takes seconds."""

import hashlib
from pathlib import Path

from crm_mail.embedded.state import PROJECT, write_private

SOURCES = PROJECT / "web" / "static"
FINGERPRINT = "collected"


def fingerprint() -> str:
    """Of our files by name, size and time, and of all packages by their versions."""
    digest = hashlib.sha256((PROJECT / "requirements.txt").read_bytes())
    for path in sorted(SOURCES.rglob("*")):
        if path.is_file():
            status = path.stat()
            digest.update(f"{path}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def is_collected(static_root: Path) -> bool:
    noted = static_root / FINGERPRINT
    return noted.exists() and noted.read_text() == fingerprint()


def note_collected(static_root: Path, value: str) -> None:
    """`value` was taken before collecting: what changed meanwhile counts as changed."""
    write_private(static_root / FINGERPRINT, value)
