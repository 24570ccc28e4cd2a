"""What a page may do in a browser. Without a counter it runs no script at all."""

from __future__ import annotations

import base64
import functools
import hashlib

from django.conf import settings

_BASE = {
    "default-src": "'none'",
    "img-src": "https: data:",
    "style-src": "'unsafe-inline'",
    "font-src": "https: data:",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
_METRICA = "https://mc.yandex.ru https://mc.yandex.com"


def metrica_script(metrica_id: str) -> str:
    """Starts the counter; what it calls is fetched beside it."""
    options = "{clickmap:true,trackLinks:true,accurateTrackBounce:true}"
    queue = "window.ym=window.ym||function(){(ym.a=ym.a||[]).push(arguments)};ym.l=Date.now();"
    return f'{queue}ym({metrica_id},"init",{options})'


@functools.lru_cache(maxsize=1024)
def policy_of(metrica_id: str, gtm_id: str) -> str:
    """The tag manager is there to run code of anybody's: with it scripts from everywhere are let in (M117)."""
    rules = {**_BASE, "form-action": settings.PUBLIC_URL}
    if gtm_id:
        rules |= {"script-src": "'unsafe-inline' https:", "connect-src": "https:", "frame-src": "https:"}
    elif metrica_id:
        digest = base64.b64encode(hashlib.sha256(metrica_script(metrica_id).encode()).digest()).decode()
        scripts = f"'sha256-{digest}' {_METRICA} https://yastatic.net"
        rules |= {"script-src": scripts, "connect-src": _METRICA, "frame-src": _METRICA}
    return "; ".join(f"{name} {value}" for name, value in rules.items())
