"""The mail screen in a browser: what it weighs, and how soon a conversation stands there."""

from __future__ import annotations

from collections.abc import Iterator

from playwright.sync_api import Page, Response

from bench.big_data import LONG_THREAD
from bench.big_place import BigPlace
from bench.browser import Transfer, signed_in_browser
from bench.measuring import Samples, interleave
from bench.stage import Stage

MAIL = "/mail/inbox/"
SAVED = "thread"
# From the click until the browser has painted the frame that has the letters.
OPEN = """async () => {
  const link = document.querySelector(".row .row-link"), reader = document.querySelector("#reader");
  const began = performance.now();
  const shown = new Promise((done) => {
    const look = (_, watcher) => reader.querySelector(".thread") && (watcher.disconnect(), done());
    new MutationObserver(look).observe(reader, { childList: true, subtree: true });
  });
  link.click();
  await shown;
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  return performance.now() - began;
}"""
# The same of a page that stood still in a file.
LEAVE = """(address) => {
  sessionStorage.began = String(Date.now());
  const link = document.createElement("a");
  link.href = address;
  document.body.append(link);
  link.click();
}"""
PAINTED = """() => new Promise((done) => {
  const look = (list) => {
    const [paint] = list.getEntriesByName("first-contentful-paint");
    if (paint) done(performance.timeOrigin + paint.startTime - Number(sessionStorage.began));
  };
  new PerformanceObserver(look).observe({ type: "paint", buffered: true });
})"""


def open_thread(stage: Stage) -> Iterator[Samples]:
    place = stage.big_place()
    ours_url, plain_url = _url(place.port), _url(place.plain_port)
    with signed_in_browser(ours_url, place.largest.session) as browser:
        ours, theirs = browser.new_page(), browser.new_page()
        size = _save(stage, ours, ours_url)
        theirs.goto(f"{plain_url}/saved/{SAVED}/")
        _open(ours, ours_url)
        mine, others = interleave(
            lambda: _open(ours, ours_url),
            lambda: _open_saved(theirs, f"{plain_url}/saved/{SAVED}/"),
            repetitions=stage.repetitions(9),
        )
    yield Samples("open_thread", mine, others, {"letters": LONG_THREAD, "bytes": size})


def _save(stage: Stage, page: Page, url: str) -> int:
    """The opened conversation as a page of its own; its size. The newest conversation stands first."""
    _open(page, url)
    letters = page.inner_html("#reader")
    content = f"<!doctype html><meta charset=utf-8><title>{SAVED}</title>{letters}"
    (stage.directory / f"{SAVED}.html").write_text(content, encoding="utf-8")
    return len(content.encode())


def _open(page: Page, url: str) -> float:
    page.goto(f"{url}{MAIL}")
    page.bring_to_front()
    return float(page.evaluate(OPEN))


def _open_saved(page: Page, address: str) -> float:
    page.bring_to_front()
    with page.expect_navigation():
        page.evaluate(LEAVE, address)
    return float(page.evaluate(PAINTED))


def mail_weight(stage: Stage) -> Iterator[Samples]:
    """Without fonts, which come later and stay: text is there before them."""
    transfer = _transfer(stage.big_place())
    details = {"fonts_kb": transfer.font_bytes / 1024}
    yield Samples("mail_weight", [transfer.bytes / 1024], (), details)
    yield Samples("mail_requests", [transfer.requests], (), details)


def _transfer(place: BigPlace) -> Transfer:
    transfer = Transfer()
    answers: list[Response] = []
    with signed_in_browser(_url(place.port), place.largest.session) as browser:
        page = browser.new_page()
        page.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108  (Playwright marks its handlers)
        page.goto(f"{_url(place.port)}{MAIL}", wait_until="networkidle")
        for answer in answers:
            transfer.add(answer)
    return transfer


def _url(port: int) -> str:
    return f"http://localhost:{port}"
