"""Policies that AWS would not save: told when read, in status, in show and in answers."""
import json

ACCOUNT = "111122223333"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/r"
USER = f"arn:aws:iam::{ACCOUNT}:user/u"


def export(tmp_path, trust, inline):
    """An export of one user and one role, whose policies are given."""
    entity = {"Path": "/", "CreateDate": "2026-01-01T00:00:00Z", "Tags": [],
              "AttachedManagedPolicies": []}
    details = {
        "UserDetailList": [{**entity, "UserName": "u", "UserId": "AIDAAAAAAAAAAAAAAAAA",
                            "Arn": USER, "GroupList": [],
                            "UserPolicyList": [{"PolicyName": "own",
                                                "PolicyDocument": inline}]}],
        "GroupDetailList": [],
        "RoleDetailList": [{**entity, "RoleName": "r", "RoleId": "AROAAAAAAAAAAAAAAAAA",
                            "Arn": ROLE, "AssumeRolePolicyDocument": trust,
                            "InstanceProfileList": [], "RolePolicyList": []}],
        "Policies": [], "IsTruncated": False}
    path = tmp_path / "details.json"
    path.write_text(json.dumps(details))
    return str(path)


def policy(**statement):
    return {"Version": "2012-10-17", "Statement": [statement]}


TRUST = policy(Effect="Allow", Principal={"AWS": ACCOUNT}, Action="sts:AssumeRole")
GOOD = policy(Effect="Allow", Action="*", Resource="*")
NO_EFFECT = policy(Effect="allow", Action="*", Resource="*")
WILD_TRUST = policy(Effect="Allow", Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:user/*"},
                    Action="sts:AssumeRole")
EFFECT = "statement 0: Effect: expected 'Allow' or 'Deny', found 'allow'"
WILD = f"statement 0: Principal: AWS: 'arn:aws:iam::{ACCOUNT}:user/*' has a wildcard"


def test_told_everywhere(bare, tmp_path):
    store = ["--store", str(tmp_path / "store")]
    path = export(tmp_path, WILD_TRUST, NO_EFFECT)
    done = bare.run("ingest", path, *store)
    lines = done.stderr.decode().splitlines()

    assert done.returncode == 0
    assert any(f"invalid policy: {path}" in line and f"own of {USER}: {EFFECT}" in line
               for line in lines)
    assert any(f"trust policy of {ROLE}: {WILD}" in line for line in lines)
    assert any("2 invalid policies" in line for line in lines)

    status = bare.json("status", *store)
    told = status["invalid_policies"]
    assert [scope["invalid"] for scope in status["scopes"]] == [2]
    assert [(p["holder"], p["layer"], p["policy"]) for p in told] == [
        (ROLE, "trust", "trust policy"), (USER, "identity", "own")]
    assert told[1]["problem"] == EFFECT and path in told[1]["source"]
    assert EFFECT in bare.ok("status", *store)

    shown = bare.json("show user/u", *store)
    assert EFFECT in [p["invalid"] for p in shown["entity"]["policies"]]
    assert EFFECT in bare.ok("show user/u", *store)


def test_answers_are_unknown(bare, tmp_path):
    for trust, inline in ((WILD_TRUST, GOOD), (TRUST, NO_EFFECT)):
        store = ["--store", str(tmp_path / "store")]
        bare.run("ingest", export(tmp_path, trust, inline), *store)
        answer = bare.json("can user/u sts:AssumeRole role/r", *store)
        assert answer["verdict"] == "unknown"
        assert "not valid" in answer["proof"]["reason"]
        assert any("not valid" in u["what"] for u in answer["unknown"])


def test_a_good_one_is_not_told(bare, tmp_path):
    store = ["--store", str(tmp_path / "store")]
    done = bare.run("ingest", export(tmp_path, TRUST, GOOD), *store)
    assert b"invalid" not in done.stderr
    assert bare.json("status", *store)["invalid_policies"] == []
    assert bare.json("can user/u sts:AssumeRole role/r", *store)["verdict"] == "allowed"


WITH = [
    ("aws:MultiFactorAuthPresen=true", "did you mean 'aws:MultiFactorAuthPresent'"),
    ("aws:SourceIp=nowhere", "'aws:SourceIp': expected an address, found 'nowhere'"),
    ("aws:SecureTransport=1", "expected true or false"),
    ("s3:prefx=x", "did you mean 's3:prefix'"),
    ("nosuch:key=x", "there is no condition key 'nosuch:key'"),
    ("aws:SourceIp=10.0.0.1", None),
    ("AWS:sourceip=::1,aws:PrincipalTag/team=x", None),
    ("s3:prefix=x,ec2:ResourceTag/a=b,kms:EncryptionContext:k=v", None),
    ("token.actions.githubusercontent.com:sub=repo", None),
]


def test_keys_of_with(bare, tmp_path):
    store = ["--store", str(tmp_path / "store")]
    bare.run("ingest", export(tmp_path, TRUST, GOOD), *store)
    for given, warning in WITH:
        done = bare.run(f"can user/u sts:AssumeRole role/r with {given}", *store)
        told = done.stderr.decode()
        assert done.returncode == 0, told
        if warning is None:
            assert "warning" not in told
        else:
            assert "warning: " in told and warning in told
