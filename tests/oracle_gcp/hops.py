#!/usr/bin/env python3
"""Each hop rule of Google Cloud in a world in which it leads to its target, and in worlds
that lack one thing: a permission, what ties the target, or that a deny policy spares it.

usage: hops.py LATCHKEY RULES_DIRECTORY

The tables are written from the provider's pages, not from the rule files; a rule that has no
line here is an error. Many worlds lie in one store: each is an organization with a folder, a
project, a user, a service account and, where one is needed, something that carries the
account or is the target itself.
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

EACH = 60  # worlds in a store: a question of one looks at all of them
ACT = "iam.serviceAccounts.actAs"
RUN, FUN = "run.googleapis.com/projects/P/locations/l/", "cloudfunctions.googleapis.com/"
# rule: class, permissions, what carries the account (its name without the service account)
TABLE = {
    "gcp-token": ("assume", ["iam.serviceAccounts.getAccessToken"], None),
    "gcp-sign-jwt": ("expose", ["iam.serviceAccounts.signJwt"], None),
    "gcp-sign-blob": ("expose", ["iam.serviceAccounts.signBlob"], None),
    "gcp-key": ("expose", ["iam.serviceAccountKeys.create"], None),
    "gcp-account-policy": ("escalate", ["iam.serviceAccounts.setIamPolicy"], None),
    "gcp-project-policy-token": ("escalate", ["resourcemanager.projects.setIamPolicy"], None),
    "gcp-new-function": ("carry", [ACT, "cloudfunctions.functions.create"], None),
    "gcp-new-run-service": ("carry", [ACT, "run.services.create"], None),
    "gcp-new-run-job": ("carry", [ACT, "run.jobs.create"], None),
    "gcp-new-instance": ("carry", [ACT, "compute.instances.create", "compute.disks.create"],
                         None),
    "gcp-new-dataproc": ("carry", [ACT, "dataproc.clusters.create", "dataproc.jobs.create"],
                         None),
    "gcp-new-dataflow": ("carry", [ACT, "dataflow.jobs.create"], None),
    "gcp-new-composer": ("carry", [ACT, "composer.environments.create"], None),
    "gcp-new-notebook": ("carry", [ACT, "notebooks.instances.create"], None),
    "gcp-new-custom-job": ("carry", [ACT, "aiplatform.customJobs.create"], None),
    "gcp-new-pipeline-job": ("carry", [ACT, "aiplatform.pipelineJobs.create"], None),
    "gcp-new-app-version": ("carry", [ACT, "appengine.versions.create"], None),
    "gcp-new-workflow": ("carry", [ACT, "workflows.workflows.create"], None),
    "gcp-new-scheduler": ("carry", [ACT, "cloudscheduler.jobs.create"], None),
    "gcp-new-batch": ("carry", [ACT, "batch.jobs.create"], None),
    "gcp-new-build": ("carry", [ACT, "cloudbuild.builds.create"], None),
    "gcp-new-data-fusion": ("carry", [ACT, "datafusion.instances.create"], None),
    "gcp-project-metadata": ("carry", [ACT, "compute.projects.setCommonInstanceMetadata"],
                             None),
    "gcp-function-code": ("carry", [ACT, "cloudfunctions.functions.update",
                                    "cloudfunctions.functions.sourceCodeSet"],
                          (FUN + "projects/P/locations/l/functions/t",
                           {"serviceAccountEmail": "SA"})),
    "gcp-run-service-code": ("carry", [ACT, "run.services.update"],
                             (RUN + "services/t", {"template": {"serviceAccount": "SA"}})),
    "gcp-run-job-code": ("carry", ["run.jobs.runWithOverrides"],
                         (RUN + "jobs/t",
                          {"template": {"template": {"serviceAccount": "SA"}}})),
    "gcp-run-job-update": ("carry", [ACT, "run.jobs.update", "run.jobs.run"],
                           (RUN + "jobs/t",
                            {"template": {"template": {"serviceAccount": "SA"}}})),
    "gcp-instance-metadata": ("carry", [ACT, "compute.instances.setMetadata"],
                              ("compute.googleapis.com/projects/P/zones/z/instances/t",
                               {"serviceAccounts": [{"email": "SA"}]})),
    "gcp-instance-login": ("carry", [ACT, "compute.instances.osAdminLogin"],
                           ("compute.googleapis.com/projects/P/zones/z/instances/t",
                            {"serviceAccounts": [{"email": "SA"}]})),
    "gcp-workflow-source": ("carry", [ACT, "workflows.workflows.update",
                                      "workflows.executions.create"],
                            ("workflows.googleapis.com/projects/P/locations/l/workflows/t",
                             {"serviceAccount": "SA"})),
    "gcp-composer-update": ("carry", ["composer.environments.executeAirflowCommand"],
                            ("composer.googleapis.com/projects/P/locations/l/environments/t",
                             {"config": {"nodeConfig": {"serviceAccount": "SA"}}})),
    "gcp-dataproc-job": ("carry", ["dataproc.clusters.use"],
                         ("dataproc.googleapis.com/projects/P/regions/l/clusters/t",
                          {"config": {"gceClusterConfig": {"serviceAccount": "SA"}}})),
    "gcp-cluster-pod": ("carry", ["container.pods.create"],
                        ("container.googleapis.com/projects/P/locations/l/clusters/t",
                         {"nodeConfig": {"serviceAccount": "SA"}})),
    "gcp-notebook-use": ("carry", ["notebooks.instances.use"],
                         ("notebooks.googleapis.com/projects/P/locations/l/instances/t",
                          {"serviceAccount": "SA"})),
}
for name, permission in (("delegation", "implicitDelegation"),
                         ("identity-token", "getOpenIdToken")):
    TABLE["gcp-" + name] = ("expose", ["iam.serviceAccounts." + permission], None)
TABLE["gcp-hmac-key"] = ("expose", ["storage.hmacKeys.create"], None)
ABOVE = {"project": ["folders/F", "organizations/O"], "folder": ["organizations/O"],
         "organization": []}
TABLE.update({
    "gcp-new-instance-group": ("carry", [ACT, "compute.instanceTemplates.create",
                                         "compute.instanceGroupManagers.create"], None),
    "gcp-new-notebook-runtime": ("carry", [ACT, "aiplatform.notebookRuntimeTemplates.create",
                                           "aiplatform.notebookRuntimes.assign"], None),
    "gcp-new-trigger": ("carry", [ACT, "eventarc.triggers.create"], None),
    "gcp-cluster-exec": ("carry", ["container.pods.exec"],
                         ("container.googleapis.com/projects/P/locations/l/clusters/t",
                          {"nodeConfig": {"serviceAccount": "SA"}})),
    # any machine will do: what it carries now is no matter
    "gcp-instance-account": ("carry", [ACT, "compute.instances.setServiceAccount"],
                             ("compute.googleapis.com/projects/P/zones/z/instances/t", {})),
})
AGENT = "//iam.googleapis.com/projects/NUMBER/serviceAccounts/NUMBER@{}.gserviceaccount.com"
MACHINES = "compute.googleapis.com/projects/P/zones/z/instanceGroupManagers/t"
POOL = "iam.googleapis.com/projects/NUMBER/locations/global/workloadIdentityPools/pool"
MEMBER = "principal://iam.googleapis.com/projects/-/locations/global/workloadIdentityPools/" \
    "P.svc.id.goog/subject/ns/n/sa/k"
CLUSTER = ("container.googleapis.com/projects/P/locations/l/clusters/t",
           {"workloadIdentityConfig": {"workloadPool": "P.svc.id.goog"}})
# rule: class, permissions, what is led to, the thing that leads there or a member of the
# project's policy by which it is known
WORKLOADS = {
    "gcp-deployment": ("carry", ["deploymentmanager.deployments.create"],
                       AGENT.format("cloudservices")),
    "gcp-deployment-update": ("carry", ["deploymentmanager.deployments.update"],
                              AGENT.format("cloudservices")),
    "gcp-build-agent": ("carry", ["cloudbuild.builds.create"], AGENT.format("cloudbuild")),
    "gcp-pool-provider": ("escalate", ["iam.workloadIdentityPoolProviders.create"],
                          "//" + POOL),
    "gcp-pool-provider-update": ("escalate", ["iam.workloadIdentityPoolProviders.update"],
                                 "//" + POOL),
    "gcp-exec-account": ("carry", ["container.pods.exec"], MEMBER),
    "gcp-token-account": ("expose", ["container.serviceAccounts.createToken"], MEMBER),
}
for word, things in (("pod", "pods"), ("deployment", "deployments"), ("job", "jobs"),
                     ("stateful-set", "statefulSets"), ("daemon-set", "daemonSets"),
                     ("replica-set", "replicaSets"), ("cron-job", "cronJobs")):
    WORKLOADS[f"gcp-{word}-account"] = ("carry", [f"container.{things}.create"], MEMBER)
NAMES = {("iam.g", "/"): f"principal://{POOL}/subject/s",
         ("iam.g", "p"): "serviceAccount:P.svc.id.goog[n/k]"}
INSTANCE = "compute.googleapis.com/projects/P/zones/z/instances/t"
CRM = "//cloudresourcemanager.googleapis.com/"
EXPIRES = 'request.time < timestamp("2099-01-01T00:00:00Z")'
# Compute that acts as what it carries: it is the actor itself.
ACTS = {
    "gcp-carry": ("carry", INSTANCE, {"serviceAccounts": [
        {"email": "SA", "scopes": ["https://www.googleapis.com/auth/cloud-platform"]}]}, "SA"),
    "gcp-carry-scoped": ("carry", INSTANCE, {"serviceAccounts": [
        {"email": "SA", "scopes": ["https://www.googleapis.com/auth/devstorage.read_only"]}]},
        "//" + INSTANCE + "/serviceAccounts/EMAIL"),
}
# Containers: rule of its policy, its name, the permission, what is asked about.
CONTAINERS = {
    "gcp-project-policy": ("projects/P", "resourcemanager.projects"),
    "gcp-folder-policy": ("folders/F", "resourcemanager.folders"),
    "gcp-organization-policy": ("organizations/O", "resourcemanager.organizations"),
}
# Resources that take a policy: the name of one, its permissions' head, what is asked about.
RESOURCES = {
    "gcp-policy-bucket": ("storage.googleapis.com/b-P", "storage.buckets", "storage.buckets.get"),
    "gcp-policy-secret": ("secretmanager.googleapis.com/projects/P/secrets/t",
                          "secretmanager.secrets", "secretmanager.secrets.get"),
    "gcp-policy-dataset": ("bigquery.googleapis.com/projects/P/datasets/t",
                           "bigquery.datasets", "bigquery.datasets.get"),
    "gcp-policy-table": ("bigquery.googleapis.com/projects/P/datasets/d/tables/t",
                         "bigquery.tables", "bigquery.tables.getData"),
    "gcp-policy-topic": ("pubsub.googleapis.com/projects/P/topics/t",
                         "pubsub.topics", "pubsub.topics.publish"),
    "gcp-policy-subscription": ("pubsub.googleapis.com/projects/P/subscriptions/t",
                                "pubsub.subscriptions", "pubsub.subscriptions.consume"),
    "gcp-policy-crypto-key": (
        "cloudkms.googleapis.com/projects/P/locations/l/keyRings/r/cryptoKeys/t",
        "cloudkms.cryptoKeys", "cloudkms.cryptoKeys.get"),
    "gcp-policy-key-ring": ("cloudkms.googleapis.com/projects/P/locations/l/keyRings/t",
                            "cloudkms.keyRings", "cloudkms.keyRings.get"),
    "gcp-policy-disk": ("compute.googleapis.com/projects/P/zones/z/disks/t", "compute.disks",
                        "compute.disks.useReadOnly"),
    "gcp-policy-image": ("compute.googleapis.com/projects/P/global/images/t",
                         "compute.images", "compute.images.useReadOnly"),
    "gcp-policy-snapshot": ("compute.googleapis.com/projects/P/global/snapshots/t",
                            "compute.snapshots", "compute.snapshots.useReadOnly"),
    "gcp-policy-repository": (
        "artifactregistry.googleapis.com/projects/P/locations/l/repositories/t",
        "artifactregistry.repositories", "artifactregistry.repositories.downloadArtifacts"),
    "gcp-policy-run-service": (RUN + "services/t", "run.services", "run.services.get"),
    "gcp-policy-function": (FUN + "projects/P/locations/l/functions/t",
                            "cloudfunctions.functions", "cloudfunctions.functions.get"),
}


def v2(permission):
    service, rest = permission.split(".", 1)
    host = "cloudresourcemanager" if service == "resourcemanager" else service
    return f"{host}.googleapis.com/{rest}"


class Case:
    """One organization: `without` takes a permission away, `denied` has a deny policy take
    it, not `tied` takes what ties the target, `on` is where the permissions are granted."""

    def __init__(self, number, rule, kind, permissions, **more):
        self.rule, self.kind, self.number = rule, kind, number
        self.without, self.denied = more.get("without"), more.get("denied")
        self.tied, self.on = more.get("tied", True), more.get("on", "projects/P")
        self.thing, self.target = more.get("thing"), more.get("target", "SA")
        # members of the project's policy; what an input of the directory says
        self.named, self.office = more.get("named"), more.get("office")
        self.known = f"projects/p{number}/roles/known"
        self.condition, self.also = more.get("condition"), more.get("also")
        self.resource = more.get("resource")
        self.actor, self.probe = more.get("actor", "gcp:user:USER"), more.get("probe")
        self.found = not self.without and not self.denied and self.tied
        # where a deny policy takes what is asked about; whether a boundary binds the actor
        self.blocked, self.bound = more.get("blocked"), more.get("bound")
        self.permissions = [p for p in permissions if p != self.without]
        self.project = f"p{number}"
        self.email = f"sa@{self.project}.iam.gserviceaccount.com"

    def __str__(self):
        return (f"{self.rule} without {self.without} denied {self.denied} tied {self.tied} "
                f"on {self.on} if {self.condition}")

    def fill(self, text):
        """Its own names for the table's."""
        for short, own in (
                ("USER", f"u{self.number}@x.com"), ("EMAIL", self.email),
                ("SA", f"//iam.googleapis.com/projects/{self.project}/serviceAccounts/"
                       f"{self.email}"),
                ("NUMBER", str(500000 + self.number)), ("P.svc", self.project + ".svc"),
                ("/P", "/" + self.project), ("-P", "-" + self.project),
                ("folders/F", f"folders/{300000 + self.number}"),
                ("organizations/O", f"organizations/{400000 + self.number}")):
            text = text.replace(short, own)
        return text

    def asset(self, name, **content):
        path = ["projects/" + str(500000 + self.number), self.fill("folders/F"),
                self.fill("organizations/O")]
        above = path[2:] if "/organizations/" in name else path[1:] if "/folders/" in name \
            else path
        if name == CRM + "projects/" + self.project:
            name = CRM + path[0]
        return {"name": name, "asset_type": "x", "ancestors": above, **content}

    def lines(self):
        role = f"projects/{self.project}/roles/r"
        on = self.fill(self.on if self.on.startswith("//") else CRM + self.on)
        places = [self.fill(CRM + p) for p in ("projects/P", "folders/F", "organizations/O")]
        binding = {"bindings": [{"role": role, "members": [self.fill("user:USER")]}]}
        if self.condition:
            binding["bindings"][0]["condition"] = {"expression": self.condition}
        known = {"etag": "x", "bindings": [{"role": self.known, "members": [self.fill(
            self.named)]}]} if self.named else None
        yield self.asset(places[0], resource={"data": {
            "projectId": self.project, "projectNumber": str(500000 + self.number),
            "parent": {"type": "folder", "id": str(300000 + self.number)}}})
        for place in places + ([] if on in places else [on]):
            yield self.asset(place, iam_policy=binding if place == on else {"etag": "x"})
        if known:
            yield self.asset(f"//iam.googleapis.com/{self.known}", resource={"data": {
                "name": self.known, "includedPermissions": ["storage.buckets.get"]}})
            yield self.asset(self.fill("//storage.googleapis.com/named-P"), iam_policy=known)
        yield self.asset(f"//iam.googleapis.com/{role}", resource={"data": {
            "name": role, "title": "t", "includedPermissions": self.permissions}})
        yield self.asset(self.fill("SA"), resource={"data": {
            "email": self.email, "uniqueId": str(self.number)}})
        if self.thing:
            name, data = self.thing
            account = self.email if self.tied else "other@" + self.email.split("@")[1]
            data = json.dumps(data).replace('"SA"', f'"{account}"')
            yield self.asset(self.fill("//" + name), resource={"data": json.loads(self.fill(
                data.replace("P.svc", ("P" if self.tied else "other") + ".svc")))})
        if self.also:
            yield self.asset(self.fill("//" + self.also[0]), resource={"data": json.loads(
                json.dumps(self.also[1]).replace("SA", self.email))})

    def deny(self):
        return {"name": "policies/cloudresourcemanager.googleapis.com%2Forganizations%2F"
                f"{400000 + self.number}/denypolicies/d", "rules": [{"denyRule": {
                    "deniedPrincipals": [self.fill("principal://goog/subject/USER")],
                    "deniedPermissions": [v2(self.denied)]}}]}

    def block(self):
        path = self.fill(self.blocked).replace("/", "%2F")
        return {"name": "policies/cloudresourcemanager.googleapis.com%2F" + path +
                "/denypolicies/b", "rules": [{"denyRule": {
                    "deniedPrincipals": ["principalSet://goog/public:all"],
                    "deniedPermissions": [v2(self.probe)]}}]}

    def boundary(self):
        organization = self.fill("organizations/O")
        name = organization + "/locations/global/principalAccessBoundaryPolicies/b"
        return ({"name": name, "details": {"enforcementVersion": "2", "rules": [
            {"effect": "ALLOW", "resources": [CRM + "projects/elsewhere"]}]}},
                {"name": organization + "/locations/global/policyBindings/b", "policy": name,
                 "target": {"principalSet": CRM + (organization if self.bound == "O"
                                                   else "organizations/1")}})

    def directory(self):
        """Whether the user is a super administrator, somebody else, and a group of his."""
        other = {"email": self.fill("oUSER"), "type": "USER", "role": "MEMBER"}
        return {"users.json": {"kind": "admin#directory#users", "users": [
            {"primaryEmail": self.fill("USER"), "id": "1", "isAdmin": self.office},
            {"primaryEmail": other["email"], "id": "2"}]},
            self.fill("groups/gUSER/members.json"): {
                "kind": "admin#directory#members", "members": [other]}}

    def query(self):
        target, actor = self.fill(self.resource or self.target), self.fill(self.actor)
        if self.probe:
            return f'how can "{actor}" {self.probe} "{target}" all'
        return f'how can "{actor}" become "{target}" all'

    def found_in(self, answer):
        """Class and verdict by rule, of steps onto the target, or that open it."""
        return {s["rule"]: (s["hop"], s["verdict"])
                for row in answer["rows"] if row["verdict"] != "denied"
                for s in row["steps"]
                if s.get("through" if self.probe else "to") == self.fill(self.target)
                or (self.bound and s["to"] == self.fill(self.actor))}


