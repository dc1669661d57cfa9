#!/usr/bin/env python3
"""Compute that nobody listed may carry a role: unlisted.py LATCHKEY

One account with a user and a role that may stop an instance. What the user may do, whom the
role trusts and which lists were collected differ from row to row; whether the user may stop
the instance is denied only where the lists say that nothing carries the role.
"""
import json
import pathlib
import subprocess
import sys
import tempfile

A = "111122223333"
INSTANCE = f"arn:aws:ec2:eu-west-1:{A}:instance/i-0a1b2c3d4e5f60718"
FUNCTION = {"FunctionName": "f", "FunctionArn": f"arn:aws:lambda:eu-west-1:{A}:function:f",
            "Role": f"arn:aws:iam::{A}:role/other"}
NO_FUNCTIONS, OTHER_FUNCTION = {"Functions": []}, {"Functions": [FUNCTION]}
GLUE = ["glue:UpdateJob", "glue:StartJobRun", "iam:PassRole"]
CODE = ["lambda:UpdateFunctionCode", "lambda:InvokeFunction"]

# what the row shows; what the user may do; whom the role trusts; the lists; the verdict; of what
ROWS = [
    ("a function that nobody listed may have any policy", [], "lambda", [], "unknown", "aws:lambda:function"),
    ("and may be changed by who may change functions", CODE, "lambda", [], "unknown", "aws:lambda:function"),
    ("no function: nothing carries the role", CODE, "lambda", [NO_FUNCTIONS], "denied", ""),
    ("a page of more says nothing of the rest", CODE, "lambda", [{**NO_FUNCTIONS, "NextMarker": "x"}], "unknown",
     "aws:lambda:function"),
    ("no function carries this role", CODE, "lambda", [OTHER_FUNCTION], "denied", ""),
    ("a role of another service is no function's", CODE, "states", [NO_FUNCTIONS], "denied", ""),
    ("a role that trusts no service is nothing's", CODE + GLUE, None, [], "denied", ""),
    ("jobs have no policies: the user has nothing", [], "glue", [], "denied", ""),
    ("a job that nobody listed (a rule of its own says so)", GLUE, "glue", [], "unknown", ""),
    ("its role must be passed again", GLUE[:2], "glue", [], "denied", ""),
    ("changed, and started by nobody", GLUE[:1] + GLUE[2:], "glue", [], "denied", ""),
    ("a state machine that nobody listed", ["states:UpdateStateMachine", "states:StartExecution", "iam:PassRole"], "states", [],
     "unknown", "aws:states:statemachine"),
    ("a task, of which the role trusts a service of another name", ["ecs:ExecuteCommand"], "ecs-tasks", [], "unknown",
     "aws:ecs:task"),
    ("an instance is listed, and has no role", ["ssm:SendCommand", "ssm:StartSession"], "ec2", [], "denied", ""),
]


def statement(effect, **more):
    return {"Version": "2012-10-17", "Statement": [{"Effect": effect, **more}]}


def role(name, trusted, policies):
    who = {"Service": f"{trusted}.amazonaws.com"} if trusted else {"AWS": f"arn:aws:iam::{A}:role/nobody"}
    return {"Path": "/", "RoleName": name, "RoleId": f"AROA{name.upper():0>16}", "Arn": f"arn:aws:iam::{A}:role/{name}", "Tags": [],
            "CreateDate": "2025-01-01T00:00:00+00:00", "InstanceProfileList": [], "RolePolicyList": policies,
            "AssumeRolePolicyDocument": statement("Allow", Principal=who, Action="sts:AssumeRole"), "AttachedManagedPolicies": []}


def files(may, trusted):
    stop = [{"PolicyName": "p", "PolicyDocument": statement("Allow", Action="ec2:StopInstances", Resource="*")}]
    user = {"Path": "/", "UserName": "u", "UserId": "AIDAUUUUUUUUUUUUUUUU", "Arn": f"arn:aws:iam::{A}:user/u", "Tags": [],
            "CreateDate": "2025-01-01T00:00:00+00:00", "GroupList": [], "AttachedManagedPolicies": []}
    if may:
        user["UserPolicyList"] = [{"PolicyName": "p", "PolicyDocument": statement("Allow", Action=may, Resource="*")}]
    yield {"UserId": "AIDAUUUUUUUUUUUUUUUU", "Account": A, "Arn": f"arn:aws:iam::{A}:user/u"}
    yield {"UserDetailList": [user], "GroupDetailList": [], "Policies": [],
           "RoleDetailList": [role("r", trusted, stop), role("other", "lambda", [])]}
    yield {"Reservations": [{"OwnerId": A, "Instances": [{"InstanceId": INSTANCE.rsplit("/", 1)[1], "Tags": [],
                                                          "Placement": {"AvailabilityZone": "eu-west-1a"}}]}]}


def ask(latchkey, may, trusted, lists):
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch, "in", A, "eu-west-1")
        folder.mkdir(parents=True)
        for i, document in enumerate([*files(may, trusted), *lists]):
            pathlib.Path(folder, "get-caller-identity.json" if i == 0 else f"{i}.json").write_text(json.dumps(document), encoding="utf-8")
        subprocess.run([latchkey, "--store", scratch + "/store", "ingest", "-q", scratch + "/in"], check=True)
        done = subprocess.run([latchkey, "--store", scratch + "/store", "-o", "json", "query", f"can user/u ec2:StopInstances {INSTANCE}"],
                              capture_output=True, check=False)
        return json.loads(done.stdout), done.stdout.decode("utf-8")


def main():
    wrong = 0
    for shows, may, trusted, lists, verdict, named in ROWS:
        answer, text = ask(sys.argv[1], may, trusted, lists)
        if answer["verdict"] != verdict or (named and f"not every {named} was listed" not in text):
            print(f"{shows}: {answer['verdict']}, expected {verdict} {named}")
            wrong += 1
    print(f"{len(ROWS)} worlds, {wrong} wrong")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
