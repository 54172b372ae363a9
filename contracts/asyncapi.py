"""The AsyncAPI 3.0 document of the platform, generated from the registry, with what JetStream adds (`x-jetstream`)."""

import inspect
from typing import Any

from contracts import subjects
from contracts.base import Asked, Command, Event, Intake
from contracts.registry import Registry, Service

REGION = "{region}"


def document(registry: Registry) -> dict[str, Any]:
    """The whole document as JSON values."""
    channels: dict[str, Any] = {}
    operations: dict[str, Any] = {}
    for service in registry.services.values():
        for event in service.events:
            channels[event.type()] = _event(event, registry)
            operations[f"tell {event.type()}"] = {"action": "send", "channel": _ref(event.type())}
        for intake in service.intakes:
            name = f"{service.name}.in.{intake.what}"
            channels[name] = _intake(service, intake)
            operations[f"take in {name}"] = {"action": "receive", "channel": _ref(name)}
        for asked in (*service.commands, *service.queries):
            name = f"{service.name}.{asked.verb}"
            channels[name] = _asked(service, asked)
            operations[f"answer {name}"] = {"action": "receive", "channel": _ref(name)}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "zwgk",
            "version": "1",
            "description": "Events, intake, commands and queries of the open-government platform over NATS JetStream.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": channels,
        "operations": operations,
    }


def _ref(channel: str) -> dict[str, str]:
    return {"$ref": "#/channels/" + channel.replace("~", "~0").replace("/", "~1")}


def _doc(kind: type) -> str:
    return inspect.cleandoc(kind.__doc__ or "")


def _message(name: str, kind: type, schema: str | None) -> dict[str, Any]:
    payload = {"$ref": schema} if schema else kind.model_json_schema(ref_template="#/$defs/{model}")  # type: ignore[attr-defined]
    return {"name": name, "summary": _doc(kind), "contentType": "application/json", "payload": payload}


def _event(event: type[Event], registry: Registry) -> dict[str, Any]:
    heard = [name for name, entry in registry.services.items() if event in entry.listens or entry.listens_to_all]
    streams = ["EVENTS", "PUBLIC"] if event.audience == "public" else ["EVENTS"]
    return {
        "address": subjects.events_of(REGION, event).replace("*", "{id}"),
        "description": _doc(event),
        "parameters": {"region": {}, "id": {}},
        "messages": {event.event_name: _message(event.type(), event, f"schemas/events/{event.type()}.json")},
        "x-jetstream": {"streams": streams, "told by": event.service(), "heard by": heard},
    }


def _intake(service: Service, intake: type[Intake]) -> dict[str, Any]:
    name = f"{service.name}.{intake.what}"
    return {
        "address": f"{subjects.ROOT}.{REGION}.in.{service.name}.{intake.what}.{{emitter}}",
        "description": _doc(intake),
        "parameters": {"region": {}, "emitter": {}},
        "messages": {intake.what: _message(name, intake, f"schemas/intake/{name}.v1.json")},
        "x-jetstream": {"streams": ["INTAKE"], "answers": f"{subjects.ROOT}.{REGION}.out.{{emitter}}.{intake.what}.*"},
    }


def _asked(service: Service, asked: type[Asked]) -> dict[str, Any]:
    act = "cmd" if issubclass(asked, Command) else "qry"
    return {
        "address": f"{subjects.ROOT}.{REGION}.{act}.{service.name}.{asked.verb}.{{sender}}",
        "description": _doc(asked),
        "parameters": {"region": {}, "sender": {}},
        "messages": {asked.verb: _message(f"{service.name}.{asked.verb}", asked, None)},
        "x-roles": sorted(role.value for role in asked.allowed),
        "x-reply": asked.answered_by.__name__,
    }