def add_workloads(add, add_all):
    """What policies name and no list has, and offices of the directory."""
    elsewhere = {"on": "//storage.googleapis.com/elsewhere-P", "tied": False}
    for rule, (kind, permissions, target) in sorted(WORKLOADS.items()):
        member = {"target": target, "named": NAMES[target.split("//")[1][:5], target[:1]]
                  if target[0] != "/" or "Pools" in target
                  else "serviceAccount:" + target.rsplit("/", 1)[1]}
        if target == MEMBER:
            member["thing"] = CLUSTER
            add(rule, kind, permissions, tied=False, **member)
        add_all(rule, kind, permissions, **member)
        add(rule, kind, permissions, **elsewhere, **member)
    for place in ("project", "folder", "organization"):
        permission = f"resourcemanager.{place}s.setIamPolicy"
        for rule, target, named in (("pool", "//" + POOL, NAMES["iam.g", "/"]),
                                    ("workload", MEMBER, NAMES["iam.g", "p"])):
            member = {"target": target, "named": named}
            on = f"{place}s/{place[0].upper()}"
            add_all(f"gcp-{place}-policy-{rule}", "escalate", [permission], on=on, **member)
            add(f"gcp-{place}-policy-{rule}", "escalate", [permission], **elsewhere, **member)
    template = "compute.googleapis.com/projects/P/global/instanceTemplates/t"
    more = {"thing": (MACHINES, {"versions": [{"instanceTemplate": template.replace(
        "compute.googleapis.com", "https://www.googleapis.com/compute/v1")}]})}
    for account in ("SA", "other@SA"):
        add_all("gcp-instance-group-update", "carry",
                ["compute.instanceGroupManagers.update"], tied=account == "SA",
                also=(template, {"properties": {"serviceAccounts": [{"email": account}]}}),
                **more)
    for office in (True, False):
        add("gcp-user-password", "escalate", [], office=office, tied=office,
            target="gcp:user:oUSER")
        add("gcp-group-manager", "escalate", [], office=office, tied=office,
            target="gcp:group:gUSER", resource="//storage.googleapis.com/named-P",
            probe="storage.buckets.get", named="group:gUSER")


