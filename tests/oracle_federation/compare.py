"""Who is let in from cloud to cloud: compare.py LATCHKEY FIRST-SEED WORLDS

Random worlds of one AWS account, one Entra tenant and one Google Cloud project that take
tokens of each other and of issuers outside. What becomes what by one hop is worked out here
from the facts, and held against both directions of the engine.
"""
import fnmatch
import json
import pathlib
import random
import subprocess
import sys
import tempfile
import uuid

GITHUB, CLUSTER, GOOGLE = "token.actions.githubusercontent.com", "oidc.eks.eu-west-1.amazonaws.com/id/AB12", "accounts.google.com"
SUBJECTS = {GITHUB: ["repo:o/a:ref:refs/heads/main", "repo:o/a:environment:prod", "repo:o/b:pull_request", "repo:p/a:ref:refs/tags/v1"],
            CLUSTER: ["system:serviceaccount:ns:one", "system:serviceaccount:ns:two"]}
TRUST = "sts:AssumeRoleWithWebIdentity"
USE = "roles/iam.workloadIdentityUser"


# What a provider of a pool may ask of a token.
ASKED = {"subject": "assertion.sub.startsWith('repo:o/')", "owner": "assertion.repository_owner == 'o'",
         "actor": "assertion.actor == 'me'", "either": "assertion.repository == 'o/a' || assertion.actor == 'me'",
         "mapped": "!google.subject.startsWith('repo:p/')"}


