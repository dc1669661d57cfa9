"""Every form of output: field names, order and types, quoting, hostile names."""
import csv
import io
import json
import re
import unicodedata

import pytest

from conftest import HOSTILE

PAYROLL = "arn:aws:s3:::payroll"
FORMATS = ["table", "json", "ndjson", "csv", "markdown", "dot", "mermaid"]

VERDICTS = {"allowed", "conditional", "eligible", "unknown", "denied"}
LEVELS = ["list", "read", "write", "tag", "permissions"]
HOPS = {"assume", "carry", "expose", "escalate"}

ROW = ["key", "name", "kind", "account", "path", "hops", "hop", "verdict", "levels", "actions",
       "conditions", "resources", "via", "admin", "public", "external", "group", "other"]


def is_text(value):
    return isinstance(value, str) and value != ""


def check_steps(steps):
    for step in steps:
        assert [k for k in step if k not in ("through", "yields")][:5] == ["from", "to", "rule", "hop", "verdict"]
        assert is_text(step["from"]) and is_text(step["to"]) and is_text(step["rule"])
        assert step["hop"] in HOPS and step["verdict"] in VERDICTS - {"denied"}
    for one, next_one in zip(steps, steps[1:]):
        assert one["to"] == next_one["from"]


def check_conditions(conditions):
    for condition in conditions:
        assert list(condition) == ["text", "actions"]
        assert is_text(condition["text"])
        assert all(is_text(a) for a in condition["actions"])


def check_row(row):
    assert list(row) == ROW
    assert is_text(row["key"])
    assert row["name"] is None or is_text(row["name"])
    assert row["kind"] is None or is_text(row["kind"])
    assert row["path"] in ("direct", "indirect")
    assert isinstance(row["hops"], int)
    assert (row["hops"] == 0) == (row["path"] == "direct") == (row["hop"] is None)
    assert row["hop"] is None or row["hop"] in HOPS
    assert len(row["via"]) == row["hops"]
    assert row["verdict"] in VERDICTS - {"denied"}
    assert row["levels"] == [x for x in LEVELS if x in row["levels"]]
    assert row["actions"] == sorted(row["actions"], key=str.lower)
    assert (row["verdict"] == "allowed") <= (row["conditions"] == [])
    check_conditions(row["conditions"])
    check_steps(row["via"])
    for flag in ("admin", "public", "external"):
        assert isinstance(row[flag], bool)