def cases():
    out = []

    def add(rule, kind, permissions, **more):
        out.append(Case(len(out), rule, kind, permissions, **more))

    def add_all(rule, kind, permissions, **more):
        add(rule, kind, permissions, **more)
        add(rule, kind, permissions, condition=EXPIRES, **more)
        for p in permissions:
            add(rule, kind, permissions, without=p, **more)
            add(rule, kind, permissions, denied=p, **more)

    for rule, (kind, permissions, thing) in sorted(TABLE.items()):
        add_all(rule, kind, permissions, thing=thing)
        if thing and "SA" in json.dumps(thing[1]):
            add(rule, kind, permissions, thing=thing, tied=False)
    add_workloads(add, add_all)
    for rule, (kind, name, data, target) in sorted(ACTS.items()):
        for tied in (True, False):
            add(rule, kind, [], thing=(name, data), actor="//" + name, target=target, tied=tied)
    for rule, (name, service) in sorted(CONTAINERS.items()):
        permission = service + ".setIamPolicy"
        add_all(rule + "-token", "escalate", [permission], on=name)
        add_all(rule, "escalate", [permission], on=name, target=CRM + name,
                probe="storage.buckets.create")
        if name != "organizations/O":  # of what lies in it there is no way to it
            add(rule, "escalate", [permission], on="organizations/O", target=CRM + name,
                probe="storage.buckets.create")
        if name != "projects/P":
            add(rule, "escalate", [permission], on="projects/P", target=CRM + name,
                probe="storage.buckets.create", tied=False)
            add(rule + "-token", "escalate", [permission], on="projects/P", tied=False)
    for name in ("project", "folder", "organization"):
        on = f"{name}s/{name[0].upper()}"
        for verb in ("delete", "update"):
            p, probe = f"iam.denypolicies.{verb}", "storage.buckets.create"
            more = {"on": on, "target": CRM + on, "probe": probe, "blocked": on}
            add(f"gcp-{name}-deny-{verb}", "escalate", [p, probe], **more)
            add(f"gcp-{name}-deny-{verb}", "escalate", [p, probe], without=p, **more)
            add(f"gcp-{name}-deny-{verb}", "escalate", [p, probe], without=probe, **more)
            add(f"gcp-{name}-deny-{verb}", "escalate", [p, probe], denied=p, **more)
            # what denies above does so still
            for other in ABOVE[name]:
                add(f"gcp-{name}-deny-{verb}", "escalate", [p, probe],
                    **{**more, "blocked": other, "tied": False})
        add_all(f"gcp-{name}-role-update", "escalate", ["iam.roles.update"],
                target=CRM + on, probe="storage.buckets.create", on=on)
    p = "iam.principalaccessboundarypolicies.unbind"
    more = {"on": "organizations/O", "probe": "bigquery.tables.getData", "bound": "O",
            "thing": ("bigquery.googleapis.com/projects/P/datasets/d/tables/t", {}),
            "target": "//bigquery.googleapis.com/projects/P/datasets/d/tables/t"}
    add_all("gcp-boundary-unbind", "escalate", [p, "bigquery.tables.getData"], **more)
    add("gcp-boundary-unbind", "escalate", [p, "bigquery.tables.getData"],
        **{**more, "bound": "other", "tied": False})
    for rule, (name, service, probe) in sorted(RESOURCES.items()):
        more = {"thing": (name, {}), "target": "//" + name, "probe": probe}
        add_all(rule, "escalate", [service + ".setIamPolicy"], on="//" + name, **more)
        add(rule, "escalate", [service + ".setIamPolicy"], on="//" + name + "2", tied=False,
            **more)
    return out


