"""HTML as newsletters have it: tables, own colors, remote pictures and a tracking pixel that a reader should block."""

import html

PAGE = """<html><head><style>body{{background:#f2f0eb}} a{{color:#0b6e4f}}</style></head>
<body style="margin:0;background:#f2f0eb;font-family:Georgia,serif">
<table width="100%" cellpadding="0" cellspacing="0"><tr><td align="center">
<table width="600" cellpadding="0" cellspacing="0" style="background:#ffffff;color:#222222">
<tr><td style="background:#0b6e4f;color:#ffffff;padding:18px 24px;font-size:22px">{name}</td></tr>
<tr><td><img src="https://pictures.{domain}/{picture}.jpg" alt="" width="600" height="220"></td></tr>
<tr><td style="padding:24px"><h1 style="font-size:24px;margin:0 0 12px">{subject}</h1>
<p style="font-size:16px;line-height:1.5">{text}</p>
<p><a href="https://www.{domain}/{picture}" style="background:#0b6e4f;color:#ffffff;padding:10px 18px">{domain}</a></p>
</td></tr></table></td></tr></table>
<img src="https://count.{domain}/open?letter={picture}" width="1" height="1" alt="">
</body></html>
"""


def newsletter_html(name: str, subject: str, text: str, address: str) -> str:
    facts = {"name": name, "subject": subject, "text": text}
    domain = address.partition("@")[2]
    return PAGE.format(**{key: html.escape(fact) for key, fact in facts.items()}, domain=domain, picture=len(subject))
