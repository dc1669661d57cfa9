"""Each kind of error that AWS knows in policies: what we refuse, and what we take as it is.

The names are those of Access Analyzer's checks where it has one. What IAM does not save is
told with file, policy and statement, and its holder's answers are unknown. What IAM saves
although the check calls it an error counts as IAM counts it: such a pattern or key matches
nothing, or everything. In no case does the reading end early.
"""
import json

ACCOUNT = "111122223333"
BUCKET = "arn:aws:s3:::b"


def one(drop=(), **more):
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", **more}
    return {"Version": "2012-10-17",
            "Statement": [{k: v for k, v in statement.items() if k not in drop}]}


def when(**tests):
    return one(Condition={name.replace("__", ":"): test for name, test in tests.items()})


GOOD = one()["Statement"][0]
# identity policies: kind, policy, what is told
REFUSED = [
    ("DATA_TYPE_MISMATCH", one(Resource=7), "Resource: expected a string or a list"),
    ("DUPLICATE_KEYS_WITH_DIFFERENT_CASE",
     when(StringEquals={"aws:SourceVpc": "a", "aws:sourcevpc": "b"}), "is there twice"),
    ("INVALID_ARN_PREFIX", one(Resource="anr:aws:s3:::b"), "expected an ARN or '*'"),
    ("INVALID_CONDITION_DATA_TYPE", when(NumericEquals={"s3:max-keys": "ten"}),
     "expected a number"),
    ("INVALID_CONDITION_KEY_FORMAT", when(StringEquals={"sourcevpc": "x"}),
     "is not a condition key"),
    ("INVALID_CONDITION_OPERATOR", when(StringMatches={"aws:SourceVpc": "x"}),
     "not a condition operator"),
    ("INVALID_EFFECT", one(Effect="Permit"), "Effect: expected 'Allow' or 'Deny'"),
    ("INVALID_PARTITION", one(Resource="arn:aswx:s3:::b"), "is no partition"),
    ("INVALID_POLICY_ELEMENT", one(Actions="s3:*"), "unknown element 'Actions'"),
    ("INVALID_VARIABLE_FOR_OPERATOR", when(NumericEquals={"s3:max-keys": "${aws:username}"}),
     "expected a number"),
    ("INVALID_VERSION", {**one(), "Version": "2013-01-01"}, "Version: expected 2012-10-17"),
    ("MISSING_ACTION", one(drop=["Action"]), "has no Action"),
    ("MISSING_EFFECT", one(drop=["Effect"]), "has no Effect"),
    ("MISSING_RESOURCE", one(drop=["Resource"]), "has no Resource"),
    ("MISSING_STATEMENT", {"Version": "2012-10-17"}, "has no Statement"),
    ("NULL_WITH_IF_EXISTS", when(NullIfExists={"aws:SourceVpc": "true"}), "Null takes no"),
    ("UNIQUE_SIDS_REQUIRED", {"Version": "2012-10-17", "Statement": [
        {**GOOD, "Sid": "a"}, {**GOOD, "Sid": "a"}]}, "statement 1: Sid: 'a' is there twice"),
    ("UNSUPPORTED_ELEMENT_COMBINATION", one(NotAction="s3:*"), "both Action and NotAction"),
    ("TWO_RESOURCES", one(NotResource="*"), "both Resource and NotResource"),
    ("UNSUPPORTED_PRINCIPAL", one(Principal="*"), "Principal: not allowed"),
    ("UNSUPPORTED_NOT_PRINCIPAL", one(NotPrincipal="*"), "NotPrincipal: not allowed"),
    ("UNSUPPORTED_SID", one(Sid="a b"), "more than letters and digits"),
    ("EMPTY_ACTIONS", one(Action=[]), "Action: empty list"),
    ("EMPTY_ACTION", one(Action=""), "Action: expected service:Name"),
    ("ACTION_WITHOUT_SERVICE", one(Action="GetObject"), "Action: expected service:Name"),
    ("EMPTY_RESOURCES", one(Resource=[]), "Resource: empty list"),
    ("EMPTY_RESOURCE", one(Resource=""), "Resource: empty resource"),
    ("EMPTY_STATEMENTS", {"Version": "2012-10-17", "Statement": []}, "Statement: empty list"),
    ("EMPTY_STATEMENT", {"Version": "2012-10-17", "Statement": [{}]}, "has no Effect"),
    ("STATEMENT_IS_TEXT", {"Version": "2012-10-17", "Statement": "x"}, "found a string"),
    ("STATEMENT_IS_LIST", {"Version": "2012-10-17", "Statement": [[GOOD]]}, "found an array"),
    ("ACTION_IS_NUMBER", one(Action=[7]), "Action: expected a string"),
    ("EFFECT_IS_NULL", one(Effect=None), "found null"),
    ("RESOURCE_IS_NULL", one(Resource=None), "found null"),
    ("SID_IS_NUMBER", one(Sid=1), "Sid: expected a string"),
    ("ID_IS_NUMBER", {**one(), "Id": 7}, "Id: expected a string"),
    ("CONDITION_IS_LIST", one(Condition=[]), "Condition: expected an object"),
    ("VALUE_IS_OBJECT", when(StringEquals={"aws:SourceVpc": {"a": "b"}}), "expected a value"),
    ("VALUE_IS_NULL", when(StringEquals={"aws:SourceVpc": None}), "expected a string, number"),
    ("UNKNOWN_QUALIFIER", when(ForEveryValue__StringEquals={"aws:TagKeys": "x"}),
     "not a condition operator"),
]
# kind, policy, what the holder may do to the bucket: None is nothing
TAKEN = [
    # such an ARN is of nothing that there is
    ("ARN_ACCOUNT_NOT_ALLOWED", one(Resource=f"arn:aws:s3::{ACCOUNT}:b/*"), None),
    ("ARN_REGION_NOT_ALLOWED", one(Resource="arn:aws:s3:eu-west-1::b/*"), None),
    ("INVALID_ARN_ACCOUNT", one(Resource="arn:aws:sqs:eu-west-1:12345:q"), None),
    ("INVALID_ARN_REGION", one(Resource=f"arn:aws:sqs:nowhere-9:{ACCOUNT}:q"), None),
    ("INVALID_ARN_RESOURCE", one(Resource="arn:aws:s3:::"), None),
    ("INVALID_ARN_SERVICE_CASE", one(Resource="arn:aws:S3:::b/*"), None),
    ("INVALID_SERVICE", one(Resource="arn:aws:nosuch:::b"), None),
    ("MISSING_ARN_REGION", one(Resource=f"arn:aws:sqs::{ACCOUNT}:q"), None),
    # what an ARN lacks at its end is any
    ("MISSING_ARN_FIELD", one(Resource="arn:aws:s3"), "allowed"),
    # an action that does not exist gives nothing, and takes nothing from its neighbours
    ("INVALID_ACTION", one(Action=["s3:GetObject", "s3:NoSuchThing"]), "allowed"),
    ("INVALID_SERVICE_IN_ACTION", one(Action="nosuch:Get"), None),
    ("VARIABLE_UNSUPPORTED_IN_ELEMENT", one(Action="s3:${aws:username}"), None),
    # keys that nobody knows may be there or not
    ("INVALID_GLOBAL_CONDITION_KEY", when(StringEquals={"aws:NoSuchKey": "x"}), "conditional"),
    ("INVALID_SERVICE_CONDITION_KEY", when(StringEquals={"s3:NoSuchKey": "x"}), "conditional"),
    ("INVALID_REGION", when(StringEquals={"aws:SourceVpc": "nowhere"}), "conditional"),
    ("PRIVATE_IP_ADDRESS", when(IpAddress={"aws:SourceIp": "10.0.0.0/8"}), "conditional"),
    # either value will do, and one is always there
    ("INVALID_CONDITION_MULTIPLE_BOOLEAN", when(Bool={"aws:SecureTransport": [
        "true", "false"]}), "allowed"),
    # a list without a set operator, and no values at all, match nothing
    ("MISSING_QUALIFIER", when(StringEquals={"aws:TagKeys": "x"}), None),
    ("EMPTY_ARRAY_CONDITION", when(StringEquals={"aws:SourceVpc": []}), None),
    ("EMPTY_OBJECT_CONDITION", when(StringEquals={}), "allowed"),
    ("EMPTY_CONDITION", one(Condition={}), "allowed"),
    # text, where no variable is
    ("VARIABLE_UNSUPPORTED_IN_VERSION",
     {**one(Resource=f"{BUCKET}/${{aws:username}}"), "Version": "2008-10-17"}, "allowed"),
    ("MISSING_BRACE_IN_VARIABLE", one(Resource=f"{BUCKET}/${{aws:username"), "allowed"),
]


