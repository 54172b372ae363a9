"""What this site says of itself: its name, codes and footer (政府网站发展指引, 国办发〔2017〕47号)."""

from typing import Self

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Site(BaseSettings):
    """Names and numbers of the site, from the environment (`ZWGK_SITE_…`). What is empty is left out of the pages."""

    model_config = SettingsConfigDict(env_prefix="ZWGK_SITE_", extra="ignore", frozen=True)

    name: str = Field(default="", max_length=60, description="网站名称; by default made of the region's name.")
    domain: str = Field(default="", max_length=100, description="英文域名")
    id_code: str = Field(default="", max_length=20, description="政府网站标识码")
    icp: str = Field(default="", max_length=40, description="ICP备案编号")
    police: str = Field(default="", max_length=60, description="公安机关备案标识")
    sponsor: str = Field(default="", max_length=60, description="网站主办单位")
    phone: str = Field(default="", max_length=60, description="联系方式")
    certificate_url: str = Field(default="", max_length=300, description="党政机关网站标识: its address")
    errata_url: str = Field(default="", max_length=300, description="“我为政府网站找错”: its address")

    def named(self, region: str) -> Self:
        """With a name in any case."""
        return self if self.name else self.model_copy(update={"name": f"{region}政府信息公开平台"})
