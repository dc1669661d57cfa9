"""What the tests of the program share: how to run it, and stores to ask."""
import json
import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("LATCHKEY", str(ROOT / "build/asan/latchkey"))


class Program:
    """Runs latchkey in an environment of its own."""

    def __init__(self, home):
        self.env = {"HOME": str(home), "PATH": os.environ["PATH"],
                    "ASAN_OPTIONS": "detect_leaks=1", "TERM": "xterm"}

    def run(self, *args, stdin="", env=None, **more):
        done = subprocess.run([PROGRAM, *args], input=stdin.encode(), capture_output=True,
                              env={**self.env, **(env or {})}, timeout=120, **more)
        assert b"Sanitizer" not in done.stderr, done.stderr.decode("utf-8", "replace")
        return done

    def ok(self, *args, **more):
        done = self.run(*args, **more)
        assert done.returncode == 0, done.stderr.decode("utf-8", "replace")
        return done.stdout.decode("utf-8")

    def json(self, *args, **more):
        return json.loads(self.ok(*args, "-o", "json", **more))

    def fails(self, status, *args, **more):
        done = self.run(*args, **more)
        assert done.returncode == status, (done.returncode, done.stderr)
        return done.stderr.decode("utf-8")


@pytest.fixture
def bare(tmp_path):
    """The program without any store."""
    return Program(tmp_path)


@pytest.fixture(scope="session")
def acme(tmp_path_factory):
    """The program with the sample organization in its store."""
    home = tmp_path_factory.mktemp("acme")
    program = Program(home)
    program.env["LATCHKEY_STORE"] = str(home / "store")
    program.ok("ingest", str(ROOT / "examples/acme"))
    return program


# What a name must not be able to do, and the reason for each.
HOSTILE = {
    "escape": "a\x1b[31mred\x1b]0;title\x07",
    "newline": "a\nb\r\nc",
    "c1": "a\x9b31m",
    "bidi": "a\u202etxt.exe",
    "zero-width": "a\u200bdmin\ufeff",
    "formula": "=HYPERLINK(\"http://x\",\"y\")",
    "quote": "a\"b'c`d",
    "html": "<img src=x onerror=alert(1)>",
    "pipe": "a|b|c",
    "backslash": "a\\\"b\\n",
    "percent": "%s%n%d",
    "wide": "\u540d\u524d" * 30,
    "long": "x" * 900,
}


def hostile_details():
    """Authorization details of one account in which every name and tag is hostile."""
    users = []
    for index, (what, name) in enumerate(HOSTILE.items()):
        users.append({
            "Path": "/", "UserName": name, "UserId": f"AIDA{index:017d}",
            "Arn": f"arn:aws:iam::111122223333:user/{name}",
            "CreateDate": "2024-01-01T00:00:00Z", "GroupList": [],
            "AttachedManagedPolicies": [],
            "Tags": [{"Key": f"team-{what}", "Value": name}],
            "UserPolicyList": [{"PolicyName": name, "PolicyDocument": {
                "Version": "2012-10-17", "Statement": [{
                    "Sid": "S", "Effect": "Allow", "Action": "iam:GetUser",
                    "Resource": "*",
                    "Condition": {"StringEquals": {"aws:SourceVpc": name}}}]}}],
        })
    return {"UserDetailList": users, "GroupDetailList": [], "RoleDetailList": [],
            "Policies": [], "IsTruncated": False}


@pytest.fixture(scope="session")
def hostile(tmp_path_factory):
    home = tmp_path_factory.mktemp("hostile")
    program = Program(home)
    program.env["LATCHKEY_STORE"] = str(home / "store")
    (home / "details.json").write_text(json.dumps(hostile_details()))
    program.ok("ingest", str(home / "details.json"))
    return program
