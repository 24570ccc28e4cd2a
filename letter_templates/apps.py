from django.apps import AppConfig


class LetterTemplatesConfig(AppConfig):
    name = "letter_templates"
