"""The contexts of the workloads: the same bytes on every run on one machine, no network."""

import hashlib
import os
import random
import shutil
from pathlib import Path

FILES = 20_000
BYTES = 500_000_000
# Programs, libraries, text and scripts, as the images that people build have them.
ROOTS = ("/usr/bin", "/usr/include", "/usr/lib", "/usr/share")
LARGEST = 16 << 20
BUSYBOX = Path("/bin/busybox")


def real_files():
    """Regular files of the machine in an order that has nothing to do with their place."""
    found = []
    for root in ROOTS:
        for directory, _, names in os.walk(root):
            for name in names:
                path = os.path.join(directory, name)
                if os.path.islink(path) or not os.path.isfile(path):
                    continue
                found.append((hashlib.sha256(path.encode()).digest(), path))
    return [path for _, path in sorted(found)]


def synthetic_text(number, size):
    """Words of a small vocabulary: compresses about as source text does."""
    source = random.Random(number)
    words = [f"{source.randrange(1 << 24):x}" for _ in range(400)]
    text = " ".join(source.choices(words, k=size // 6 + 1))
    return text.encode()[:size]


def fill_tree(top, files, size):
    """Copies files of the machine to `top`, until there are `files` or `size` bytes; text
    makes up for what is missing."""
    left = size
    count = 0
    for path in real_files():
        length = os.path.getsize(path)
        # Leaves the files to come an average that still reaches the total.
        if count >= files or length > min(left, LARGEST):
            continue
        target = top / f"{count % 97:02}" / f"{count // 97 % 13:02}" / f"{count}-{Path(path).name[:60]}"
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            shutil.copyfile(path, target)
        except OSError:
            continue  # may not be read
        left -= length
        count += 1
    for number in range(count, files):
        part = max(left // (files - number), 100)
        target = top / "text" / f"{number % 97:02}" / f"{number}.txt"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(synthetic_text(number, part))
        left -= part
    if left > 0:
        (top / "rest.txt").write_bytes(synthetic_text(0, left))


def age(top):
    """Files that nobody has just written: builders may trust the time of such files."""
    for directory, _, names in os.walk(top):
        for name in names:
            os.utime(os.path.join(directory, name), (1_700_000_000, 1_700_000_000))


def make(work):
    """Makes what is missing below `work`; the directories by name."""
    contexts = {name: work / name for name in ("tree", "runs", "small", "large", "five")}
    if all((path / ".made").exists() for path in contexts.values()):
        return contexts
    for path in contexts.values():
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir(parents=True)

    fill_tree(contexts["tree"] / "data", FILES, BYTES)
    (contexts["tree"] / "Dockerfile").write_text("FROM scratch\nCOPY data /data\n")
    (contexts["tree"] / "data" / "changed.txt").write_text("version 0\n")

    run = 'RUN ["/bin/busybox", "sh", "-c", "echo {0} > /file-{0}"]\n'
    shutil.copy(BUSYBOX, contexts["runs"] / "busybox")
    (contexts["runs"] / "Dockerfile").write_text(
        "FROM scratch\nCOPY busybox /bin/busybox\n" + "".join(run.format(n) for n in range(20)))

    # Bases of two sizes, and five RUNs over one of them.
    for name in ("small", "large"):
        shutil.copy(BUSYBOX, contexts[name] / "busybox")
        (contexts[name] / "Dockerfile").write_text(
            "FROM scratch\nCOPY busybox /bin/busybox\nCOPY data /data\n")
        (contexts["five"] / f"Dockerfile.{name}").write_text(
            f"FROM base-{name}\n" + "".join(run.format(n) for n in range(5)))
    fill_tree(contexts["small"] / "data", 200, 5_000_000)
    shutil.copytree(contexts["tree"] / "data", contexts["large"] / "data")
    for path in contexts.values():
        age(path)
        (path / ".dockerignore").write_text(".made\n")
        (path / ".made").touch()
    return contexts