def check_answer(answer, more=()):
    assert list(answer) == ["query", "as_of", "rows", *more, "excluded", "unknown"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", answer["as_of"])
    for one in answer["excluded"]:
        assert list(one) == ["key", "reason", "other"]
    for one in answer["unknown"]:
        assert list(one) == ["scope", "what"]


@pytest.mark.parametrize("query", [
    "who can access bucket/payroll",
    "what can user/alice access",
    "what can user/bob access indirectly order by hops",
    "who can s3:GetObject s3://payroll/2026/q1.csv",
    "what can user/eve become",
    "who can become role/admin",
])
def test_rows(acme, query):
    answer = acme.json(query)
    check_answer(answer)
    assert answer["rows"], query
    for row in answer["rows"]:
        check_row(row)


def test_canonical_query_is_printed_back(acme):
    answer = acme.json("Who CAN access the bucket/payroll?")
    assert answer["query"] == "who can access bucket/payroll"


def test_columns_asked_for(acme):
    answer = acme.json("who can access bucket/payroll show key, verdict, levels limit 3")
    for row in answer["rows"]:
        assert list(row) == ["key", "verdict", "levels"]
        assert isinstance(row["levels"], list)
    lines = acme.ok("who can access bucket/payroll show key, verdict limit 3", "-o", "csv")
    assert lines.split("\r\n")[0] == '"key","verdict"'


def check_proof(proof, hop):
    names = ["reason", "action", "resource", "items"]
    assert list(proof) == (["from", "to", "rule", "verdict", *names] if hop
                           else [*names, "hops"])
    for item in proof["items"]:
        assert list(item) == ["type", "layer", "policy", "holder", "via", "level",
                              "statement", "sid", "text", "source", "conditions", "holds",
                              "role", "block"]
        assert item["type"] in ("allow", "deny", "ceiling", "nothing", "unknown", "rule")
        assert isinstance(item["holds"], bool)
        if item["type"] in ("allow", "deny"):
            assert json.loads(item["text"])["Effect"] == item["type"].capitalize()


def check_decision(answer):
    assert list(answer) == ["query", "as_of", "verdict", "path", "hops", "via", "conditions",
                            "proof", "unknown"]
    assert answer["verdict"] in VERDICTS
    assert answer["path"] in ("direct", "indirect", None)
    assert (answer["path"] is None) == (answer["verdict"] == "denied")
    check_steps(answer["via"])
    assert len(answer["via"]) == answer["hops"] == len(answer["proof"]["hops"])
    check_conditions(answer["conditions"])
    check_proof(answer["proof"], False)
    for hop in answer["proof"]["hops"]:
        check_proof(hop, True)


@pytest.mark.parametrize("query", [
    "can role/finance s3:GetObject s3://payroll/2026/q1.csv",
    "can user/dana s3:PutObject s3://payroll/2026/q1.csv",
    "can user/hank sts:AssumeRole role/finance",
])
def test_decision(acme, query):
    check_decision(acme.json(query))


def test_why_is_can(acme):
    words = ["user/dana", "s3:PutObject", "s3://payroll/2026/q1.csv"]
    assert acme.json("why", *words) == acme.json("can " + " ".join(words))


def test_how(acme):
    answer = acme.json("how can user/dana s3:PutObject s3://payroll/2026/q1.csv")
    check_answer(answer)
    assert answer["rows"]
    for row in answer["rows"]:
        assert list(row) == ["cost", "hops", "hop", "verdict", "steps"]
        assert len(row["steps"]) == row["hops"]
        check_steps(row["steps"])
        for step in row["steps"]:
            check_conditions(step["conditions"])
    costs = [row["cost"] for row in answer["rows"]]
    assert costs == sorted(costs)


def test_blast(acme):
    answer = acme.json("blast role/ci-deploy group by account,type")
    check_answer(answer, ["total"])
    for row in answer["rows"]:
        assert list(row) == ["account", "type", "count", "share"]
        assert 0 < row["share"] <= 1
    assert sum(row["count"] for row in answer["rows"]) == answer["total"]


def test_groups(acme):
    answer = acme.json("who can access bucket/payroll group by account")
    check_answer(answer, ["total"])
    assert all(list(row) == ["account", "count"] for row in answer["rows"])


def test_find(acme):
    answer = acme.json("find user where account:prod")
    check_answer(answer)
    names = [row["name"] for row in answer["rows"]]
    assert "alice" in names and names == sorted(names)
    for row in answer["rows"]:
        assert list(row) == ["key", "name", "kind", "account", "tags", "enabled", "created",
                             "last_used", "admin"]
        assert isinstance(row["tags"], dict) and isinstance(row["enabled"], bool)


def test_show(acme):
    answer = acme.json("show user/alice")
    assert list(answer) == ["query", "as_of", "entity", "unknown"]
    entity = answer["entity"]
    assert list(entity) == ["key", "name", "kind", "account", "scope", "parent", "collected",
                            "enabled", "created", "last_used", "tags", "attributes",
                            "relations", "resource_policy", "policies", "coverage", "source"]
    assert entity["key"] == "arn:aws:iam::111122223333:user/alice"
    assert {"relation": "member_of", "from": entity["key"],
            "to": "arn:aws:iam::111122223333:group/finance-analysts"} in entity["relations"]
    assert [p["name"] for p in entity["policies"]] == ["reports"]
    assert json.loads(entity["policies"][0]["text"])["Statement"]
    assert entity["source"].split("@")[0].endswith("get-account-authorization-details.json")


def test_explain(acme):
    answer = acme.json("explain who can access bucket/payroll")
    assert list(answer) == ["query", "as_of", "plan"] and answer["plan"]


def test_status(acme):
    status = acme.json("status")
    assert list(status) == ["store", "as_of", "generation", "file_bytes", "used_bytes",
                            "documents", "entities", "identities", "scopes", "not_collected",
                            "invalid_policies"]
    for scope in status["scopes"]:
        assert list(scope) == ["scope", "name", "collected_at", "format", "entities",
                               "identities", "documents", "gaps", "invalid", "version"]
    assert sum(s["entities"] for s in status["scopes"]) == status["entities"] > 200
    for gap in status["not_collected"]:
        assert list(gap) == ["scope", "what", "state", "subject", "count", "detail"]
        assert gap["state"] in ("refused", "partial", "not asked")
    for scope in status["scopes"]:
        assert scope["gaps"] == sum(g["scope"] == scope["scope"]
                                    for g in status["not_collected"])
    text = acme.ok("status")
    assert all(scope["scope"] in text for scope in status["scopes"])


def test_check(acme):
    assert acme.json("check") == {"findings": [], "sound": True}
    assert acme.ok("check") == "nothing wrong\n"
    assert acme.ok("check", "-q") == ""


def test_rules(bare):
    rows = bare.json("rules")["rows"]
    assert [r["id"] for r in rows] == sorted(r["id"] for r in rows)
    assert {"id": "sts-001", "class": "assume", "target": "aws:iam:role",
            "title": "Assume the role"} in rows
    assert bare.ok("rules", "-o", "csv").count("\n") == len(rows) + 1
    one = [(r["line"], r["text"]) for r in bare.json("rules", "show", "lambda-001")["rows"]]
    assert ("needs", "iam:PassRole on target with iam:PassedToService=lambda.amazonaws.com") in one
    assert ("needs", "lambda:CreateFunction on new aws:lambda:function") in one
    assert ("when", "target trusts lambda.amazonaws.com") in one


def test_catalog(bare):
    rows = bare.json("catalog", "show", "s3:getobject")["rows"]
    assert [list(r) for r in rows] == [["action", "level", "service", "rcp", "resource_types",
                                        "condition_keys"]]
    assert rows[0]["action"] == "s3:GetObject" and rows[0]["level"] == "read"
    assert rows[0]["rcp"] == "yes"
    many = bare.json("catalog", "show", "iam:*policy*")["rows"]
    assert len(many) > 20 and all("policy" in r["action"].lower() for r in many)
    assert {r["level"] for r in bare.json("catalog", "show", "sqs")["rows"]} <= set(LEVELS)
    kinds = bare.json("catalog", "show", "s3:bucket")["rows"]
    assert {r["suffix"] for r in kinds} == {None, "/*"}
    assert [r["what"] for r in bare.json("catalog", "show")["rows"]][:2] == ["origin", "digest"]


def test_report(acme):
    rows = acme.json("report", "blast-radius")["rows"]
    reach = [row["reach"] for row in rows]
    assert reach == sorted(reach, reverse=True) and reach[0] > reach[-1]
    one = next(r for r in rows if r["key"] == "arn:aws:iam::111122223333:user/alice")
    assert one["reach"] == acme.json("blast user/alice")["total"]
    assert one["direct"] == acme.json("blast user/alice directly")["total"]
    ways = acme.json("blast user/alice group by path")["rows"]
    estate = round(ways[0]["count"] / ways[0]["share"])
    assert abs(one["share"] - one["reach"] / estate) < 1e-6
    levels = acme.json("blast user/alice group by level")["rows"]
    assert {r["level"]: r["count"] for r in levels} == {n: one[n] for n in LEVELS if one[n]}
    assert acme.fails(2, "report", "nonsense")


def test_report_is_every_blast(acme):
    rows = acme.json("report", "blast-radius")["rows"]
    assert len(rows) > 20 and any(r["reach"] > r["direct"] for r in rows)
    for row in rows:
        assert row["reach"] == acme.json(f"blast '{row['key']}'")["total"], row
    lines = [json.loads(line) for line in
             acme.ok("report", "blast-radius", "-o", "ndjson").split("\n")[:-1]]
    assert sorted(lines, key=lambda r: r["key"]) == sorted(rows, key=lambda r: r["key"])
    text = acme.ok("report", "blast-radius", "-o", "csv")
    table = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [(r["key"], int(r["reach"])) for r in table] == [(r["key"], r["reach"]) for r in lines]
    assert acme.ok("report", "blast-radius", "-o", "csv") == text


def test_ndjson_is_the_rows(acme):
    for query in ("who can access bucket/payroll", "find user", "blast role/ci-deploy group by kind",
                  "how can user/dana s3:PutObject s3://payroll/2026/q1.csv"):
        lines = [json.loads(line) for line in acme.ok(query, "-o", "ndjson").split("\n")[:-1]]
        assert lines == acme.json(query)["rows"]


def test_csv_is_the_rows(acme):
    query = "who can access bucket/payroll"
    text = acme.ok(query, "-o", "csv")
    assert text.endswith("\r\n") and "\n" not in text.replace("\r\n", "")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    want = acme.json(query)["rows"]
    assert list(rows[0]) == ROW
    for got, row in zip(rows, want, strict=True):
        assert got["key"] == row["key"] and got["hops"] == str(row["hops"])
        assert got["levels"] == ", ".join(row["levels"])
        assert got["resources"] == ", ".join(row["resources"])
        assert got["admin"] == str(row["admin"]).lower()


def test_table_has_no_cut_when_piped(acme):
    text = acme.ok("who can access bucket/payroll", "-v")
    assert "\u2026" not in text and "\x1b" not in text
    for row in acme.json("who can access bucket/payroll")["rows"]:
        assert row["key"] in text


def test_graphs(acme):
    query = "how can user/dana s3:PutObject s3://payroll/2026/q1.csv"
    dot, mermaid = acme.ok(query, "-o", "dot"), acme.ok(query, "-o", "mermaid")
    assert dot.startswith("digraph latchkey {\n") and dot.endswith("}\n")
    assert dot.count(" -> ") >= 2 and "role/ci-deploy" in dot
    assert mermaid.startswith("flowchart LR\n") and mermaid.count("->") >= 2
    assert acme.fails(2, "blast user/dana", "-o", "dot")


def test_byte_identical(acme):
    for query in ("who can access bucket/payroll", "what can user/bob access", "find user"):
        for form in FORMATS:
            assert acme.ok(query, "-o", form) == acme.ok(query, "-o", form)


def test_stats(acme):
    stats = acme.json("find user limit 1", "--stats")["stats"]
    assert list(stats) == ["open_us", "answer_us", "rows"] and stats["rows"] == 1
    told = acme.run("find user limit 1", "--stats").stderr.decode()
    assert "answer " in told


def is_hostile(char):
    return unicodedata.category(char) in ("Cc", "Cf", "Zl", "Zp", "Cs") and char != "\n"


def commands():
    for form in FORMATS:
        for query in ("find user", "what can {kind:user} access limit 5", "{kind:user} formula"):
            yield [query, "-o", form, "-v"]
    for form in FORMATS[:5]:
        yield ["show {kind:user tag.team-escape:*}", "-o", form]
        yield ["status", "-o", form]
    yield ["show user/nobody\x1b[31m\u202e"]
    yield ["nonsense\x1b[31m\u202e query\x07"]
    yield ["status", "--store", "/nonexistent/\x1b[31m\u202e"]


@pytest.mark.parametrize("args", list(commands()), ids=lambda a: repr(" ".join(a)))
def test_nothing_acts_on_the_terminal(hostile, args):
    done = hostile.run(*args)
    for stream in (done.stdout, done.stderr):
        text = stream.decode("utf-8")
        if "csv" in args:
            text = text.replace("\r\n", "\n")
        bad = {c for c in text if is_hostile(c)} - ({"\t"} if args[2:3] and
                                                    args[2] in ("dot", "mermaid") else set())
        assert not bad, (bad, text[:400])


def test_hostile_names_in_json_are_themselves(hostile):
    names = {row["name"] for row in hostile.json("find user")["rows"]}
    assert names == set(HOSTILE.values())


def test_hostile_names_in_csv_are_no_formulas(hostile):
    text = hostile.ok("find user", "-o", "csv")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert len(rows) == len(HOSTILE) + 1
    for row in rows[1:]:
        assert len(row) == len(rows[0])
        assert all(cell[:1] not in ("=", "+", "-", "@", "\t", "\r") for cell in row)


def test_hostile_names_stay_in_their_cell(hostile):
    lines = hostile.ok("find user", "-o", "markdown").split("\n")
    columns = len(re.findall(r"(?<!\\)\|", lines[0]))
    for line in lines[:-1]:
        if line.startswith("|"):
            assert len(re.findall(r"(?<!\\)\|", line)) == columns
        assert "<img" not in line


def test_hostile_names_stay_in_their_label(hostile):
    for line in hostile.ok("find user", "-o", "dot").split("\n"):
        if "[label=" in line:
            assert re.fullmatch(r'\tn\d+ \[label="(?:[^"\\]|\\.)*", '
                                r'tooltip="(?:[^"\\]|\\.)*"\];', line), line
    for line in hostile.ok("find user", "-o", "mermaid").split("\n")[1:-1]:
        assert re.fullmatch(r'\tn\d+\["[^"<>`]*"\]', line), line
