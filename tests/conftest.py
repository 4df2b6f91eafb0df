"""What every test has: a folder of its own for what the product keeps for a user."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True, scope="session")
def _state_folder(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Locks of domains go there instead of into this user's home; programs that tests start see it too."""
    pytest.MonkeyPatch().setenv("ZDM_STATE_DIR", str(tmp_path_factory.mktemp("state")))
