"""The program as a process: exit statuses, closed and full outputs, terminals, signals."""
import fcntl
import json
import os
import pty
import re
import signal
import struct
import subprocess
import termios
import time

import pytest

from conftest import PROGRAM, ROOT

YES = "can role/finance s3:GetObject s3://payroll/2026/q1.csv"
NO = "can user/hank s3:GetObject s3://payroll/2026/q1.csv"

STATUS = [
    (0, [NO]),
    (1, [NO, "--exit-code"]),
    (0, [NO, "--expect", "denied"]),
    (1, [NO, "--expect", "allowed"]),
    (0, [NO, "--fail-on", "unknown"]),
    (1, [NO, "--fail-on", "denied"]),
    (0, ["find user where name:alice", "--exit-code"]),
    (1, ["find user where name:nobody", "--exit-code"]),
    (0, ["find user where name:nobody"]),
    (0, ["find user where name:nobody", "--fail-on", "unknown"]),
    (0, ["find user where name:nobody", "--expect", "denied"]),
    (1, ["find user where name:nobody", "--expect", "allowed"]),
    (1, ["who can access bucket/payroll", "--fail-on", "allowed"]),
    (1, ["who can access bucket/payroll", "--expect", "denied"]),
    (2, ["find nonsense"]),
    (2, ["who can access bucket/nonsense", "--exit-code"]),
    (2, ["blast user/hank", "-o", "mermaid"]),
]


@pytest.mark.parametrize("status,args", STATUS, ids=lambda x: str(x))
def test_status(acme, status, args):
    done = acme.run(*args)
    assert done.returncode == status, done.stderr
    assert (done.stdout == b"") == (status == 2)


def test_error_is_never_no(acme, tmp_path):
    for args in (["nonsense:query", "--exit-code"], [NO, "--expect", "maybe"]):
        assert acme.run(*args).returncode == 2
    assert acme.run(NO, "--exit-code", "--store", str(tmp_path / "x")).returncode == 3


def test_yes_is_yes(acme):
    verdict = acme.json(YES)["verdict"]
    assert verdict != "denied"
    assert acme.run(YES, "--exit-code").returncode == 0
    assert acme.run(YES, "--expect", verdict).returncode == 0
    assert acme.run(YES, "--fail-on", verdict).returncode == 1


def test_wrong_query_has_a_picture(acme):
    told = acme.fails(2, "find user where knid:role").split("\n")
    assert told[0].startswith("latchkey: column 17: ")
    assert told[1] == "  find user where knid:role"
    assert told[2] == "  " + " " * 16 + "^^^^"
    assert sum("did you mean 'kind'" in line for line in told) == 1


def test_script(acme, tmp_path):
    script = tmp_path / "q.txt"
    script.write_text(f"# comment\n{YES}\n\n{NO}\nfind user limit 2\n")
    out = acme.ok("query", "-f", str(script), "-o", "ndjson").split("\n")[:-1]
    assert len(out) == 4
    lines = [json.loads(line) for line in out]
    assert [line.get("query") for line in lines[:2]] == [YES, NO]
    assert acme.ok("query", "-f", "-", "-o", "ndjson", stdin=script.read_text()).split("\n") \
        == out + [""]
    assert acme.run("query", "-f", str(script), "--exit-code").returncode == 1


def test_script_goes_on_behind_a_wrong_query(acme, tmp_path):
    script = tmp_path / "q.txt"
    script.write_text(f"{NO}\nfind nonsense\n{NO}\n")
    done = acme.run("-f", str(script), "-o", "ndjson", "--exit-code")
    lines = [json.loads(line) for line in done.stdout.decode().split("\n")[:-1]]
    assert done.returncode == 2
    assert [list(line)[:2] for line in lines] == [["query", "as_of"], ["query", "error"],
                                                  ["query", "as_of"]]
    assert f"{script}:2: " in done.stderr.decode()


def test_script_and_query_exclude_each_other(acme):
    acme.fails(2, "query", "-f", "x", "find user")
    acme.fails(3, "query", "-f", "/nonexistent/script")


def test_shell(acme):
    out = acme.ok("shell", stdin="find user where name:alice\n.mode json\n.mode\n"
                                 "find user where name:alice\n.quit\nfind user\n")
    assert out.count("alice") >= 2 and '"name":"alice"' in out and "\njson\n" in out
    assert '"name":"bob"' not in out
    assert acme.run("shell", stdin="nonsense:query\n").returncode == 2
    assert acme.run("shell", stdin=".nonsense\n").returncode == 2
    assert ".timer on|off" in acme.ok("shell", stdin=".help\n")


def test_reader_that_leaves_is_no_failure(acme):
    done = subprocess.Popen([PROGRAM, "what can {kind:role} access", "-o", "ndjson"],
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=acme.env)
    done.stdout.read(10)
    done.stdout.close()
    told = done.stderr.read()
    assert done.wait() == 0 and b"rror" not in told and b"Broken" not in told


def test_closed_output_is_a_failure(acme):
    for args in ("find user", "--help"):
        done = subprocess.run(["sh", "-c", '"$0" "$1" >&-', PROGRAM, args], env=acme.env,
                              capture_output=True, text=True)
        assert done.returncode == 3
        assert "cannot write to standard output: Bad file descriptor" in done.stderr


def test_full_disk_is_a_failure(acme):
    with open("/dev/full", "w") as full:
        done = subprocess.run([PROGRAM, "find user"], stdout=full, stderr=subprocess.PIPE,
                              env=acme.env, text=True)
    assert done.returncode == 3
    assert "cannot write to standard output: No space left on device" in done.stderr


