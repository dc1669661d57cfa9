"""What is open to everybody is open to those of other clouds: everybody.py LATCHKEY FIRST-SEED WORLDS

Random worlds of two AWS accounts, one Entra tenant and one Google Cloud project, each with
identities and with things that are open to everybody, to some or to nobody, perhaps under
conditions that a caller without an account cannot meet. Who may do what directly is worked
out here from the facts, and held against `can` and both lists, for all pairs of clouds.
"""
import json
import pathlib
import random
import sys
import tempfile
import uuid

from compare import run

OWN, OTHER, PROJECT, NUMBER = "111122223333", "444455556666", "open-project", "7000001"
TENANT = str(uuid.uuid5(uuid.NAMESPACE_DNS, "everybody"))
SUBSCRIPTION = str(uuid.uuid5(uuid.NAMESPACE_DNS, "subscription"))
STORAGE = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/st"
READER = "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"  # Storage Blob Data Reader
BLOB = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read"
YES, MAYBE, NO = "allowed", "conditional", "denied"

# What a statement for everybody asks for: what it is of a caller without an account, of
# one of the bucket's account, and of one of another account.
CONDITIONS = {
    "nothing": ({}, (YES, YES, YES)),
    "account": ({"StringEquals": {"aws:PrincipalAccount": OWN}}, (NO, YES, NO)),
    "another account": ({"StringNotEquals": {"aws:PrincipalAccount": OWN}}, (YES, NO, YES)),
    "a caller": ({"Null": {"aws:PrincipalArn": "false"}}, (NO, YES, YES)),
    "no caller": ({"Null": {"aws:PrincipalArn": "true"}}, (YES, NO, NO)),
    "anonymous": ({"StringEquals": {"aws:PrincipalType": "Anonymous"}}, (YES, NO, NO)),
    "a name": ({"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{OWN}:*"}}, (NO, YES, NO)),
    "a provider": ({"Null": {"aws:FederatedProvider": "false"}}, (NO, NO, NO)),
    "a tag": ({"StringEquals": {"aws:PrincipalTag/team": "x"}}, (NO, NO, NO)),
    "TLS": ({"Bool": {"aws:SecureTransport": "true"}}, (MAYBE, MAYBE, MAYBE)),
}
# Of the conditions above those by which a policy is not public to S3.
TIED = ("account", "a name")


def both(grant, deny):
    if grant == NO or deny == YES:
        return NO
    return YES if grant == YES and deny == NO else MAYBE


