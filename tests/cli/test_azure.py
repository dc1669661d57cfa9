"""The Azure tenant of examples/three-clouds as a user asks about it."""
import json
import os
import pathlib
import re
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "examples" / "three-clouds"
BLOBS = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/"


def run(*args, check=True):
    done = subprocess.run([os.environ["LATCHKEY"], *map(str, args)], capture_output=True, text=True)
    assert not check or done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    folder = tmp_path_factory.mktemp("store") / "store"
    run("--store", folder, "ingest", SAMPLE / "azure")
    return folder


def ask(store, query):
    return json.loads(run("--store", store, "-o", "json", "query", query))


def mail(name):
    return f"user/{name}@harbourfreight.example"


def test_every_question_of_the_readme(store):
    """The verdict stands in bold words at the end of its reason."""
    rows = re.findall(r"^\| `(can .*?)` \| .*: (allowed|denied|conditional)", (SAMPLE / "README.md").read_text(), re.M)
    assert len(rows) == 6
    for query, verdict in rows:
        assert ask(store, query)["verdict"] == verdict, query


@pytest.mark.parametrize("query, steps", [
    (f"how can {mail('jonas')} become sp/vm-batch", ["azure-a03"]),
    (f"how can {mail('sam')} become sp/release-deployer", ["azure-e01"]),
    ("how can azure:vm/vm-batch become sp/vm-batch", ["azure-carry"]),
    ("how can 'oidc:token.actions.githubusercontent.com/repo:harbour/release:environment:prod' become sp/id-export",
     ["azure-federated"]),
])
def test_paths(store, query, steps):
    assert [s["rule"] for s in ask(store, query)["rows"][0]["steps"]] == steps


@pytest.mark.parametrize("reference", [
    "kv/kv-manifests", "azure:kv/kv-manifests", "vault/kv-manifests", "azure:vault/kv-manifests",
    "'/subscriptions/5B0E2C94-1A77-4F0D-8F3A-6D2C91E4B701/RESOURCEGROUPS/rg-Freight/providers/"
    "microsoft.keyvault/VAULTS/kv-manifests'",
])
def test_one_thing_by_any_name(store, reference):
    """Ids mean the same in any case, and are shown as the input has them."""
    key = ask(store, f"show {reference}")
    key = key.get("entity", key)["key"]
    assert key == ("/subscriptions/5b0e2c94-1a77-4f0d-8f3a-6d2c91e4b701/resourceGroups/rg-freight/"
                   "providers/Microsoft.KeyVault/vaults/kv-manifests")


def test_a_condition_is_decided_where_the_resource_decides_it(store):
    account = ("/subscriptions/5b0e2c94-1a77-4f0d-8f3a-6d2c91e4b701/resourceGroups/rg-freight/providers/"
               "Microsoft.Storage/storageAccounts/stmanifests/blobServices/default/containers/")
    for container, verdict in (("exports", "allowed"), ("other", "denied")):
        answer = ask(store, f"can sp/id-export {BLOBS}read '{account}{container}/blobs/a.csv' directly")
        assert answer["verdict"] == verdict


def test_both_directions(store):
    """Whoever gets at the machine is listed, and it is listed for each of them."""
    rows = ask(store, "who can Microsoft.Compute/virtualMachines/runCommand/action azure:vm/vm-batch directly")["rows"]
    assert {r["name"] for r in rows} == {"mira@harbourfreight.example", "jonas@harbourfreight.example"}
    for r in rows:
        listed = ask(store, f"what can user/{r['name']} Microsoft.Compute/virtualMachines/runCommand/action directly")
        assert "vm-batch" in {x["name"] for x in listed["rows"]}


def test_a_disabled_user_is_told(store):
    row = ask(store, "find user where name:old.admin@harbourfreight.example")["rows"][0]
    assert row["enabled"] is False


def test_members_without_their_group_are_refused(store, tmp_path):
    (tmp_path / "members.json").write_text(
        '[{"@odata.type":"#microsoft.graph.user","id":"13030303-0b1d-4c2e-8a3f-d00000000003",'
        '"tenantId":"3f1c8a52-7d40-4be9-9a61-0c2e5b7d4f10","userPrincipalName":"x@y.example"}]')
    done = subprocess.run([os.environ["LATCHKEY"], "--store", str(tmp_path / "s"), "ingest",
                           str(tmp_path / "members.json")], capture_output=True, text=True)
    assert done.returncode != 0
    assert "whose members these are is not said" in done.stderr


def test_azurehound_names_applications_by_their_application_id(tmp_path):
    """Owners and federated credentials are of the application that has it, both ways."""
    tenant, app, app_id = "ccccbbbb-0000-4111-8222-333344445555", "4" * 8 + "-0000-4000-8000-" + "4" * 12, "5" * 8 + "-0000-4000-8000-" + "5" * 12
    owner, other, bot = ("%d0000000-0000-4000-8000-000000000001" % i for i in (1, 2, 3))
    rows = [("AZUser", {"id": owner, "userPrincipalName": "cy@x.example"}),
            ("AZUser", {"id": other, "userPrincipalName": "bob@x.example"}),
            ("AZApp", {"id": app, "appId": app_id, "displayName": "bot"}),
            ("AZAppOwner", {"appId": app_id, "owners": [{"appId": app_id, "owner": {
                "@odata.type": "#microsoft.graph.user", "id": owner}}]}),
            ("AZFederatedIdentityCredential", {"appId": app_id, "fics": [{"appId": app_id, "fic": {
                "id": "f", "issuer": "https://issuer.example", "subject": "job"}}]}),
            ("AZServicePrincipal", {"id": bot, "appId": app_id, "displayName": "bot", "servicePrincipalType": "Application",
                                    "appOwnerOrganizationId": tenant})]
    (tmp_path / "out.json").write_text(json.dumps({"data": [
        {"kind": k, "data": {**d, "tenantId": tenant}} for k, d in rows], "meta": {"type": "azure", "count": len(rows)}}))
    run("--store", tmp_path / "s", "ingest", tmp_path / "out.json")
    names = {r["name"]: r["verdict"] for r in ask(tmp_path / "s", "who can become sp/bot")["rows"]}
    assert names == {"cy@x.example": "allowed", "job": "allowed"}
    assert [r["name"] for r in ask(tmp_path / "s", "what can user/cy@x.example become")["rows"]] == ["bot"]
    assert ask(tmp_path / "s", "what can user/bob@x.example become")["rows"] == []
