"""A build after another: what did not change is not done again, and changes nothing."""

import os
import time

import harness

FILES = 300
FILE_BYTES = 40_000
# A file is trusted to be as it was once its time is older than this (see FileDigests).
TICK_SECONDS = 2


class Incremental(harness.CooperTest):
    def tree(self):
        files = {f"data/{number % 7}/file-{number}": f"{number} words " * (FILE_BYTES // 10)
                 for number in range(FILES)}
        # Larger than a piece of a layer.
        files["data/large"] = os.urandom(5 << 20)
        return self.context({"Dockerfile": "FROM scratch\nCOPY data /data\n", **files}, busybox=False)

    def layer_of(self, context, *arguments, **options):
        """The digest and the bytes of the only layer of the image."""
        layout = self.directory / "layout"
        built = self.build(context, *arguments, "-t", "app:1", "--output",
                           f"type=oci,dest={layout},tar=false", **options)
        manifest = harness.json.loads((layout / "blobs" / "sha256" / built.digest[7:]).read_text())
        digest = manifest["layers"][0]["digest"]
        return digest, (layout / "blobs" / "sha256" / digest[7:]).read_bytes()

    def fresh_layer_of(self, context, *arguments):
        return self.layer_of(context, *arguments, env={"COOPER_STORE": str(self.directory / "fresh")})

    def test_one_changed_file_gives_the_layer_of_a_fresh_build(self):
        context = self.tree()
        first, _ = self.layer_of(context)
        (context / "data" / "3" / "file-10").write_text("changed")
        changed = self.layer_of(context)
        self.assertNotEqual(first, changed[0])
        self.assertEqual(self.fresh_layer_of(context), changed)
        self.assertStoreIsSound()

    def test_a_damaged_blob_spoils_no_later_layer(self):
        context = self.tree()
        first, _ = self.layer_of(context)
        blob = self.store / "blobs" / "sha256" / first[7:]
        damaged = bytearray(blob.read_bytes())
        for offset in range(1000, len(damaged), 4096):
            damaged[offset] ^= 0xFF
        blob.write_bytes(damaged)
        (context / "data" / "3" / "file-10").write_text("changed")
        self.assertEqual(self.fresh_layer_of(context), self.layer_of(context))

    def test_content_that_changed_behind_its_time_is_seen(self):
        context = self.tree()
        time.sleep(TICK_SECONDS + 0.1)
        file = context / "data" / "3" / "file-10"
        first, _ = self.layer_of(context)
        self.assertEqual(first, self.layer_of(context)[0])
        status = file.stat()
        file.write_text(file.read_text().swapcase())
        os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
        changed, _ = self.layer_of(context)
        self.assertNotEqual(first, changed)
        self.assertEqual(self.fresh_layer_of(context)[0], changed)

    def test_files_that_did_not_change_are_not_read_again(self):
        harness.need("strace")
        context = self.tree()
        time.sleep(TICK_SECONDS + 0.1)
        self.layer_of(context)
        trace = self.directory / "trace"
        # The leak sanitizer does not work under a tracer.
        options = {"env": {"ASAN_OPTIONS": "detect_leaks=0"}}
        prefix = ["strace", "-f", "-qq", "-e", "trace=openat,openat2", "-o", trace]
        self.build(context, "--output", "type=cacheonly", prefix=prefix,
                   **options)
        opened = [line for line in trace.read_text().splitlines() if "file-1" in line]
        self.assertEqual([], opened)
        (context / "data" / "3" / "file-10").write_text("changed")
        self.build(context, "--output", "type=cacheonly", prefix=prefix,
                   **options)
        self.assertIn("data/3/file-10", trace.read_text())

    def test_hints_may_be_lost(self):
        context = self.tree()
        first = self.layer_of(context)
        hints = list(self.store.glob("hints-*.sqlite"))
        self.assertEqual(1, len(hints))
        for content in (None, b"", b"no database" * 1000):
            hints[0].unlink()
            if content is not None:
                hints[0].write_bytes(content)
            self.assertEqual(first, self.layer_of(context, "--no-cache"))


if __name__ == "__main__":
    harness.main()
