"""The rules of supervision: pure, without input or output (督查考核)."""

from services.supervision.domain.notice import NOTICE
from services.supervision.domain.record import TASK

__all__ = ["NOTICE", "TASK"]
