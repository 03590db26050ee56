#!/usr/bin/env python3
"""RUN --mount of every type, --network and --security, as root and as an ordinary user."""

import json
import os
import re
import shutil
import signal
import subprocess
import tarfile
import time
from pathlib import Path

import harness
import ordinary_user

# Not in any file but those that a test gives as the secret.
SECRET = "hunter2-" + os.urandom(8).hex()
OUTPUT = "type=oci,dest=image.tar"


def layer_names(tar):
    """The names in the layers of an OCI tar, a set for each layer."""
    import gzip
    import io
    with tarfile.open(tar) as image:
        read = lambda digest: image.extractfile("blobs/" + digest.replace(":", "/")).read()
        index = json.loads(image.extractfile("index.json").read())
        manifest = json.loads(read(index["manifests"][0]["digest"]))
        layers = [gzip.decompress(read(layer["digest"])) for layer in manifest["layers"]]
    return [set(tarfile.open(fileobj=io.BytesIO(layer)).getnames()) for layer in layers]


def holds(directory, text):
    """The files below `directory` that have `text` in their bytes or names."""
    found = []
    for file in Path(directory).rglob("*"):
        if text in file.name or file.is_file() and not file.is_symlink() and \
                text.encode() in file.read_bytes():
            found.append(str(file))
    return found


