"""What may be asked of the API; everything else is refused before it costs anything."""

import hashlib
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StrictInt, model_validator

from pricectl.core import Mode

from .upstream import Message

Name = Annotated[str, Field(min_length=1, max_length=200)]
Text = Annotated[str, Field(max_length=100_000)]
Credits = Annotated[StrictInt, Field(gt=0, le=10**12)]
MaxTokens = Annotated[StrictInt, Field(gt=0, le=128_000)]
# Tokens that an API adds: the marks around a message, and around the conversation.
TOKENS_PER_MESSAGE, TOKENS_PER_CALL = 8, 16


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
    max_tokens: MaxTokens = 1_024
    budget_mode: Mode | None = None  # the account's; another one is refused
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

    def most_input_tokens(self) -> int:
        """The most tokens that the conversation can be: each is at least one byte of text."""
        texts = (f"{said['role']}{said['content']}" for said in self.conversation())
        sizes = [len(text.encode("utf-8", "surrogatepass")) for text in texts]
        return sum(sizes) + TOKENS_PER_MESSAGE * len(sizes) + TOKENS_PER_CALL

    def fingerprint(self) -> str:
        """What tells this request from another under the same key."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()


class Grant(Order):
    """Credits an account has bought."""

    account: Name
    credits: Credits
    idempotency_key: Name


class Account(Order):
    """An account and the budget modes it has bought; the first is its own where none is named."""

    account: Name
    budget_modes: Annotated[list[Mode], Field(min_length=1, max_length=10)]


class Refund(Grant):
    """Credits of a job to give back."""

    job_id: Name
