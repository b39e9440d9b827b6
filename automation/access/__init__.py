"""How the tool logs in to an org: the host rule, login methods, verification codes, passkeys.

Nothing in here knows a page's labels; what is on the pages is in ``flows.pages``, what is done there in ``flows``.
"""
