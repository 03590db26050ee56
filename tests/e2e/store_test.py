#!/usr/bin/env python3
"""`cooper store check`, `usage` and `prune`, also beside builds that are running."""

import json
import os
import signal
import tarfile
import threading
import time

import harness

WORLD = 3
OUTPUT = "type=oci,dest=image.tar,rewrite-timestamp=true"
EPOCH = {"SOURCE_DATE_EPOCH": "1700000000"}
DOCKERFILE = """FROM scratch AS tools
COPY busybox /bin/busybox
RUN ["/bin/busybox", "--install", "-s", "/bin"]
FROM tools AS made
RUN --mount=type=cache,target=/c,id=things echo kept >> /c/file && mkdir /made && echo one > /made/file
RUN echo two > /made/second && ln /made/second /made/third
FROM scratch
COPY --from=made /made /made
COPY note /note
"""


class Store(harness.CooperTest):
    def sample(self, note="first"):
        return self.context({"Dockerfile": DOCKERFILE, "note": note})

    def build_sample(self, *arguments, note="first", **options):
        return self.build(self.sample(note), "-t", "sample:1", "--output", OUTPUT, *arguments,
                          env=EPOCH, **options)

    def usage(self):
        return json.loads(self.cooper("store", "usage", "--format", "json").out)

    def assertSound(self):
        checked = self.cooper("store", "check")
        self.assertIn(": 0 faults, 0 left over", checked.out)

    def test_usage_names_what_takes_the_room(self):
        self.build_sample()
        usage = self.usage()
        self.assertGreater(usage["blobs"]["items"], 3)
        self.assertGreater(usage["snapshots"]["bytes"] + usage["userns_snapshots"]["bytes"], 1 << 20)
        self.assertEqual(["things"], [cache["id"] for cache in usage["caches"]])
        self.assertEqual(0, usage["running_builds"])
        self.assertEqual(usage["reclaimable_bytes"] + usage["records_bytes"] + usage["temporary_bytes"],
                         usage["total_bytes"])
        text = self.cooper("store", "usage", self.store).out
        self.assertIn("things", text)
        self.assertIn("reclaimable", text)

    def test_snapshots_with_one_id_are_known(self):
        if not harness.is_root():
            self.skipTest("needs root, to be able to force a rung")
        self.build_sample("--isolation", "userns1")
        self.assertTrue(any(name.endswith(".single") for name in os.listdir(self.store / "snapshots")))
        self.assertSound()
        self.assertGreater(self.usage()["userns1_snapshots"]["bytes"], 1 << 20)
        self.assertIn("snapshots (userns1)", self.cooper("store", "usage", self.store).out)
        self.cooper("store", "check", "--repair")
        self.assertEqual([], self.build_sample("--isolation", "userns1").steps_run)
        self.cooper("store", "prune", "--all")
        self.assertEqual(0, self.usage()["userns1_snapshots"]["items"])
        self.assertEqual([], os.listdir(self.store / "snapshots"))
        self.assertSound()

    def test_usage_of_no_store_makes_none(self):
        self.assertEqual(0, self.usage()["total_bytes"])
        self.cooper("store", "check", code=WORLD)
        self.cooper("store", "prune", "--all", "--dry-run")
        self.assertFalse(self.store.exists())

    def test_damage_is_found_and_repaired(self):
        first = self.build_sample()
        self.assertSound()
        blobs = sorted((self.store / "blobs" / "sha256").iterdir(), key=lambda file: file.stat().st_size)
        largest = blobs[-1].read_bytes()
        blobs[-1].write_bytes(largest[:-1] + bytes([largest[-1] ^ 1]))
        blobs[0].unlink()
        found = self.cooper("store", "check", code=WORLD)
        self.assertIn("its bytes have the digest", found.out)
        self.assertIn("store check --repair", found.err)
        self.cooper("store", "check", "--repair")
        self.assertSound()
        self.assertEqual(first.digest, self.build_sample().digest)
        self.assertSound()

    def test_store_can_be_used_by_nobody_else(self):
        os.umask(0)
        self.addCleanup(os.umask, 0o022)
        self.build_sample()
        self.assertSound()
        ours = harness.run("find", self.store, "-perm", "/077", "-not", "-path", "*/root*", "-not",
                           "-path", "*/content*", "-not", "-type", "l",
                           "-not", "-path", "*/sandbox/base*").stdout
        self.assertEqual("", ours)

    def test_prune_alone_takes_what_was_replaced(self):
        self.build_sample()
        self.build_sample("--no-cache")
        self.assertGreater(self.usage()["replaced_bytes"], 1 << 20)
        self.cooper("store", "prune")
        self.assertEqual(0, self.usage()["replaced_bytes"])
        self.assertSound()
        self.assertEqual([], self.build_sample().steps_run)

    def test_prune_by_age_leaves_what_is_young(self):
        self.build_sample()
        before = self.usage()["total_bytes"]
        self.assertIn("removed 0 items", self.cooper("store", "prune", "--keep-duration", "1h").out)
        self.assertGreaterEqual(self.usage()["total_bytes"], before - (1 << 20))
        time.sleep(1.1)
        self.cooper("store", "prune", "--keep-duration", "1s", "--filter", "type=cache")
        usage = self.usage()
        self.assertEqual([], usage["caches"])
        self.assertGreater(usage["blobs"]["items"], 0)
        self.assertSound()

    def test_every_part_may_go_and_the_image_stays_the_same(self):
        digest = self.build_sample().digest
        for policy in (["--filter", "type=snapshot"], ["--filter", "type=blob"],
                       ["--max-size", "1MB"], ["--all"], ["--min-free", "1PB"]):
            with self.subTest(policy=policy):
                self.cooper("store", "prune", *policy)
                self.assertSound()
                changed = self.build_sample(note="changed")
                self.assertNotEqual(digest, changed.digest)
                self.cooper("store", "prune", *policy)
                self.assertEqual(digest, self.build_sample().digest)
                self.assertSound()

    def test_dry_run_removes_nothing(self):
        self.build_sample()
        told = self.cooper("store", "prune", "--all", "--dry-run")
        self.assertIn("would remove", told.out)
        self.assertIn("snapshot", told.out)
        self.assertEqual([], self.build_sample().steps_run)

    def test_prunes_take_nothing_from_a_build_that_runs(self):
        text = DOCKERFILE.replace("RUN echo two", "RUN sleep 2; echo two")
        context = self.context({"Dockerfile": text, "note": "first"})
        self.build(context, "--output", OUTPUT, env=EPOCH)
        for _ in range(2):
            text = text.replace("sleep 2;", "sleep 2; :;")
            context = self.context({"Dockerfile": text, "note": "first"})
            process = self.start("build", "--output", OUTPUT, context, env=EPOCH)
            result = {}
            reader = threading.Thread(target=lambda: result.update(err=process.communicate()[1]))
            reader.start()
            prunes = 0
            while reader.is_alive():
                self.cooper("store", "prune", "--all")
                prunes += 1
            reader.join()
            self.assertEqual(0, process.returncode, result["err"])
            self.assertGreater(prunes, 2)
            self.assertEqual(layers_of(self.directory / "image.tar"),
                             layers_built_elsewhere(self, context))
            self.assertSound()

    def test_prune_waits_for_nobody(self):
        context = self.context({"Dockerfile": DOCKERFILE.replace("echo kept", "echo running; sleep 30; echo"),
                                "note": ""})
        process = self.start("build", "--output", OUTPUT, context)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.send_signal, signal.SIGTERM)
        for line in process.stderr:
            if "| running" in line:
                break
        start = time.monotonic()
        outcome = self.cooper("store", "prune", "--all")
        self.assertLess(time.monotonic() - start, 15)
        self.assertIn("running builds use them", outcome.err)
        usage = self.usage()
        self.assertEqual(1, usage["running_builds"])
        self.assertEqual([True], [cache["in_use"] for cache in usage["caches"]])

    def test_cache_with_a_seed_outlives_a_stage_that_is_built_again(self):
        text = """FROM scratch AS tools
COPY busybox /bin/busybox
RUN ["/bin/busybox", "--install", "-s", "/bin"]
FROM tools AS seed
RUN mkdir /data && echo one > /data/file
FROM tools
RUN --mount=type=cache,target=/c,from=seed,source=/data cat /c/file && echo more >> /c/count && wc -l < /c/count
"""
        context = self.context({"Dockerfile": text})
        self.build(context, "--output", "type=cacheonly")
        again = self.build(context, "--output", "type=cacheonly", "--no-cache")
        self.assertIn("| 2\n", again.err)
        self.assertEqual(1, len(self.usage()["caches"]))
        context = self.context({"Dockerfile": text.replace("echo one", "echo another")})
        other = self.build(context, "--output", "type=cacheonly", "--no-cache")
        self.assertIn("| 1\n", other.err)


def layers_of(tar):
    with tarfile.open(tar) as image:
        index = json.load(image.extractfile("index.json"))
        blob = lambda digest: image.extractfile("blobs/" + digest.replace(":", "/"))
        manifest = json.load(blob(index["manifests"][0]["digest"]))
        return [layer["digest"] for layer in manifest["layers"]]


def layers_built_elsewhere(test, context):
    """The layers of the same build in a store of its own."""
    store = test.directory / "other-store"
    test.build(context, "--output", OUTPUT.replace("image.tar", "other.tar"), "--store", store, env=EPOCH)
    return layers_of(test.directory / "other.tar")


if __name__ == "__main__":
    harness.main()
