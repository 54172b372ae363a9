"""What routes declare to be given: the gateway, filters, keys, limits."""

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Header, Query, Request

from contracts.readmodel.answers import Dimension
from kernel.refused import Refused
from services.gateway.rates import Buckets, Rates
from services.gateway.service import Gateway
from services.gateway.session import Session, bearer, gateway_of, opened

It = Annotated[Gateway, Depends(gateway_of)]
Text = Annotated[str | None, Query(max_length=100)]


def _token(request: Request) -> str | None:
    """The person's token, checked; none for the public."""
    token = bearer(request)
    return opened(gateway_of(request), token).token if token else None


def _staff(request: Request) -> Session:
    token = bearer(request)
    if token is None:
        raise Refused("token_needed", "此接口须由工作人员使用。", remedy="请在 Authorization 请求头中提供身份凭证。")
    return opened(gateway_of(request), token)


Token = Annotated[str | None, Depends(_token)]
Staff = Annotated[Session, Depends(_staff)]


def _filters(
    theme: Annotated[str | None, Query(max_length=100, description="主题分类")] = None,
    genre: Annotated[str | None, Query(max_length=100, description="体裁分类")] = None,
    agency: Annotated[str | None, Query(max_length=100, description="发布机构代码")] = None,
    field: Annotated[str | None, Query(max_length=200, description="领域（组配分类）")] = None,
    openness: Annotated[str | None, Query(max_length=100, description="五公开")] = None,
    category: Annotated[str | None, Query(max_length=100, description="信息类别")] = None,
    year: Annotated[str | None, Query(max_length=100, description="发布年份")] = None,
    validity: Annotated[str | None, Query(max_length=100, description="有效性")] = None,
) -> dict[Dimension, str]:
    given: dict[Dimension, str | None] = {
        "theme": theme,
        "genre": genre,
        "agency": agency,
        "field": field,
        "openness": openness,
        "category": category,
        "year": year,
        "validity": validity,
    }
    return {name: value for name, value in given.items() if value}


Filters = Annotated[dict[Dimension, str], Depends(_filters)]


def _key(
    idempotency_key: Annotated[
        str | None, Header(max_length=200, description="幂等键：同一键、同一内容重复提交只办理一次。")
    ] = None,
) -> str | None:
    return idempotency_key


Key = Annotated[str | None, Depends(_key)]


def limited(bucket: Callable[[Rates], Buckets]) -> Callable[[Request], None]:
    """A dependency that takes one token of the caller's bucket."""

    def take(request: Request) -> None:
        bucket(gateway_of(request).rates).take(request.client.host if request.client else "")

    return take


SUBMITS = Depends(limited(lambda rates: rates.submit))
FOLLOWS = Depends(limited(lambda rates: rates.follow))
LOOKS = Depends(limited(lambda rates: rates.look))
SIGNS_IN = Depends(limited(lambda rates: rates.sign_in))
