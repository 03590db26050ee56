"""What one command took: CPU seconds of all its processes, wall seconds, peak memory."""

import ctypes
import json
import os
import resource
import subprocess
import sys
import time
from dataclasses import dataclass

PR_SET_CHILD_SUBREAPER = 36


@dataclass
class Cost:
    cpu_s: float
    wall_s: float
    peak_mb: float  # of the largest process


def measure(command, environment, log):
    """Runs the command to its end. Daemons and orphans that it leaves are waited for, so
    that their time counts: the helper that starts it adopts them."""
    done = subprocess.run([sys.executable, "-B", __file__, *map(str, command)], env=environment,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, text=True)
    if done.returncode != 0:
        raise SystemExit(f"`{' '.join(map(str, command))}` ended with {done.returncode}; see {log.name}")
    return Cost(**json.loads(done.stdout))


def helper(command):
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    start = time.monotonic()
    # What the command prints goes to the log, the figures to standard output.
    child = subprocess.Popen(command, stdout=sys.stderr)
    code, wall = None, 0.0
    while True:
        try:
            pid, status = os.wait()
        except ChildProcessError:
            break
        if pid == child.pid:
            code, wall = os.waitstatus_to_exitcode(status), time.monotonic() - start
    child.returncode = code
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(json.dumps({"cpu_s": usage.ru_utime + usage.ru_stime, "wall_s": wall,
                      "peak_mb": usage.ru_maxrss / 1024}))
    return 0 if code == 0 else 1


if __name__ == "__main__":
    sys.exit(helper(sys.argv[1:]))
