"""Settings: read from the environment once, then passed as arguments."""

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from ipaddress import ip_network
from pathlib import Path
from typing import Literal
from urllib.parse import quote, urlsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from geodata.readers.source_limits import SourceLimits

CHECKOUT = Path(__file__).resolve().parent.parent
_LEAST_CONTRAST = 4.5
_COLOUR = r"^#[0-9a-fA-F]{6}$"
_WEB = r"^https?://[^\s]+$"
_WEB_OR_NOTHING = r"^(https?://[^\s]+)?$"


class Settings(BaseSettings):
    """Everything that may differ between deployments; each is `FINDER_` and its name in capitals."""

    model_config = SettingsConfigDict(env_prefix="FINDER_", frozen=True, extra="ignore")

    database_url: SecretStr | None = Field(
        default=None, description="address of PostgreSQL; without it the embedded database of the demonstration is used"
    )
    data_dir: Path = Field(default=CHECKOUT / ".finder", description="folder of the embedded database")
    cache_dir: Path | None = Field(
        default=None,
        description="parent of the folder that workers of `finder serve` share; by default that of temporary files",
    )
    host: str = Field(default="127.0.0.1", description="address to listen on")
    port: int = Field(default=8080, ge=0, le=65535, description="port to listen on; 0 for any free one")
    management_host: str = Field(
        default="127.0.0.1", description="address to listen on for `/metrics`, `/readyz` with alarms, and `/healthz`"
    )
    management_port: int = Field(
        default=8070,
        ge=0,
        le=65535,
        description="port for them; 0 for any free one. If it is not set and taken, any free one is used and logged",
    )
    workers: int = Field(default=1, ge=1, le=64, description="processes that serve")
    poll_interval: float = Field(
        default=2.0,
        gt=0,
        le=3600,
        description="seconds between polls for a new publication; notifications arrive sooner",
    )
    near_boundary_m: float = Field(
        default=25.0,
        ge=0,
        le=1000,
        description="a postcode closer than this to another team's ward, in metres, is near a boundary",
    )
    near_boundary_poor_m: float = Field(
        default=100.0, ge=0, le=1000, description="the same for a postcode whose positional quality is not the best"
    )
    service_name: str = Field(default="Find your neighbourhood policing team", description="heading of every page")
    force_name: str = Field(
        default="", description="name of the force on pages; by default the force of the live teams"
    )
    force_web: str = Field(
        default="", pattern=_WEB_OR_NOTHING, description="the force's own website; by default the known one"
    )
    logo_text: str = Field(default="", description="text in place of a logo; by default the force's name")
    brand_colour: str = Field(default="#173a5e", pattern=_COLOUR, description="colour of the band at the top of a page")
    action_colour: str = Field(default="#0f5f5c", pattern=_COLOUR, description="colour of links and buttons")
    phase: str = Field(default="Beta", description="word of the phase banner; empty for no banner")
    feedback_url: str = Field(
        default="mailto:feedback@example.org", pattern=r"^(https://|mailto:)", description="address for feedback"
    )
    leave_url: str = Field(
        default="https://www.bbc.co.uk/weather",
        pattern=_WEB,
        description="harmless website that 'Leave this site' opens",
    )
    public_url: str = Field(
        default="",
        pattern=_WEB_OR_NOTHING,
        description="public address of the service, path included; https:// turns on Strict-Transport-Security",
    )
    calendar_domain: str = Field(
        default="",
        pattern=r"^[A-Za-z0-9.-]*$",
        description="name that ends the id of every event in calendars, by default the host of the public address; "
        "keep it when that address changes, or calendars show every event twice",
    )
    maintenance: str = Field(
        default="", description="sentence that every page shows while the website is closed; empty while it is open"
    )
    rate_limit: str = Field(
        default="",
        pattern=r"^([1-9][0-9]{0,8}/(second|minute|hour|day))?$",
        description="requests that each worker allows one client, like 600/minute; empty for no limit",
    )
    trusted_proxies: str = Field(
        default="",
        pattern=r"^[0-9a-fA-F.:/, ]*$",
        description="addresses and networks of proxies whose X-Forwarded-For is trusted, separated by commas",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="lowest level that is logged"
    )
    log_format: Literal["auto", "json", "console"] = Field(
        default="auto",
        description="JSON lines, or colours for a terminal; auto uses colours if the log goes to a terminal",
    )
    log_sample: int = Field(
        default=1000,
        ge=0,
        description="one in this many successful requests is logged; 1 logs all, 0 none; failed and slow ones always",
    )
    log_slow_ms: float = Field(default=500.0, gt=0, description="milliseconds from which a request counts as slow")
    load_wards_mb: int = Field(
        default=2_000, ge=1, description="million bytes of boundaries, unpacked, above which a file is refused"
    )
    load_postcodes_mb: int = Field(
        default=4_000, ge=1, description="the same for postcodes and for files of the directory"
    )
    load_features: int = Field(
        default=50_000, ge=1, description="number of features above which a boundary file is refused"
    )
    load_memory_mb: int = Field(
        default=1_000,
        ge=300,
        description="million bytes of memory for the process that reads a file",
    )
    load_seconds: int = Field(
        default=60, ge=1, description="seconds that reading a file may take; ten times as many for postcodes"
    )
    connections: int = Field(
        default=12_000, ge=1, description="client connections of each worker, above which the oldest idle one is closed"
    )
    header_bytes: int = Field(default=8_190, ge=1_024, description="longest header of a request, in bytes")
    header_seconds: float = Field(
        default=10.0, gt=0, description="seconds that a new connection may take to send a request"
    )
    body_seconds: float = Field(
        default=20.0,
        gt=0,
        description="seconds without progress after which sending a body or reading an answer is ended",
    )
    keepalive_seconds: float = Field(
        default=75.0, gt=0, description="seconds that a connection may wait for another request"
    )
    fast_path: bool = Field(
        default=True, description="on or off: answer plain lookups as they arrive; without it they take twice as long"
    )
    shutdown_seconds: float = Field(default=10.0, ge=0, description="seconds that open requests may take on shutdown")

    @property
    def source_limits(self) -> SourceLimits:
        """What reading one supplied file may cost."""
        return SourceLimits(
            wards_mb=self.load_wards_mb,
            postcodes_mb=self.load_postcodes_mb,
            features=self.load_features,
            memory_mb=self.load_memory_mb,
            seconds=self.load_seconds,
        )

    @property
    def public_path(self) -> str:
        """The path of the public address, percent-encoded, which all addresses of the service start with."""
        return quote(urlsplit(self.public_url).path, safe="/%:@!$&'()*+,;=~")

    @property
    def event_domain(self) -> str:
        """The name at the end of the UID of every event in calendars; empty if the deployment has none."""
        return self.calendar_domain or urlsplit(self.public_url).hostname or ""

    @field_validator("public_url")
    @classmethod
    def _end_with_path(cls, address: str) -> str:
        parts = urlsplit(address)
        if address and (not parts.hostname or parts.query or parts.fragment or parts.username or "//" in parts.path):
            message = f"{address} is not the address of a website, such as https://www.example.org/finder"
            raise ValueError(message)
        return address.rstrip("/")

    @field_validator("trusted_proxies")
    @classmethod
    def _name_networks(cls, names: str) -> str:
        for name in filter(None, (each.strip() for each in names.split(","))):
            ip_network(name)  # raises ValueError, whose sentence names the address
        return names

    @field_validator("brand_colour", "action_colour")
    @classmethod
    def _leave_white_readable(cls, colour: str) -> str:
        if contrast_with_white(colour) < _LEAST_CONTRAST:
            message = f"{colour} leaves a contrast of less than {_LEAST_CONTRAST}:1 with the white text on it"
            raise ValueError(message)
        return colour


def unknown_settings(names: Iterable[str]) -> Iterator[str]:
    """Yields a sentence for each environment variable that looks like a setting but is not one."""
    prefix = Settings.model_config["env_prefix"]
    known = [field.upper() for field in Settings.model_fields]
    for name in sorted(set(names) - {f"{prefix}USER"}):  # whom the journal is to name beside the account
        setting = name.upper().removeprefix(prefix)
        if name.upper().startswith(prefix) and setting not in known:
            meant = "".join(f" Did you mean {prefix}{each}?" for each in get_close_matches(setting, known, n=1))
            yield f"{name} is no setting, and is ignored.{meant}"


def contrast_with_white(colour: str) -> float:
    """Returns the contrast of a colour like #173a5e with white, from 1 to 21, by section 1.4.3 of WCAG 2.2."""
    shares = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    red, green, blue = (share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares)  # noqa: PLR2004 - as WCAG has it
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)
