"""The web app as a Django application."""

from django.apps import AppConfig

__all__ = ["WebConfig"]


class WebConfig(AppConfig):
    """Known to Django as ``web``."""

    name = "backstride.web"
    label = "web"