class Mounts:
    """The tests. Whoever runs them has `run_build`, `start_build`, `where` and what gives files."""

    def dockerfile(self, *runs, extra=""):
        lines = ["FROM scratch", "COPY busybox /bin/busybox",
                 'RUN ["/bin/busybox", "--install", "-s", "/bin"]']
        return "\n".join(lines + ([extra] if extra else []) + [f"RUN {run}" for run in runs]) + "\n"

    def assertLeavesNothing(self, *beginnings):
        """No layer of the image has a name that begins so."""
        for names in layer_names(self.where / "image.tar"):
            self.assertEqual([], [name for name in names if name.startswith(beginnings)])

    def test_cache_stays_between_builds_and_out_of_the_image(self):
        write = "--mount=type=cache,target=/deep/cache echo one > /deep/cache/file"
        read = "--mount=type=cache,target=/deep/cache cat /deep/cache/file"
        self.run_build(self.dockerfile(write))
        self.assertLeavesNothing("deep")
        self.assertIn("| one\n", self.run_build(self.dockerfile(read)).err)
        # No part of a key, and `--no-cache` runs steps without emptying what they keep.
        self.assertIn("| one\n", self.run_build(self.dockerfile(read), "--no-cache").err)
        self.assertEqual([], self.run_build(self.dockerfile(read)).steps_run)

    def test_caches_with_other_ids_or_owners_are_others(self):
        mount = "--mount=type=cache,target=/c"
        self.run_build(self.dockerfile(
            f"{mount},id=a echo a > /c/a", f"{mount},id=b test ! -e /c/a",
            f"{mount},id=a,uid=7,gid=8,mode=0700 test \"$(stat -c '%a %u %g' /c)\" = '700 7 8'",
            f"{mount},id=a,uid=7,gid=8,mode=0700 test ! -e /c/a",
            f"{mount},id=a,ro cat /c/a && ! touch /c/x",
            f"{mount},id=a --mount=type=cache,target=/same,id=a,sharing=locked cat /same/a"))

    def test_cache_begins_with_what_from_has(self):
        text = self.dockerfile(
            "--mount=type=cache,target=/c,from=seed,source=/data cat /c/in/file && echo n > /c/new",
            "--mount=type=cache,target=/c,from=seed,source=/data cat /c/new",
            "--mount=type=cache,target=/c,from=other,source=/data test ! -e /c/new")
        text = ("FROM scratch AS seed\nCOPY seed /data/in/file\n"
                "FROM scratch AS other\nCOPY seed /data/in/other\n" + text)
        self.assertIn("| seeded\n", self.run_build(text, files={"seed": "seeded\n"}).err)

    def test_locked_cache_is_for_one_step_at_a_time_in_one_build(self):
        # A step that meets the other's mark fails.
        step = ("RUN --mount=type=cache,target=/c,sharing=locked "
                "mkdir /c/mark && sleep 0.5 && rmdir /c/mark && echo {0} > /{0}\n")
        text = self.dockerfile().replace("FROM scratch", "FROM scratch AS base")
        for name in ("s1", "s2"):
            text += f"FROM base AS {name}\n" + step.format(name)
        text += "FROM scratch\nCOPY --from=s1 /s1 /\nCOPY --from=s2 /s2 /\n"
        self.run_build(text, "--jobs", "4")

    def hold(self, sharing):
        """A build whose step has the cache until somebody makes `go` in it; its directory."""
        self.run_build(self.dockerfile())
        mount = f"--mount=type=cache,target=/c,sharing={sharing}"
        process = self.start_build(self.dockerfile(
            f"{mount} touch /c/held; while test ! -e /c/go; do sleep 0.1; done"), name="holder")
        self.addCleanup(self.end, process)
        for _ in range(1200):
            for held in self.store.glob("caches/*/0/content/held"):
                return process, held.parent
            time.sleep(0.05)
        self.fail("the step does not start")

    @staticmethod
    def end(process):
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()

    def finish(self, process):
        out, err = process.communicate(timeout=harness.TIMEOUT_SECONDS)
        self.assertEqual(0, process.returncode, out + err)

    def test_locked_cache_is_for_one_build_at_a_time(self):
        holder, cache = self.hold("locked")
        step = "--mount=type=cache,target=/c,sharing=locked touch /c/second"
        second = self.start_build(self.dockerfile(step), name="second")
        self.addCleanup(self.end, second)
        for line in second.stderr:
            if "waiting for the cache `/c`" in line:
                break
        self.assertFalse((cache / "second").exists())
        self.assertIsNone(holder.poll())
        (cache / "go").touch()
        self.finish(holder)
        self.finish(second)
        self.assertTrue((cache / "second").exists())

    def test_private_cache_waits_for_nobody_and_is_alone(self):
        holder, cache = self.hold("private")
        self.run_build(self.dockerfile(
            "--mount=type=cache,target=/c,sharing=private test ! -e /c/held"))
        self.assertIsNone(holder.poll())
        (cache / "go").touch()
        self.finish(holder)
        # Both directories are kept.
        self.assertEqual(["0", "0.lock", "1", "1.lock"], sorted(os.listdir(cache.parent.parent)))

    def test_shared_cache_is_for_all_at_once(self):
        holder, cache = self.hold("shared")
        self.run_build(self.dockerfile("--mount=type=cache,target=/c test -e /c/held && touch /c/go"))
        self.finish(holder)
        self.assertTrue((cache / "go").exists())

    def test_killed_build_leaves_the_cache_usable(self):
        mount = "--mount=type=cache,target=/c,sharing=locked"
        process = self.start_build(self.dockerfile(f"{mount} echo half > /c/file; sleep 600"))
        for _ in range(600):
            if list(self.store.glob("caches/*/0/content/file")):
                break
            time.sleep(0.05)
        else:
            self.fail("the step does not start")
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        self.assertIn("half", self.run_build(self.dockerfile(f"{mount} cat /c/file")).err)

    def test_secret_is_where_it_belongs_and_nowhere_else(self):
        secret = self.give_file("token", SECRET + "\n")
        size = len(SECRET) + 1
        outcome = self.run_build(
            self.dockerfile(
                "--mount=type=secret,id=token,required "
                f"test \"$(stat -c '%a %u %g %s' /run/secrets/token)\" = '400 0 0 {size}'"
                " && grep -q ^hunter2- /run/secrets/token && ! touch /run/secrets/token",
                "--mount=type=secret,id=token,target=/etc/deep/key,mode=0440,uid=3,gid=4 "
                f"test \"$(stat -c '%a %u %g %s' /etc/deep/key)\" = '440 3 4 {size}'",
                f"--mount=type=secret,id=token,env=TOKEN test ${{#TOKEN}} = {size}"
                " && test ! -e /run/secrets",
                f"--mount=type=secret,id=token,env=TOKEN,target=/t test ${{#TOKEN}} = {size}"
                " && test -e /t",
                "test -z \"$TOKEN\" && test ! -e /run && test ! -e /etc/deep && test ! -e /t"),
            "--secret", f"id=token,src={secret}", "--explain")
        secret.unlink()
        self.assertNotIn(SECRET, outcome.err + outcome.out)
        self.assertEqual([], holds(self.store, SECRET))
        self.assertNotIn(SECRET.encode(), (self.where / "image.tar").read_bytes())
        self.assertLeavesNothing("run", "etc", "t")

    def test_secret_from_a_variable_is_no_part_of_a_key(self):
        text = self.dockerfile("--mount=type=secret,id=token,env=T test -n \"$T\"")
        first = self.run_build(text, "--secret", "id=token,env=CI_TOKEN", env={"CI_TOKEN": SECRET})
        self.assertTrue(first.steps_run)
        second = self.run_build(text, "--secret", "type=env,id=token,src=CI_TOKEN",
                                env={"CI_TOKEN": "another"})
        self.assertEqual([], second.steps_run)
        self.assertEqual([], holds(self.store, SECRET))

    def test_failing_step_with_a_secret_does_not_tell_it(self):
        outcome = self.run_build(self.dockerfile("--mount=type=secret,id=token,env=T false"),
                                 "--secret", "id=token,env=T", env={"T": SECRET}, code=1)
        self.assertNotIn(SECRET, outcome.err)

    def test_missing_secret(self):
        optional = self.dockerfile(
            "--mount=type=secret,id=token,env=T test \"[${T-unset}]\" = '[]'",
            "--mount=type=secret,id=token test ! -e /run/secrets/token")
        self.run_build(optional)
        required = self.dockerfile("--mount=type=secret,id=token,required cat /run/secrets/token")
        outcome = self.run_build(required, code=2)
        line = required.count("\n")
        self.assertDiagnostic(outcome, "[usage]", f"Dockerfile:{line}:", "secret `token`",
                              "--secret id=token,src=FILE")

    def test_tmpfs_has_the_size_it_was_given(self):
        outcome = self.run_build(self.dockerfile(
            "--mount=type=tmpfs,target=/t,size=1m "
            "dd if=/dev/zero of=/t/a bs=1024 count=900 2>/dev/null && "
            "! dd if=/dev/zero of=/t/b bs=1024 count=900 2>/dev/null && echo it was full",
            "test ! -e /t", "--mount=type=tmpfs,target=/t,ro ! touch /t/x"))
        self.assertIn("it was full", outcome.err)
        self.assertLeavesNothing("t")

    def test_bind_shows_trees_and_drops_what_is_written(self):
        text = self.dockerfile(
            "--mount=target=/ctx,rw cat /ctx/note && echo new > /ctx/note && cat /ctx/note",
            "--mount=target=/ctx test \"$(cat /ctx/note)\" = kept && ! touch /ctx/x",
            "--mount=from=other,source=/d,target=/d,rw rm /d/note",
            "--mount=from=other,source=/d/note,target=/one test \"$(cat /one)\" = kept")
        text = "FROM scratch AS other\nCOPY note /d/note\n" + text
        self.run_build(text, files={"note": "kept"})
        self.assertEqual("kept", (self.context_directory / "note").read_text())
        self.assertLeavesNothing("ctx", "d", "one")

    def test_agent_answers_at_its_target(self):
        harness.need("ssh-agent", "ssh-add", "ssh-keygen", "ldd")
        files = {}
        for line in harness.run("ldd", shutil.which("ssh-add")).stdout.splitlines():
            for path in re.findall(r"(/\S+) \(0x", line):
                files[f"root{path}"] = Path(path).read_bytes()
        files["root/bin/ssh-add"] = Path(shutil.which("ssh-add")).read_bytes()
        # Of the user for whom the build runs, who alone may talk to it.
        keys = self.give_directory("keys")
        self.run_as(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "the-test-key",
                     "-f", keys / "key"])
        socket = keys / "agent"
        agent = self.start_as(["ssh-agent", "-D", "-a", socket])
        self.addCleanup(agent.wait)
        self.addCleanup(agent.terminate)
        for _ in range(400):
            if socket.exists():
                break
            time.sleep(0.025)
        self.run_as(["ssh-add", "-q", keys / "key"], {"SSH_AUTH_SOCK": str(socket)})
        text = self.dockerfile(
            # The loader has to be executable too.
            "chmod -R 0755 /bin/ssh-add /lib*",
            "--mount=type=ssh ssh-add -l && echo at $SSH_AUTH_SOCK",
            "--mount=type=ssh,id=default,target=/agent,mode=0666,required=true "
            "ssh-add -l | grep the-test-key && test \"$(stat -c %a /agent)\" = 666",
            "--mount=type=ssh,id=none test -z \"$SSH_AUTH_SOCK\"", extra="COPY root /")
        outcome = self.run_build(text, "--ssh", "default", files=files,
                                 env={"SSH_AUTH_SOCK": str(socket)})
        self.assertIn("the-test-key", outcome.err)
        self.assertIn("at /run/buildkit/ssh_agent.0", outcome.err)
        self.assertLeavesNothing("run", "agent")
        missing = self.run_build(text.replace("id=default,", "id=other,"), "--ssh",
                                 f"default={socket}", files=files, code=2)
        self.assertDiagnostic(missing, "[usage]", "ssh agent `other`", "--ssh other")

    def test_network_none_has_only_a_loopback(self):
        self.run_build(self.dockerfile(
            "--network=none test \"$(ls /sys/class/net)\" = lo && "
            "ip link show lo | grep -q UP && test \"$(wc -l < /proc/net/dev)\" = 3"))

    def test_host_network_and_insecure_need_consent(self):
        host = self.dockerfile("--network=host true")
        self.assertDiagnostic(self.run_build(host, code=2), "[usage]", "`--allow network.host`")
        self.run_build(host, "--allow", "network.host")
        # What is in the store by consent is no consent.
        self.run_build(host, code=2)
        insecure = self.dockerfile(
            "--security=insecure grep -q 'Seccomp:.*0' /proc/self/status && "
            "mount -t tmpfs none /bin")
        refused = self.run_build(insecure, "--allow", "network.host", code=2)
        self.assertDiagnostic(refused, "[usage]", "`--allow security.insecure`")
        self.run_build(insecure, "--allow", "security.insecure")

    def test_plan_shows_mounts_and_makes_nothing(self):
        text = self.dockerfile("--mount=type=cache,target=/c,sharing=locked "
                               "--mount=type=secret,id=token,required true")
        outcome = self.run_build(text, "--secret", "id=token,src=/no/such/file", verb="plan")
        self.assertIn("uses cache `/c` (locked), secret `token` (required)", outcome.out)
        self.assertFalse(self.store.exists())


