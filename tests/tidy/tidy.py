#!/usr/bin/env python3
"""What the house rules ask of every C file, checked: docs/architecture.md has the reasons.

usage: tidy.py ROOT [--libraries DIR] [--compiler CC] [--clang-format PROGRAM]

Prints one line per violation, "file:line: rule: what", and exits with 1 if there is one.
--libraries checks the symbols of the static libraries in a build directory.
"""
import argparse
import pathlib
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

# folder: folders whose headers it may include besides its own.
MAY_INCLUDE = {
    "base": [],
    "catalog": ["base"],
    "graphstore": ["base"],
    "ingest": ["graphstore", "catalog", "base"],
    "reachability": ["graphstore", "catalog", "base"],
    "query": ["reachability", "graphstore", "catalog", "base"],
    "cli": ["query", "reachability", "ingest", "graphstore", "catalog", "base"],
}

# header, or its first folder: the only room that may include it.
HOME = {
    "msgpack.h": "base", "msgpack": "base", "yyjson.h": "base", "xxhash.h": "base",
    "openssl": "base", "utf8proc.h": "base", "lmdb.h": "graphstore", "curl": "ingest",
    "uv.h": "ingest", "expat.h": "ingest", "zlib.h": "ingest", "zstd.h": "ingest graphstore",
    "roaring": "reachability",
}

BANNED = ["strcpy", "strcat", "sprintf", "vsprintf", "strtok", "strtok_r", "atoi", "atol",
          "gets", "alloca", "setlocale", "longjmp", "setjmp"]

# Rooms without a provider's name in them, but in files that are named after one.
NEUTRAL = ["graphstore", "reachability", "query", "cli"]
PROVIDERS = ["aws", "azure", "gcp", "amazon"]
# Where the providers are listed: the recipes, and the short forms of names.
REGISTRIES = ["reachability/provider_list.c", "query/resolve.c"]

# Files that may keep state: the flag that a signal handler sets, and the list of open stores,
# because LMDB must not open one directory twice in a process.
STATEFUL = ["main.c", "interrupt.c", "registry.c"]

COLUMNS = 90
FUNCTION_LINES = 70
FILE_LINES = 700


def room_of(path):
    return path.parts[0] if len(path.parts) > 1 else ""


def strip_comments(text, strings):
    """Comments (and the inside of strings, unless `strings` stay) as blanks, lines kept."""
    out = []
    pattern = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)
    at = 0
    for match in pattern.finditer(text):
        out.append(text[at:match.start()])
        token = match.group(0)
        if token[0] in "\"'":
            out.append(token if strings else token[0] + token[0])
        else:
            out.append(re.sub(r"[^\n]", " ", token))
        at = match.end()
    out.append(text[at:])
    return "".join(out)


def check_includes(path, text):
    room = room_of(path)
    for number, line in enumerate(text.split("\n"), 1):
        match = re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', line)
        if not match:
            continue
        name = match.group(2)
        first = name.split("/")[0]
        if match.group(1) == "<":
            home = HOME.get(first)
            if home and room in MAY_INCLUDE and room not in home.split():
                rooms = home.replace(" ", "/ and ")
                yield number, "home", f"<{name}> may only be included in {rooms}/"
            continue
        if room not in MAY_INCLUDE:
            continue
        if "/" not in name:
            yield number, "include", f'"{name}" is not named by its folder'
        elif first != room and first not in MAY_INCLUDE[room]:
            yield number, "include", f"{room}/ may not include {first}/"
        elif name.endswith("_priv.h") and first != room:
            yield number, "include", f"{name} is private to {first}/"


def check_lines(path, text):
    tables = False
    for number, line in enumerate(text.split("\n"), 1):
        if "clang-format off" in line:
            tables = True
        if "clang-format on" in line:
            tables = False
        width = len(line.expandtabs(8))
        # A string is not broken to fit, so that it can be searched for; nor is an address or
        # a picture: something aligned in a comment.
        picture = re.match(r"\s*/?\*.*(\t|\S {2,}\S)", line)
        if width > COLUMNS and not (tables or picture or '"' in line or "://" in line):
            yield number, "columns", f"{width} columns, more than {COLUMNS}"
    count = text.count("\n")
    if count >= FILE_LINES:
        yield count, "length", f"{count} lines, {FILE_LINES} or more"


def check_functions(path, text):
    start = None
    for number, line in enumerate(text.split("\n"), 1):
        if line == "{":
            start = number
        elif line == "}" and start:
            if number - start + 1 > FUNCTION_LINES:
                yield (start, "function",
                       f"{number - start + 1} lines, more than {FUNCTION_LINES}")
            start = None


def check_calls(path, code):
    pattern = re.compile(r"(?<![A-Za-z0-9_])(" + "|".join(BANNED) + r")\s*\(")
    for number, line in enumerate(code.split("\n"), 1):
        match = pattern.search(line)
        if match:
            yield number, "banned", f"{match.group(1)} is banned"


def check_comments(path, text):
    bare = re.sub(r'"(?:\\.|[^"\\\n])*"', '""', text)
    bare_blocks = re.sub(r"/\*.*?\*/", lambda m: re.sub(r"[^\n]", " ", m.group(0)), bare,
                         flags=re.S)
    for number, line in enumerate(bare_blocks.split("\n"), 1):
        if "//" in line:
            yield number, "comment", "comments are written /* so */"
    for number, line in enumerate(text.split("\n"), 1):
        if re.search(r"\b(TODO|FIXME|XXX)\b(?! #\d)", line):
            yield number, "comment", "a mark of unfinished work without an issue"


