"""Logs, traces and metrics. Names come from subject templates, never from ids; values of messages never appear."""

import json
import logging
import sys
import time
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from opentelemetry import propagate, trace
from opentelemetry.trace import SpanKind, Status, StatusCode
from prometheus_client import Counter, Gauge, Histogram, disable_created_metrics

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

tracer = trace.get_tracer("zwgk")

disable_created_metrics()  # type: ignore[no-untyped-call]  # a series more for each, which nobody asks for
HANDLED = Counter("zwgk_messages_total", "Messages handled", ["service", "message", "outcome"])
SECONDS = Histogram(
    "zwgk_handle_seconds",
    "Time to handle a message or a batch of them",
    ["service", "message"],
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
LAG = Gauge("zwgk_consumer_pending", "Messages that wait in the stream for a durable", ["service", "durable"])
UNTOLD = Gauge("zwgk_outbox_waiting", "Cases whose events have not been told yet", ["service"])
TRACE = "traceparent"
_PLAIN = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonFormatter(logging.Formatter):
    """One JSON object a line. Of an exception it keeps the type and the frames; its message may quote input."""

    def format(self, record: logging.LogRecord) -> str:
        context = trace.get_current_span().get_span_context()
        entry = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created)) + f".{int(record.msecs):03d}Z",
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **{key: value for key, value in vars(record).items() if key not in _PLAIN},
        }
        if context.is_valid:
            entry["trace"] = f"{context.trace_id:032x}"
        if record.exc_info and record.exc_info[0]:
            entry["error"] = record.exc_info[0].__name__
            entry["frames"] = [
                f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(record.exc_info[2])
            ]
        return json.dumps(entry, ensure_ascii=False, default=str)


def configure_logging(level: str) -> None:
    """JSON lines on standard error. Libraries speak from WARNING on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for name in ("chassis", "services", "cli", "kernel"):
        logging.getLogger(name).setLevel(level)


def configure_tracing(endpoint: str, service: str) -> "TracerProvider | None":
    """Export traces where an endpoint is set; without one no spans are recorded."""
    if not endpoint:
        return None
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # slow to import, rarely wanted
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(resource=Resource.create({"service.name": f"zwgk-{service}"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint)))
    trace.set_tracer_provider(provider)
    return provider


@contextmanager
def handling(
    service: str, message: str, headers: Mapping[str, str] | None, kind: SpanKind, deliveries: int = 1
) -> Iterator[None]:
    """Span and duration of handling one message; an exception marks both and goes on."""
    began = time.perf_counter()
    with tracer.start_as_current_span(
        f"handle {message}",
        context=propagate.extract({key.lower(): value for key, value in (headers or {}).items()}),
        kind=kind,
        record_exception=False,
        set_status_on_exception=False,
    ) as span:
        span.set_attribute("messaging.system", "nats")
        span.set_attribute("messaging.destination.template", message)
        span.set_attribute("zwgk.service", service)
        if deliveries > 1:
            span.set_attribute("messaging.nats.delivery_count", deliveries)
        try:
            yield
        except Exception as error:
            span.set_status(Status(StatusCode.ERROR, type(error).__name__))
            raise
        finally:
            SECONDS.labels(service, message).observe(time.perf_counter() - began)


@contextmanager
def handling_together(service: str, messages: Sequence[tuple[str, Mapping[str, str] | None]]) -> Iterator[None]:
    """Spans of messages (template, headers) that are handled at once: each in the trace that it belongs to, all as long
    as the batch. A message without a trace has no span: traces begin at the edges."""
    began = time.perf_counter()
    spans = [
        tracer.start_span(
            f"handle {name}",
            context=propagate.extract(headers),
            kind=SpanKind.CONSUMER,
            attributes={
                "messaging.system": "nats",
                "messaging.destination.template": name,
                "zwgk.service": service,
                "messaging.batch.message_count": len(messages),
            },
        )
        for name, headers in messages
        if headers and TRACE in headers
    ]
    try:
        yield
    except Exception as error:
        for span in spans:
            span.set_status(Status(StatusCode.ERROR, type(error).__name__))
        raise
    finally:
        for span in spans:
            span.end()
        SECONDS.labels(service, "batch").observe(time.perf_counter() - began)
