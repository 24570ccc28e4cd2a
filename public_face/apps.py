from django.apps import AppConfig


class PublicFaceConfig(AppConfig):
    name = "public_face"
