"""Person tokens: what is forged, expired or meant for somebody else is refused."""

import base64
import json
from datetime import timedelta

import jwt
import pytest

from chassis.credentials import Secrets
from chassis.persons import Issuer, Verifier
from contracts.base import Role
from kernel.refused import Refused
from tests.servers import MORNING

KEY = Secrets.made(["x"]).persons_key
ISSUER = Issuer(KEY)
VERIFIER = Verifier(ISSUER.jwks(), "zwgk", "zwgk")


def token(**changes: object) -> str:
    claims = jwt.decode(
        ISSUER.token("zhang", "张三", [Role.CLERK], "bgs", MORNING), options={"verify_signature": False}
    )
    return jwt.encode({**claims, **changes}, KEY, algorithm="EdDSA")


def test_a_token_says_who_acts() -> None:
    actor = VERIFIER.actor(token(), MORNING)
    assert (actor.id, actor.name, actor.agency, actor.roles) == ("zhang", "张三", "bgs", {Role.CLERK})


def test_nobody_becomes_a_service_by_a_token() -> None:
    assert VERIFIER.actor(token(roles=["service", "clerk", "king"]), MORNING).roles == {Role.CLERK}


@pytest.mark.parametrize(
    ("after", "code"),
    [
        (timedelta(hours=12), None),
        (timedelta(hours=12, seconds=60), None),
        (timedelta(hours=12, seconds=61), "token_expired"),
    ],
)
def test_a_token_ends_after_half_a_day_and_the_allowed_skew(after: timedelta, code: str | None) -> None:
    if code is None:
        assert VERIFIER.actor(token(), MORNING + after).id == "zhang"
        return
    with pytest.raises(Refused) as refused:
        VERIFIER.actor(token(), MORNING + after)
    assert refused.value.code == code


def test_a_token_from_the_future_is_refused() -> None:
    with pytest.raises(Refused):
        VERIFIER.actor(token(), MORNING - timedelta(minutes=2))


def _unsigned() -> str:
    def part(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    claims = jwt.decode(token(), options={"verify_signature": False})
    return f"{part({'alg': 'none', 'typ': 'JWT'})}.{part(claims)}."


FORGERIES = {
    "another key": Issuer(Secrets.made(["x"]).persons_key).token("zhang", "张三", [Role.REVIEWER], "bgs", MORNING),
    "no signature": _unsigned(),
    "public key as shared secret": jwt.encode({"sub": "zhang"}, "x" * 64, algorithm="HS256"),
    "another audience": token(aud="elsewhere"),
    "another issuer": token(iss="elsewhere"),
    "no subject": token(sub=""),
    "rubbish": "rubbish",
}


@pytest.mark.parametrize("forged", FORGERIES.values(), ids=FORGERIES)
def test_a_forged_token_is_refused(forged: str) -> None:
    with pytest.raises(Refused) as refused:
        VERIFIER.actor(forged, MORNING)
    assert refused.value.code == "token_invalid"