class World:
    def __init__(self, seed):
        r = self.r = random.Random(seed)
        self.seed, self.account = seed, f"{seed:012}"
        self.tenant, self.project, self.number = self.id("tenant"), f"project-{seed}", str(7000000 + seed)
        self.entra = [f"sts.windows.net/{self.tenant}", f"login.microsoftonline.com/{self.tenant}/v2.0"]
        self.principals = [self.id(f"sp{i}") for i in range(4)]
        self.accounts = {f"sa{i}": str(900000 + seed * 10 + i) for i in range(3)}
        self.roles = {f"role{i}": self.trust() for i in range(5)}
        self.credentials = [(r.choice(self.principals[:2]), *self.token()) for _ in range(r.randrange(4))]
        self.pools = {p: self.pool() for p in ("one", "two")}
        self.asks = {p: r.choice([None, *ASKED]) for p in self.pools}
        self.bindings = [(r.choice(list(self.accounts)), self.member()) for _ in range(4)]

    def id(self, what):
        return str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{self.seed}.{what}"))

    def token(self):
        """An issuer and a subject of it."""
        issuer = self.r.choice([GITHUB, GITHUB, CLUSTER, GOOGLE, *self.entra])
        if issuer in SUBJECTS:
            return issuer, self.r.choice(SUBJECTS[issuer])
        return issuer, self.r.choice(list(self.accounts.values()) if issuer == GOOGLE else self.principals)

    def trust(self):
        r, (issuer, subject) = self.r, self.token()
        way = r.choice(["exact", "exact", "like", "any", "other"])
        if way == "like":
            subject = subject[:r.randrange(1, len(subject))] + "*"
        return {"issuer": issuer, "way": way, "subject": subject, "audience": r.random() < 0.5}

    def pool(self):
        r = self.r
        return r.choice([("aws", self.account), ("aws", "999999999999"), ("oidc", GITHUB), ("oidc", GITHUB), ("oidc", self.entra[0]),
                         ("oidc", self.entra[1])])

    def member(self):
        r, pool = self.r, self.r.choice(list(self.pools))
        kind, issuer = self.pools[pool]
        if kind == "aws":
            return pool, r.choice(["*", f"attribute.aws_role/arn:aws:sts::{self.account}:assumed-role/{r.choice(list(self.roles))}"])
        if issuer == GITHUB:
            return pool, r.choice(["*", "subject/" + r.choice(SUBJECTS[GITHUB]), "attribute.repository/o/a",
                                   "attribute.repository_owner/p"])
        return pool, r.choice(["*", "subject/" + r.choice(self.principals)])

    # --- the facts as the tools would tell them ---

    def arn(self, role):
        return f"arn:aws:iam::{self.account}:role/{role}"

    def policy(self, t):
        name = t["issuer"] + ("/" if t["issuer"] == self.entra[0] else "")
        federated = name if name == GOOGLE else f"arn:aws:iam::{self.account}:oidc-provider/{name}"
        condition = {}
        if t["way"] in ("exact", "like"):
            condition["StringEquals" if t["way"] == "exact" else "StringLike"] = {f"{name}:sub": t["subject"]}
        if t["way"] == "other":
            condition["StringNotEquals"] = {f"{name}:sub": t["subject"]}
        if t["audience"]:
            condition.setdefault("StringEquals", {})[f"{name}:aud"] = "x"
        return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Federated": federated},
                                                         "Action": TRUST, "Condition": condition}]}

    def write(self, folder):
        def put(name, *documents):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text("\n".join(json.dumps(d) for d in documents))
        put("aws/get-caller-identity.json", {"UserId": "AIDAXXXXXXXXXXXXXXXX", "Account": self.account,
                                             "Arn": f"arn:aws:iam::{self.account}:user/x"})
        put("aws/details.json", {"UserDetailList": [], "GroupDetailList": [], "Policies": [], "RoleDetailList": [
            {"Path": "/", "RoleName": n, "RoleId": f"AROA{i:016}", "Arn": self.arn(n), "CreateDate": "2025-01-01T00:00:00+00:00",
             "AssumeRolePolicyDocument": self.policy(t), "InstanceProfileList": [], "RolePolicyList": [],
             "AttachedManagedPolicies": []} for i, (n, t) in enumerate(self.roles.items())]})
        put(f"azure/{self.tenant}/all.json", [
            {"@odata.type": "#microsoft.graph.servicePrincipal", "id": p, "appId": self.id("app" + p), "displayName": f"p{i}",
             "servicePrincipalType": "Application"} for i, p in enumerate(self.principals)], [
            {"@odata.type": "#microsoft.graph.application", "id": self.id("application" + p), "appId": self.id("app" + p),
             "displayName": f"p{i}"} for i, p in enumerate(self.principals)], *[
            {"kind": "AZFederatedIdentityCredential", "data": {"tenantId": self.tenant, "appId": self.id("application" + p), "fics": [
                {"appId": self.id("application" + p), "fic": {
                    "id": self.id(f"fic{i}"), "name": "f", "issuer": "https://" + issuer + ("/" if issuer == self.entra[0] else ""),
                    "subject": subject, "audiences": ["api://AzureADTokenExchange"]}}]}}
            for i, (p, issuer, subject) in enumerate(self.credentials)])
        put("gcp/assets.ndjson", *self.assets())
        put("gcp/roles.json", [{"name": USE, "title": "u", "includedPermissions": ["iam.serviceAccounts.getAccessToken"], "stage": "GA"}])

    def assets(self):
        above = [f"projects/{self.number}"]
        pools = f"//iam.googleapis.com/projects/{self.number}/locations/global/workloadIdentityPools/"

        def asset(name, kind, **more):
            return {"name": name, "asset_type": kind, "ancestors": above, **more}
        yield asset(f"//cloudresourcemanager.googleapis.com/projects/{self.number}", "cloudresourcemanager.googleapis.com/Project",
                    resource={"version": "v1", "data": {"projectId": self.project, "projectNumber": self.number, "name": "p",
                                                        "lifecycleState": "ACTIVE"}})
        for name, number in self.accounts.items():
            key = f"//iam.googleapis.com/projects/{self.project}/serviceAccounts/{number}"
            yield asset(key, "iam.googleapis.com/ServiceAccount", resource={"version": "v1", "data": {
                "email": f"{name}@{self.project}.iam.gserviceaccount.com", "uniqueId": number, "projectId": self.project}})
            members = [f"principal{'' if m.startswith('subject/') else 'Set'}:{pools}{p}/{m}" for a, (p, m) in self.bindings if a == name]
            yield asset(key, "iam.googleapis.com/ServiceAccount", iam_policy={"version": 3, "etag": "x", "bindings": [
                {"role": USE, "members": members}] if members else []})
        for pool, (kind, of) in self.pools.items():
            yield asset(pools + pool, "iam.googleapis.com/WorkloadIdentityPool", resource={"version": "v1", "data": {
                "name": pools[21:] + pool, "state": "ACTIVE"}})
            how = {"aws": {"accountId": of}} if kind == "aws" else {
                "oidc": {"issuerUri": "https://" + of + ("/" if of == self.entra[0] else "")},
                "attributeMapping": {"google.subject": "assertion.sub", "attribute.repository": "assertion.repository",
                                     "attribute.repository_owner": "assertion.repository_owner"},
                **({"attributeCondition": ASKED[self.asks[pool]]} if self.asks[pool] else {})}
            yield asset(f"{pools}{pool}/providers/p", "iam.googleapis.com/WorkloadIdentityPoolProvider", resource={
                "version": "v1", "data": {"name": f"{pools[21:]}{pool}/providers/p", "state": "ACTIVE", **how}})

    # --- what follows ---

    def identities(self):
        """Key -> its tokens, as (issuer, subject)."""
        found = {f"oidc:{i}/{s}": [(i, s)] for i in SUBJECTS for s in SUBJECTS[i]}
        for p in self.principals:
            found[f"azure:{self.tenant}/{p}"] = [(i, p) for i in self.entra]
        for name, number in self.accounts.items():
            found[self.account_key(name)] = [(GOOGLE, number)]
        found.update({self.arn(n): [] for n in self.roles})
        return found

    def account_key(self, name):
        return f"//iam.googleapis.com/projects/{self.project}/serviceAccounts/{name}@{self.project}.iam.gserviceaccount.com"

    def targets(self):
        for name in self.roles:
            yield self.arn(name), lambda x, t, n=name: self.assumes(t, self.roles[n])
        for p in self.principals:
            yield f"azure:{self.tenant}/{p}", lambda x, t, p=p: self.trades(t, p)
        for name in self.accounts:
            yield self.account_key(name), lambda x, t, n=name: self.impersonates(x, t, n)

    def assumes(self, tokens, trust):
        for issuer, subject in tokens:
            fits = {"exact": subject == trust["subject"], "like": fnmatch.fnmatchcase(subject, trust["subject"]), "any": True,
                    "other": subject != trust["subject"]}[trust["way"]]
            if issuer == trust["issuer"] and fits:
                return "conditional" if trust["audience"] else "allowed"
        return None

    def trades(self, tokens, principal):
        return "allowed" if any((principal, *t) in self.credentials for t in tokens) else None

    def impersonates(self, key, tokens, account):
        found = {self.is_member(key, tokens, pool, member) for a, (pool, member) in self.bindings if a == account}
        return next((v for v in ("allowed", "conditional") if v in found), None)

    def takes(self, pool, subject):
        """What the pool's condition leaves of a token."""
        job = subject.startswith("repo:")
        repository = subject[5:].split(":")[0]
        return {None: "allowed", "subject": "allowed" if subject.startswith("repo:o/") else None, "actor": "conditional",
                "owner": ("allowed" if repository.startswith("o/") else None) if job else "conditional",
                "either": "allowed" if job and repository == "o/a" else "conditional",
                "mapped": None if subject.startswith("repo:p/") else "allowed"}[self.asks[pool]]

    def is_member(self, key, tokens, pool, member):
        kind, of = self.pools[pool]
        if kind == "aws":
            role = f"attribute.aws_role/arn:aws:sts::{self.account}:assumed-role/" + key.rsplit("/", 1)[1]
            return "allowed" if key.startswith("arn:") and of == self.account and member in ("*", role) else None
        for issuer, subject in tokens:
            repository = subject[5:].split(":")[0] if subject.startswith("repo:") else "-"
            names = ["*", "subject/" + subject, "attribute.repository/" + repository,
                     "attribute.repository_owner/" + repository.split("/")[0]]
            if issuer == of and member in names:
                return self.takes(pool, subject)
        return None


