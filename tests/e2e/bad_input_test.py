"""What goes wrong says where and why, ends with the right code, and leaves nothing half-made."""

import os
import random
import signal
import subprocess
import time
from pathlib import Path

import harness

TOOLS = "FROM scratch\nCOPY busybox /bin/busybox\n"
INPUT, USAGE, WORLD = 1, 2, 3  # exit codes


def shell(script):
    """A RUN of busybox's shell."""
    return f'RUN ["/bin/busybox", "sh", "-c", "{script}"]\n'


class BadInputTest(harness.CooperTest):
    def setUp(self):
        super().setUp()
        self.out = self.directory / "out"
        self.out.mkdir()

    def refuse(self, dockerfile, code, kind, *texts, arguments=(), files=(), **options):
        """A build to a tar that ends with `code` and a message; returns its outcome."""
        context = self.context({"Dockerfile": dockerfile, **dict(files)})
        outcome = self.build(context, *arguments, "--output", f"type=oci,dest={self.out}/image.tar",
                             code=code, **options)
        self.assertDiagnostic(outcome, kind, *texts)
        self.assertNothingWritten(self.out)
        return outcome

    def assertBuildsAgain(self):
        """A build on the same store works, and the store holds only whole things."""
        context = self.context({"Dockerfile": TOOLS + shell("echo fine > /fine")}, "again")
        tar = self.directory / "again.tar"
        self.build(context, "-t", "again:1", "--output", f"type=oci,dest={tar}")
        self.assertEqual("fine\n", (self.unpack_tar(tar, "1") / "rootfs" / "fine").read_text())
        self.assertStoreIsSound()


class Text(BadInputTest):
    def test_unknown_instruction(self):
        self.refuse("FROM scratch\nCPOY . /srv\n", INPUT, "[unknown-instruction]",
                    "Dockerfile:2:1: error: unknown instruction `CPOY`; did you mean `COPY`?",
                    "  2 | CPOY . /srv\n    | ^~~~\n")

    def test_faults_of_a_stage_come_together(self):
        outcome = self.refuse("FROM scratch\nCPOY . /srv\nEXPOSE eighty\n", INPUT, "[unknown-instruction]")
        self.assertIn("Dockerfile:3:", outcome.err)

    def test_stage_that_reads_itself(self):
        self.refuse("FROM scratch AS one\nCOPY --from=two /x /\nFROM scratch AS two\nCOPY --from=one /x /\n",
                    INPUT, "[stage-cycle]", "Dockerfile:2:6: error: ", "`one`")

    def test_stage_by_a_number_that_is_not_there(self):
        self.refuse("FROM scratch\nCOPY --from=3 /x /\n", INPUT, "[unknown-stage]",
                    "Dockerfile:2:6: error: ", "index 3")

    def test_target_that_is_not_there(self):
        self.refuse("FROM scratch AS release\nCOPY busybox /\n", INPUT, "[unknown-stage]", "`relase`",
                    "did you mean `release`?", arguments=["--target", "relase"])

    def test_context_without_dockerfile(self):
        outcome = self.build(self.context({}), "--output", f"{self.out}/image.tar", code=INPUT)
        self.assertDiagnostic(outcome, "[context]", "there is no Dockerfile in", "`-f FILE`")

    def test_context_that_is_not_there(self):
        outcome = self.build("nowhere", "--output", f"{self.out}/image.tar", code=INPUT)
        self.assertDiagnostic(outcome, "[context]", "`nowhere`")

    def test_no_output(self):
        outcome = self.build(self.context({"Dockerfile": TOOLS}), code=USAGE)
        self.assertDiagnostic(outcome, "[usage]", "--output type=oci,dest=FILE")