def check_providers(path, code):
    name = str(path)
    if room_of(path) not in NEUTRAL or name in REGISTRIES:
        return
    if any(p in path.name for p in PROVIDERS):
        return
    pattern = re.compile(r"(?<![A-Za-z0-9])(" + "|".join(PROVIDERS) + r")(?![A-Za-z0-9])", re.I)
    for number, line in enumerate(code.split("\n"), 1):
        match = pattern.search(line)
        if match:
            yield number, "provider", f"'{match.group(1)}' in a file of all providers"


def check_header(root, path, compiler):
    """The header compiles alone."""
    done = subprocess.run(
        [compiler, "-std=c17", "-fsyntax-only", "-D_GNU_SOURCE", "-I", str(root), "-x", "c",
         str(root / path)], capture_output=True, text=True)
    if done.returncode != 0:
        first = (done.stderr.strip().split("\n") or [""])[0]
        return [(path, 1, "header", f"does not compile alone: {first}")]
    return []


def check_format(root, paths, program):
    done = subprocess.run([program, "--dry-run", "-Werror"] + [str(root / p) for p in paths],
                          capture_output=True, text=True)
    for line in done.stderr.split("\n"):
        match = re.match(r"(.*?):(\d+):\d+: error", line)
        if match:
            path = pathlib.Path(match.group(1)).relative_to(root)
            yield path, int(match.group(2)), "format", f"not as {program} has it"
    if done.returncode != 0 and "error" not in done.stderr:
        yield pathlib.Path("."), 0, "format", done.stderr.strip()


def nouns(root, path):
    """What symbols of a file may begin with: its stem, each beginning of the stem that has a
    header of its own in the folder, and the header that the file includes first: its own."""
    parts = path.stem.removesuffix("_priv").split("_")
    found = [path.stem]
    for end in range(len(parts), 0, -1):
        noun = "_".join(parts[:end])
        if any((root / path.parent / (noun + ending)).exists() for ending in (".h", "_priv.h")):
            found.append(noun)
    own = re.search(r'#include "([^"]+)"', (root / path).read_text(encoding="utf-8"))
    if own and own.group(1).startswith(path.parent.name + "/"):
        found.append(pathlib.Path(own.group(1)).stem.removesuffix("_priv"))
    return found


def symbols_of(library):
    """(object, section, bind, name) of each defined data or code symbol."""
    done = subprocess.run(["objdump", "-t", str(library)], capture_output=True, text=True,
                          check=True)
    member = ""
    for line in done.stdout.split("\n"):
        match = re.match(r"(\S+)\.c\.o:\s+file format", line)
        if match:
            member = match.group(1)
            continue
        match = re.match(r"[0-9a-f]{8,} (.{7}) (\S+)\s+[0-9a-f]+ +(?:\.\w+ +)?(\S+)$", line)
        if match and match.group(2) not in ("*UND*", "*ABS*", "*COM*"):
            yield member, match.group(2), match.group(1), match.group(3)


def check_library(root, room, library):
    for member, section, flags, name in symbols_of(library):
        path = pathlib.Path(room) / f"{member}.c"
        if name.startswith(("__", ".", "_")) or not (root / path).exists():
            continue
        is_global = flags[0] == "g"
        is_object = flags[6] == "O"
        if is_global and not any(name.startswith(n) for n in nouns(root, path)):
            yield path, 1, "symbol", f"'{name}' does not begin with the file's noun"
        if is_object and re.match(r"\.(data|bss)(\.(?!rel\.ro)|$)", section) and \
                path.name not in STATEFUL:
            yield path, 1, "state", f"'{name}' is static mutable state"


def c_files(root):
    done = subprocess.run(["git", "-C", str(root), "ls-files", "-co", "--exclude-standard",
                           "*.c", "*.h"], capture_output=True, text=True)
    if done.returncode == 0 and done.stdout:
        names = done.stdout.split("\n")
    else:
        names = [str(p.relative_to(root)) for p in root.rglob("*.[ch]")]
    return sorted(pathlib.Path(n) for n in names if n and (root / n).exists()
                  and not n.startswith("build/"))


def check_text(root, path):
    text = (root / path).read_text(encoding="utf-8")
    code = strip_comments(text, strings=True)
    code_only = strip_comments(text, strings=False)
    found = list(check_includes(path, text)) + list(check_lines(path, text))
    found += list(check_functions(path, text)) + list(check_comments(path, text))
    found += list(check_providers(path, code))
    if room_of(path) in MAY_INCLUDE:
        found += list(check_calls(path, code_only))
    return [(path, number, rule, what) for number, rule, what in found]


def check_all(root, libraries, compiler, clang_format):
    paths = c_files(root)
    found = []
    for path in paths:
        found += check_text(root, path)
    headers = [p for p in paths if p.suffix == ".h" and room_of(p) in MAY_INCLUDE]
    if compiler:
        with ThreadPoolExecutor(2) as pool:
            for result in pool.map(lambda p: check_header(root, p, compiler), headers):
                found += result
    if clang_format:
        found += check_format(root, paths, clang_format)
    for room in MAY_INCLUDE if libraries else []:
        library = libraries / f"lib{room}.a"
        if library.exists():
            found += check_library(root, room, library)
        else:
            found.append((pathlib.Path(room), 0, "symbol", f"{library} is not built"))
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("root", type=pathlib.Path)
    parser.add_argument("--libraries", type=pathlib.Path)
    parser.add_argument("--compiler")
    parser.add_argument("--clang-format")
    given = parser.parse_args()
    found = check_all(given.root.resolve(), given.libraries, given.compiler,
                      given.clang_format)
    for path, number, rule, what in sorted(set(found), key=lambda f: (str(f[0]), f[1], f[2])):
        print(f"{path}:{number}: {rule}: {what}")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