def run(latchkey, *args, text=None):
    done = subprocess.run([latchkey, *map(str, args)], input=text, capture_output=True, text=True)
    if done.returncode not in (0, 1):
        sys.exit(f"{' '.join(map(str, args))}: {done.stderr}")
    return done.stdout


def rows(latchkey, store, queries):
    out, decoder, at, found = run(latchkey, "--store", store, "-o", "json", "query", "-f", "-", text="\n".join(queries) + "\n"), json.JSONDecoder(), 0, []
    while at < len(out.rstrip()):
        document, at = decoder.raw_decode(out, at)
        found.append({r["key"]: r["verdict"] for r in document["rows"] if r["hops"] == 1})
        while at < len(out) and out[at].isspace():
            at += 1
    assert len(found) == len(queries), f"{len(found)} answers to {len(queries)} questions"
    return found


def check(latchkey, world, folder):
    world.write(folder / "in")
    run(latchkey, "--store", folder / "store", "ingest", folder / "in")
    people, targets = world.identities(), dict(world.targets())
    whats = rows(latchkey, folder / "store", [f"what can '{x}' become max hops 1" for x in people])
    whos = rows(latchkey, folder / "store", [f"who can become '{y}' max hops 1" for y in targets])
    named = {f"oidc:{i}/{s}" for _, i, s in world.credentials}
    named |= {f"oidc:{t['issuer']}/{t['subject']}" for t in world.roles.values() if t["way"] == "exact"}
    named |= {f"oidc:{world.pools[p][1]}/{m[8:]}" for _, (p, m) in world.bindings if m.startswith("subject/")}
    hops = 0
    for x, mine in zip(people, whats):
        for (y, one), theirs in zip(targets.items(), whos):
            want = one(x, people[x]) if x != y else None
            hops += want is not None
            if mine.get(y) != want:
                yield f"what can {x} become: {y}: {want} by the facts, {mine.get(y)} by the engine"
            # who is named nowhere is in no list: the identity provider stands for him
            if x.startswith("oidc:") and x not in named:
                want = None
            if theirs.get(x) != want:
                yield f"who can become {y}: {x}: {want} by the facts, {theirs.get(x)} by the engine"
    world.hops = hops


def main():
    latchkey, first, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    wrong = hops = 0
    for seed in range(first, first + count):
        world = World(seed)
        with tempfile.TemporaryDirectory() as temporary:
            for difference in check(latchkey, world, pathlib.Path(temporary)):
                wrong += 1
                print(f"seed {seed}: {difference}")
        hops += world.hops
    print(f"{count} worlds, {hops} hops, {wrong} differences")
    return 1 if wrong or hops < count else 0


if __name__ == "__main__":
    sys.exit(main())
