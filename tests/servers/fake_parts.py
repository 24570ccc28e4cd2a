"""Parts of a letter, as the fake server describes and sends them."""

from __future__ import annotations

from mailkit.mime_parts import Part, parse_tree
from mailkit.types import RemotePart


def structure_of(raw: bytes) -> RemotePart:
    """What BODYSTRUCTURE says."""
    return _describe(raw, parse_tree(raw).root)


def section_of(raw: bytes, section: str) -> bytes | None:
    """What BODY[section] brings; None where there is no such section."""
    root = parse_tree(raw).root
    whole = {"": raw, "HEADER": raw[: root.start], "TEXT": raw[root.start :]}
    if section in whole:
        return whole[section]
    number, _, what = section.rpartition(".") if section[-1].isalpha() else (section, "", "")
    part = _find(root, number)
    if part is None:
        return None
    body = raw[part.start : part.end]
    if what == "MIME":
        return raw[part.head_start : part.start]
    return section_of(body, what) if what else body


def _find(part: Part, section: str) -> Part | None:
    if part.section == section:
        return part
    return next((found for child in part.children if (found := _find(child, section))), None)


def _describe(raw: bytes, part: Part) -> RemotePart:
    disposition, parameters = part.disposition
    inside: tuple[RemotePart, ...] = ()
    if part.content_type == "message/rfc822":
        inside = (_below(structure_of(raw[part.start : part.end]), part.section),)
    return RemotePart(
        section=part.section,
        content_type=part.content_type,
        parameters=part.parameters,
        encoding="" if part.children else part.encoding.lower() or "7bit",
        size=0 if part.children else part.end - part.start,
        disposition=disposition,
        disposition_parameters=parameters,
        content_id=part.headers.get("content-id").strip("<>"),
        children=inside or tuple(_describe(raw, child) for child in part.children),
    )


def _below(part: RemotePart, section: str) -> RemotePart:
    """The letter inside message/rfc822: its sections are below the one of the part."""
    own = f"{section}.{part.section}" if part.section else section
    return RemotePart(
        own,
        part.content_type,
        part.parameters,
        part.encoding,
        part.size,
        part.disposition,
        part.disposition_parameters,
        part.content_id,
        tuple(_below(child, section) for child in part.children),
    )