def resource(**more):
    return one(**{"Principal": "*", "Resource": f"{BUCKET}/*", **more})


def trust(**more):
    return one(drop=[] if "Resource" in more else ["Resource"], **{
        "Action": "sts:AssumeRole",
        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, **more})


USER = f"arn:aws:iam::{ACCOUNT}:user/"
OF_RESOURCES = [
    ("MISSING_PRINCIPAL", one(), "has no Principal"),
    ("INVALID_PRINCIPAL_KEY", resource(Principal={"Aws": "*"}), "expected AWS, Service"),
    ("INVALID_PRINCIPAL_FORMAT", resource(Principal={"AWS": "arn:aws:iam::1:user"}), "AWS: "),
    ("PRINCIPAL_IS_GROUP", resource(Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:group/g"}),
     "expected an account"),
    ("UNSUPPORTED_WILDCARD_IN_PRINCIPAL", resource(Principal={"AWS": USER + "*"}),
     "wildcard inside"),
    ("PRINCIPAL_TWICE", resource(NotPrincipal={"AWS": ACCOUNT}), "both Principal and"),
    ("EMPTY_PRINCIPAL", resource(Principal={}), "names nobody"),
    ("INVALID_EFFECT", resource(Effect="allow"), "expected 'Allow' or 'Deny'"),
]
OF_ROLES = [
    ("MISSING_PRINCIPAL", one(drop=["Resource"], Action="sts:AssumeRole"), "has no Principal"),
    ("UNSUPPORTED_RESOURCE", trust(Resource="*"), "Resource: not allowed"),
    ("UNSUPPORTED_NOT_PRINCIPAL", one(drop=["Resource"], Action="sts:AssumeRole",
                                      NotPrincipal={"AWS": ACCOUNT}), "not allowed"),
    ("UNSUPPORTED_ACTION_IN_POLICY", trust(Action=["sts:AssumeRole", "s3:GetObject"]),
     "no action of a trust policy"),
    ("UNSUPPORTED_WILDCARD_IN_PRINCIPAL", trust(Principal={"AWS": USER + "*"}), "wildcard"),
]
OF_ORGANIZATIONS = [
    ("SCP_SYNTAX_ERROR_PRINCIPAL", "scps", one(Principal="*"), "Principal: not allowed"),
    ("SCP_SYNTAX_ERROR_ACTION_WILDCARD", "scps", one(Action="s3*:Get"), "Action: "),
    ("SCP_SHORT_ARN", "scps", one(Effect="Deny", Resource="arn:aws:s3"), "fewer than six"),
    ("RCP_ALLOWS", "rcps", one(Principal="*"), "expected 'Deny'"),
    ("RCP_NAMES_SOMEBODY", "rcps", one(Effect="Deny", Principal={"AWS": ACCOUNT}), "'*'"),
]


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))
    return str(path)


