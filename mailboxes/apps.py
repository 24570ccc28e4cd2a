from django.apps import AppConfig


class MailboxesConfig(AppConfig):
    name = "mailboxes"

    def ready(self) -> None:
        from mailboxes import receivers  # noqa: F401  (it needs the models, which are loaded only now)
