"""What a worker runs in a test: a bundle of a certain name kills it, as the kernel does when memory is short."""

import os
import signal

from ha_report.fleet import analysis


def analyse(task):
    if task.name == "deadly":
        os.kill(os.getpid(), signal.SIGKILL)
    return analysis.analyse(task)
