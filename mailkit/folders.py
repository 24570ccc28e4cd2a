"""Which folder holds the sent letters (rule K13)."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

from mailkit.types import RemoteFolder

# As servers and programs name it, likeliest first.
_SENT_WORDS = (
    "sent|sent items|sent messages|sent mail|sent-mail|sentmail|sent e-mail|отправленные|отправленные письма"
    "|исходящие отправленные|надіслані|надіслане|адпраўленыя|изпратени|послато|enviados|elementos enviados|enviadas"
    "|correo enviado|mensajes enviados|itens enviados|mensagens enviadas|e-mails enviados|elements enviats|gesendet"
    "|gesendete elemente|gesendete objekte|gesendete nachrichten|envoyés|messages envoyés|éléments envoyés"
    "|courriers envoyés|objets envoyés|inviata|posta inviata|elementi inviati|messaggi inviati|verzonden"
    "|verzonden items|verzonden berichten|skickat|skickade|skickade objekt|sendt|sendte elementer|sendt post"
    "|sendte beskeder|lähetetyt|saadetud|nosūtītie|išsiųsta|wysłane|elementy wysłane|wysłane wiadomości|odeslaná pošta"
    "|odeslané|odoslané|odoslaná pošta|elküldött|elküldött elemek|elküldött üzenetek|trimise|elemente trimise|poslano"
    "|poslane stavke|απεσταλμένα|στάλθηκε|gönderilmiş|gönderilmiş öğeler|gönderilenler|gönderilmiş postalar"
    "|المرسل|الرسائل المرسلة|פריטים שנשלחו|דואר יוצא שנשלח|ارسال شده"
    "|已发送|已发送邮件|已傳送|寄件備份|已寄出|送信済み|送信済みアイテム"
    "|送信済みメール|보낸 편지함|보낸메일함|จดหมายที่ส่ง|รายการที่ถูกส่ง|đã gửi|terkirim|item terkirim"
)
_SENT_NAMES = _SENT_WORDS.split("|")
MAX_CHOICES = 50  # a server may call each of its folders that
MAX_NAME_CHARS = 1000


def find_sent_folder(folders: Iterable[RemoteFolder]) -> str | None:
    """The folder of sent letters: by SPECIAL-USE (RFC 6154), else by its name; None when nothing fits."""
    return next(iter(list_sent_folders(folders)), None)


def list_sent_folders(folders: Iterable[RemoteFolder]) -> list[str]:
    """All folders that may hold the sent letters, likeliest first. With more than one the person picks (rule K13)."""
    selectable = [folder for folder in folders if _is_selectable(folder)]
    flagged = [folder.name for folder in selectable if _has_flag(folder, "\\sent")]
    return (flagged or [folder.name for folder in sorted(_named(selectable), key=_rank)])[:MAX_CHOICES]


def pick_sent_folder(found: Sequence[str], chosen: str) -> str:
    """Of those that `list_sent_folders` found: what a person chose, while it is there; "" when there is none."""
    return chosen if chosen in found else next(iter(found), "")


def _is_selectable(folder: RemoteFolder) -> bool:
    return len(folder.name) <= MAX_NAME_CHARS and not _has_flag(folder, "\\noselect", "\\nonexistent")


def _named(folders: Sequence[RemoteFolder]) -> list[RemoteFolder]:
    # "Archive/Sent" is another person's order: only the top level, under INBOX or under [Gmail] counts.
    return [folder for folder in folders if _own_name(folder) in _SENT_NAMES]


def _rank(folder: RemoteFolder) -> tuple[int, str]:
    return _SENT_NAMES.index(_own_name(folder)), folder.name


def _own_name(folder: RemoteFolder) -> str:
    name = unicodedata.normalize("NFC", folder.name).casefold()
    if not folder.delimiter:
        return name
    parent, _, own = name.rpartition(folder.delimiter)
    return own if parent in {"", "inbox", "[gmail]", "[google mail]"} else name


def _has_flag(folder: RemoteFolder, *wanted: str) -> bool:
    return any(flag.lower() in wanted for flag in folder.flags)