def details(users=(), roles=()):
    entity = {"Path": "/", "CreateDate": "2026-01-01T00:00:00Z", "AttachedManagedPolicies": []}
    return {
        "UserDetailList": [
            {**entity, "UserName": name, "UserId": f"AIDA{number:016}", "Arn": USER + name,
             "GroupList": [], "UserPolicyList": [
                 {"PolicyName": "own", "PolicyDocument": policy}]}
            for number, (name, policy) in enumerate(users)],
        "RoleDetailList": [
            {**entity, "RoleName": name, "RoleId": f"AROA{number:016}",
             "Arn": f"arn:aws:iam::{ACCOUNT}:role/{name}", "AssumeRolePolicyDocument": policy,
             "InstanceProfileList": [], "RolePolicyList": []}
            for number, (name, policy) in enumerate(roles)],
        "GroupDetailList": [], "Policies": [], "IsTruncated": False}


def told(program, path, store):
    """What the reading says, and what the status has, by holder."""
    done = program.run("ingest", path, *store)
    assert done.returncode == 0, done.stderr
    problems = program.json("status", *store)["invalid_policies"]
    return done.stderr.decode(), {p["holder"]: p for p in problems}


def test_identities(bare, tmp_path):
    store = ["--store", str(tmp_path / "store")]
    rows = [row[:2] for row in REFUSED + TAKEN]
    path = write(tmp_path / "export" / "details.json", details(users=rows))
    write(tmp_path / "export" / ACCOUNT / "list-buckets.json", {"Buckets": [{"Name": "b"}]})
    text, problems = told(bare, str(tmp_path / "export"), store)
    assert {key.split("/")[1] for key in problems} == {kind for kind, _, _ in REFUSED}
    for kind, _, words in REFUSED:
        problem = problems[USER + kind]
        assert words in problem["problem"] and problem["policy"] == "own", (kind, problem)
        assert path in problem["source"]
    # the reading tells the first of them, and how many there are
    lines = [line for line in text.splitlines() if "invalid policy: " in line]
    assert lines and all(path in line and f"own of {USER}" in line for line in lines)
    assert f"{len(REFUSED)} invalid policies" in text
    answer = bare.json(f"who can s3:GetObject {BUCKET} directly", *store)
    verdicts = {row["key"]: row["verdict"] for row in answer["rows"]}
    for kind, _, _ in REFUSED:
        assert verdicts.get(USER + kind) == "unknown", kind
    for kind, _, verdict in TAKEN:
        assert verdicts.get(USER + kind) == verdict, (kind, verdicts.get(USER + kind))