class World:
    def __init__(self, seed):
        r = self.r = random.Random(seed)
        self.buckets = {f"bucket-{seed}-{i}": self.bucket() for i in range(4)}
        self.role_is_open = r.random() < 0.5
        self.google = {f"google-{seed}-{i}": r.choice(["allUsers", "allAuthenticatedUsers", "user:ann@open.example"])
                       for i in range(3)}
        self.reads = r.random() < 0.5
        self.people = {"aws": f"arn:aws:iam::{OWN}:user/ann", "alien": f"arn:aws:iam::{OTHER}:user/bob",
                       "granted": f"arn:aws:iam::{OTHER}:user/eve",
                       "member": f"azure:{TENANT}/{self.id('member')}", "guest": f"azure:{TENANT}/{self.id('guest')}",
                       "user": "gcp:user:ann@open.example",
                       "machine": f"//iam.googleapis.com/projects/{PROJECT}/serviceAccounts/sa@{PROJECT}.iam.gserviceaccount.com",
                       "token": "oidc:token.actions.githubusercontent.com/repo:o/a:ref:refs/heads/main", "public": "public"}

    def bucket(self):
        r = self.r
        return {"allow": r.choice([None, *list(CONDITIONS) * 2]),
                "deny": r.choice([None, None, None, *list(CONDITIONS)[1:]]), "blocked": r.random() < 0.2}

    def id(self, who):
        return str(uuid.uuid5(uuid.NAMESPACE_DNS, who))

    # --- the facts as the tools would tell them ---

    def write(self, folder):
        def put(name, *documents):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text("\n".join(json.dumps(d) for d in documents))
        get_all = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["s3:GetObject", "sts:AssumeRole"],
                                                            "Resource": "*"}]}
        self.write_account(put, OWN, {"ann": None})
        self.write_account(put, OTHER, {"bob": None, "eve": get_all})
        put("aws/policies.json", [policy for name, b in self.buckets.items() for policy in self.policies(name, b)])
        people = [{"@odata.type": "#microsoft.graph.user", "id": self.id(w), "displayName": w, "userPrincipalName": f"{w}@x.example",
                   "accountEnabled": True, "userType": w.capitalize()} for w in ("member", "guest")]
        put(f"azure/{TENANT}/users.json", people)
        put("azure/account-list.json", [{"cloudName": "AzureCloud", "homeTenantId": TENANT, "id": SUBSCRIPTION, "name": "s",
                                         "state": "Enabled", "tenantId": TENANT}])
        put(f"azure/{TENANT}/resources.json", [{"id": STORAGE, "name": "st", "type": "microsoft.storage/storageaccounts",
                                                "tenantId": TENANT, "subscriptionId": SUBSCRIPTION, "properties": {}}])
        put(f"azure/{TENANT}/role-assignments.json", [{
            "id": f"{STORAGE}/providers/Microsoft.Authorization/roleAssignments/{self.id('assignment')}", "name": self.id("assignment"),
            "principalId": self.id("member" if self.reads else "nobody"), "principalType": "User", "scope": STORAGE,
            "roleDefinitionId": f"/providers/Microsoft.Authorization/roleDefinitions/{READER}",
            "type": "Microsoft.Authorization/roleAssignments"}])
        group = f"/providers/Microsoft.Management/managementGroups/{TENANT}"
        put("azure/management-groups.json", {"id": group, "type": "Microsoft.Management/managementGroups", "name": TENANT, "properties": {
            "tenantId": TENANT, "displayName": "root", "details": {"version": 1}, "children": [
                {"id": f"/subscriptions/{SUBSCRIPTION}", "type": "/subscriptions", "name": SUBSCRIPTION, "displayName": "s"}]}})
        put("gcp/groups/staff@open.example/members.json", {"kind": "admin#directory#members", "members": [
            {"email": "ann@open.example", "role": "MEMBER", "type": "USER", "status": "ACTIVE"}]})
        put("gcp/assets.ndjson", *self.assets())
        put("gcp/roles.json", [{"name": "roles/storage.objectViewer", "title": "v", "stage": "GA",
                                "includedPermissions": ["storage.objects.get"]}])

    def write_account(self, put, account, users):
        put(f"aws/{account}/get-caller-identity.json", {"UserId": "AIDAXXXXXXXXXXXXXXXX", "Account": account,
                                                        "Arn": f"arn:aws:iam::{account}:user/x"})
        who = "*" if self.role_is_open else {"AWS": f"arn:aws:iam::{OWN}:root"}
        trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": who, "Action": "sts:AssumeRole"}]}
        put(f"aws/{account}/details.json", {"GroupDetailList": [], "Policies": [], "UserDetailList": [
            {"Path": "/", "UserName": n, "UserId": f"AIDA{n.upper()}{account}", "Arn": f"arn:aws:iam::{account}:user/{n}",
             "CreateDate": "2025-01-01T00:00:00+00:00", "GroupList": [], "AttachedManagedPolicies": [], "Tags": [],
             "UserPolicyList": [{"PolicyName": "p", "PolicyDocument": p}] if p else []} for n, p in users.items()],
            "RoleDetailList": [
                {"Path": "/", "RoleName": "open", "RoleId": "AROAOPEN0000000001", "Arn": f"arn:aws:iam::{OWN}:role/open", "Tags": [],
                 "CreateDate": "2025-01-01T00:00:00+00:00", "AssumeRolePolicyDocument": trust, "InstanceProfileList": [],
                 "RolePolicyList": [], "AttachedManagedPolicies": []}] if account == OWN else []})

    def policies(self, name, b):
        def statement(effect, condition):
            return {"Effect": effect, "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{name}/*",
                    **({"Condition": CONDITIONS[condition][0]} if CONDITIONS[condition][0] else {})}
        statements = [statement(e.capitalize(), b[e]) for e in ("allow", "deny") if b[e]]
        policy = {"Version": "2012-10-17", "Statement": statements}
        yield {"Resource": f"arn:aws:s3:::{name}", "Account": OWN, "Policy": json.dumps(policy) if statements else None,
               "PublicAccessBlock": {"RestrictPublicBuckets": b["blocked"]}}

    def assets(self):
        above = [f"projects/{NUMBER}"]
        yield {"name": f"//cloudresourcemanager.googleapis.com/projects/{NUMBER}", "ancestors": above,
               "asset_type": "cloudresourcemanager.googleapis.com/Project", "resource": {"version": "v1", "data": {
                   "projectId": PROJECT, "projectNumber": NUMBER, "name": "p", "lifecycleState": "ACTIVE"}}}
        yield {"name": f"//cloudresourcemanager.googleapis.com/projects/{NUMBER}", "ancestors": above,
               "asset_type": "cloudresourcemanager.googleapis.com/Project", "iam_policy": {"version": 3, "etag": "x", "bindings": [
                   {"role": "roles/browser", "members": ["user:nobody@open.example"]}]}}
        yield {"name": f"//iam.googleapis.com/projects/{PROJECT}/serviceAccounts/42", "ancestors": above,
               "asset_type": "iam.googleapis.com/ServiceAccount", "resource": {"version": "v1", "data": {
                   "email": f"sa@{PROJECT}.iam.gserviceaccount.com", "uniqueId": "42", "projectId": PROJECT}}}
        for name, member in self.google.items():
            for part in ({"resource": {"version": "v1", "data": {"name": name, "location": "EU", "iamConfiguration": {
                    "uniformBucketLevelAccess": {"enabled": True}}}}},
                         {"iam_policy": {"version": 3, "etag": "x", "bindings": [
                             {"role": "roles/storage.objectViewer", "members": [member]}]}}):
                yield {"name": f"//storage.googleapis.com/{name}", "asset_type": "storage.googleapis.com/Bucket",
                       "ancestors": above, **part}

    # --- what follows ---

    def objects(self):
        """(key, action) -> what a person of a name may."""
        for name, b in self.buckets.items():
            yield f"arn:aws:s3:::{name}", "s3:GetObject", lambda who, b=b: self.gets(who, b)
        yield f"arn:aws:iam::{OWN}:role/open", "sts:AssumeRole", self.assumes
        for name, member in self.google.items():
            yield f"//storage.googleapis.com/{name}", "storage.objects.get", lambda who, m=member: self.views(who, m)
        yield fold(STORAGE), BLOB, lambda who: YES if self.reads and who == "member" else NO

    def gets(self, who, b):
        kind = {"aws": 1, "alien": 2, "granted": 2}.get(who, 0)
        grant = CONDITIONS[b["allow"]][1][kind] if b["allow"] else NO
        deny = CONDITIONS[b["deny"]][1][kind] if b["deny"] else NO
        if who == "alien" or (b["blocked"] and kind != 1 and b["allow"] and b["allow"] not in TIED):
            return NO
        # the same test in both
        return NO if b["allow"] == b["deny"] else both(grant, deny)

    def assumes(self, who):
        if not self.role_is_open:
            return NO
        return NO if who == "alien" else YES

    def views(self, who, member):
        if member == "allUsers":
            return YES
        return YES if who == "user" or (who == "machine" and member == "allAuthenticatedUsers") else NO