def test_closed_error_output_does_no_harm(acme):
    done = subprocess.run(["sh", "-c", '"$0" status 2>&- </dev/null', PROGRAM], env=acme.env,
                          capture_output=True)
    assert done.returncode == 0 and done.stdout
    assert acme.ok("check") == "nothing wrong\n"


def on_terminal(program, args, columns, env=None):
    """Output as a terminal of that width gets it."""
    pid, fd = pty.fork()
    if pid == 0:
        fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        os.execve(PROGRAM, [PROGRAM, *args], {**program.env, **(env or {})})
    out = b""
    while True:
        try:
            piece = os.read(fd, 65536)
        except OSError:
            break
        if not piece:
            break
        out += piece
    os.close(fd)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    return out.decode("utf-8").replace("\r\n", "\n")


def test_terminal_gets_colours_and_a_fitting_table(acme):
    for columns in (80, 120, 160):
        text = on_terminal(acme, ["who can access bucket/payroll", "-q"], columns)
        plain = re.sub("\x1b\\[[0-9;]*m", "", text)
        assert plain != text
        table = [line for line in plain.split("\n") if not line.startswith("unknown: ")]
        assert max(len(line) for line in table) <= columns
        assert "\u2026" in plain or columns == 160
    for env, args in (({"NO_COLOR": "1"}, []), ({"TERM": "dumb"}, []), ({}, ["--no-color"])):
        assert "\x1b" not in on_terminal(acme, ["find user limit 3", *args], 80, env)


def test_no_colours_in_a_pipe(acme):
    assert "\x1b" not in acme.ok("who can access bucket/payroll")


def test_progress_is_only_for_terminals(bare, tmp_path):
    done = bare.run("ingest", str(ROOT / "examples/acme"), "--store", str(tmp_path / "s"))
    assert done.returncode == 0 and b"\x1b" not in done.stderr and b"\r" not in done.stderr
    assert b"scopes" in done.stderr and done.stdout == b""
    quiet = bare.run("ingest", str(ROOT / "examples/acme"), "-q", "--store", str(tmp_path / "s"))
    assert b"read " not in quiet.stderr
    shown = on_terminal(bare, ["ingest", str(ROOT / "examples/acme"), "--store",
                               str(tmp_path / "t")], 80)
    assert "\r\x1b[K" in shown and "%" in shown


def test_locale_changes_nothing(acme):
    want = acme.ok("find user", "-o", "csv")
    for locale in ("tr_TR.UTF-8", "C", "ar_EG.UTF-8"):
        assert acme.ok("find user", "-o", "csv", env={"LC_ALL": locale}) == want


def test_damaged_input_leaves_the_store_as_it_was(acme, tmp_path):
    before = acme.ok("who can access bucket/payroll", "-o", "json")
    bad = tmp_path / "bad.json"
    bad.write_text('{"UserDetailList": [{"UserName": "x"')
    assert str(bad) in acme.fails(3, "ingest", str(bad))
    assert "no-such-file" in acme.fails(3, "ingest", str(tmp_path / "no-such-file"))
    assert acme.ok("who can access bucket/payroll", "-o", "json") == before


def test_keep_going_is_incomplete(bare, tmp_path):
    bad = tmp_path / "bad.json"
    bad.write_text('{"UserDetailList": [{"UserName": "x"')
    args = ["ingest", "--keep-going", str(ROOT / "examples/acme"), str(bad), "--store",
            str(tmp_path / "s")]
    told = bare.fails(5, *args)
    assert f"not used: {bad}" in told
    assert bare.json("find user where name:alice", "--store", str(tmp_path / "s"))["rows"]


def test_store_is_private(bare, tmp_path):
    bare.ok("ingest", str(ROOT / "examples/acme/sandbox"), "--store", str(tmp_path / "s"))
    assert (tmp_path / "s").stat().st_mode & 0o777 == 0o700
    for file in (tmp_path / "s").iterdir():
        assert file.stat().st_mode & 0o077 == 0


def test_damaged_store_is_an_error(bare, tmp_path):
    store = tmp_path / "s"
    bare.ok("ingest", str(ROOT / "examples/acme/sandbox"), "--store", str(store))
    data = bytearray((store / "data.mdb").read_bytes())
    for at in range(8192, len(data), 64):
        data[at] ^= 0x55
    (store / "data.mdb").write_bytes(data)
    for args in (["status"], ["check"], ["find user"]):
        done = bare.run(*args, "--store", str(store))
        assert done.returncode == 3, (args, done.stdout, done.stderr)


def test_interrupt_leaves_the_store_as_it_was(acme, tmp_path):
    """Interrupted while it reads a pipe that never ends: 130, and the same answers as before."""
    before = acme.ok("who can access bucket/payroll", "-o", "json")
    done = subprocess.Popen([PROGRAM, "ingest", "-"], stdin=subprocess.PIPE,
                            stderr=subprocess.PIPE, env=acme.env)
    done.stdin.write(b'{"UserDetailList": [')
    done.stdin.flush()
    time.sleep(0.5)
    done.send_signal(signal.SIGINT)
    time.sleep(0.2)
    done.stdin.close()
    assert done.wait(timeout=30) == 130
    assert b"Sanitizer" not in done.stderr.read()
    assert acme.ok("who can access bucket/payroll", "-o", "json") == before