class Sources(BadInputTest):
    def test_missing_source(self):
        self.refuse("FROM scratch\nCOPY missing.txt /srv/\n", INPUT, "[missing-source]",
                    "Dockerfile:2:1: error: `missing.txt` is not in the build context")
        self.assertBuildsAgain()

    def test_source_that_the_ignore_file_excludes(self):
        self.refuse("FROM scratch\nCOPY data/there.txt /srv/\n", INPUT, "[missing-source]",
                    "Dockerfile:2:1: error: `data/there.txt` is not in the build context; .dockerignore excludes it",
                    files={"data/there.txt": "", ".dockerignore": "data\n"})

    def test_source_missing_in_a_stage(self):
        self.refuse(TOOLS.replace("scratch", "scratch AS tools") + "FROM scratch\n"
                    "COPY --from=tools /bin/tool /\n", INPUT, "[missing-source]",
                    "Dockerfile:4:1: error: `/bin/tool` is not in the source tree")
        self.assertBuildsAgain()

    def test_owner_that_the_image_does_not_know(self):
        self.refuse("FROM scratch\nCOPY --chown=builder busybox /\n", INPUT, "[unknown-user]",
                    "Dockerfile:2:", "`builder`", "`/etc/passwd`")


class Registries(BadInputTest):
    @classmethod
    def setUpClass(cls):
        cls.open = harness.Registry()
        cls.addClassCleanup(cls.open.stop)
        cls.closed = harness.Registry("builder", "right")
        cls.addClassCleanup(cls.closed.stop)

    def login(self, password):
        return {"DOCKER_CONFIG": str(self.docker_config(self.closed.host, "builder", password))}

    def push(self, registry, code, kind, *texts, **options):
        name = f"{registry}/app:1"
        context = self.context({"Dockerfile": TOOLS})
        outcome = self.build(context, "--push", "-t", name, code=code, **options)
        self.assertDiagnostic(outcome, kind, f"push to `{name}` is not possible", *texts)
        self.assertStoreIsSound()
        return outcome

    def test_base_image_that_is_not_there(self):
        name = f"{self.open.host}/team/none:1"
        self.refuse(f"FROM scratch AS a\nFROM {name}\n", INPUT, "[image-not-found]",
                    "Dockerfile:2:6: error: ", f"`{name}`", f"  2 | FROM {name}")
        self.assertBuildsAgain()

    def test_pull_without_credentials(self):
        name = f"{self.closed.host}/app:1"
        self.refuse(f"FROM {name}\n", WORLD, "[registry-auth]", "Dockerfile:1:6: error: ", f"`{name}`",
                    "401", "no credentials for this host; log in", "DOCKER_CONFIG")

    def test_credentials_of_another_registry(self):
        login = self.docker_config("registry.example", "builder", "right")
        self.refuse(f"FROM {self.closed.host}/app:1\n", WORLD, "[registry-auth]",
                    f"no credentials for this host in `{login}/config.json`",
                    env={"DOCKER_CONFIG": str(login)})

    def test_pull_with_wrong_credentials(self):
        name = f"{self.closed.host}/app:1"
        outcome = self.refuse(f"FROM {name}\n", WORLD, "[registry-auth]", "Dockerfile:1:6: error: ",
                            f"`{name}`", "401", "refuse", env=self.login("wrong-password"))
        self.assertNotIn("wrong-password", outcome.err)

    def test_push_without_credentials(self):
        self.push(self.closed.host, WORLD, "[registry-auth]", "401", "no credentials")

    def test_push_with_wrong_credentials(self):
        self.push(self.closed.host, WORLD, "[registry-auth]", "401", "refuse",
                  env=self.login("wrong-password"))

    def test_nobody_listens(self):
        nobody = f"127.0.0.1:{harness.free_port()}"
        self.refuse(f"FROM {nobody}/app:1\n", WORLD, "[registry]", "Dockerfile:1:6: error: ",
                    f"`{nobody}/app:1`", "connection refused")
        outcome = self.push(nobody, WORLD, "[registry]", "connection refused")
        self.assertEqual([], outcome.steps_run, "the registry was asked too late")

    def test_name_that_is_neither_stage_nor_image(self):
        nobody = f"127.0.0.1:{harness.free_port()}"
        self.refuse(f"FROM scratch\nCOPY --from={nobody}/bulid /x /\n", WORLD, "[registry]",
                    "Dockerfile:2:6: error: ", "connection refused")

    def test_broken_credentials_file(self):
        directory = self.directory / "login"
        directory.mkdir()
        (directory / "config.json").write_text('{"auths": ')
        self.refuse(f"FROM {self.open.host}/app:1\n", WORLD, "[credentials]",
                    f"{directory}/config.json", env={"DOCKER_CONFIG": str(directory)})