def test_resources_and_roles(bare, tmp_path):
    for number, (kind, policy, words) in enumerate(OF_RESOURCES):
        store = ["--store", str(tmp_path / f"resource{number}")]
        root = tmp_path / f"export{number}"
        write(root / "details.json", details(users=[("u", one(Action="s3:ListAllMyBuckets"))]))
        path = write(root / "policies.json",
                     [{"Resource": BUCKET, "Account": ACCOUNT, "Policy": policy}])
        _, problems = told(bare, str(root), store)
        assert words in problems[BUCKET]["problem"], (kind, problems)
        assert path in problems[BUCKET]["source"]
        answer = bare.json(f"can user/u s3:GetObject {BUCKET} directly", *store)
        assert answer["verdict"] == "unknown", kind
    store = ["--store", str(tmp_path / "roles")]
    write(tmp_path / "roles.json", details(users=[("u", one(Action="*"))],
                                           roles=[row[:2] for row in OF_ROLES]))
    _, problems = told(bare, str(tmp_path / "roles.json"), store)
    for kind, _, words in OF_ROLES:
        key = f"arn:aws:iam::{ACCOUNT}:role/{kind}"
        assert words in problems[key]["problem"], (kind, problems.get(key))
        answer = bare.json(f"can user/u sts:AssumeRole {key} directly", *store)
        assert answer["verdict"] == "unknown", kind


def test_organizations(bare, tmp_path):
    for number, (kind, sort, policy, words) in enumerate(OF_ORGANIZATIONS):
        store = ["--store", str(tmp_path / f"store{number}")]
        root = tmp_path / f"export{number}"
        place = root / "aws/aws/organizations/o-example123"
        type_ = {"scps": "service_control_policy", "rcps": "resource_control_policy"}[sort]
        arn = f"arn:aws:organizations::999988887777:policy/o-example123/{type_}/p-1234abcd"
        has = {"scps": [], "rcps": [], sort: [arn]}
        write(place / "metadata.json", {"id": "o-example123", "rootOu": "r-ab12", "arn":
              "arn:aws:organizations::999988887777:organization/o-example123"})
        write(place / "ous.json", {"r-ab12": has})
        write(place / "accounts.json", {ACCOUNT: {
            "ou": "r-ab12", "tags": {}, "scps": [], "rcps": []}})
        write(place / sort / "p-1234abcd/metadata.json", {"arn": arn, "name": "guard"})
        write(place / sort / "p-1234abcd/policy.json", policy)
        write(root / ACCOUNT / "details.json", details(users=[("u", one(Action="*"))]))
        write(root / ACCOUNT / "list-buckets.json", {"Buckets": [{"Name": "b"}]})
        _, problems = told(bare, str(root), store)
        assert words in problems[arn]["problem"], (kind, problems)
        answer = bare.json(f"can user/u s3:GetObject {BUCKET} directly", *store)
        assert answer["verdict"] == "unknown", (kind, answer["verdict"])


def test_no_json(bare, tmp_path):
    """A text that is no JSON is a policy that nobody can read; the rest is read."""
    store = ["--store", str(tmp_path / "store")]
    write(tmp_path / "d.json", details(users=[("JSON_SYNTAX_ERROR", "{\"Version\":"),
                                              ("good", one())]))
    _, problems = told(bare, str(tmp_path / "d.json"), store)
    assert "byte" in problems[USER + "JSON_SYNTAX_ERROR"]["problem"]
    assert list(problems) == [USER + "JSON_SYNTAX_ERROR"]
