"""Evidence of a page on which secrets were typed or shown holds an outline, and nothing else."""

from __future__ import annotations

import pytest

from automation.evidence import outline

TREE = """\
- banner:
  - link "Salesforce":
    - /url: /home
- heading "Verify Your Identity" [level=2]
- alert: Please check your username and password.
- paragraph: We sent a code to a***@acme.com
- textbox "Verification Code": "483921"
- textbox "Password": hunter2-hunter2
- combobox "Method": Email
- 'button "Verify: now"'
- row "Consumer Key 3MVG9lKcPoNINVBJSoQsNCD.HHDdbugPsNXwwyFbgb47KWa_PTv":
  - cell "3MVG9lKcPoNINVBJSoQsNCD.HHDdbugPsNXwwyFbgb47KWa_PTv"
- text: 45A9C1E2D3F4
"""


def test_the_outline_still_tells_which_page_it_was() -> None:
    kept = outline(TREE)
    for part in ('heading "Verify Your Identity"', 'textbox "Verification Code"', "check your username", 'button "Verify: now"'):
        assert part in kept


@pytest.mark.parametrize("secret", ["483921", "hunter2", "3MVG9", "45A9C1", "a***@acme.com"])
def test_the_outline_holds_no_value_key_or_code(secret: str) -> None:
    assert secret not in outline(TREE)
