"""Who may call AWS Organizations: the management account, its delegates, every account."""
import json

import pytest

ID = "o-exampleorg"
MANAGEMENT, DELEGATE, MEMBER, ALONE = "111111111111", "222222222222", "333333333333", "4" * 12
ORGANIZATIONS = f"arn:aws:organizations::{MANAGEMENT}:"
POLICY = f"{ORGANIZATIONS}policy/{ID}/service_control_policy/p-12345678"
UNIT = f"{ORGANIZATIONS}ou/{ID}/ou-ab12-11111111"
FULL = "arn:aws:organizations::aws:policy/service_control_policy/p-FullAWSAccess"
POLICIES = {"admin": "*", "reader": ["organizations:List*", "organizations:Describe*"],
            "storage": "s3:*"}
DELEGATION = [
    {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{MEMBER}:root"},
     "Action": ["organizations:AttachPolicy", "organizations:ListAccounts"], "Resource": "*"},
    {"Effect": "Deny", "Principal": {"AWS": f"arn:aws:iam::{MEMBER}:user/reader"},
     "Action": "organizations:ListAccounts", "Resource": "*"}]
UNREAD = "what the organization delegates"


def allow(action):
    return {"Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]}


def account(number):
    users = [{"Path": "/", "UserName": name, "UserId": f"AIDA{name.upper():A<16}",
              "Arn": f"arn:aws:iam::{number}:user/{name}",
              "CreateDate": "2026-01-01T00:00:00Z", "GroupList": [],
              "AttachedManagedPolicies": [],
              "UserPolicyList": [{"PolicyName": "p", "PolicyDocument": allow(action)}]}
             for name, action in POLICIES.items()]
    return {"UserDetailList": users, "GroupDetailList": [], "RoleDetailList": [],
            "Policies": [], "IsTruncated": False}


def tree(root):
    """The organization as iam-collect writes it: nothing but what everybody has."""
    place = f"aws/aws/organizations/{ID}"
    has = {"scps": [FULL], "rcps": []}
    return {
        f"{place}/metadata.json": {
            "id": ID, "arn": f"{ORGANIZATIONS}organization/{ID}", "rootOu": "r-ab12"},
        f"{place}/ous.json": {"r-ab12": has,
                              "ou-ab12-11111111": {"parent": "r-ab12", **has}},
        f"{place}/accounts.json": {number: {"ou": root, "tags": {}, **has} for number in
                                   (MANAGEMENT, DELEGATE, MEMBER)},
        f"{place}/scps/p-fullawsaccess/metadata.json": {
            "arn": FULL, "name": "FullAWSAccess", "awsManaged": True},
        f"{place}/scps/p-fullawsaccess/policy.json": allow("*")}


def write(root, files):
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content))


class Organization:
    """Four accounts, three of them in an organization, of which more or less was read."""

    def __init__(self, program, root, delegates=None, delegation=None):
        files = tree("r-ab12")
        for number in (MANAGEMENT, DELEGATE, MEMBER, ALONE):
            files[f"{number}/iam/details.json"] = account(number)
        calls = f"{MANAGEMENT}/organizations"
        files[f"{calls}/describe-organization.json"] = {
            "Organization": {"Id": ID, "Arn": f"{ORGANIZATIONS}organization/{ID}"}}
        files[f"{calls}/list-policies.json"] = {
            "Policies": [{"Id": "p-12345678", "Arn": POLICY, "Name": "guard"}]}
        if delegates is not None:
            files[f"{calls}/list-delegated-administrators.json"] = {
                "DelegatedAdministrators": [
                    {"Id": n, "Arn": f"{ORGANIZATIONS}account/{ID}/{n}"} for n in delegates]}
        if delegation is not None:
            files[f"{calls}/describe-resource-policy.json"] = {"ResourcePolicy": delegation}
        write(root / "export", files)
        self.program = program
        self.store = ["--store", str(root / "store")]
        program.ok("ingest", "--quiet", str(root / "export"), *self.store)

    def can(self, who, action, what=None):
        """Verdict and reason, asked of the caller's own account where nothing is named."""
        name, number = who
        key = f"arn:aws:iam::{number}:" + ("root" if name == "root" else f"user/{name}")
        what = what or f"arn:aws:account::{number}:account"
        answer = self.program.json(
            "query", f"can {key} organizations:{action} {what} directly", *self.store)
        return answer["verdict"], answer["proof"]["reason"]

    def rows(self, question):
        answer = self.program.json("query", question, *self.store)
        return {(row["key"], row["verdict"]) for row in answer["rows"]}, answer["unknown"]


def resource_policy(statements):
    return {"ResourcePolicySummary": {
        "Id": "rp-12345678", "Arn": f"{ORGANIZATIONS}resourcepolicy/{ID}/rp-12345678"},
            "Content": json.dumps({"Version": "2012-10-17", "Statement": statements})}


@pytest.fixture
def whole(bare, tmp_path):
    return Organization(bare, tmp_path, [DELEGATE], resource_policy(DELEGATION))