class AsRoot(Mounts, harness.CooperTest):
    def setUp(self):
        super().setUp()
        if not harness.is_root():
            self.skipTest("needs root; the same is tested for an ordinary user")
        self.where = self.directory

    def prepare(self, text, files, name):
        self.context_directory = self.context({"Dockerfile": text, **(files or {})}, name=name)
        return self.context_directory

    def run_build(self, text, *arguments, files=None, verb="build", **options):
        output = ["--output", OUTPUT] if verb == "build" else []
        return self.cooper(verb, *output, *arguments, self.prepare(text, files, "context"), **options)

    def start_build(self, text, name="context"):
        context = self.prepare(text, None, name)
        return self.start("build", "--output", "type=cacheonly", context)

    def give_file(self, name, content):
        file = self.directory / name
        file.write_text(content)
        return file

    def give_directory(self, name):
        (self.directory / name).mkdir(mode=0o700)
        return self.directory / name

    def run_as(self, command, env=None):
        return harness.run(*command, env=self.environment(env))

    def start_as(self, command):
        return subprocess.Popen([str(word) for word in command], stdout=subprocess.DEVNULL,
                                stderr=subprocess.DEVNULL)


class AsOrdinaryUser(Mounts, ordinary_user.OrdinaryUserTest):
    def setUp(self):
        super().setUp()
        self.where = self.home

    def prepare(self, text, files, name):
        given = self.home / name
        shutil.rmtree(given, ignore_errors=True)
        self.give(self.context({"Dockerfile": text, **(files or {})}, name=name))
        self.context_directory = given
        return given

    def run_build(self, text, *arguments, files=None, verb="build", code=0, env=None):
        output = ["--output", OUTPUT] if verb == "build" else []
        outcome = self.as_user(verb, *output, *arguments, self.prepare(text, files, "context"),
                               env=env)
        self.assertEqual(code, outcome.code, outcome.out + outcome.err)
        return outcome

    def start_build(self, text, name="context"):
        return self.start_as_user("build", "--output", "type=cacheonly",
                                  self.prepare(text, None, name))

    def give_file(self, name, content):
        file = self.home / name
        file.write_text(content)
        os.chown(file, ordinary_user.UID, ordinary_user.UID)
        return file

    def give_directory(self, name):
        directory = self.home / name
        directory.mkdir(mode=0o700)
        os.chown(directory, ordinary_user.UID, ordinary_user.UID)
        return directory

    def run_as(self, command, env=None):
        # ssh-keygen and ssh-add want their user to have a name.
        return harness.run(*self.in_passwd(*command), cwd=self.directory,
                           env=self.environment(env))

    def start_as(self, command):
        return subprocess.Popen([str(word) for word in self.in_passwd(*command)],
                                cwd=self.directory, stdout=subprocess.DEVNULL,
                                stderr=subprocess.DEVNULL)


if __name__ == "__main__":
    harness.main()
