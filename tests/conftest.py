import itertools
import os
import shutil
import socket
import tempfile
from pathlib import Path

import databases
import pytest
from hypothesis import HealthCheck, settings

from backstride.knowledge.loader import load

settings.register_profile("default", deadline=None, derandomize=True, max_examples=60, suppress_health_check=list(HealthCheck))
settings.register_profile("quick", parent=settings.get_profile("default"), max_examples=25)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))

ROOT = Path(__file__).parent.parent


def pytest_configure(config):
    """Set Django up before a test touches the store: a process has one, and that of the web app knows the store's tables too."""
    if config.getoption("numprocesses", None) and not hasattr(config, "workerinput"):
        return  # tests run in the workers
    home = tempfile.TemporaryDirectory(prefix="backstride-tests-")
    config.add_cleanup(home.cleanup)
    with pytest.MonkeyPatch.context() as patch:
        # Only now: the programs that the tests start must not see them.
        patch.setenv("DJANGO_SETTINGS_MODULE", "backstride.web.settings")
        patch.setenv("BACKSTRIDE_HOME", home.name)
        import django

        django.setup()


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


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory):
    """An empty database with its tables, made once and copied."""
    from backstride.store.store import open_store

    home = tmp_path_factory.mktemp("template") / "home"
    open_store(home, f"sqlite:///{home}/backstride.sqlite3")
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return home / "backstride.sqlite3"


@pytest.fixture(scope="session")
def postgresql():
    if databases.programs() is None:
        pytest.skip("PostgreSQL is not installed; 'make test' installs it where it may")
    with databases.postgresql() as address:
        yield address


_numbers = itertools.count(1)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, tmp_path, monkeypatch):
    """The address of an empty database, and a home beside it; also what the program finds when it is started."""
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    if request.param == "sqlite":
        shutil.copyfile(request.getfixturevalue("sqlite_template"), home / "backstride.sqlite3")
        url = f"sqlite:///{home}/backstride.sqlite3"
    else:
        import psycopg

        server, name = request.getfixturevalue("postgresql"), f"test_{os.getpid()}_{next(_numbers)}"
        template = request.getfixturevalue("postgresql_template")
        with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        url = f"{server}/{name}"
    monkeypatch.setenv("BACKSTRIDE_HOME", str(home))
    monkeypatch.setenv("BACKSTRIDE_DATABASE", url)
    yield home, url
    from django.db import connection

    connection.close()


@pytest.fixture(scope="session")
def postgresql_template(postgresql, tmp_path_factory):
    import psycopg

    from backstride.store.store import open_store

    with psycopg.connect(f"{postgresql}/postgres", autocommit=True) as connection:
        connection.execute("CREATE DATABASE template_with_tables")
    open_store(tmp_path_factory.mktemp("home"), f"{postgresql}/template_with_tables")
    from django.db import connection as django_connection

    django_connection.close()
    return "template_with_tables"


@pytest.fixture
def store(database):
    from backstride.store.store import open_store

    return open_store(*database)


@pytest.fixture
def me(store):
    return store.runner_or_new("me", "Europe/Berlin")
