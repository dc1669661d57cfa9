"""The tidy checks can fail: each rule finds a sample that breaks it, and passes one that does not."""
import pathlib
import subprocess
import sys

import pytest

TIDY = pathlib.Path(__file__).with_name("tidy.py")

GOOD_HEADER = "#ifndef BASE_THING_H\n#define BASE_THING_H\n\nint thing_size(void);\n\n#endif\n"
GOOD = '#include "base/thing.h"\n\nint thing_size(void)\n{\n\treturn 1;\n}\n'
LONG = "int thing_size(void)\n{\n" + "\t;\n" * 69 + "}\n"

BAD = [
    ("include", "base/thing.c", '#include "query/run.h"\n'),
    ("include", "ingest/thing.c", '#include "reachability/world.h"\n'),
    ("include", "query/thing.c", '#include "graphstore/store_priv.h"\n'),
    ("include", "query/thing.c", '#include "run.h"\n'),
    ("home", "graphstore/thing.c", "#include <yyjson.h>\n"),
    ("home", "query/thing.c", "#include <openssl/sha.h>\n"),
    ("columns", "base/thing.c", "/* " + "x" * 90 + " */\n"),
    ("columns", "base/thing.c", "\t\t\t\t\t\t\t\t\t\t\t\tint x;\n"),
    ("length", "base/thing.c", "\n" * 700),
    ("function", "base/thing.c", LONG),
    ("banned", "base/thing.c", "int f(char *a)\n{\n\treturn atoi(a);\n}\n"),
    ("banned", "base/thing.c", "void f(char *a)\n{\n\tstrcpy (a, a);\n}\n"),
    ("comment", "base/thing.c", "int x; // so\n"),
    ("comment", "base/thing.c", "/* TODO later */\n"),
    ("provider", "query/thing.c", 'const char *x = "aws:iam:role";\n'),
    ("provider", "cli/thing.c", "int azure_thing;\n"),
    ("header", "base/thing.h", "struct str thing(void);\nint x = sizeof(struct str);\n"),
    ("format", "base/thing.c", "int   thing_size( void );\n"),
]

FINE = [
    ("provider", "query/thing.c", "/* in AWS this is so */\n"),
    ("provider", "query/aws_thing.c", "int aws_thing;\n"),
    ("banned", "base/thing.c", 'const char *x = "strcpy(";\n'),
    ("banned", "base/thing.c", "int my_atoi(int a);\n"),
    ("comment", "base/thing.c", 'const char *x = "https://example.com";\n'),
    ("columns", "base/thing.c", "/* clang-format off */\n/* " + "x" * 90 + " */\n"),
    ("columns", "base/thing.c", "/*\n * https://example.com/" + "x" * 90 + "\n */\n"),
    ("columns", "base/thing.c", "/*\n *\ta" + "-" * 90 + "> b\n */\n"),
    ("function", "base/thing.c", LONG.replace("\t;\n", "", 1)),
    ("include", "cli/thing.c", '#include "ingest/ingest.h"\n'),
    ("home", "base/thing.c", "#include <yyjson.h>\n"),
]


def run(root, *more):
    return subprocess.run([sys.executable, str(TIDY), str(root), *more], capture_output=True,
                          text=True)


def write(root, name, text):
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@pytest.mark.parametrize("rule,name,text", BAD)
def test_finds(tmp_path, rule, name, text):
    write(tmp_path, name, text)
    done = run(tmp_path, "--compiler", "cc", "--clang-format", "clang-format-14")
    assert done.returncode == 1
    assert f": {rule}: " in done.stdout, done.stdout + done.stderr


@pytest.mark.parametrize("rule,name,text", FINE)
def test_lets_pass(tmp_path, rule, name, text):
    write(tmp_path, name, text)
    assert f": {rule}: " not in run(tmp_path).stdout


def build(root, text):
    write(root, "base/thing.h", GOOD_HEADER)
    write(root, "base/thing.c", text)
    subprocess.run(["cc", "-c", "-I", str(root), "-o", str(root / "thing.c.o"),
                    str(root / "base/thing.c")], check=True)
    subprocess.run(["ar", "rc", str(root / "libbase.a"), str(root / "thing.c.o")], check=True)
    return [line for line in run(root, "--libraries", str(root)).stdout.split("\n")
            if line.startswith("base/")]


def test_symbols(tmp_path):
    assert build(tmp_path, GOOD) == []


def test_foreign_symbol(tmp_path):
    found = build(tmp_path, GOOD + "\nint other(void);\nint other(void)\n{\n\treturn 1;\n}\n")
    assert len(found) == 1 and "symbol: 'other'" in found[0]


def test_state(tmp_path):
    found = build(tmp_path, GOOD.replace("\treturn 1;", "\tstatic int n;\n\n\treturn n++;"))
    assert len(found) == 1 and "state: " in found[0]


def test_constant_is_no_state(tmp_path):
    text = GOOD.replace("int thing_size", 'static const char *const names[] = { "a" };\n\n'
                        "int thing_size").replace("return 1", "return names[0][0]")
    assert build(tmp_path, text) == []
