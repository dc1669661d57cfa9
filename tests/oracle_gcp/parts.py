#!/usr/bin/env python3
"""One estate read in pieces, in any order and some of them again, answers as it does read
at once: organizations and projects, folders, lists of members and roles by themselves.

usage: parts.py LATCHKEY [--worlds N] [--seed N]
"""
import argparse
import difflib
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile

from world import CRM, World, ancestors, assets, predefined


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode not in (0, 5):
        sys.exit(f"{' '.join(command)}: {done.returncode}\n{done.stderr}")
    return done.stdout


def put(path, name, value):
    os.makedirs(path, exist_ok=True)
    with open(f"{path}/{name}", "w", encoding="utf-8") as f:
        if isinstance(value, list):  # lines of an export
            f.writelines(json.dumps(item) + "\n" for item in value)
        else:
            json.dump(value, f)


def split(world, directory):
    """A directory per piece: what exports of the organization itself, of each folder
    itself and of each project have, and the lists of people and of each group's members."""
    pieces = {}
    for item in [i for part in assets(world, True) for i in part]:
        pieces.setdefault(item["ancestors"][0], []).append(item)
    for name, role in world.roles.items():
        root = next((f"projects/{p['number']}" for p in world.projects
                     if name.startswith(f"projects/{p['id']}/")),
                    "organizations/" + world.organization)
        pieces[root].append({
            "name": "//iam.googleapis.com/" + name, "asset_type": "iam.googleapis.com/Role",
            "ancestors": ancestors(world, next((p for p in world.projects if root.endswith(
                "/" + p["number"])), None)),
            "resource": {"data": {"name": name, "includedPermissions": role["permissions"],
                                  **({"deleted": True} if role["deleted"] else {})}}})
    out = []
    for root, items in sorted(pieces.items()):
        out.append(f"{directory}/{root.replace('/', '-')}/organizations/{world.organization}")
        put(out[-1], "assets.json", items)
        for i, (holder, rules) in enumerate(world.deny):
            if ancestors(world, holder)[0] == root:
                path = world.key(holder)[len(CRM):].replace("/", "%2F")
                put(out[-1], f"deny{i}.json", {
                    "name": f"policies/cloudresourcemanager.googleapis.com%2F{path}"
                            f"/denypolicies/d{i}", "rules": rules})
    out.append(f"{directory}/people{world.number}/organizations/{world.organization}")
    put(out[-1], "users.json", {"kind": "admin#directory#users", "users": [
        {"primaryEmail": u, "id": str(world.number)} for u in world.users]})
    for i, (group, inside) in enumerate(sorted(world.groups.items())):
        out.append(f"{directory}/g{world.number}-{i}/organizations/{world.organization}")
        put(f"{out[-1]}/groups/{group}", "members.json", {
            "kind": "admin#directory#members", "members": [
                {"email": m, "role": "MEMBER",
                 "type": "GROUP" if m in world.groups else "USER"} for m in inside]})
    return out


def queries(worlds, seed):
    r = random.Random(seed)
    for w in worlds:
        keys = [w.key(h) for h in w.holders()]
        for key in r.sample(keys, min(4, len(keys))):
            yield f'who can access "{key}" directly'
        for who in w.users[:2]:
            yield f'what can "gcp:user:{who}" access directly'
            yield f'what can "gcp:user:{who}" become'
    for kind in ("user", "group", "folder", "project", "service-account", "bucket"):
        yield "find " + kind


def answers(program, steps, script, directory):
    store = directory + "/store"
    shutil.rmtree(store, ignore_errors=True)
    for step in steps:
        run(program, "ingest", "-q", "--store", store, *step)
    run(program, "check", "-q", "--store", store)
    out = run(program, "query", "--store", store, "-o", "json", "-f", script)
    return [re.sub(r'"as_of":"[^"]*"', "", a)
            for a in re.split(r'^(?=\{"query":)', out, flags=re.M) if a]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--worlds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    bad = 0
    with tempfile.TemporaryDirectory() as directory:
        worlds = [World(given.seed, n) for n in range(given.worlds)]
        pieces = [p for w in worlds for p in split(w, directory)]
        roles = [f"{directory}/roles{i}" for i in range(2)]
        for path, some in zip(roles, (["roles/viewer"], sorted(predefined()))):
            for n in some:
                put(path, n.replace("/", "-") + ".json", {
                    "name": n, "title": "t", "includedPermissions": predefined()[n]})
        pieces.append(roles[1])
        script = directory + "/script"
        with open(script, "w", encoding="utf-8") as f:
            f.writelines(q + "\n" for q in queries(worlds, given.seed))
        whole = answers(given.program, [pieces], script, directory)
        r = random.Random(given.seed)
        mixed = r.sample(pieces, len(pieces))
        orders = {
            "each piece by itself": [[p] for p in pieces],
            "in another order": [[p] for p in mixed],
            "the whole, then some again": [pieces] + [[p] for p in mixed[:8]],
            "the whole, then one role": [pieces, [roles[0]]],
            "halves that overlap": [mixed[:len(mixed) * 2 // 3], mixed[len(mixed) // 3:]],
        }
        for name, steps in orders.items():
            for right, got in zip(whole, answers(given.program, steps, script, directory)):
                if right != got:
                    bad += 1
                    print(f"{name}: {right.splitlines()[0]}")
                    print("\n".join(d for d in difflib.unified_diff(
                        right.splitlines(), got.splitlines(), "at once", "pieces",
                        lineterm="", n=0)))
    print(f"{given.worlds} worlds, {len(orders)} orders, {len(whole)} questions, {bad} differ")
    sys.exit(1 if bad or not whole else 0)


if __name__ == "__main__":
    main()
