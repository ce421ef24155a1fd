"""One OpenSearch process with a folder of its own: settings, data and all that it says."""

import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import yaml

from cluster.jars import HERE

HEAP = "512m"
# Serial, as three heaps share few cores; the rest as OpenSearch's own jvm.options.
_OPTIONS = (
    f"-Xms{HEAP}",
    f"-Xmx{HEAP}",
    "-XX:MaxDirectMemorySize=256m",
    "-XX:+UseSerialGC",
    "-XX:+ExitOnOutOfMemoryError",
    "-XX:-OmitStackTraceInFastThrow",
    "-Dfile.encoding=UTF-8",
    "-Djava.awt.headless=true",
    "-Dio.netty.noUnsafe=true",
    "-Dio.netty.allocator.numDirectArenas=0",
    "-Dlog4j.shutdownHookEnabled=false",
    "-Dlog4j2.disable.jmx=true",
)
# Compiled once and no better: measured quicker for tests, which end before the other way pays.
QUICK = ("-XX:TieredStopAtLevel=1",)
_LONGEST_STOP = 30.0


class Node:
    """It can be started again after it was stopped or killed, and then has what it had."""

    def __init__(self, folder: Path, port: int, settings: Mapping[str, object]) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.log = folder / "output.log"
        self._folder = folder
        self._settings = {
            "node.name": folder.name,
            "path.home": str(folder),
            "path.data": str(folder / "data"),
            "path.logs": str(folder / "logs"),
            "http.port": port,
            **settings,
        }
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def name(self) -> str:
        return self._folder.name

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    @property
    def is_started(self) -> bool:
        """And neither stopped nor killed since."""
        return self._process is not None

    @property
    def has_failed(self) -> bool:
        """It ended by itself."""
        return self._process is not None and self._process.poll() is not None

    def start(self, class_path: str, *options: str, told: Sequence[str] = ()) -> None:
        """Returns at once; the node answers some seconds later. The options are for java, and the
        node is `told` the rest.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        (self._folder / "opensearch.yml").write_text(yaml.safe_dump(self._settings), "utf-8")
        shutil.copy(HERE / "log4j2.properties", self._folder)
        java = ["java", *_OPTIONS, *options, "-cp", class_path]
        command = [*java, "ClusterNode", str(self._folder), *told]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is for whoever started it
            )

    def kill(self) -> None:
        """SIGKILL: nothing is closed or written."""
        if self._process:
            self._process.kill()
            self._ended()

    def ask_to_stop(self) -> None:
        if self._process and self._process.stdin:
            self._process.stdin.close()

    def stop(self) -> None:
        self.ask_to_stop()
        if self._process:
            try:
                self._process.wait(_LONGEST_STOP)
            except subprocess.TimeoutExpired:
                self._process.kill()
            self._ended()

    def _ended(self) -> None:
        if self._process:
            self.ask_to_stop()
            self._process.wait()
            self._process = None
