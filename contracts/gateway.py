"""The gateway owns no contract on the bus: it asks the other services and tells nothing itself.

What it promises outside is HTTP: `/api/v1/openapi.json`, and the public events as server-sent events under
`/api/v1/events`, each with its sequence in the stream PUBLIC as `id`.
"""
