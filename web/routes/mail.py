"""Addresses of the mail screen, of the style guide, and of what a person chooses in passing."""

from django.urls import URLPattern, path, register_converter

from web.mail_address import FolderConverter
from web.views import compose, mail, messages, outbox, preferences, styleguide

register_converter(FolderConverter, "folder")

urlpatterns: list[URLPattern] = [
    path("", mail.start, name="start"),
    path("mail/", mail.start, name="mail"),
    path("mail/<folder:folder>/", mail.folder, name="mail_folder"),
    path("mail/<folder:folder>/rows/", mail.rows, name="mail_rows"),
    path("mail/<folder:folder>/side/", mail.side, name="mail_side"),
    path("mail/<folder:folder>/read/", mail.mark_read, name="mail_read"),
    path("mail/<folder:folder>/unread/", mail.mark_unread, name="mail_unread"),
    path("mail/<folder:folder>/delete/", mail.delete, name="mail_delete"),
    path("mail/<folder:folder>/restore/", mail.restore, name="mail_restore"),
    path("mail/<folder:folder>/<int:thread_id>/", mail.thread, name="mail_thread"),
    path("mail/<folder:folder>/<int:thread_id>/tail/", mail.tail, name="mail_tail"),
    path("mail/messages/<int:message_id>/body/", messages.body, name="message_body"),
    path("mail/messages/<int:message_id>/why/", messages.why, name="message_why"),
    path("mail/messages/<int:message_id>/picture/", messages.inline_picture, name="inline_picture"),
    path("mail/attachments/<int:attachment_id>/", messages.attachment, name="attachment"),
    path("mail/compose/", compose.compose, name="compose"),
    path("mail/people/", compose.people, name="people"),
    path("mail/uploads/", compose.upload, name="upload"),
    path("mail/outbox/", outbox.letters, name="outbox"),
    path("mail/outbox/rows/", outbox.rows, name="outbox_rows"),
    path("mail/outbox/side/", outbox.side, name="outbox_side"),
    path("mail/outbox/<int:mail_id>/undo/", compose.undo, name="outbox_undo"),
    path("mail/outbox/<int:mail_id>/cancel/", outbox.cancel_mail, name="outbox_cancel"),
    path("mail/outbox/<int:mail_id>/retry/", outbox.retry_mail, name="outbox_retry"),
    path("preferences/theme/", preferences.set_theme, name="theme"),
    path("styleguide/", styleguide.styleguide, name="styleguide"),
]
