#!/usr/bin/env python3
"""Enforces the folder rule: who may include whom, and who may link whom.

ir includes nothing of ours outside ir; frontends, planner and backends include
ir and never one another; only cli and tests see everything. Inside a stage, a
folder may include what its CMakeLists.txt lists after USES, and nothing else.
Third-party headers stay in the folders that adapt them, out of public headers.
"""

import pathlib
import re
import sys

STAGES = {
    "ir": {"ir"},
    "frontends": {"frontends", "ir"},
    "planner": {"planner", "ir"},
    "backends": {"backends", "ir"},
    "plugins": {"plugins", "ir"},
}
# Adapted libraries: header prefix -> folders whose .cpp files may include it.
ADAPTERS = {
    "antlr4-runtime": {"frontends/dockerfile/grammar", "frontends/dockerfile/expand"},
    "archive": {"backends/layer/codec", "tests/corpus"},
    "openssl": {"ir/base", "bench"},
    "curl": {"backends/http"},
    "sqlite3": {"backends/store/records"},
    "libdeflate": {"backends/layer/codec", "bench"},
    "zstd": {"backends/layer/codec"},
    "seccomp": {"backends/sandbox", "backends/sandbox/ownership"},
    "CLI": {"cli/command_line", "cli/flags"},
}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)
LIBRARY = re.compile(r"cooper_library\(\s*(\w+)(.*?)\)", re.S)


def libraries(root):
    """name -> (folder, names after USES)"""
    found = {}
    for lists in sorted(root.glob("*/**/CMakeLists.txt")) + sorted(root.glob("*/CMakeLists.txt")):
        folder = lists.parent.relative_to(root).as_posix()
        if folder.startswith("build/"):
            continue
        for name, rest in LIBRARY.findall(lists.read_text()):
            uses = re.search(r"\bUSES\b(.*?)(\bLIBRARIES\b|\bTEST_USES\b|$)", rest, re.S)
            found[name] = (folder, set(uses.group(1).split()) if uses else set())
    return found


def closure(name, libs):
    seen, todo = set(), [name]
    while todo:
        current = todo.pop()
        if current in seen or current not in libs:
            continue
        seen.add(current)
        todo += libs[current][1]
    return seen


def check(root):
    faults = []
    libs = libraries(root)
    by_folder = {folder: name for name, (folder, _) in libs.items()}

    for name, (folder, uses) in sorted(libs.items()):
        for used in sorted(uses):
            if used not in libs:
                faults.append(f"{folder}/CMakeLists.txt: USES `{used}`, which is no folder of ours")
                continue
            stage, other = folder.split("/")[0], libs[used][0].split("/")[0]
            if stage in STAGES and other not in STAGES[stage]:
                faults.append(f"{folder}/CMakeLists.txt: {stage} may not link {libs[used][0]}")

    for source in sorted(root.rglob("*")):
        path = source.relative_to(root).as_posix()
        if source.suffix not in (".h", ".cpp") or path.split("/")[0] in ("build", "out"):
            continue
        folder = source.parent.relative_to(root).as_posix()
        stage = folder.split("/")[0]
        is_test = path.endswith("_test.cpp") or "/testing/" in path
        owner = by_folder.get(folder)
        for quote, included in INCLUDE.findall(source.read_text(errors="replace")):
            first = included.split("/")[0].removesuffix(".h").removesuffix(".hpp")
            if first in ADAPTERS:
                if folder not in ADAPTERS[first] or (source.suffix == ".h" and first != "antlr4-runtime"):
                    faults.append(f"{path}: includes `{included}` outside its adapter")
                continue
            if quote == "<" or not (root / included).exists():
                continue
            other_folder = str(pathlib.PurePosixPath(included).parent)
            other = included.split("/")[0]
            if stage in STAGES and other not in STAGES[stage]:
                faults.append(f"{path}: {stage} may not include {included}")
            elif stage in STAGES and not is_test and owner and other_folder != folder:
                target = by_folder.get(other_folder)
                if target and target not in closure(owner, libs):
                    faults.append(f"{path}: includes {included}, but its folder does not list `{target}` after USES")
    return faults, len(libs)


def main():
    root = pathlib.Path(sys.argv[1]).resolve()
    faults, count = check(root)
    for fault in faults:
        print(fault)
    if count < 10:
        print(f"only {count} libraries were found; is `{root}` the project?")
        return 1
    print(f"{count} libraries checked, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
