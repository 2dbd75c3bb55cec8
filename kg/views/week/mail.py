"""The page of a week as a draft of a mail: text and HTML with styles in its elements, as mail programs need it."""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP
from hashlib import sha256


def mail(subject: str, text: str, page: str) -> bytes:
    """A message (RFC 5322) without sender, receiver and date, which mail programs open as a draft."""
    message = EmailMessage(policy=SMTP)
    message["Subject"] = " ".join(subject.split())
    message["X-Unsent"] = "1"
    message.set_content(text)
    message.add_alternative(page, subtype="html")
    message.set_boundary(f"kg-{sha256(page.encode()).hexdigest()[:32]}")
    return message.as_bytes()
