"""The portal's settings. The only place that reads the environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
SECRET_KEY_MINIMUM = 32
INSTANCE = str(ROOT / "instance")
SMS_BODY = '{"to": "{to}", "text": "{text}", "id": "{id}"}'
PUSH_HOSTS = (
    *("fcm.googleapis.com", "updates.push.services.mozilla.com"),
    *(".push.services.mozilla.com", ".push.apple.com", ".notify.windows.com"),
)
"""Who carries push messages to Chrome, Firefox, Safari and Edge; the browser names one, so the list is ours."""


class ConfigurationError(Exception):
    """A setting is missing or unsafe; the text says which and what to do."""


@dataclass(frozen=True, slots=True)
class Config:
    """Every setting, read once at start."""

    secret_key: str
    secret_key_fallbacks: tuple[str, ...] = ()
    database_url: str = f"sqlite:///{INSTANCE}/interval.sqlite3"
    host: str = "127.0.0.1"
    port: int = 8000
    base_url: str = "http://127.0.0.1:8000"
    trusted_hosts: tuple[str, ...] = ()
    trusted_proxies: int = 0
    mail_url: str = "console:"
    mail_from: str = "no-reply@interval.example"
    sms_url: str = ""
    sms_body: str = SMS_BODY
    sms_authorization: str = field(default="", repr=False)
    push_hosts: tuple[str, ...] = PUSH_HOSTS
    clinic_country: str = ""
    demo_password: str = ""
    instance_path: str = INSTANCE
    instruments_path: str = ""
    crisis_path: str = ""
    scanner: str = ""
    argon2_time_cost: int = 2
    argon2_memory_kib: int = 19 * 1024

    @property
    def is_loopback(self) -> bool:
        """Whether the portal is reached from this machine only, over plain http."""
        return self.host in LOOPBACK and urlsplit(self.base_url).hostname in LOOPBACK

    @property
    def is_secure(self) -> bool:
        """Whether browsers reach the portal over https."""
        return urlsplit(self.base_url).scheme == "https"

    @property
    def allowed_hosts(self) -> list[str]:
        """The host names the portal answers to."""
        own = urlsplit(self.base_url).hostname or ""
        names = {own, *self.trusted_hosts}
        return sorted(names | LOOPBACK if self.is_loopback else names)


def from_environment(environment: Mapping[str, str] | None = None) -> Config:
    """Read every setting from the environment.

    Raises:
        ConfigurationError: a setting is missing, malformed or unsafe.
    """
    env = os.environ if environment is None else environment
    instance = env.get("INSTANCE_PATH", INSTANCE)
    host, port = env.get("HOST", "127.0.0.1"), _port(env.get("PORT", "8000"))
    config = Config(
        secret_key=_secret(env, instance),
        secret_key_fallbacks=_words(env.get("SECRET_KEY_FALLBACKS", "")),
        database_url=_database_url(env.get("DATABASE_URL", ""), instance),
        host=host,
        port=port,
        base_url=env.get("BASE_URL", f"http://{host}:{port}").rstrip("/"),
        trusted_hosts=_words(env.get("TRUSTED_HOSTS", "")),
        trusted_proxies=_port(env.get("TRUSTED_PROXIES", "0"), "TRUSTED_PROXIES"),
        mail_url=env.get("MAIL_URL", "console:"),
        mail_from=env.get("MAIL_FROM", "no-reply@interval.example"),
        sms_url=env.get("SMS_URL", ""),
        sms_body=env.get("SMS_BODY", SMS_BODY),
        sms_authorization=env.get("SMS_AUTHORIZATION", ""),
        push_hosts=_words(env["PUSH_HOSTS"]) if "PUSH_HOSTS" in env else PUSH_HOSTS,
        clinic_country=env.get("CLINIC_COUNTRY", "").upper(),
        demo_password=env.get("DEMO_PASSWORD", ""),
        instance_path=instance,
        instruments_path=env.get("INTERVAL_INSTRUMENTS", ""),
        crisis_path=env.get("INTERVAL_CRISIS", ""),
        scanner=env.get("INTERVAL_SCANNER", ""),
    )
    if not config.is_loopback and not config.is_secure:
        raise ConfigurationError(
            f"BASE_URL is {config.base_url}: away from this machine the portal is served over https only. "
            "Put it behind a TLS proxy and set BASE_URL to the https address people use."
        )
    return config


def _secret(env: Mapping[str, str], instance: str) -> str:
    secret = env.get("SECRET_KEY", "")
    path = Path(instance) / "secret-key"
    if not secret and path.is_file():
        if path.stat().st_mode & 0o077:
            raise ConfigurationError(f"{path} can be read by others. Run: chmod 600 {path}")
        secret = path.read_text().strip()
    if len(secret) < SECRET_KEY_MINIMUM:
        raise ConfigurationError(
            f"SECRET_KEY must hold at least {SECRET_KEY_MINIMUM} characters. "
            "Make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"
        )
    return secret


def _database_url(url: str, instance: str) -> str:
    if not url:
        return f"sqlite:///{instance}/interval.sqlite3"
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    if not url.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise ConfigurationError("DATABASE_URL must begin with sqlite:/// or postgresql://")
    return url


def _port(text: str, name: str = "PORT") -> int:
    if not text.isascii() or not text.isdigit() or int(text) > 65535:
        raise ConfigurationError(f"{name} must be a whole number, not {text!r}")
    return int(text)


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())
