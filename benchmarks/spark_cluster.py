"""A standalone Spark cluster on this machine: a master, workers, all on the loopback interface.

The processes are those of the pyspark distribution itself, with bounded memory, and are ended by
the number of their own process group.
"""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

HOST = "127.0.0.1"
SECONDS_TO_START = 120
# Where processes live for a minute, the first of Java's two compilers is enough and starts faster.
QUICK_JAVA = "-XX:TieredStopAtLevel=1"
JAVA_OPTIONS = "-XX:+UseSerialGC"


@contextmanager
def standalone(workers: int = 2, *, memory: str = "1g", cores: int = 1) -> Iterator[str]:
    """The master's address of a cluster that runs until the end of the block.

    Each of the workers has `cores` and `memory`. Raises RuntimeError: it does not start.
    """
    import pyspark

    home = Path(pyspark.__file__).parent
    launcher = home / "bin" / "spark-class"
    port = _free_port()
    address = f"spark://{HOST}:{port}"
    started: list[subprocess.Popen[bytes]] = []
    with TemporaryDirectory(prefix="spark-cluster-") as folder:
        environment = os.environ | {
            "SPARK_HOME": str(home),
            "SPARK_LOCAL_IP": HOST,
            "SPARK_DAEMON_MEMORY": "256m",
            "SPARK_DAEMON_JAVA_OPTS": f"{JAVA_OPTIONS} {QUICK_JAVA}",
            "SPARK_LOCAL_DIRS": folder,
        }

        def start(name: str, *words: str) -> None:
            log = (Path(folder) / f"{name}.log").open("wb")
            command = [str(launcher), f"org.apache.spark.deploy.{words[0]}", *words[1:]]
            started.append(
                subprocess.Popen(  # noqa: S603 - the distribution's own launcher
                    command,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    env=environment,
                    start_new_session=True,
                )
            )

        master = ("--host", HOST, "--port", str(port), "--webui-port", "0")
        limits = ("--cores", str(cores), "--memory", memory, "--webui-port", "0")
        try:
            start("master", "master.Master", *master)
            _wait_until(lambda: _answers(port), "the master")
            for number in range(workers):
                own = ("--host", HOST, "--work-dir", str(Path(folder) / f"work-{number}"))
                start(f"worker-{number}", "worker.Worker", *limits, *own, address)
            registered = Path(folder) / "master.log"
            _wait_until(
                lambda: (
                    registered.read_text(errors="replace").count("Registering worker") >= workers
                ),
                "the workers",
            )
            yield address
        finally:
            for process in reversed(started):
                _end(process)


def cluster_settings(*, quick: bool, memory: str = "800m") -> dict[str, str]:
    """The settings of a session on such a cluster; `quick`: for a run of a minute."""
    options = f"{JAVA_OPTIONS} {QUICK_JAVA}" if quick else JAVA_OPTIONS
    return {
        "spark.driver.host": HOST,
        "spark.driver.bindAddress": HOST,
        "spark.driver.memory": "1g",
        "spark.executor.memory": memory,
        "spark.driver.extraJavaOptions": options,
        "spark.executor.extraJavaOptions": options,
    }


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End a process, then its child processes that still run."""
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(timeout=20)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


def _wait_until(is_ready: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while not is_ready():
        if time.monotonic() > deadline:
            raise RuntimeError(f"{what} did not start in {SECONDS_TO_START} seconds")
        time.sleep(0.2)