def check_table(directory):
    ids = set()
    for path in pathlib.Path(directory).glob("gcp-*.rules"):
        ids |= set(re.findall(r"^rule (\S+)", path.read_text(encoding="utf-8"), re.M))
    both = {(case.rule, case.found) for case in cases()}
    missing = {i for i in ids if (i, True) not in both or (i, False) not in both}
    unknown = {rule for rule, _ in both} - ids
    told = ids - told_in(directory + "/../../docs/hop-rules.md")
    if missing or unknown or told:
        sys.exit(f"without worlds: {sorted(missing)}; no rules: {sorted(unknown)}; "
                 f"not in the table of acts: {sorted(told)}")


def told_in(path):
    """The rules that the table of all known acts has; gcp-PLACE-x is one of each container."""
    text = pathlib.Path(path).read_text(encoding="utf-8").split("## Google Cloud: each")[1]
    ids = set()
    for word in re.findall(r"`(gcp-[^`]+)`", text):
        ids |= {word.replace("PLACE", p) for p in ABOVE}
        if word.endswith("*"):
            ids |= {i for i in RESOURCES if i.startswith(word[:-1])}
    return ids


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode not in (0, 5):
        sys.exit(f"{' '.join(command)}: {done.returncode}\n{done.stderr}")
    return done.stdout


