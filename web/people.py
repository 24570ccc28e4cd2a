"""How a person is drawn when there is no picture: initials on a hue that stays with the person."""

from zlib import crc32


def initials_of(name: str) -> str:
    """Ana Morales gives AM, ana.morales@acme.example gives AM, nothing gives a question mark."""
    local = name.split("@", 1)[0] if "@" in name and " " not in name else name
    words = [word for word in local.replace(".", " ").replace("_", " ").split() if word[0].isalnum()]
    return "".join(word[0] for word in words[:2]).upper() or "?"


def hue_of(seed: str) -> int:
    return crc32(seed.strip().lower().encode()) % 360