class Run(BadInputTest):
    FAILING = TOOLS + shell("echo before; echo wrong >&2; exit 7")

    def test_status_of_the_command(self):
        outcome = self.refuse(self.FAILING, INPUT, "[run-failed]", "Dockerfile:3:1: error: ",
                            "exit 7` ended with status 7")
        message = outcome.err[outcome.err.index("Dockerfile:3:1"):]
        self.assertRegex(message, r"(?m)^ +\| before\n +\| wrong$")
        self.assertBuildsAgain()

    def test_status_of_the_command_is_kanikos_exit_code(self):
        context = self.context({"Dockerfile": self.FAILING})
        outcome = self.cooper("--context", context, "--no-push", "--tar-path", self.out / "image.tar",
                              "--destination", "app:1", executable=self.executor(), code=7)
        self.assertDiagnostic(outcome, "[run-failed]", "Dockerfile:3:1: error: ", "status 7")
        self.assertNothingWritten(self.out)

    def test_command_that_is_not_in_the_image(self):
        self.refuse(TOOLS + "RUN echo hello\n", INPUT, "[run-failed]", "Dockerfile:3:1: error: ",
                    "ended with status 127", "/bin/sh: no such file in the image")

    def test_command_that_was_killed(self):
        # Process 1 cannot kill itself.
        self.refuse(TOOLS + shell("/bin/busybox sh -c 'kill -9 $$'; exit $?"), INPUT,
                    "[run-failed]", "Dockerfile:3:1: error: ",
                    "ended with status 137", "SIGKILL")

    def test_other_stages_stop(self):
        self.refuse("FROM scratch AS tools\nCOPY busybox /bin/busybox\n"
                    "FROM tools AS slow\n" + shell("/bin/busybox sleep 300") +
                    "FROM tools AS wrong\n" + shell("/bin/busybox sleep 1; exit 3") +
                    "FROM scratch\nCOPY --from=slow / /\nCOPY --from=wrong / /\n",
                    INPUT, "[run-failed]", "Dockerfile:6:1: error: ", "status 3")


class Disk(BadInputTest):
    def in_mounts(self, script, *arguments):
        """Runs a shell script in a mount namespace; it finds the arguments as $1 and on."""
        harness.need("unshare", "mount")
        if not harness.is_root():
            self.skipTest("needs root, to mount a small disk")
        return subprocess.run(["unshare", "--mount", "--propagation", "private", "sh", "-c", script,
                               "sh", *map(str, arguments)], env=self.environment(),
                              cwd=self.directory, text=True, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
                              timeout=harness.TIMEOUT_SECONDS)

    def test_full_store(self):
        context = self.context({"Dockerfile": TOOLS + "COPY large /\n", "large": os.urandom(24 << 20)})
        small = self.context({"Dockerfile": TOOLS}, "small")
        self.store.mkdir(mode=0o700)
        done = self.in_mounts(
            "mount -t tmpfs -o size=12m,mode=700 small $2\n"
            "$1 build --output type=oci,dest=$5/image.tar $3; echo code $?\n"
            "$1 build --output type=oci,dest=$5/small.tar $4; echo code $?\n"
            "ls $2/temporary; for blob in $2/blobs/sha256/*; do sha256sum $blob; done",
            harness.program(), self.store, context, small, self.out)
        outcome = harness.Outcome(0, done.stdout, done.stderr)
        self.assertEqual(["code 3", "code 0"], done.stdout.splitlines()[:2], done.stderr)
        self.assertDiagnostic(outcome, "[store]", "no space left on device")
        self.assertNothingWritten(self.out, ["small.tar"])
        sums = done.stdout.splitlines()[2:]
        self.assertTrue(sums)
        for line in sums:
            digest, path = line.split()
            self.assertEqual(digest, Path(path).name)

    def test_full_output(self):
        context = self.context({"Dockerfile": TOOLS + "COPY large /\n", "large": os.urandom(8 << 20)})
        done = self.in_mounts(
            "mount -t tmpfs -o size=4m small $2\n"
            "$1 build --output type=oci,dest=$2/image.tar $3; echo code $?; ls -A $2",
            harness.program(), self.out, context)
        self.assertEqual("code 3\n", done.stdout, done.stderr)
        self.assertDiagnostic(harness.Outcome(3, "", done.stderr), "[output]", "image.tar",
                              "no space left on device", "free some space")
        self.assertBuildsAgain()

    def test_read_only_output(self):
        context = self.context({"Dockerfile": TOOLS})
        done = self.in_mounts(
            "mount -t tmpfs -o ro nothing $2\n"
            "$1 build --output type=oci,dest=$2/image.tar $3; echo code $?; ls -A $2",
            harness.program(), self.out, context)
        self.assertEqual("code 3\n", done.stdout, done.stderr)
        self.assertDiagnostic(harness.Outcome(3, "", done.stderr), "[output]", "image.tar",
                              "read-only file system")
        self.assertBuildsAgain()

    def test_output_is_looked_at_before_the_build(self):
        outcome = self.refuse(TOOLS, WORLD, "[output]", "there is no directory", "make it first",
                            arguments=["--output", f"type=oci,dest={self.out}/none/image.tar"])
        self.assertEqual([], outcome.steps_run)

    def test_store_that_is_something_else(self):
        self.store.mkdir()
        (self.store / "thesis.txt").write_text("mine\n")
        outcome = self.refuse(TOOLS, WORLD, "[store]", str(self.store))
        self.assertTrue(outcome.err.startswith("error: "), outcome.err)  # no line of the Dockerfile
        self.assertEqual(["thesis.txt"], os.listdir(self.store))


