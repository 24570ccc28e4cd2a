"""Have the static files changed since they were collected? Collecting and compressing them takes seconds."""

import hashlib

from crm_mail.embedded.state import PROJECT, State, write_private

SOURCES = PROJECT / "web" / "static"
NOTE = "static-collected"


def fingerprint() -> str:
    """Of our files by name, size and time, and of all packages by their versions."""
    digest = hashlib.sha256((PROJECT / "requirements.txt").read_bytes())
    for path in sorted(SOURCES.rglob("*")):
        if path.is_file():
            status = path.stat()
            digest.update(f"{path}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def is_collected(state: State) -> bool:
    note = state.path / NOTE
    return note.exists() and note.read_text() == fingerprint()


def note_collected(state: State, value: str) -> None:
    """`value` was taken before collecting: what changed meanwhile counts as changed."""
    write_private(state.path / NOTE, value)
