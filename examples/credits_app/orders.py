"""What may be asked of the API; everything else is refused before it costs anything."""

import hashlib
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StrictInt, model_validator

from pricectl.core import Mode

from .upstream import Message

Name = Annotated[str, Field(min_length=1, max_length=200)]
Text = Annotated[str, Field(max_length=100_000)]
Credits = Annotated[StrictInt, Field(gt=0, le=10**12)]


class Order(BaseModel):
    """Members that are not known are refused, so that none is silently ignored."""

    model_config = ConfigDict(extra="forbid")


class Said(Order):
    """One message of a conversation."""

    role: Annotated[str, Field(max_length=20)] = "user"
    content: Text


class CreateAndCall(Order):
    """A call of a model for a job; the key makes a retry the same call."""

    model: Annotated[str, Field(min_length=1, max_length=256)]
    prompt: Text | None = None
    messages: Annotated[list[Said], Field(min_length=1, max_length=1_000)] | None = None
    budget_mode: Mode
    job_id: Name
    idempotency_key: Name

    @model_validator(mode="after")
    def _asks_once(self) -> "CreateAndCall":
        if (self.prompt is None) == (self.messages is None):
            raise ValueError("send either prompt or messages")
        return self

    def conversation(self) -> list[Message]:
        """The messages; a prompt is one."""
        messages = self.messages or [Said(content=self.prompt or "")]
        return [message.model_dump() for message in messages]

    def fingerprint(self) -> str:
        """What tells this request from another under the same key."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()


class Grant(Order):
    """Credits an account has bought."""

    account: Name
    credits: Credits
    idempotency_key: Name


class Refund(Grant):
    """Credits of a job to give back."""

    job_id: Name
