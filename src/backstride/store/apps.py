"""The store as a Django application."""

from django.apps import AppConfig

__all__ = ["StoreConfig"]


class StoreConfig(AppConfig):
    """Known to Django as ``store``."""

    name = "backstride.store"
    label = "store"
