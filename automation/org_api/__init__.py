"""The org's own word: proving a pair with a token, reading back what was set, checking the Run As user's rights.

Everything goes to the My Domain host that the pair belongs to, with the token of the new pair itself; no admin session
is used. The proof token is revoked in every case.
"""

from __future__ import annotations

from automation.org_api.delivered_pair import Answer, Pairs, Source, Verdict, ask_org, find_pairs, require_ours
from automation.org_api.proof import ProofSession, check_org, is_user, open_proof
from automation.org_api.read_back import Reading, compare, extra_scopes, read_back
from automation.org_api.rights import Rights, check_rights, load_recipe

__all__ = [
    "Answer",
    "Pairs",
    "ProofSession",
    "Reading",
    "Rights",
    "Source",
    "Verdict",
    "ask_org",
    "check_org",
    "check_rights",
    "compare",
    "extra_scopes",
    "find_pairs",
    "is_user",
    "load_recipe",
    "open_proof",
    "read_back",
    "require_ours",
]
