"""The org's own word: proving a pair with a token, reading back what was set, checking the Run As user's rights.

Everything goes to the My Domain host that the pair belongs to, with the token of the new pair itself; no admin session
is used. The proof token is revoked in every case.
"""

from __future__ import annotations

from automation.network.backoff import Patience
from automation.org_api.proof import Identity, ProofSession, begin_proof, check_org, is_user, open_proof
from automation.org_api.read_back import Reading, compare, extra_scopes, read_back
from automation.org_api.refusals import REFUSALS, Refusal, refusal_for
from automation.org_api.rest import NotReadable, Rest
from automation.org_api.rights import Rights, check_rights, load_recipe
from automation.org_api.token import NoToken, Token, ask, request_token, revoke
from automation.salesforce.ids import same_id, to_18

__all__ = [
    "REFUSALS",
    "Identity",
    "NoToken",
    "NotReadable",
    "Patience",
    "ProofSession",
    "Reading",
    "Refusal",
    "Rest",
    "Rights",
    "Token",
    "ask",
    "begin_proof",
    "check_org",
    "check_rights",
    "compare",
    "extra_scopes",
    "is_user",
    "load_recipe",
    "open_proof",
    "read_back",
    "refusal_for",
    "request_token",
    "revoke",
    "same_id",
    "to_18",
]
