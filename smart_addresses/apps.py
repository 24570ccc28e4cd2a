from django.apps import AppConfig


class SmartAddressesConfig(AppConfig):
    name = "smart_addresses"
