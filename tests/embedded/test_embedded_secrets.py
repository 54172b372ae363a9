"""Secrets are made once and kept for the owner's eyes only."""

import base64
from pathlib import Path

import pytest

from chassis import issuing, permissions
from chassis.credentials import Credentials, Secrets
from chassis.papers import Keys
from chassis.persons import Issuer
from contracts.registry import REGISTRY
from kernel.refused import Refused


def test_secrets_are_made_once(tmp_path: Path) -> None:
    first = Secrets.opened(tmp_path, ["a", "b"])
    assert (tmp_path / "secrets.json").stat().st_mode & 0o777 == 0o600
    assert Secrets.opened(tmp_path, ["a", "b"]) == first
    assert len({first.passwords["a"], first.passwords["b"], first.jetstream_key, first.site_secret}) == 4


def test_a_new_user_gets_a_password_and_the_others_keep_theirs(tmp_path: Path) -> None:
    first = Secrets.opened(tmp_path, ["a"])
    second = Secrets.opened(tmp_path, ["a", "b"])
    assert second.passwords["a"] == first.passwords["a"]
    assert second.passwords["b"]
    assert Secrets.opened(tmp_path, ["a"]) == second


def test_the_keys_are_of_their_kinds() -> None:
    made = Secrets.made([])
    assert Keys(made.papers_keys).current == "1"
    assert len(base64.b64decode(made.papers_keys.partition(":")[2])) == 32
    assert '"crv": "Ed25519"' in Issuer(made.persons_key).jwks()


def test_secrets_do_not_show_in_a_log() -> None:
    made = Secrets.made(["a"])
    for secret in (made.passwords["a"], made.jetstream_key, made.papers_keys, made.persons_key, made.site_secret):
        assert secret not in repr(made)


@pytest.mark.parametrize("part", ["nats", "mongo"])
def test_data_without_secrets_is_not_begun_again(tmp_path: Path, part: str) -> None:
    (tmp_path / part).mkdir()
    assert Secrets.opened(tmp_path, ["a"])
    (tmp_path / "secrets.json").unlink()
    (tmp_path / part / "data").touch()
    with pytest.raises(Refused) as refused:
        Secrets.opened(tmp_path, ["a"])
    assert refused.value.code == "secrets_missing"


def test_damaged_secrets_are_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "secrets.json").write_text("{")
    with pytest.raises(Refused) as refused:
        Secrets.opened(tmp_path, ["a"])
    assert refused.value.code == "secrets_damaged"
    assert (tmp_path / "secrets.json").read_text() == "{"


def test_one_private_file_for_each_user(tmp_path: Path) -> None:
    passwords = Secrets.made(permissions.names(REGISTRY)).passwords
    paths = issuing.issue(tmp_path / "credentials", REGISTRY, "330782", ["nats://127.0.0.1:4222"], passwords)
    assert set(permissions.names(REGISTRY)) <= set(paths)
    for name, path in paths.items():
        given = Credentials.read(path)
        assert path.stat().st_mode & 0o777 == 0o600
        assert given.password == passwords[given.user]
        assert given.inbox_prefix == f"_INBOX_{given.user}"
        assert given.password not in repr(given)
        assert name.startswith(given.user)
    portal = Credentials.read(paths["portal"])
    assert (portal.publish, portal.stream, portal.durable) == ([], "PUBLIC", "portal")


def test_a_missing_or_foreign_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused) as missing:
        Credentials.read(tmp_path / "none.json")
    assert missing.value.code == "credentials_missing"
    (tmp_path / "other.json").write_text("{}")
    with pytest.raises(Refused) as damaged:
        Credentials.read(tmp_path / "other.json")
    assert damaged.value.code == "credentials_damaged"
