"""How the tool gets into an org: the host rule, ways in, verification codes, passkeys.

Nothing in here knows a page's labels; what is on the pages is in ``flows.pages``, what is done there in ``flows``.
"""
