"""Images that a letter would load from elsewhere: in cleaned HTML they wait in `data-remote-src` (see html_cleaner)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from selectolax.lexbor import LexborHTMLParser, LexborNode

MOST_IMAGES = 100  # different ones: each is a visit to somebody's server


def list_sources(tree: LexborHTMLParser) -> list[str]:
    """The different addresses, in the order of the letter; an image's number is its place here."""
    return list(dict.fromkeys(source for _image, source in _waiting(tree)))[:MOST_IMAGES]


def place_images(tree: LexborHTMLParser, address_of: Callable[[int], str]) -> None:
    """Give the images that wait their addresses at ours, by their numbers."""
    numbers = {source: number for number, source in enumerate(list_sources(tree))}
    for image, source in _waiting(tree):
        if source in numbers:
            image.attrs["src"] = address_of(numbers[source])


def place_known(tree: LexborHTMLParser, addresses: Mapping[str, str]) -> None:
    """The same by what each of them is called; others wait on."""
    for image, source in _waiting(tree):
        if source in addresses:
            image.attrs["src"] = addresses[source]


def _waiting(tree: LexborHTMLParser) -> list[tuple[LexborNode, str]]:
    return [(image, image.attributes["data-remote-src"] or "") for image in tree.css("img[data-remote-src]")]
