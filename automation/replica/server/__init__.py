"""How it is reached: listeners, TLS, proxy, routes by host, the mail server, and the control API."""
