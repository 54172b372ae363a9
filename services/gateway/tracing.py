"""Spans and figures of HTTP requests, named by the route and never by the address."""

import time
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from opentelemetry import propagate
from opentelemetry.trace import SpanKind, Status, StatusCode

from chassis.telemetry import HANDLED, SECONDS, tracer
from kernel.refused import Refused
from services.gateway.problems import status_of

Handle = Callable[[Request], Coroutine[Any, Any, Response]]


class Traced(APIRoute):
    """A route whose requests continue the caller's trace; commands and queries that it sends continue it in turn."""

    def get_route_handler(self) -> Handle:
        handle = super().get_route_handler()
        name = f"{min(self.methods or {'GET'})} {self.path_format}"

        async def traced(request: Request) -> Response:
            began, status = time.perf_counter(), 500
            context = propagate.extract(dict(request.headers))
            with tracer.start_as_current_span(
                name, context=context, kind=SpanKind.SERVER, record_exception=False, set_status_on_exception=False
            ) as span:
                span.set_attribute("http.request.method", request.method)
                span.set_attribute("http.route", self.path_format)
                try:
                    response = await handle(request)
                    status = response.status_code
                    return response
                except (Refused, HTTPException, RequestValidationError) as error:
                    status = status_of(error)
                    raise
                finally:
                    span.set_attribute("http.response.status_code", status)
                    if status >= 500:
                        span.set_status(Status(StatusCode.ERROR))
                    HANDLED.labels("gateway", name, f"{status // 100}xx").inc()
                    SECONDS.labels("gateway", name).observe(time.perf_counter() - began)

        return traced
