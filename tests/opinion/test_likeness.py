"""Near-duplicates: what is one text, and that the bands find it."""

import random
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from kernel.clock import CST
from sample import data
from services.opinion import likeness

signs = st.lists(st.sampled_from([chr(0x4E00 + n) for n in range(200)]), min_size=14, max_size=80, unique=True).map(
    "".join
)
"""Texts without a repeated sign, so that the true share of common pairs is known."""


def _posts() -> list[str]:
    return [post.text for post in data.posts(datetime(2026, 11, 23, 9, tzinfo=CST), lambda d, n: d - timedelta(days=n))]


def test_noise_does_not_make_another_text() -> None:
    plain = "样田小区的自来水已经发黄两天了，到底能不能喝？"
    noisy = "【转】样田小区的自来水已经发黄两天了, 到底能不能喝? https://t.invalid/x @某人"
    assert likeness.signature(plain) == likeness.signature(noisy)


def test_a_post_of_noise_alone_still_has_a_signature() -> None:
    assert likeness.signature("!!!") != likeness.signature("???")


def test_copies_of_the_sample_meet_in_the_bands_and_others_do_not_count_as_copies() -> None:
    signed = [likeness.signature(text) for text in _posts()]
    copies = {
        (one, other)
        for one in range(len(signed))
        for other in range(one)
        if likeness.similarity(likeness.rows(signed[one]), likeness.rows(signed[other])) >= 0.5
    }
    assert len(copies) == 11  # six pairs of four, one, one, and three pairs of three
    assert all(set(likeness.bands(signed[a])) & set(likeness.bands(signed[b])) for a, b in copies)


@given(signs, st.integers(0, 10_000))
def test_a_small_addition_is_found(text: str, seed: int) -> None:
    added = text + random.Random(seed).choice(["！求扩散", "转了", "帮转"])
    one, other = (likeness.rows(likeness.signature(each)) for each in (text, added))
    assert likeness.similarity(one, other) > 0.5  # the true share is at least 13 of 16, five standard errors above
    assert likeness.similarity(one, one) == 1


@given(signs)
def test_bands_are_stable_and_as_many_as_said(text: str) -> None:
    keys = likeness.bands(likeness.signature(text))
    assert keys == likeness.bands(likeness.signature(text))
    assert len(set(keys)) == likeness.BANDS
