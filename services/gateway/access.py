"""Who may post by Open311."""

import hmac
from dataclasses import dataclass

from kernel.refused import Refused


@dataclass(frozen=True)
class Access:
    """Who may post, and for which jurisdiction. Without a key nobody may."""

    keys: tuple[str, ...] = ()
    jurisdiction: str = ""

    def check_key(self, given: str | None) -> None:
        """Raises `Refused` unless one of the keys is given."""
        if not given:
            raise Refused("key_missing", "缺少 api_key。", field="api_key", remedy="请向平台申请接口密钥。")
        if not any(hmac.compare_digest(given.encode(), key.encode()) for key in self.keys):
            raise Refused("key_wrong", "api_key 无效。", field="api_key", remedy="请核对接口密钥。")

    def check_jurisdiction(self, given: str | None) -> None:
        """There is one jurisdiction here; it may be left out."""
        if given and given != self.jurisdiction:
            raise Refused("unknown_jurisdiction", "没有这个 jurisdiction_id。", field="jurisdiction_id")
