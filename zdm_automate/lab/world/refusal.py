"""How the world says no: with the error id, category and text that Windows gives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from zdm_automate.errors import ZdmError

if TYPE_CHECKING:
    from collections.abc import Mapping


class Refusal(Exception):  # noqa: N818 - it is an answer of Windows, not a fault of the lab
    """A terminating error of a cmdlet, native program or WMI call.

    Attributes:
        error_id: the FullyQualifiedErrorId up to the comma, as Windows gives it (`DHCP 20005`, `WIN32 5`).
        message: the text, as Windows gives it where it is known.
        category: the name of the ErrorCategory.
        target: the target object, as text.
        output: the objects that come out beside the error where the cmdlet gives both.
    """

    def __init__(
        self,
        error_id: str,
        message: str,
        *,
        category: str = "NotSpecified",
        target: str = "",
        output: tuple[Mapping[str, Any], ...] = (),
    ) -> None:
        super().__init__(f"{error_id}: {message}")
        self.error_id = error_id
        self.message = message
        self.category = category
        self.target = target
        self.output = output


class NotModelledError(ZdmError):
    """The world does not know this cmdlet, parameter or situation; never answered with an empty result."""
