"""The browser: which one, how it is started and trusts certificates, and waiting for one of several outcomes on a page."""

from automation.browser.launch import (
    launch_options,
    launched,
    new_context,
    open_browser,
    proxy_option,
    require_display,
    started_driver,
)

__all__ = ["launch_options", "launched", "new_context", "open_browser", "proxy_option", "require_display", "started_driver"]
