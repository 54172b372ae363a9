"""What the gateway hands out and takes back: encrypted cookies, form tokens, idempotency keys that nobody can guess."""

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MIN_SECRET = 16


class Seal:
    """Seals with the site secret. All replicas share the secret, so each opens what another has sealed."""

    def __init__(self, secret: str) -> None:
        key = HKDF(SHA256(), 64, salt=None, info=b"zwgk gateway").derive(secret.encode() or b"\0")
        self.strong = len(secret) >= MIN_SECRET
        self._fernet = Fernet(base64.urlsafe_b64encode(key[:32]))
        self._key = key[32:]

    def close(self, text: str) -> str:
        """`text` encrypted, fit for a cookie."""
        return self._fernet.encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str | None:
        """The text behind a sealed one; `None` for what we did not seal."""
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except (InvalidToken, ValueError):
            return None

    def form_token(self, nonce: str) -> str:
        """What a form must carry to be taken from the browser that holds `nonce` in a cookie."""
        return self._mac("form", nonce)

    def is_form_token(self, nonce: str, token: str) -> bool:
        return bool(nonce) and hmac.compare_digest(self.form_token(nonce).encode(), token.encode())

    def command_key(self, given: str, content: str) -> str:
        """Idempotency key of a command: the caller's own key bound to what the command says.

        A stranger who sends the same key with other content repeats nothing, and never reads another's query code.
        """
        return self._mac("key", f"{given}\0{content}")

    def _mac(self, purpose: str, text: str) -> str:
        return hmac.new(self._key, f"{purpose}\0{text}".encode(), hashlib.sha256).hexdigest()