def answers(program, store, every, script):
    with open(script, "w", encoding="utf-8") as f:
        f.writelines(case.query() + "\n" for case in every)
    out = run(program, "query", "--store", store, "-o", "json", "-f", script)
    out = [json.loads(a) for a in re.split(r'^(?=\{"query":)', out, flags=re.M) if a]
    if len(out) != len(every):
        sys.exit(f"{len(every)} questions, {len(out)} answers")
    return out


def wrong(program, every):
    """Of some worlds in one store."""
    with tempfile.TemporaryDirectory() as directory:
        os.makedirs(directory + "/in")
        with open(directory + "/in/assets.json", "w", encoding="utf-8") as f:
            for case in every:
                f.writelines(json.dumps(line) + "\n" for line in case.lines())
        lists = {"deny": [c.deny() for c in every if c.denied],
                 "boundaries": [c.boundary()[0] for c in every if c.bound],
                 "bindings": [c.boundary()[1] for c in every if c.bound]}
        for name, content in lists.items():
            if content:
                with open(f"{directory}/in/{name}.json", "w", encoding="utf-8") as f:
                    json.dump(content, f)
        for case in every:  # a folder's name does not say its organization
            files = case.directory() if case.office is not None else {}
            if case.blocked:
                files["deny.json"] = case.block()
            for name, content in files.items():
                path = f"{directory}/in/{case.fill('organizations/O')}/{name}"
                os.makedirs(os.path.dirname(path), exist_ok=True)
                with open(path, "w", encoding="utf-8") as f:
                    json.dump(content, f)
        store = directory + "/store"
        run(program, "ingest", "-q", "--store", store, directory + "/in")
        for case, answer in zip(every, answers(program, store, every, directory + "/script")):
            hops = case.found_in(answer)
            kind, verdict = hops.get(case.rule, (case.kind, "unknown"))
            sure = "conditional" if case.condition else "allowed"
            if (case.rule in hops) != case.found or kind != case.kind or \
                    verdict not in ("unknown", sure):
                yield f"{case}: found {sorted(hops.items())}"


def main():
    program, rules = sys.argv[1:3]
    check_table(rules)
    every, bad = cases(), []
    for first in range(0, len(every), EACH):
        bad += wrong(program, every[first:first + EACH])
    print("\n".join(bad))
    print(f"{len(every)} worlds, {len(bad)} differ")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
