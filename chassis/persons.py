"""Persons: signed tokens (OIDC, JWT) that say who acts, in which roles and for which agency."""

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import OKPAlgorithm
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from chassis.actors import Actor
from contracts.base import Role
from kernel.refused import Refused

ALGORITHMS = ["EdDSA", "ES256", "RS256", "PS256"]
TOKEN_HOURS = 12
MAX_KNOWN = 1000
"""Tokens whose signature is remembered as right. Their time is looked at whenever they are used."""
FORGED = Refused("token_invalid", "身份凭证无效。", remedy="请重新登录。")


class Claims(BaseModel):
    """What a person token says."""

    model_config = ConfigDict(extra="ignore")
    sub: str = Field(min_length=1, max_length=80)
    name: str = Field(default="", max_length=80)
    roles: frozenset[str] = frozenset()
    agency: str = Field(default="", max_length=80)
    iat: float
    exp: float


class Verifier:
    """Checks person tokens against the issuer's public keys, on the platform's clock."""

    def __init__(self, jwks: str, issuer: str, audience: str, skew_seconds: int = 60) -> None:
        self._keys = _keys(jwks)
        self._issuer = issuer
        self._audience = audience
        self._skew = timedelta(seconds=skew_seconds).total_seconds()
        self._known = lru_cache(MAX_KNOWN)(self._claims)

    def actor(self, token: str, now: datetime) -> Actor:
        """The person behind a token; raises `Refused` for one that is forged, expired or not meant for us."""
        claims = self._known(token)
        at = now.timestamp()
        if claims.exp + self._skew < at or claims.iat - self._skew > at:
            raise Refused("token_expired", "登录已过期。", remedy="请重新登录。")
        known = {role.value for role in Role} - {Role.SERVICE.value}
        roles = frozenset(Role(role) for role in claims.roles & known)
        return Actor("person", claims.sub, claims.name or claims.sub, roles, claims.agency)

    def _claims(self, token: str) -> Claims:
        options: Any = {"verify_exp": False, "verify_iat": False, "verify_nbf": False}
        for key in self._keys:
            try:
                return Claims.model_validate(
                    jwt.decode(token, key, ALGORITHMS, options=options, audience=self._audience, issuer=self._issuer)
                )
            except (jwt.PyJWTError, ValidationError):
                continue
        raise FORGED


def _keys(jwks: str) -> list[jwt.PyJWK]:
    """The keys of a JWKS document or of the file that it names; none for an empty one."""
    if not jwks:
        return []
    try:
        text = jwks if jwks.lstrip().startswith("{") else Path(jwks).read_text(encoding="utf-8")
        return jwt.PyJWKSet.from_json(text).keys
    except (OSError, ValueError, jwt.PyJWTError):
        raise Refused("persons_jwks", "身份凭证的公钥无法读取。", remedy="请核对 ZWGK_PERSONS_JWKS。") from None


class Issuer:
    """Issues person tokens of the embedded platform and of tests. Production uses the government's own issuer."""

    def __init__(self, private_key_pem: str, issuer: str = "zwgk", audience: str = "zwgk") -> None:
        self._pem = private_key_pem
        self._issuer = issuer
        self._audience = audience

    def token(self, id: str, name: str, roles: Iterable[Role], agency: str, now: datetime) -> str:
        """A token valid for half a day."""
        claims = {
            "iss": self._issuer,
            "aud": self._audience,
            "sub": id,
            "name": name,
            "roles": sorted(role.value for role in roles),
            "agency": agency,
            "iat": int(now.timestamp()),
            "exp": int((now + timedelta(hours=TOKEN_HOURS)).timestamp()),
        }
        return jwt.encode(claims, self._pem, algorithm="EdDSA", headers={"kid": "zwgk"})

    def jwks(self) -> str:
        """The public key as a JWKS document."""
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        private = load_pem_private_key(self._pem.encode(), None)
        if not isinstance(private, Ed25519PrivateKey):
            raise TypeError("an Ed25519 key is needed")
        key = json.loads(OKPAlgorithm.to_jwk(private.public_key()))
        return json.dumps({"keys": [{**key, "kid": "zwgk", "alg": "EdDSA", "use": "sig"}]})
