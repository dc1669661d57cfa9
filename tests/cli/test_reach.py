"""The `resources` of a row: what of an entity all layers together let through."""
import json
import os
import subprocess

import pytest

ACCOUNT = "100000000002"
BUCKET = "arn:aws:s3:::vault"


def run(*args):
    done = subprocess.run([os.environ["LATCHKEY"], *map(str, args)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def statement(effect, resource, action="s3:GetObject", **more):
    return {"Effect": effect, "Action": action, **({"Resource": resource} if resource else {}), **more}


def policy(*statements):
    return {"Version": "2012-10-17", "Statement": list(statements)}


MFA = {"Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}
ANY_MFA = {"Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}}

# name: own policy, boundary or None, what s3:GetObject reaches of the bucket
USERS = {
    "all": (policy(statement("Allow", "*")), None, ["/*"]),
    "part": (policy(statement("Allow", BUCKET + "/a/*")), None, ["/a/*"]),
    "two": (policy(statement("Allow", [BUCKET + "/a/*", BUCKET + "/b/*"])), None, ["/a/*", "/b/*"]),
    "bounded": (policy(statement("Allow", "*")), policy(statement("Allow", BUCKET + "/a/*")), ["/a/*"]),
    "crossed": (policy(statement("Allow", BUCKET + "/a/*")), policy(statement("Allow", BUCKET + "/*.csv")), ["/a/*.csv"]),
    "apart": (policy(statement("Allow", BUCKET + "/a/*")), policy(statement("Allow", BUCKET + "/b/*")), None),
    "only": (policy(statement("Allow", "*"), statement("Deny", None, NotResource=BUCKET + "/a/*")), None, ["/a/*"]),
    # what is denied within it is not taken out
    "but": (policy(statement("Allow", BUCKET + "/a/*"), statement("Deny", BUCKET + "/a/secret/*")), None, ["/a/*"]),
    "wider": (policy(statement("Allow", BUCKET + "/a/*"), statement("Allow", BUCKET + "/*", **MFA)), None, ["/*"]),
    "not": (policy(statement("Allow", None, NotResource=BUCKET + "/a/*")), None, ["/*"]),
    "careful": (policy(statement("Allow", "*"), statement("Deny", BUCKET + "/a/*", **ANY_MFA)), None, ["/*"]),
}


# A role whose sessions may have any tag: trust lets somebody in who may set it.
ROLE = {"RoleName": "tagged", "RoleId": "AROATAGGED", "Arn": f"arn:aws:iam::{ACCOUNT}:role/tagged", "Path": "/",
        "CreateDate": "2024-01-01T00:00:00Z", "AttachedManagedPolicies": [], "InstanceProfileList": [], "Tags": [],
        "AssumeRolePolicyDocument": policy({"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
                                            "Action": ["sts:AssumeRole", "sts:TagSession"]}),
        "RolePolicyList": [{"PolicyName": "own", "PolicyDocument": policy(
            statement("Allow", None, NotResource=BUCKET + "/${aws:PrincipalTag/team}/*"),
            statement("Deny", None, action="s3:PutObject", NotResource=BUCKET + "/${aws:PrincipalTag/team}/*"),
            statement("Allow", "*", action="s3:PutObject"))}]}


def detail(name):
    own, boundary, _ = USERS[name]
    user = {"UserName": name, "UserId": "AIDA" + name.upper(), "Arn": f"arn:aws:iam::{ACCOUNT}:user/{name}", "Path": "/",
            "CreateDate": "2024-01-01T00:00:00Z", "GroupList": [], "AttachedManagedPolicies": [],
            "UserPolicyList": [{"PolicyName": "own", "PolicyDocument": own}]}
    if boundary:
        user["PermissionsBoundary"] = {"PermissionsBoundaryType": "Policy",
                                       "PermissionsBoundaryArn": f"arn:aws:iam::{ACCOUNT}:policy/limit-{name}"}
    return user


def limit(name):
    return {"PolicyName": f"limit-{name}", "PolicyId": "ANPA" + name.upper(), "Path": "/", "DefaultVersionId": "v1",
            "Arn": f"arn:aws:iam::{ACCOUNT}:policy/limit-{name}", "AttachmentCount": 0, "IsAttachable": True,
            "PolicyVersionList": [{"VersionId": "v1", "IsDefaultVersion": True, "Document": USERS[name][1]}]}


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    data, folder = tmp_path_factory.mktemp("reach"), tmp_path_factory.mktemp("store") / "store"
    (data / "iam.json").write_text(json.dumps({
        "UserDetailList": [detail(name) for name in USERS], "GroupDetailList": [], "RoleDetailList": [ROLE],
        "Policies": [limit(name) for name in USERS if USERS[name][1]]}))
    (data / "policies.json").write_text(json.dumps([{
        "Resource": BUCKET, "Account": ACCOUNT, "Policy": policy(statement(
            "Deny", BUCKET + "/*", action="s3:DeleteObject", Principal="*"))}]))
    run("--store", folder, "ingest", "-q", data)
    return folder


@pytest.mark.parametrize("name", USERS)
def test_resources(store, name):
    key = f"arn:aws:iam::{ACCOUNT}:user/{name}"
    what = json.loads(run("--store", store, "-o", "json", "query", f"what can {key} s3:GetObject directly"))["rows"]
    who = json.loads(run("--store", store, "-o", "json", "query", f"who can s3:GetObject bucket/vault directly"))["rows"]
    expected = USERS[name][2]

    assert [r["resources"] for r in what] == ([] if expected is None else [[BUCKET + e for e in expected]])
    assert [r["resources"] for r in who if r["key"] == key] == [r["resources"] for r in what]


@pytest.mark.parametrize("action, outside", [("s3:GetObject", "allowed"), ("s3:PutObject", "denied")])
def test_a_variable_that_may_be_anything_spares_nothing_for_sure(store, action, outside):
    """Neither a grant nor a deny of all but what it says: a wrong "denied", a wrong "allowed"."""
    role = ROLE["Arn"]
    found = json.loads(run("--store", store, "-o", "json", "query", f"can {role} {action} s3://vault/red/x"))
    assert found["verdict"] == "conditional"
    assert "aws:PrincipalTag/team" in found["conditions"][0]["text"]
    # nothing that the variable may be meets this one
    assert json.loads(run("--store", store, "-o", "json", "query", f"can {role} {action} s3://vault/x"))["verdict"] == outside
    found = json.loads(run("--store", store, "-o", "json", "query", f"what can {role} {action} directly"))
    assert [(r["key"], r["verdict"]) for r in found["rows"]] == [(BUCKET, "conditional")]