class Stopped(BadInputTest):
    def start_long_run(self, script):
        """A build in the middle of a RUN that sleeps for LONG; returns it and that number."""
        mark = str(random.randrange(10**8, 10**9))  # in the command line of each process
        context = self.context({"Dockerfile": TOOLS + shell(script.replace("LONG", mark))})
        process = self.start("build", "--output", f"type=oci,dest={self.out}/image.tar", context)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        deadline = time.monotonic() + harness.TIMEOUT_SECONDS
        for line in process.stderr:
            if "| running" in line:
                break
            self.assertLess(time.monotonic(), deadline)
        while not self.processes_with(mark):
            self.assertLess(time.monotonic(), deadline)
        return process, mark

    @staticmethod
    def processes_with(mark):
        found = []
        for entry in Path("/proc").iterdir():
            try:
                if entry.name.isdigit() and mark.encode() in (entry / "cmdline").read_bytes():
                    found.append(entry.name)
            except OSError:  # ended meanwhile
                pass
        return found

    def assertNoProcessIsLeft(self, mark):
        deadline = time.monotonic() + 20
        while self.processes_with(mark):
            self.assertLess(time.monotonic(), deadline, "a process of the RUN lives on")
            time.sleep(0.05)

    def test_killed_build(self):
        process, mark = self.start_long_run(
            "echo running; (/bin/busybox sleep LONG & ); /bin/busybox sleep LONG")
        process.send_signal(signal.SIGKILL)
        process.wait()
        self.assertNoProcessIsLeft(mark)
        self.assertNothingWritten(self.out)
        self.assertBuildsAgain()

    def test_interrupted_build(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(signal=number.name):
                process, mark = self.start_long_run("echo running; /bin/busybox sleep LONG")
                process.send_signal(number)
                _, err = process.communicate(timeout=harness.TIMEOUT_SECONDS)
                self.assertEqual(128 + number, process.returncode, err)
                self.assertDiagnostic(harness.Outcome(128 + number, "", err), "[interrupted]")
                self.assertNoProcessIsLeft(mark)
                self.assertNothingWritten(self.out)
        self.assertBuildsAgain()

    def test_command_that_ignores_signals_is_stopped(self):
        process, mark = self.start_long_run(
            "trap '' INT TERM HUP; echo running; while :; do /bin/busybox sleep LONG; done")
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=harness.TIMEOUT_SECONDS)
        self.assertEqual(128 + signal.SIGTERM, process.returncode, err)
        self.assertNoProcessIsLeft(mark)


if __name__ == "__main__":
    harness.main()
