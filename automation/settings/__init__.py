"""What the user configured: settings from ``.env``, the environment and the command line, checked once; the wanted app."""

from automation.settings.settings import load_settings
from automation.settings.table import Settings

__all__ = ["Settings", "load_settings"]
