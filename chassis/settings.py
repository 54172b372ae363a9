"""Settings of a process, from the environment (`ZWGK_…`)."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Everything that a service must be told from outside. Names in the environment carry the prefix `ZWGK_`."""

    model_config = SettingsConfigDict(env_prefix="ZWGK_", extra="ignore", frozen=True)

    region: str = Field(default="999901", description="Region code: the second token of every subject.")
    nats_url: str = Field(default="nats://127.0.0.1:4222", description="Servers, separated by commas.")
    nats_user: str = Field(default="", description="User of this process; empty: the name of the service.")
    nats_password: SecretStr = Field(default=SecretStr(""), description="Password of that user.")
    nats_passwords: dict[str, SecretStr] = Field(
        default_factory=dict, description="Passwords by service name, when one process serves several."
    )
    nats_tls_ca: Path | None = Field(default=None, description="Certificate authority of the NATS servers.")
    mongo_url: str = Field(default="mongodb://127.0.0.1:27017", description="Database of the services.")
    mongo_driver: Literal["motor", "pymongo"] = Field(default="motor", description="Driver behind chassis/store.py.")
    papers_keys: SecretStr = Field(
        default=SecretStr(""),
        description="Keys of the papers: `id:base64` pairs separated by commas, the first one encrypts.",
    )
    persons_jwks: str = Field(default="", description="JWKS of the issuer of person tokens: JSON, or a path to it.")
    persons_issuer: str = Field(default="zwgk", description="`iss` that a person token must carry.")
    persons_audience: str = Field(default="zwgk", description="`aud` that a person token must carry.")
    persons_skew_seconds: int = Field(default=60, ge=0, le=300, description="Clock skew allowed in person tokens.")
    register_path: Path | None = Field(default=None, description="Agency register (JSON).")
    clock_path: Path | None = Field(default=None, description="Simulated clock of the embedded platform.")
    http: str = Field(default="127.0.0.1:8080", description="HOST:PORT of the gateway.")
    ops: str = Field(default="127.0.0.1:9100", description="HOST:PORT of /healthz, /readyz and /metrics.")
    site_secret: SecretStr = Field(default=SecretStr(""), description="Signs the gateway's cookies and forms.")
    open311_keys: SecretStr = Field(
        default=SecretStr(""), description="API keys that may post by Open311, separated by commas; empty: nobody may."
    )
    otlp_endpoint: str = Field(default="", description="OTLP/HTTP traces endpoint; empty: no export.")
    log_level: str = Field(default="INFO", description="Level of the JSON log.")
    past_days: int = Field(
        default=1830,
        ge=400,
        description="Lists, boards and bulletins are made as of a day so many days ago; what was before is forgotten.",
    )
    search_path: Path | None = Field(default=None, description="Folder of the full-text index; empty: in memory.")
    virus_scanner: str = Field(
        default="",
        description="Looks at each uploaded file: `tcp://HOST:PORT` of a clamd, or a command that is given the file's "
        "path and ends with 0 (clean) or 1 (infected); empty: none.",
    )
    max_deliveries: int = Field(default=8, ge=2, description="A message delivered more often than this is parked.")
    retry_seconds: float = Field(
        default=1.0, gt=0, description="Pause before a message that failed is tried again; it doubles each time."
    )
    sweep_seconds: float = Field(default=5.0, gt=0, description="How often forgotten outboxes are looked for.")
    alarm_seconds: float = Field(default=1.0, gt=0, description="How often due cases are looked for.")
    graceful_seconds: float = Field(default=8.0, gt=0, description="How long a stop waits for running handlers.")

    @property
    def open311_keys_held(self) -> tuple[str, ...]:
        """The API keys of Open311, one by one."""
        return tuple(filter(None, (key.strip() for key in self.open311_keys.get_secret_value().split(","))))

    def password_of(self, service: str) -> str:
        """Password of a service's NATS user."""
        return (self.nats_passwords.get(service) or self.nats_password).get_secret_value()
