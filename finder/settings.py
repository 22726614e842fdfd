"""Settings, read from the environment once and then passed down."""

import getpass
import os
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

CHECKOUT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """Everything that may differ between deployments; each is `FINDER_` and its name in capitals."""

    model_config = SettingsConfigDict(env_prefix="FINDER_", frozen=True, extra="ignore")

    database_url: SecretStr | None = Field(
        default=None, description="PostgreSQL; without it the embedded database of the demonstration is used"
    )
    data_dir: Path = Field(default=CHECKOUT / ".finder", description="where the embedded database lives")
    host: str = Field(default="127.0.0.1", description="address to listen on")
    port: int = Field(default=8080, ge=0, le=65535, description="port to listen on; 0 for any free one")
    workers: int = Field(default=1, ge=1, le=64, description="processes that serve")
    poll_interval: float = Field(
        default=2.0, gt=0, le=3600, description="seconds between looks for a new publication, beside notifications"
    )
    near_boundary_m: float = Field(
        default=25.0, ge=0, le=1000, description="metres to another team's ward under which a postcode is near it"
    )
    near_boundary_poor_m: float = Field(
        default=100.0, ge=0, le=1000, description="the same where the postcode's positional quality is not the best"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(default="info", description="least level logged")
    log_format: Literal["auto", "json", "console"] = Field(
        default="auto", description="JSON lines, or colours for a terminal; auto looks whether there is one"
    )
    log_sample: int = Field(
        default=100, ge=0, description="log one in so many good requests; 1 logs all, 0 none; bad and slow ones always"
    )
    log_slow_ms: float = Field(default=500.0, gt=0, description="milliseconds from which a request counts as slow")
    shutdown_seconds: float = Field(default=10.0, ge=0, description="how long open requests may take on shutdown")


def loaded_by() -> str:
    """Who runs the command, for the record: the account's name, and the person's behind sudo."""
    return os.environ.get("SUDO_USER") or getpass.getuser()
