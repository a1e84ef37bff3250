"""Real databases for the tests: SQLite files, and a PostgreSQL that the tests start themselves."""

import os
import pwd
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote


def programs():
    """The newest folder with PostgreSQL's own programs, or None."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    on_path = shutil.which("initdb")
    return found[0] if found else Path(on_path).parent if on_path else None


@contextmanager
def postgresql():
    """A server of our own, reached through a socket in a folder of its own; gives the start of its address."""
    # It refuses to run as root; the package made a user for it.
    user = "postgres" if os.name == "posix" and os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="bs-pg-", dir="/tmp"))
    if user:
        account = pwd.getpwnam(user)
        os.chown(folder, account.pw_uid, account.pw_gid)
    data, bin_folder = folder / "data", programs()
    quiet = {"user": user, "check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder}
    subprocess.run([bin_folder / "initdb", "-D", data, "-U", "backstride", "-A", "trust", "--no-sync", "-E", "UTF8"], **quiet)
    options = f"-k {folder} -c listen_addresses= -c fsync=off -c full_page_writes=off -c max_connections=30"
    subprocess.run([bin_folder / "pg_ctl", "-D", data, "-w", "-o", options, "-l", folder / "log", "start"], **quiet)
    try:
        yield f"postgresql://backstride@{quote(str(folder), safe='')}"
    finally:
        subprocess.run([bin_folder / "pg_ctl", "-D", data, "-m", "immediate", "stop"], **quiet)
        shutil.rmtree(folder, ignore_errors=True)
