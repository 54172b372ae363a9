"""Issues the credentials files: one for each user of the bus, as the registry says who may do what."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from chassis import permissions, streams
from chassis.credentials import Credentials
from contracts import subjects
from contracts.registry import Party, Registry


def issue(
    folder: Path, registry: Registry, region: str, servers: list[str], passwords: dict[str, str]
) -> dict[str, Path]:
    """Write one file for each user of the bus into `folder`; the paths by name.

    A party that both emits and reads public events gets a second file, `<party>-public`, for reading them.
    """
    result: dict[str, Path] = {}
    for name, given in _all(registry, region, servers, passwords):
        result[name] = folder / f"{name}.json"
        given.write(result[name])
    return result


def _all(
    registry: Registry, region: str, servers: list[str], passwords: dict[str, str]
) -> Iterable[tuple[str, Credentials]]:
    def of(user: permissions.User, publish: list[str], stream: str | None = None, durable: str | None = None) -> Any:
        return Credentials(
            servers=servers,
            user=user.name,
            password=passwords[user.name],
            inbox_prefix=user.inbox_prefix,
            publish=publish,
            stream=stream,
            durable=durable,
        )

    for user in permissions.users(registry, region):
        yield user.name, of(user, list(user.publish))
    for party in registry.parties.values():
        for name, publish, stream, durable in _party_files(party, region):
            yield name, of(permissions.party_user(party, region), publish, stream, durable)


def _party_files(party: Party, region: str) -> Iterable[tuple[str, list[str], str | None, str | None]]:
    emits = [subjects.intake(region, kind, party.name) for kind in party.emits]
    public = (streams.PUBLIC, streams.public_durable(party.name))
    answers = (streams.ANSWERS, streams.answers_durable(party.name))
    if emits:
        yield (party.name, emits, *answers)
        if party.reads_public:
            yield (f"{party.name}-public", [], *public)
    else:
        yield (party.name, [], *(public if party.reads_public else (None, None)))
