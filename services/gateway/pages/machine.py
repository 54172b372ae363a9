"""What programs look for at fixed addresses."""

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse
from starlette.responses import Response

from services.gateway.tracing import Traced

routes = APIRouter(include_in_schema=False, route_class=Traced)
PRIVATE = ("/api/", "/desk", "/sign-in", "/requests/follow", "/tickets/follow", "/search")
ROBOTS = "\n".join(["User-agent: *", *(f"Disallow: {path}" for path in PRIVATE), "Allow: /", ""])


@routes.get("/robots.txt")
async def robots() -> Response:
    """Documents and catalogue may be indexed by search engines."""
    return PlainTextResponse(ROBOTS)
