"""The rules of requests for information: pure, without input or output (依申请公开)."""

from services.requests.domain.kind import KIND

__all__ = ["KIND"]
