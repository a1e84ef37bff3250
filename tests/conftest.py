import os
import socket
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from backstride.knowledge.loader import load

settings.register_profile("default", deadline=None, derandomize=True, max_examples=60, suppress_health_check=list(HealthCheck))
settings.register_profile("quick", parent=settings.get_profile("default"), max_examples=25)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def knowledge():
    return load()


@pytest.fixture(scope="session")
def shared_data():
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the recordings of ../shared/data are not part of the repository")
    return folder


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    """Nothing leaves the machine: any connection attempt fails the test."""

    def refuse(self, address):
        raise AssertionError(f"a test tried to reach {address}")

    monkeypatch.setattr(socket.socket, "connect", refuse)
