"""Runs ministack on a free port of 127.0.0.1 and ends with the process that holds its stdin.

Prints the port as the first line of stdout once it is bound, so that no other process can take it
in between. When stdin ends, however the parent ended, its whole process group (the Lambdas too) is
killed and the folder named by TMPDIR is removed.
"""

import asyncio
import os
import shutil
import signal
import socket
import sys
import threading


def end_with_parent() -> None:
    while os.read(0, 4096):
        pass
    shutil.rmtree(os.environ["TMPDIR"], ignore_errors=True)
    os.killpg(0, signal.SIGKILL)


listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
port = listener.getsockname()[1]
os.environ["GATEWAY_PORT"] = str(port)
threading.Thread(target=end_with_parent, daemon=True).start()
print(port, flush=True)

from hypercorn.asyncio import serve  # noqa: E402  ministack reads the port as it is imported
from hypercorn.config import Config  # noqa: E402
from ministack.app import app  # noqa: E402

sys.dont_write_bytecode = True  # nothing is to appear beside the sources
import alarms  # noqa: E402
import authorization  # noqa: E402
import distributed_map  # noqa: E402
import guard  # noqa: E402
import lambda_workers  # noqa: E402

alarms.install()
distributed_map.install()
lambda_workers.install()
config = Config()
config.bind = [f"fd://{listener.fileno()}"]
config.keep_alive_timeout = 75
config.loglevel = "WARNING"
asyncio.run(serve(guard.install(authorization.install(app)), config))
