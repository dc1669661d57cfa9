"""Drawings, read by parsers: Graphviz's own where it is there, and a grammar of what Mermaid takes."""
import html
import json
import re
import shutil
import subprocess

import pytest

QUERIES = [
    "how can user/dana s3:PutObject s3://payroll/2026/q1.csv all",
    "how can user/dana become role/ci-deploy",
    "can user/dana s3:PutObject s3://payroll/2026/q1.csv",
    "who can access bucket/payroll",
    "what can user/bob access indirectly",
    "what can user/dana become",
    "find role",
]

# Of a flowchart we write three sorts of lines. A label is quoted, and in it these stand for themselves
# only as "#NUMBER;" or "#name;": the quote, and what Mermaid or Markdown would read as its own.
LABEL = r'"((?:[^"#&<>`;\\\n]|#\d+;)*)"'
NODE = re.compile(rf"\t(n\d+)\[{LABEL}\]")
EDGE = re.compile(rf"\t(n\d+) (-->|-\.->)(?:\|{LABEL}\|)? (n\d+)")


def plain(label):
    return html.unescape(re.sub(r"#(\d+);", r"&#\1;", label or ""))


def read_mermaid(text):
    """Nodes by name and edges: (from, to, label, certain). Anything else is an error."""
    head, *lines = text.rstrip("\n").split("\n")
    nodes, edges = {}, []
    assert head == "flowchart LR"
    for line in lines:
        node, edge = NODE.fullmatch(line), EDGE.fullmatch(line)
        assert node or edge, line
        if node:
            assert not edges and node[1] not in nodes, line
            nodes[node[1]] = plain(node[2])
        else:
            assert edge[1] in nodes and edge[4] in nodes, line
            edges.append((edge[1], edge[4], plain(edge[3]), edge[2] == "-->"))
    return nodes, sorted(edges)


def read_dot(text):
    """The same, as Graphviz understands it."""
    done = subprocess.run(["dot", "-Tjson0"], input=text, capture_output=True, text=True)
    assert done.returncode == 0 and done.stderr == "", done.stderr
    graph = json.loads(done.stdout)
    assert graph["name"] == "latchkey" and graph["directed"] and graph["rankdir"] == "LR"

    def text_of(thing):  # "\\" is a backslash, and no other escape may be in a label
        assert re.fullmatch(r"(?:[^\\]|\\\\)*", thing["label"]), thing["label"]
        return thing["label"].replace("\\\\", "\\")

    names = {o["_gvid"]: o["name"] for o in graph.get("objects", [])}
    nodes = {o["name"]: text_of(o) for o in graph.get("objects", [])}
    return nodes, sorted((names[e["tail"]], names[e["head"]], text_of(e), e.get("style") != "dashed")
                         for e in graph.get("edges", []))


def steps_of(answer):
    for row in answer["rows"]:
        yield from row.get("steps", row.get("via", []))


def test_the_grammar_refuses():
    for line in ('\tn0["a"b"]', "\tn0[a]", '\tn0["a#b"]', '\tn0["<b>"]', '\tn0["a"] --> n1', '\tn0 -> n0', ""):
        with pytest.raises(AssertionError):
            read_mermaid(f'flowchart LR\n\tn1["x"]\n{line}\n\tn2["y"]\n')
    assert read_mermaid('flowchart LR\n\tn0["a#34;b"]\n\tn0 -.->|"r"| n0\n') == ({"n0": 'a"b'}, [("n0", "n0", "r", False)])


@pytest.mark.parametrize("query", QUERIES)
def test_mermaid(acme, query):
    nodes, edges = read_mermaid(acme.ok(query, "-o", "mermaid"))
    assert nodes and (edges or query.startswith("find"))


@pytest.mark.parametrize("query", QUERIES[:2])
def test_a_drawing_has_every_step_of_the_answer(acme, query):
    nodes, edges = read_mermaid(acme.ok(query, "-o", "mermaid"))
    steps = list(steps_of(acme.json(query)))
    assert steps
    assert {(s["rule"], s["verdict"] == "allowed") for s in steps} == {(label, certain) for _, _, label, certain in edges}
    assert len({(s["from"], s["to"], s["rule"], s.get("yields")) for s in steps}) == len(edges)
    assert {s["to"].rsplit("/", 1)[-1] for s in steps} <= {n.split("@")[0].split(" ")[0].rsplit("/", 1)[-1]
                                                          for n in nodes.values()}


@pytest.mark.skipif(not shutil.which("dot"), reason="Graphviz is not installed: apt-get install graphviz")
@pytest.mark.parametrize("query", QUERIES)
def test_graphviz_reads_the_same_drawing(acme, query):
    assert read_dot(acme.ok(query, "-o", "dot")) == read_mermaid(acme.ok(query, "-o", "mermaid"))


def test_mermaid_of_hostile_names(hostile):
    nodes, _ = read_mermaid(hostile.ok("find user", "-o", "mermaid"))
    assert len(nodes) > 10
    assert any("<img src=x" in n for n in nodes.values()) and any('a\\"b' in n for n in nodes.values())


@pytest.mark.skipif(not shutil.which("dot"), reason="Graphviz is not installed: apt-get install graphviz")
def test_graphviz_reads_hostile_names(hostile):
    dot, _ = read_dot(hostile.ok("find user", "-o", "dot"))
    mermaid, _ = read_mermaid(hostile.ok("find user", "-o", "mermaid"))
    assert dot == mermaid
