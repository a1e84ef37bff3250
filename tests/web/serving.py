"""The real server of the web app, as a process of its own."""

import os
import re
import subprocess
import sys


class Served:
    """`backstride serve` on a home, as a person starts it.

    Attributes
    ----------
    url : str
        Without a slash at its end; the same after another start.
    home : Path
    """

    def __init__(self, home, *more):
        self.home, self._more, self._port, self.process = home, more, 0, None
        self.start()

    def start(self):
        environment = {**os.environ, "BACKSTRIDE_HOME": str(self.home)}
        for name in ("BACKSTRIDE_DATABASE", "DJANGO_SETTINGS_MODULE"):
            environment.pop(name, None)
        command = [sys.executable, "-m", "backstride", "serve", "--port", str(self._port), "--no-browser", *self._more]
        self.process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        said = self.process.stdout.readline()
        found = re.search(r"http://localhost:(\d+)/", said)
        assert found, said
        self._port = int(found[1])
        self.url = f"http://localhost:{self._port}"

    def stop(self):
        """End it, and its worker with it; nothing happens when it has ended."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(timeout=30)
            self.process.stdout.close()
            self.process = None
