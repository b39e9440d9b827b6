"""Our own HTTP: proxy and certificates, one limit for what others send, and what to do when a host is not reached."""
