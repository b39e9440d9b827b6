"""What names an org is replaced by something of the same form, the same each time, and nothing slips through the check."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from automation.record.anonymous import Fakes, SecretLeft, all_texts, require_clean
from automation.salesforce.ids import same_id, to_18
from automation.secrets import remember
from automation.secrets.encodings import encodings
from tests.forgetting import only_own
from tests.growth import growth

KEY = "3MVG9" + "aB1.x_" * 13
SECRET = "0123456789ABCDEF" * 4


@pytest.fixture(autouse=True)
def _own_secrets() -> Iterator[None]:
    with only_own(empty=True):
        yield


def test_hosts_of_one_org_stay_hosts_of_one_org() -> None:
    text = Fakes().replaced(
        "https://acme--dev.sandbox.my.salesforce.com and acme--dev.sandbox.my.salesforce-setup.com, acme.my.salesforce.com"
    )
    assert (
        text
        == "https://org1--box2.sandbox.my.salesforce.com and org1--box2.sandbox.my.salesforce-setup.com, org1.my.salesforce.com"
    )


def test_the_login_hosts_of_all_orgs_stay() -> None:
    text = "https://login.salesforce.com/ https://test.salesforce.com/ https://help.salesforce.com/s"
    assert Fakes().replaced(text) == text


@pytest.mark.parametrize(
    "host",
    [
        "acme.my.salesforce.mil",
        "acme.lightning.crmforce.mil",
        "acme--c.vf.force.com",
        "acme.file.force.com",
        "acme--dev.sandbox.my.site.com",
        "acme.content.force.com",
    ],
)
def test_every_host_of_an_org_is_replaced_and_stays_one_of_its_cloud(host: str) -> None:
    assert Fakes().replaced(f"//{host}/x").startswith("//org1")
    assert Fakes().replaced(host).partition(".")[2] == host.partition(".")[2]


def test_the_companys_name_is_replaced_where_it_stands_alone_but_not_inside_words_and_labels() -> None:
    fakes = Fakes()
    fakes.company("acme--policies.sandbox.my.salesforce.com", {"policies"})
    assert fakes.replaced("Acme, ACME, acmeology, policies") == "org1, org1, acmeology, policies"


def test_addresses_and_usernames_are_replaced_also_when_they_are_masked() -> None:
    text = Fakes().replaced("ann@acme.com, Ann@acme.com, bob@acme.com.dev, sent to a**@acme.com")
    assert text == "user1@people.example, user1@people.example, user2@people.example, sent to u*****3@people.example"


def test_record_ids_keep_their_kind_and_their_checksum() -> None:
    fakes = Fakes()
    short = fakes.replaced("0xI8c000000Abcd")
    assert short.startswith("0xI")
    assert short != "0xI8c000000Abcd"
    assert fakes.replaced(to_18("0xI8c000000Abcd")) == to_18(short)
    assert same_id(fakes.replaced("00D8c0000001AbC"), fakes.replaced(to_18("00D8c0000001AbC")))


@pytest.mark.parametrize("value", [KEY, SECRET, "817263"])
def test_a_secrets_fake_has_its_form_but_nothing_of_it(value: str) -> None:
    fakes, others = Fakes(), Fakes()
    fakes.secret(value)
    others.secret(value)
    fake = fakes.replaced(f"<td>{value}</td>")[4:-5]
    assert fake != value
    assert len(fake) == len(value)
    assert [c.isdigit() for c in fake] == [c.isdigit() for c in value]
    assert others.replaced(value) == fake, "not the same each time"


def test_a_short_code_is_not_replaced_inside_a_longer_number() -> None:
    fakes = Fakes()
    fakes.secret("817263")
    assert fakes.replaced("1817263 81726399") == "1817263 81726399"


def test_replacing_twice_changes_nothing_more() -> None:
    fakes = Fakes()
    fakes.name("Ann Admin")
    once = fakes.replaced(
        "Ann Admin, ann@acme.com at acme--dev.sandbox.my.salesforce.com, 0xI8c000000Abcd, https://acme.example/cb"
    )
    assert fakes.replaced(once) == once


def test_no_label_is_touched() -> None:
    """Replaced labels would make every replay red, or worse, green for the wrong reason."""
    fakes = Fakes()
    assert [text for text in all_texts() if fakes.replaced(text) != text] == []


@pytest.mark.parametrize("form", encodings(SECRET))
def test_a_known_secret_in_any_encoding_is_refused(form: str) -> None:
    remember(SECRET)
    with pytest.raises(SecretLeft) as refused:
        require_clean({"pages/001.html": f"<p>{form}</p>"}, [])
    assert "pages/001.html" in refused.value.message
    assert SECRET not in refused.value.message


def test_a_name_of_the_org_is_refused() -> None:
    with pytest.raises(SecretLeft, match=r"manifest\.json"):
        require_clean({"manifest.json": "logged in as ANN@acme.com"}, ["ann@acme.com"])


@pytest.mark.parametrize("word", ["a", "a.", "a@", "a@b.", ".salesforce.com", "x.salesforce.com.y.", "5", "a-"])
def test_replacing_takes_time_in_proportion_to_the_text(word: str) -> None:
    """A page's word ten times as long takes about ten times as long; with a quadratic pattern it was a hundred times."""
    small, large = word * (20_000 // len(word)), word * (200_000 // len(word))
    assert growth(lambda text: Fakes().replaced(text), f"z{small}", f"z{large}") < 40
