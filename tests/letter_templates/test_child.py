"""The process that renders: nothing of ours is in it, and no door is open."""

from __future__ import annotations

import json
import os

import pytest

from letter_templates import rendering
from letter_templates.errors import TemplateRefused
from letter_templates.rendering import render
from mailkit.child_pool import ChildPool
from mailkit.child_process import pack

ESCAPES = {
    "open": "{{ cycler.__init__.__globals__.__builtins__.open('/etc/hostname').read() }}",
    "socket": "{{ cycler.__init__.__globals__.__builtins__.__import__('_socket').socket() }}",
    "fork": "{{ cycler.__init__.__globals__.__builtins__.__import__('posix').popen('id') }}",
}


@pytest.mark.parametrize("kind", ESCAPES)
def test_whoever_broke_out_would_find_no_door(kind: str) -> None:
    bare = ChildPool("tests.letter_templates.bare_child")
    words = bare.ask(pack({}, ESCAPES[kind].encode()), lambda words, _data: words, seconds=20, most_bytes=10**6)
    bare.close()
    assert "error" in json.loads(words)


def test_it_has_no_secrets_and_no_modules_of_the_application(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "canary-of-the-environment")
    bare = ChildPool("tests.letter_templates.bare_child")
    source = "{{ cycler.__init__.__globals__.__builtins__.__import__('posix').environ }}"
    source += "{{ cycler.__init__.__globals__.__builtins__.__import__('sys').modules.keys()|list }}"
    found = bare.ask(pack({}, source.encode()), lambda _words, data: data.decode(), seconds=20, most_bytes=10**7)
    bare.close()
    assert "'jinja2'" in found
    assert not any(word in found for word in ("canary-of-the-environment", "'django'", "'psycopg2'", "'redis'"))


def test_a_child_that_was_killed_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    own = ChildPool("letter_templates.child")
    monkeypatch.setattr(rendering, "_pool", own)
    assert render("{{ a }}", {"a": "1"}, format="text").text == "1"
    (child,) = own._idle
    os.kill(child.process.pid, 9)
    child.process.wait()
    assert render("{{ a }}", {"a": "2"}, format="text").text == "2"
    own.close()


def test_a_child_that_cannot_work_is_no_fault_of_the_writer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rendering, "_pool", ChildPool("letter_templates.no_such_module"))
    with pytest.raises(TemplateRefused) as caught:
        render("{{ a }}", {"a": "1"}, format="text")
    assert (caught.value.reason, caught.value.is_passing) == ("stopped", True)
