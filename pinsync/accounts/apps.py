from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "pinsync.accounts"
    label = "accounts"
    verbose_name = "People and organizations"
