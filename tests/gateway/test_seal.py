from services.gateway.render import limit, marked, moment, paragraphs, published
from services.gateway.seal import Seal

SEAL = Seal("a secret of the site that is long enough")
OTHER = Seal("another secret of another site, long too")


def test_only_the_same_secret_opens() -> None:
    sealed = SEAL.close("token")
    assert "token" not in sealed
    assert SEAL.open(sealed) == "token"
    assert OTHER.open(sealed) is None
    assert SEAL.open(sealed[:-4] + "AAA=") is None
    assert SEAL.open("") is None


def test_a_form_belongs_to_one_browser() -> None:
    token = SEAL.form_token("nonce of this browser")
    assert SEAL.is_form_token("nonce of this browser", token)
    assert not SEAL.is_form_token("nonce of another one", token)
    assert not OTHER.is_form_token("nonce of this browser", token)
    assert not SEAL.is_form_token("", SEAL.form_token(""))


def test_a_key_is_bound_to_its_content() -> None:
    assert SEAL.command_key("1", "a") == SEAL.command_key("1", "a")
    assert SEAL.command_key("1", "a") != SEAL.command_key("1", "b")
    assert SEAL.command_key("1", "a") != OTHER.command_key("1", "a")


def test_a_short_secret_is_known_as_weak() -> None:
    assert SEAL.strong
    assert not Seal("").strong


def test_nothing_but_marks_may_be_a_tag() -> None:
    assert marked("<mark>办法</mark>&amp;") == "<mark>办法</mark>&amp;"
    assert marked('<script>x</script><mark onclick="x">') == (
        "&lt;script&gt;x&lt;/script&gt;&lt;mark onclick=&quot;x&quot;&gt;"
    )


def test_times_are_shown_in_china_standard_time() -> None:
    assert moment("2026-11-23T01:00:00+00:00") == "2026-11-23 09:00"


def test_of_what_was_imported_only_the_day_of_publication_is_shown() -> None:
    assert published("2019-03-04T00:00:00+08:00") == "2019-03-04"
    assert published("2026-11-23T01:00:00+00:00") == "2026-11-23 09:00"


def test_a_limit_that_ends_with_a_day_is_shown_as_that_day() -> None:
    assert limit("2026-12-01T00:00:00+08:00") == "2026-11-30"
    assert limit("2026-12-01T00:01:00+08:00") == "2026-12-01 00:01"
    assert limit(None) == ""


def test_numbered_headings_are_told_apart() -> None:
    text = "总则\n\n一、工作要求\n一、工作要求如下。\n第一章 总则"
    assert paragraphs(text) == [
        ("", "总则"),
        ("part", "一、工作要求"),
        ("", "一、工作要求如下。"),
        ("part", "第一章 总则"),
    ]
