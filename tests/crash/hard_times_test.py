#!/usr/bin/env python3
"""Real limits, and builds that are killed beside others: see README.md."""

import os
import random
import shutil
import signal
import subprocess
import time

import crash_case
from crash_case import WORLD, harness

SECONDS = float(os.environ.get("COOPER_CRASH_SECONDS", "40"))
OUTPUT = "type=oci,dest={},rewrite-timestamp=true"
ENVIRONMENT = {"SOURCE_DATE_EPOCH": crash_case.EPOCH}


class Limits(crash_case.CrashTest):
    def build_sample(self, context, store=None, code=0, **options):
        outcome = self.cooper("build", "--store", store or self.store, "--output",
                              OUTPUT.format(self.directory / "image.tar"), context, code=code,
                              env={**ENVIRONMENT, **options.pop("env", {})}, **options)
        return outcome

    def test_full_disk(self):
        if not harness.is_root():
            self.skipTest("mounting a small disk needs root")
        small = self.sample(crash_case.FILES)
        large = self.context({"Dockerfile": "FROM scratch\nCOPY large /\n", "large": os.urandom(16 << 20)},
                             "large", busybox=False)
        script = ("mount -t tmpfs -o size=8m,mode=0700 small $2 || exit 77\n"
                  "for context in $3 $4 $3; do $1 build --store $2 --output type=cacheonly $context; echo code $?; "
                  "$1 store check $2 | tail -1; done\n"
                  # Nothing left to write at all.
                  "head -c 16m /dev/zero > $2/../filler; cat $2/../filler > $2/records.sqlite.filler\n"
                  "$1 build --no-cache --store $2 --output type=cacheonly $3; echo code $?; "
                  "rm $2/records.sqlite.filler\n"
                  "$1 store check $2 | tail -1; $1 build --store $2 --output type=cacheonly $3; echo code $?")
        disk = self.directory / "disk"
        disk.mkdir()
        done = subprocess.run(["unshare", "-m", "sh", "-c", script, "sh", harness.program(), disk, small, large],
                              text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              env=self.environment(), timeout=harness.TIMEOUT_SECONDS)
        if done.returncode == 77:
            self.skipTest("mounting a small disk is not allowed here")
        codes = [line for line in done.stdout.splitlines() if line.startswith("code")]
        self.assertEqual(["code 0", "code 3", "code 0", "code 3", "code 0"], codes, done.stdout + done.stderr)
        self.assertEqual(4, done.stdout.count(": 0 faults, 0 left over"), done.stdout)
        self.assertIn("no space left on device; free some space", done.stderr)

    def test_store_that_cannot_be_written(self):
        if not harness.is_root():
            self.skipTest("mounting needs root")
        context = self.sample(crash_case.FILES)
        self.build_sample(context)
        script = ("mount --bind $2 $2 && mount -o remount,bind,ro $2 || exit 77\n"
                  "$1 build --store $2 --output type=cacheonly $3; echo code $?\n"
                  "$1 store check $2; echo code $?; $1 store usage $2 > /dev/null; echo code $?\n"
                  "$1 store prune --all $2; echo code $?")
        done = subprocess.run(["unshare", "-m", "sh", "-c", script, "sh", harness.program(), self.store, context],
                              text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              env=self.environment(), timeout=harness.TIMEOUT_SECONDS)
        if done.returncode == 77:
            self.skipTest("mounting is not allowed here")
        codes = [line for line in done.stdout.splitlines() if line.startswith("code")]
        self.assertEqual(["code 3", "code 0", "code 0", "code 3"], codes, done.stdout + done.stderr)
        self.assertEqual(2, done.stderr.count("read-only file system"), done.stderr)

    def limited(self, context, *limits):
        """A build with limits of the process ends by itself: done, or with a message."""
        harness.need("prlimit")
        process = self.start("build", "--store", self.store, "--no-cache", "--output", "type=cacheonly", context,
                             prefix=("prlimit", *limits), env=ENVIRONMENT)
        _, err = process.communicate(timeout=harness.TIMEOUT_SECONDS)
        self.assertIn(process.returncode, (0, WORLD), f"{limits}: {err}")
        if process.returncode != 0:
            self.assertIn("error: ", err)
        self.checked()
        return process.returncode, err

    def test_few_descriptors(self):
        context = self.sample(crash_case.FILES)
        results = [self.limited(context, f"--nofile={count}:{count}") for count in (*range(6, 25), 64)]
        self.assertIn("raise the limit of open files", "".join(err for _, err in results))
        self.assertEqual(0, results[-1][0], results[-1][1])
        self.build_sample(context)

    def test_little_memory(self):
        context = self.sample(crash_case.FILES)
        self.build_sample(context)
        for megabytes in (40, 80, 120, 200, 400):
            with self.subTest(megabytes=megabytes):
                size = megabytes << 20
                process = self.start("build", "--store", self.store, "--no-cache", "--output", "type=cacheonly",
                                     context, prefix=("prlimit", f"--as={size}:{size}"), env=ENVIRONMENT)
                process.communicate(timeout=harness.TIMEOUT_SECONDS)
                # Memory that cannot be had ends the program; the store does not mind.
                self.checked()
        self.build_sample(context)

    def test_clock_that_jumps(self):
        library = crash_case.compiled("clock_shift")
        context = self.sample(crash_case.FILES)
        digest = self.build_sample(context).digest
        for shift in (-40 * 365 * 86400, 10 * 365 * 86400, 0):
            env = {"LD_PRELOAD": str(library), "CLOCK_SHIFT_SECONDS": str(shift)}
            again = self.build_sample(context, env=env)
            self.assertEqual(digest, again.digest)
            self.assertEqual([], again.steps_run)
            self.checked()
        # Uses of ten years ahead count as of now.
        self.assertIn("removed 0 items", self.cooper("store", "prune", "--keep-duration", "1h").out)
        self.assertEqual([], self.build_sample(context).steps_run)


