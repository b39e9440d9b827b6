"""The org's own word: proving a pair with a token, reading back what was set, checking the Run As user's rights.

Everything goes to the My Domain host that the pair belongs to, with the token of the new pair itself; no admin session
is used. The proof token is revoked in every case.
"""
