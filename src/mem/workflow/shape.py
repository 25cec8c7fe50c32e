"""What is every definition? Strict and frozen; a key that it does not know is a fault of the file."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,79}$")]


class Definition(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
