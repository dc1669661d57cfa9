#!/usr/bin/env python3
"""Each hop rule of Google Cloud in a world in which it leads to its target, and in worlds
that lack one thing: a permission, what ties the target, or that a deny policy spares it.

usage: hops.py LATCHKEY RULES_DIRECTORY

The table is written from the provider's pages, not from the rule files; a rule that has no
line here is an error. All worlds lie in one store: each is a project with a user, a service
account and, where one is needed, something that carries the account.
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

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
# Decided by what they are of, and asked in other ways (compute, containers, resources).
ELSEWHERE = re.compile(r"gcp-(carry|carry-scoped|(project|folder|organization)-policy.*|policy-.*)$")
CRM = "//cloudresourcemanager.googleapis.com/"


def v2(permission):
    service, rest = permission.split(".", 1)
    host = "cloudresourcemanager" if service == "resourcemanager" else service
    return f"{host}.googleapis.com/{rest}"


class Case:
    """One project: `without` takes a permission away, `denied` has a deny policy take it."""

    def __init__(self, number, rule, without=None, denied=None, tied=True):
        self.rule, self.found = rule, not (without or denied or not tied)
        self.what = f"{rule} without {without} denied {denied} tied {tied}"
        self.project, self.number = f"p{number}", str(5000 + number)
        self.user = f"u{number}@x.com"
        self.account = f"sa@{self.project}.iam.gserviceaccount.com"
        _, permissions, thing = TABLE[rule]
        self.permissions = [p for p in permissions if p != without]
        self.denied, self.thing = denied, thing
        self.tied = tied

    def key(self):
        return (f"//iam.googleapis.com/projects/{self.project}/serviceAccounts/"
                f"{self.account}")

    def lines(self):
        above = {"ancestors": [f"projects/{self.number}", "organizations/34"]}
        role = f"projects/{self.project}/roles/r"
        yield {"name": CRM + f"projects/{self.number}", "asset_type": "x", **above,
               "resource": {"data": {"projectId": self.project, "projectNumber": self.number,
                                     "parent": {"type": "organization", "id": "34"}}}}
        yield {"name": CRM + f"projects/{self.number}", "asset_type": "x", **above,
               "iam_policy": {"bindings": [{"role": role, "members": ["user:" + self.user]}]}}
        yield {"name": f"//iam.googleapis.com/{role}", "asset_type": "x", **above,
               "resource": {"data": {"name": role, "title": "t",
                                     "includedPermissions": self.permissions}}}
        yield {"name": self.key(), "asset_type": "x", **above,
               "resource": {"data": {"email": self.account, "uniqueId": self.number}}}
        if self.thing:
            name, data = self.thing
            account = self.account if self.tied else "other@" + self.account.split("@")[1]
            yield {"name": "//" + name.replace("/P/", f"/{self.project}/"), "asset_type": "x",
                   **above, "resource": {"data": json.loads(
                       json.dumps(data).replace('"SA"', f'"{account}"'))}}

    def deny(self):
        return {"name": "policies/cloudresourcemanager.googleapis.com%2Fprojects%2F"
                f"{self.project}/denypolicies/d", "rules": [{"denyRule": {
                    "deniedPrincipals": ["principal://goog/subject/" + self.user],
                    "deniedPermissions": [v2(self.denied)]}}]}


def cases():
    out = []
    for rule, (_, permissions, thing) in sorted(TABLE.items()):
        out.append(Case(len(out), rule))
        for p in permissions:
            out.append(Case(len(out), rule, without=p))
            out.append(Case(len(out), rule, denied=p))
        if thing:
            out.append(Case(len(out), rule, tied=False))
    return out


def check_table(directory):
    ids = set()
    for path in pathlib.Path(directory).glob("gcp-*.rules"):
        ids |= set(re.findall(r"^rule (\S+)", path.read_text(encoding="utf-8"), re.M))
    missing = {i for i in ids if i not in TABLE and not ELSEWHERE.match(i)}
    if missing or set(TABLE) - ids:
        sys.exit(f"without a world: {sorted(missing)}; no rules: {sorted(set(TABLE) - ids)}")


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode not in (0, 5):
        sys.exit(f"{' '.join(command)}: {done.returncode}\n{done.stderr}")
    return done.stdout


def main():
    program, rules = sys.argv[1:3]
    check_table(rules)
    every, bad = cases(), 0
    with tempfile.TemporaryDirectory() as directory:
        os.makedirs(directory + "/in")
        with open(directory + "/in/assets.json", "w", encoding="utf-8") as f:
            for case in every:
                f.writelines(json.dumps(line) + "\n" for line in case.lines())
            f.write(json.dumps({"name": CRM + "organizations/34", "asset_type": "x",
                                "iam_policy": {"etag": "x"},
                                "ancestors": ["organizations/34"]}) + "\n")
        with open(directory + "/in/deny.json", "w", encoding="utf-8") as f:
            json.dump([c.deny() for c in every if c.denied], f)
        store = ("--store", directory + "/store")
        run(program, "ingest", "-q", *store, directory + "/in")
        for case in every:
            out = run(program, "query", *store, "-o", "json",
                      f'how can "gcp:user:{case.user}" become "{case.key()}" all')
            steps = [s for row in json.loads(out)["rows"] for s in row["steps"]
                     if row["verdict"] != "denied"]
            hops = {s["rule"]: s["hop"] for s in steps if s["to"] == case.key()}
            if (case.rule in hops) != case.found or \
                    hops.get(case.rule, TABLE[case.rule][0]) != TABLE[case.rule][0]:
                print(f"{case.what}: found {sorted(hops)}")
                bad += 1
    print(f"{len(every)} worlds, {bad} differ")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
