"""Bounds how many processes of one Lambda run at once; a call that finds none free waits for one.

ministack starts a process for every call that comes while others run, as Lambda starts an environment.
A machine of a few cores that starts fifty of them answers none in time.
"""

import time

from ministack.services import lambda_svc

WORKERS = 4
PAUSE_SECONDS = 0.005

_acquire = lambda_svc.acquire_worker


def install():
    """Puts the bounded pool in the place of ministack's."""
    lambda_svc.acquire_worker = _wait_for_worker


def _wait_for_worker(name, config, code, qualifier="$LATEST", max_concurrency=WORKERS):
    deadline = time.monotonic() + float(config.get("Timeout", 3))
    while True:
        worker, reason = _acquire(name, config, code, qualifier=qualifier, max_concurrency=max_concurrency)
        if worker or time.monotonic() > deadline:
            return worker, reason
        time.sleep(PAUSE_SECONDS)