def ask(latchkey, store, queries):
    out = run(latchkey, "--store", store, "-o", "ndjson", "query", "-f", "-", text="\n".join(queries) + "\n")
    return [json.loads(line) for line in out.splitlines()]


def fold(key):
    """Keys of Azure mean the same in any case."""
    return key.lower() if key.startswith("/subscriptions/") else key


def lists(latchkey, store, queries):
    """Of each query the verdict by key."""
    found, decoder, at = [], json.JSONDecoder(), 0
    out = run(latchkey, "--store", store, "-o", "json", "query", "-f", "-", text="\n".join(queries) + "\n")
    while at < len(out.rstrip()):
        document, at = decoder.raw_decode(out, at)
        found.append({fold(r["key"]): r["verdict"] for r in document["rows"]})
        while at < len(out) and out[at].isspace():
            at += 1
    assert len(found) == len(queries), f"{len(found)} answers to {len(queries)} questions"
    return found


def check(latchkey, world, folder):
    world.write(folder / "in")
    run(latchkey, "--store", folder / "store", "ingest", "-q", folder / "in")
    people, objects, store = world.people, list(world.objects()), folder / "store"
    pairs = [(who, key, action, right(who)) for who in people for key, action, right in objects]
    answers = ask(latchkey, store, [f"can '{people[who]}' {action} '{key}' directly" for who, key, action, _ in pairs])
    assert len(answers) == len(pairs)
    for (who, key, action, right), answer in zip(pairs, answers):
        # what is assigned above the storage account is in none of the files
        told = NO if action == BLOB and answer["verdict"] == "unknown" else answer["verdict"]
        if told != right:
            yield f"can {who} {action} {key}: {right} by the facts, {told} by the engine"
    whos = lists(latchkey, store, [f"who can {action} '{key}' directly" for key, action, _ in objects])
    for (key, action, right), rows in zip(objects, whos):
        for who in people:
            # who has a token and is named nowhere is in no list
            if who != "token" and rows.get(people[who], NO) != right(who):
                yield f"who can {action} {key}: {who} is {right(who)}, not {rows.get(people[who], NO)}"
    actions = sorted({action for _, action, _ in objects})
    asked = [(who, action) for who in people for action in actions]
    whats = lists(latchkey, store, [f"what can '{people[who]}' {action} directly" for who, action in asked])
    for (who, action), rows in zip(asked, whats):
        for key, _, right in (o for o in objects if o[1] == action):
            if rows.get(key, NO) != right(who):
                yield f"what can {who} {action}: {key} is {right(who)}, not {rows.get(key, NO)}"
    world.open = sum(right != NO for who, _, _, right in pairs if who in ("member", "user", "token"))


def main():
    latchkey, first, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    wrong = seen = 0
    for seed in range(first, first + count):
        world = World(seed)
        with tempfile.TemporaryDirectory() as temporary:
            for difference in check(latchkey, world, pathlib.Path(temporary)):
                wrong += 1
                print(f"seed {seed}: {difference}")
        seen += world.open
    print(f"{count} worlds, {seen} things open to those of other clouds, {wrong} differences")
    return 1 if wrong or seen < count else 0


if __name__ == "__main__":
    sys.exit(main())
