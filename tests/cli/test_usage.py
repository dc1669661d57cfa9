"""Commands, options, help, and what is said about wrong ones."""
import os
import pathlib
import subprocess

import pytest

from conftest import ROOT

COMMANDS = ["ingest", "query", "why", "shell", "report", "status", "check", "catalog",
            "rules"]

# arguments, part of the message
WRONG = [
    (["stauts"], "unknown command 'stauts'; did you mean 'status'?"),
    (["frobnicate"], "unknown command 'frobnicate'"),
    ([], "no command and no query"),
    (["--stor", "x", "status"], "unknown option '--stor'; did you mean '--store'?"),
    (["--sto=x", "status"], "unknown option '--sto'"),
    (["status", "-x"], "unknown option '-x'"),
    (["status", "--store"], "option '--store' needs DIR"),
    (["status", "--store="], "option '--store' needs DIR, not nothing"),
    (["status", "--quiet=yes"], "option '--quiet' takes no value"),
    (["status", "-o", "jsno"], "unknown output format 'jsno'; did you mean 'json'?"),
    (["query", "--expect", "alowed", "find user"], "did you mean 'allowed'?"),
    (["status", "--exit-code"], "'status' takes no option '--exit-code'"),
    (["status", "--keep-going"], "'status' takes no option '--keep-going'"),
    (["catalog", "show", "--store", "x"], "'catalog' takes no option '--store'"),
    (["status", "extra"], "'status' has no use for 'extra'"),
    (["why", "user/a"], "usage: latchkey why IDENTITY ACTION RESOURCE"),
    (["ingest"], "usage: latchkey ingest PATH..."),
    (["catalog", "update"], "usage: latchkey catalog show"),
    (["rules", "list"], "usage: latchkey rules [show ID]"),
    (["rules", "show", "lamda-001"], "there is no rule 'lamda-001'; did you mean 'lambda-001'?"),
    (["catalog", "show", "s3:GetObjct"], "did you mean 's3:GetObject'?"),
]


@pytest.mark.parametrize("args,message", WRONG)
def test_wrong_use(bare, args, message):
    told = bare.fails(2, *args)
    assert told.startswith("latchkey: ")
    assert message in told


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_each_command(bare, command):
    text = bare.ok(command, "--help")
    assert text.startswith(f"latchkey {command}: ")
    assert "usage: latchkey " + command in text
    examples = text.split("\nexamples:\n")[1]
    assert examples.count("latchkey ") >= 2
    assert all(len(line) <= 100 for line in text.split("\n"))


def test_help_lists_every_command(bare):
    text = bare.ok("--help")
    listed = text.split("\ncommands:\n")[1].split("\n\n")[0]
    assert [line.split()[0] for line in listed.split("\n")] == COMMANDS


def test_every_example_of_the_help_parses(bare):
    """An option in an example is one that the command takes."""
    for command in COMMANDS:
        for line in bare.ok(command, "--help").split("\nexamples:\n")[1].split("\n"):
            words = line.split()
            for word in words:
                if word.startswith("--"):
                    assert word in bare.ok(command, "--help").split("options:")[1]


def test_version(bare):
    assert bare.ok("--version").startswith("latchkey 0.")


def test_manual_pages_are_those_of_the_table(tmp_path):
    subprocess.run([os.environ["LATCHKEY_MANUAL"], str(tmp_path)], check=True)
    made = {p.name: p.read_text() for p in tmp_path.iterdir()}
    kept = {p.name: p.read_text() for p in (ROOT / "docs/man").glob("*.1")}
    assert set(made) == {"latchkey.1"} | {f"latchkey-{c}.1" for c in COMMANDS}
    assert made == kept, "build/asan/tests/latchkey_manual docs/man writes them anew"


def test_options_may_stand_anywhere(acme):
    want = acme.ok("query", "find user limit 1", "-o", "csv")
    assert acme.ok("-o", "csv", "query", "find user limit 1") == want
    assert acme.ok("-ocsv", "find user limit 1") == want
    assert acme.ok("--output=csv", "find user limit 1") == want
    assert acme.ok("query", "-o", "csv", "--", "find user limit 1") == want
    assert acme.ok("-qo", "csv", "find user limit 1") == want
    assert acme.ok("query", "find", "user", "limit", "1", "-o", "csv") == want


def test_words_with_blanks_are_not_guessed_at(acme):
    assert "as one argument" in acme.fails(2, "find", "user where", "x")


def test_store_option_goes_before_environment(acme, tmp_path):
    good = acme.env["LATCHKEY_STORE"]
    none = str(tmp_path / "none")
    acme.ok("status", "--store", good, env={"LATCHKEY_STORE": none})
    acme.ok("status", env={"LATCHKEY_STORE": good, "XDG_DATA_HOME": none})
    assert none in acme.fails(3, "status", "--store", none)


def test_store_places(acme, tmp_path):
    good = pathlib.Path(acme.env["LATCHKEY_STORE"])
    xdg, home = tmp_path / "xdg", tmp_path / "home"
    xdg.mkdir()
    (home / ".local/share").mkdir(parents=True)
    (xdg / "latchkey").symlink_to(good)
    empty = {"LATCHKEY_STORE": ""}
    for env in ({**empty, "XDG_DATA_HOME": str(xdg)},
                {**empty, "XDG_DATA_HOME": "relative", "HOME": str(home)},
                {**empty, "XDG_DATA_HOME": "", "HOME": str(home)}):
        told = acme.run("status", env=env).stderr.decode()
        want = xdg / "latchkey" if env["XDG_DATA_HOME"] == str(xdg) \
            else home / ".local/share/latchkey"
        assert told == "" or str(want) in told


def test_missing_store(bare, tmp_path):
    for args in (["status"], ["check"], ["find user"], ["why", "user/a", "read", "bucket/b"],
                 ["report", "blast-radius"], ["shell"]):
        told = bare.fails(3, *args, "--store", str(tmp_path / "no\x1bne"))
        assert "\x1b" not in told
        assert told.startswith("latchkey: ")
    assert not (tmp_path / "no\x1bne").exists()


