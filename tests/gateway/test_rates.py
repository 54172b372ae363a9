import pytest

from kernel.refused import Refused
from services.gateway import rates
from services.gateway.rates import Buckets, Rate, network


class Watch:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_a_burst_is_taken_and_not_one_more() -> None:
    watch = Watch()
    buckets = Buckets(Rate(burst=3, per_minute=6), watch)
    for _ in range(3):
        buckets.take("192.0.2.1")
    with pytest.raises(Refused) as refused:
        buckets.take("192.0.2.1")
    assert refused.value.code == "rate_limited"
    buckets.take("192.0.2.2")


def test_a_token_comes_back_after_its_time() -> None:
    watch = Watch()
    buckets = Buckets(Rate(burst=1, per_minute=6), watch)
    buckets.take("a")
    watch.seconds = 9.9
    with pytest.raises(Refused):
        buckets.take("a")
    watch.seconds = 10.0
    buckets.take("a")


def test_what_is_refused_costs_nothing() -> None:
    watch = Watch()
    buckets = Buckets(Rate(burst=1, per_minute=60), watch)
    buckets.take("a")
    for _ in range(50):
        with pytest.raises(Refused):
            buckets.take("a")
    watch.seconds = 1.0
    buckets.take("a")


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates, "REMEMBERED", 10)
    buckets = Buckets(Rate(burst=1, per_minute=1))
    for number in range(100):
        buckets.take(str(number))
    assert len(buckets) == 10


@pytest.mark.parametrize(
    ("address", "same"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("unix", "unix"),
    ],
)
def test_whom_an_address_stands_for(address: str, same: str) -> None:
    assert network(address) == same
