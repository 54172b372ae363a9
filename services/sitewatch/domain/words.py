"""Words of officials that go into facts and records."""

from kernel.personal import scan
from kernel.refused import Refused


def require_impersonal(**fields: str) -> None:
    """Raises `Refused` where a field holds personal data: facts and events never carry any."""
    for name, text in fields.items():
        if scan(text):
            raise Refused(
                "personal_data", "填写内容含有个人信息。", field=name, remedy="请删去证件号、电话等个人信息后重试。"
            )