ONLY = "only the organization's management account can do this"
ROWS = [  # who, in which account, action, on what; verdict and, where it is told, why
    ("admin", MANAGEMENT, "ListAccounts", None, "allowed", ""),
    ("admin", MANAGEMENT, "CreateAccount", None, "allowed", ""),
    ("root", MANAGEMENT, "AttachPolicy", POLICY, "allowed", ""),
    ("admin", MANAGEMENT, "AttachPolicy", UNIT, "allowed", ""),
    ("admin", MANAGEMENT, "MoveAccount", UNIT, "allowed", ""),
    ("storage", MANAGEMENT, "AttachPolicy", POLICY, "denied", "nothing grants"),
    ("admin", MANAGEMENT, "LeaveOrganization", None, "denied", "only accounts other than"),
    ("admin", MEMBER, "LeaveOrganization", None, "allowed", ""),
    ("root", MEMBER, "LeaveOrganization", None, "allowed", ""),
    ("admin", MEMBER, "DescribeOrganization", None, "allowed", ""),
    ("storage", MEMBER, "DescribeOrganization", None, "denied", "nothing grants"),
    ("admin", MEMBER, "CreateAccount", None, "denied", ONLY),
    ("root", MEMBER, "CreateAccount", None, "denied", ONLY),
    ("admin", MEMBER, "MoveAccount", UNIT, "denied", ONLY),
    ("admin", DELEGATE, "RegisterDelegatedAdministrator", None, "denied", ""),
    # registered for a service: what reads
    ("admin", DELEGATE, "ListAccounts", None, "allowed", ""),
    ("reader", DELEGATE, "ListAccounts", None, "allowed", ""),
    ("storage", DELEGATE, "ListAccounts", None, "denied", "does not delegate"),
    ("reader", DELEGATE, "DescribePolicy", POLICY, "allowed", ""),
    ("reader", DELEGATE, "ListParents", UNIT, "allowed", ""),
    ("admin", DELEGATE, "AttachPolicy", POLICY, "denied", "across accounts"),
    # the organization's own policy: what it says, besides the identity's
    ("admin", MEMBER, "ListAccounts", None, "allowed", ""),
    ("root", MEMBER, "ListAccounts", None, "allowed", ""),
    ("reader", MEMBER, "ListAccounts", None, "denied", "explicitly denied"),
    ("storage", MEMBER, "ListAccounts", None, "denied", ""),
    ("admin", MEMBER, "ListRoots", None, "denied", "does not delegate"),
    ("admin", MEMBER, "AttachPolicy", POLICY, "allowed", ""),
    ("reader", MEMBER, "AttachPolicy", POLICY, "denied", ""),
    ("admin", MEMBER, "DetachPolicy", POLICY, "denied", "across accounts"),
    # of an account that nobody placed
    ("admin", ALONE, "ListAccounts", None, "unknown", "whether the account manages"),
    ("admin", ALONE, "CreateAccount", None, "unknown", "whether the account manages"),
    ("storage", ALONE, "CreateAccount", None, "denied", "nothing grants"),
]


def test_whole(whole):
    for name, number, action, what, verdict, why in ROWS:
        got, reason = whole.can((name, number), action, what)
        assert got == verdict and why in reason, (name, number, action, got, reason)


def test_unread(bare, tmp_path):
    """Of delegation all, a half or nothing was read: nobody is denied for want of it."""
    for name, given in (("nothing", {}), ("delegates", {"delegates": [DELEGATE]}),
                        ("policy", {"delegation": {}})):
        some = Organization(bare, tmp_path / name, **given)

        assert some.can(("admin", MANAGEMENT), "AttachPolicy", POLICY)[0] == "allowed"
        assert some.can(("storage", MANAGEMENT), "AttachPolicy", POLICY)[0] == "denied"
        for action, what in (("ListAccounts", None), ("AttachPolicy", POLICY)):
            verdict, reason = some.can(("admin", MEMBER), action, what)
            assert verdict == "unknown" and UNREAD in reason, (name, action, reason)
        assert some.can(("admin", MEMBER), "CreateAccount")[0] == "denied"
        assert some.can(("storage", MEMBER), "AttachPolicy", POLICY)[0] != "allowed"
    none = Organization(bare, tmp_path / "none", [], {})
    assert none.can(("admin", MEMBER), "ListAccounts")[0] == "denied"


def test_lists(whole, bare, tmp_path):
    """Lists say what the single answers say, both ways; and what they lack."""
    actions = ("AttachPolicy", "DescribePolicy", "DetachPolicy")
    for action in actions:
        rows, _ = whole.rows(f"who can organizations:{action} {POLICY} directly")
        for number in (MANAGEMENT, DELEGATE, MEMBER):
            for name in POLICIES:
                key = f"arn:aws:iam::{number}:user/{name}"
                verdict, _ = whole.can((name, number), action, POLICY)
                there, _ = whole.rows(f"what can {key} organizations:{action} directly")
                assert ((key, "allowed") in rows) == (verdict == "allowed"), (key, action)
                assert ((POLICY, "allowed") in there) == (verdict == "allowed"), (key, action)
    some = Organization(bare, tmp_path / "some", [DELEGATE])
    for question in (f"who can organizations:AttachPolicy {POLICY} directly",
                     f"who can organizations:ListAccounts arn:aws:account::{MEMBER}:account"):
        _, unknown = some.rows(question)
        assert any(f"organization/{ID}' not collected" in u["what"] for u in unknown), unknown


def test_broken(bare, tmp_path):
    """A delegation that AWS would not have saved may have been meant to say anything."""
    broken = Organization(bare, tmp_path, [DELEGATE],
                          resource_policy([{**DELEGATION[0], "Effect": "allow"}]))

    assert broken.can(("admin", MEMBER), "AttachPolicy", POLICY)[0] == "unknown"
    assert broken.can(("admin", MEMBER), "CreateAccount")[0] == "denied"