class Kills(crash_case.CrashTest):
    """Builds of one store, killed at random points, beside others and beside prunes."""

    DOCKERFILE = """FROM scratch AS tools
COPY busybox /bin/busybox
RUN ["/bin/busybox", "--install", "-s", "/bin"]
FROM tools AS made
RUN --mount=type=cache,target=/c echo x >> /c/x && seq 20000 > /numbers && mkdir /d && ln /numbers /d/same
RUN sort -r /numbers > /sorted && rm /d/same
FROM scratch
COPY --from=made /numbers /sorted /made/
COPY two /two
"""

    def setUp(self):
        super().setUp()
        if not harness.is_root():
            self.skipTest("needs root for RUN without preparation")
        self.random = random.Random(int(os.environ.get("COOPER_CRASH_SEED", "1")))
        self.top = self.sample(self.DOCKERFILE, two=b"2" * 3000000)

    def command(self, store, tar, *arguments):
        return ["build", "--store", store, "--output", OUTPUT.format(tar), *arguments, self.top]

    def wait_for(self, process):
        _, err = process.communicate(timeout=harness.TIMEOUT_SECONDS)
        self.assertEqual(0, process.returncode, err)
        return harness.Outcome(0, "", err)

    def start_build(self, tar, *arguments, store=None):
        return self.start(*self.command(store or self.store, tar, *arguments), env=ENVIRONMENT)

    def kill(self, process, after):
        time.sleep(after)
        process.send_signal(self.random.choice([signal.SIGKILL, signal.SIGKILL, signal.SIGTERM]))
        process.communicate(timeout=harness.TIMEOUT_SECONDS)

    def rounds(self, beside=None):
        start = time.monotonic()
        right = self.wait_for(self.start_build(self.directory / "right.tar", store=self.directory / "right")).digest
        length = time.monotonic() - start
        deadline = time.monotonic() + SECONDS
        count = 0
        while time.monotonic() < deadline or count < 3:
            if self.random.random() < 0.3:
                shutil.rmtree(self.store, ignore_errors=True)
            arguments = [[], ["--no-cache"]]
            victim = self.start_build(self.directory / "victim.tar", *self.random.choice(arguments))
            survivor = self.start_build(self.directory / "survivor.tar", *self.random.choice(arguments))
            helper = beside() if beside else None
            self.kill(victim, self.random.random() * length * 1.5)
            self.assertEqual(right, self.wait_for(survivor).digest)
            if helper:
                self.wait_for(helper)
            self.checked()
            self.assertEqual(right, self.wait_for(self.start_build(self.directory / "after.tar")).digest)
            self.checked()
            # The build took away what the killed one left in the open.
            self.assertEqual([], os.listdir(self.store / "temporary"))
            count += 1
        return count

    def test_beside_another_build(self):
        self.assertGreater(self.rounds(), 2)

    def test_beside_prunes(self):
        policies = [["--all"], ["--filter", "type=snapshot"], ["--max-size", "1MB"], ["--filter", "type=cache"], []]
        self.rounds(lambda: self.start("store", "prune", *self.random.choice(policies), self.store))

    def test_prunes_that_are_killed(self):
        right = self.wait_for(self.start_build(self.directory / "right.tar")).digest
        deadline = time.monotonic() + SECONDS / 2
        while time.monotonic() < deadline:
            prune = self.start("store", "prune", "--all", self.store)
            self.kill(prune, self.random.random() * 0.06)
            self.checked()
            self.assertEqual(right, self.wait_for(self.start_build(self.directory / "after.tar")).digest)
            self.checked()


if __name__ == "__main__":
    harness.main()
