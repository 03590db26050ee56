#!/usr/bin/env python3
"""No fault of the disk and no crash makes the store unsound: see README.md."""

import os
import subprocess
import sys
import time
import unittest
from pathlib import Path

import crash_case
from crash_case import harness

# So many points of each fault; all of them take hours. Another seed tries other ones.
POINTS = os.environ.get("COOPER_CRASH_POINTS", "8")
SEED = os.environ.get("COOPER_CRASH_SEED", "1")


def crashloop():
    shared = Path(os.environ.get("COOPER_SHARED", harness.CHECKOUT.parent / "shared"))
    script = shared / "adversarial" / "crash" / "crashloop.py"
    if not script.exists():
        raise unittest.SkipTest(f"there is no {script}; set COOPER_SHARED")
    harness.need("cc")
    return script


class Crash(crash_case.CrashTest):
    def sweep(self, context, faults, *arguments, prefix=""):
        run = (f"env {prefix} SOURCE_DATE_EPOCH={crash_case.EPOCH} {harness.program()} build --jobs 1 "
               f"--store {{store}} --output type=cacheonly {context}")
        verify = f"{harness.program()} store check {{store}}"
        start = time.monotonic()
        done = subprocess.run(
            [sys.executable, crashloop(), "--run", run, "--verify", verify, "--faults", faults, "--max", POINTS,
             "--seed", SEED, "--shim", self.directory / "faultfs.so", *arguments],
            text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=self.environment(),
            umask=0o077)  # the images of power cuts have no modes of their own
        print(f"{done.stdout}{time.monotonic() - start:.0f} s", file=sys.stderr)
        self.assertEqual(0, done.returncode, done.stdout)
        self.assertIn("bad 0", done.stdout)

    def test_errors_of_the_disk(self):
        self.sweep(self.sample(crash_case.FILES), "enospc,enospc-sticky,edquot,eio,fsync-eio,short")

    def test_kills(self):
        self.sweep(self.sample(crash_case.FILES), "kill,kill-after,torn-kill")

    def test_power_cuts(self):
        library = crash_case.compiled("syncfs_as_fsync")
        self.sweep(self.sample(crash_case.FILES), "kill,torn-kill", "--shadow",
                   prefix=f'LD_PRELOAD="$LD_PRELOAD:{library}"')

    def test_steps_that_run(self):
        if not harness.is_root():
            self.skipTest("an ordinary user's store has files of other ids, which the sweep cannot remove")
        self.sweep(self.sample(crash_case.RUNS), "kill,enospc,eio,fsync-eio")

    def test_prunes(self):
        """The build that is swept finds a full store and prunes it."""
        context = self.sample(crash_case.FILES)
        build = f"{harness.program()} build --store {{store}} --output type=cacheonly {context}"
        done = subprocess.run(
            [sys.executable, crashloop(), "--init", build, "--run",
             f"{harness.program()} store prune --all {{store}}",
             "--verify", f"{harness.program()} store check {{store}} && {build}",
             "--faults", "kill,kill-after,enospc,eio,fsync-eio", "--max", POINTS, "--seed", SEED,
             "--shim", self.directory / "faultfs.so"],
            text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=self.environment(),
            umask=0o077)  # the images of power cuts have no modes of their own
        print(done.stdout, file=sys.stderr)
        self.assertEqual(0, done.returncode, done.stdout)


if __name__ == "__main__":
    harness.main()
