"""What the user configured: settings from ``.env``, the environment and the command line, checked once; the wanted app."""

from automation.settings.settings import Settings, load_settings

__all__ = ["Settings", "load_settings"]
