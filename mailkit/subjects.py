"""Subjects: the key letters are grouped by (rule K30), and the subjects of replies and forwards.

The prefixes are those that mail programs write, in the languages of the world; sources: the list at
en.wikipedia.org/wiki/List_of_email_subject_abbreviations and what the programs' own translations send.
"""

from __future__ import annotations

import re
import unicodedata

_REPLY = (
    "re r ref réf aw antw antwort sv vs vá vast ynt cevap res resp respuesta odp odpov odpověď отв ответ отг на відп "
    "відповідь atb ats bls balas tl trả_lời απ απάντηση rif risposta réponse svar vastaus re_te "
    "回复 回覆 答复 答覆 返信 回信 답장 회신 रे ตอบ ตอบกลับ תגובה השב رد"
)
_FORWARD = (
    "fw fwd fwrd wg wtr weiterleitung vb vl vbs doorst doorsturen tr transf transfert rv rvd enc i inoltra inoltro pd "
    "prz přeposláno továbbítás tov ilt i̇lt пер пересл переслано перенаправлено препр trs pārs ct chuyển_tiếp πρθ "
    "προώθηση σχετ encaminhado reenviado vidarebefordrat videresend fs edasi yml "
    "转发 轉寄 转寄 轉發 転送 전달 전체회신 ส่งต่อ הועבר إعادة_توجيه"
)


def _fold(text: str) -> str:
    """NFC after case folding: folding can decompose, as it does with the Turkish İ."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


_WORDS = sorted({word.replace("_", " ") for word in f"{_REPLY} {_FORWARD}".split()}, key=len, reverse=True)
# "Re[2]:", "Re (3):", "Re^2:", "RE2:", "AW :", and the wide colon of East Asian keyboards.
_PREFIX = re.compile(
    rf"(?:{'|'.join(re.escape(_fold(word)) for word in _WORDS)})"
    r" ?(?:\[ ?\d{1,4} ?\]|\( ?\d{1,4} ?\)|[\^*]?\d{1,4})? ?[:：] ?"
)
# A list's tag, "[team]". With a digit it may be a ticket's number, and tickets stay apart.
_LIST_TAG = re.compile(r"\[[^\[\]\d]*\] ?")


def subject_key(subject: str) -> str:
    """What subjects are compared by (rule K30). "" and "Re:" give the same key: an empty subject is a subject."""
    folded = " ".join(_fold(subject).split())
    return folded[_skip_prefixes(folded, tags=True) :].strip()


def reply_subject(subject: str) -> str:
    """ "Re: " once, whatever prefixes the subject carried."""
    return f"Re: {_bare(subject)}".rstrip()


def forward_subject(subject: str) -> str:
    """ "Fwd: " once, whatever prefixes the subject carried."""
    return f"Fwd: {_bare(subject)}".rstrip()


def _bare(subject: str) -> str:
    plain = " ".join(unicodedata.normalize("NFC", subject).split())
    folded = plain.casefold()
    # Folding seldom changes lengths; where it does, the places differ and the prefix stays.
    return plain[_skip_prefixes(folded, tags=False) :] if len(folded) == len(plain) else plain


def _skip_prefixes(text: str, *, tags: bool) -> int:
    """Where the own words begin. By position, not by slicing: a megabyte of "Re:" costs one pass."""
    start = 0
    while found := _PREFIX.match(text, start) or (_LIST_TAG.match(text, start) if tags else None):
        start = found.end()
    return start
