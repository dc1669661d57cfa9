#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "catalog/catalog.h"
#include "ingest/aws_policy.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* What one compilation gave. */
struct compiled {
	struct document document;
	struct buf bytes, warnings;
};

static void hear(void *ctx, uint32_t statement, struct str text)
{
	struct buf *out = ctx;

	buf_printf(out, "%s%u: %.*s", out->n > 0 ? "; " : "", statement, STR_ARG(text));
}

static void compile(struct compiled *out, const char *text, enum record_layer layer)
{
	struct document_builder b = { 0 };
	struct policy_listener listener = { hear, &out->warnings };
	struct err e = { 0 };

	aws_policy_compile(&b, str_from(text), layer, &listener);
	document_finish(&b, &out->bytes);
	document_builder_release(&b);
	if (document_open(&out->document, buf_str(&out->bytes), &e) < 0)
		fail_msg("%s: compiled to a damaged document: %s", text, e.text);
}

static void release(struct compiled *c)
{
	buf_release(&c->bytes);
	buf_release(&c->warnings);
}

/* clang-format off */
/* The Action or NotAction member, actions that it covers, actions that it does not. */
static const struct {
	const char *member, *in, *out, *service;
} actions[] = {
	{ "'Action':'s3:GetObject'",              "s3:GetObject",                  "s3:PutObject s3:GetObjectAcl", "s3" },
	{ "'Action':'S3:getobject'",              "s3:GetObject",                  "s3:GetObjectAcl",              "s3" },
	{ "'Action':['s3:GetObject']",            "s3:GetObject",                  "s3:PutObject",                 "s3" },
	{ "'Action':['s3:GetObject','sqs:SendMessage']", "s3:GetObject sqs:SendMessage", "s3:PutObject",           ""   },
	{ "'Action':['sqs:SendMessage','s3:GetObject']", "s3:GetObject sqs:SendMessage", "s3:PutObject",           ""   },
	{ "'Action':['s3:GetObject','s3:getObject','s3:Get*']", "s3:GetObject",    "s3:PutObject",                 "s3" },
	{ "'Action':'*'",                         "s3:GetObject iam:PassRole",     "",                             ""   },
	{ "'Action':'*:*'",                       "s3:GetObject iam:PassRole",     "",                             ""   },
	{ "'Action':'**'",                        "s3:GetObject iam:PassRole",     "",                             ""   },
	{ "'Action':['*','s3:GetObject']",        "s3:GetObject iam:PassRole",     "",                             ""   },
	{ "'Action':'s3:*'",                      "s3:GetObject s3:PutObject",     "sqs:SendMessage s3express:CreateSession", "s3" },
	{ "'Action':'s3:Get*'",                   "s3:GetObject s3:GetBucketAcl",  "s3:PutObject s3:ListBucket",   "s3" },
	{ "'Action':'s3:*Object'",                "s3:GetObject s3:PutObject",     "s3:GetObjectAcl s3:ListBucket", "s3" },
	{ "'Action':'s3:*object*'",               "s3:GetObject s3:GetObjectAcl",  "s3:ListBucket",                "s3" },
	{ "'Action':'s3:Get*Acl'",                "s3:GetObjectAcl s3:GetBucketAcl", "s3:GetObject s3:PutObjectAcl", "s3" },
	{ "'Action':'s3:GetO?ject'",              "s3:GetObject",                  "s3:GetObjectAcl",              "s3" },
	{ "'Action':'s3:???Object'",              "s3:GetObject s3:PutObject",     "s3:DeleteObject",              "s3" },
	{ "'Action':'s3:**Get**Object'",          "s3:GetObject",                  "s3:GetObjectAcl",              "s3" },
	{ "'Action':'s3:?'",                      "",                              "s3:GetObject",                 ""   },
	{ "'Action':'s3:GetObject*'",             "s3:GetObject s3:GetObjectAcl",  "s3:GetBucketAcl",              "s3" },
	{ "'Action':'s3:NoSuchThing'",            "",                              "s3:GetObject",                 ""   },
	{ "'Action':'nosuch:*'",                  "",                              "s3:GetObject",                 ""   },
	{ "'Action':'s3:GetObject '",             "",                              "s3:GetObject",                 ""   },
	{ "'Action':'ec2:Describe*'",             "ec2:DescribeInstances",         "ec2:RunInstances ecr:DescribeImages", "ec2" },
	{ "'Action':'elasticloadbalancing:*'",    "elasticloadbalancing:AddTags",  "ec2:RunInstances",             "elasticloadbalancing" },
	{ "'NotAction':'iam:*'",                  "s3:GetObject sts:AssumeRole",   "iam:PassRole iam:CreateUser",  ""   },
	{ "'NotAction':['iam:*','sts:*']",        "s3:GetObject",                  "iam:PassRole sts:AssumeRole",  ""   },
	{ "'NotAction':['sts:*','iam:Get*','iam:*']", "s3:GetObject",              "iam:PassRole sts:AssumeRole",  ""   },
	{ "'NotAction':'s3:GetObject'",           "s3:GetObjectAcl s3:PutObject",  "s3:GetObject",                 ""   },
	{ "'NotAction':'*'",                      "",                              "s3:GetObject iam:PassRole",    ""   },
	{ "'NotAction':'nosuch:*'",               "s3:GetObject iam:PassRole",     "",                             ""   },
	{ "'Action':'\\u0073\\u0033:\\u002a'",    "s3:GetObject",                  "sqs:SendMessage",              "s3" },
};

/*
 * A statement in a layer, and what it compiles to: flags, principals, resources,
 * conditions. LETTER of a pattern: E exact, P prefix, V variable, - none.
 */
static const struct {
	enum record_layer layer;
	const char *members, *expected;
} statements[] = {
	/* resources */
	{ LAYER_IDENTITY, "'Resource':'*'",                              "any" },
	{ LAYER_IDENTITY, "'Resource':['*']",                            "any" },
	{ LAYER_IDENTITY, "'Resource':'**'",                             "any" },
	{ LAYER_IDENTITY, "'Resource':'arn:aws:s3:::b/k'",               "E arn:aws:s3:::b/k @16" },
	{ LAYER_IDENTITY, "'Resource':'arn:aws:s3:::b/*'",               "P arn:aws:s3:::b/* @15" },
	{ LAYER_IDENTITY, "'Resource':'arn:aws:s3:::b?/*'",              "- arn:aws:s3:::b?/* @14" },
	{ LAYER_IDENTITY, "'Resource':'*b/k'",                           "- *b/k @0" },
	{ LAYER_IDENTITY, "'Resource':'a*'",                             "P a* @1" },
	{ LAYER_IDENTITY, "'Resource':'ar?:aws:s3:::b'",                 "- ar?:aws:s3:::b @2" },
	{ LAYER_IDENTITY, "'Resource':['arn:aws:s3:::b','arn:aws:s3:::c']", "E arn:aws:s3:::b @14, E arn:aws:s3:::c @14" },
	{ LAYER_IDENTITY, "'Resource':'arn:aws:s3'",                     "P arn:aws:s3:* @11" },
	{ LAYER_IDENTITY, "'Resource':'arn:aws:s3::'",                   "P arn:aws:s3:::* @13" },
	{ LAYER_IDENTITY, "'Resource':'arn:aws:s3:::'",                  "E arn:aws:s3::: @13" },
	{ LAYER_IDENTITY, "'Resource':'arn:aws:sqs:eu-west-1:111122223333:'", "E arn:aws:sqs:eu-west-1:111122223333: @35" },
	{ LAYER_IDENTITY, "'Resource':'arn:aws:sqs:*'",                  "P arn:aws:sqs:* @12" },
	{ LAYER_IDENTITY, "'Resource':'arn:*:iam'",                      "- arn:*:iam:* @4" },
	{ LAYER_IDENTITY, "'Resource':'arn:*'",                          "P arn:* @4" },
	{ LAYER_SCP,      "'Resource':'arn:aws:sqs:*'",                  "P arn:aws:sqs:* @12" },
	{ LAYER_RESOURCE, "'Principal':'*','Resource':'arn:aws:s3'",     "1*, E arn:aws:s3 @10 !" },
	{ LAYER_RESOURCE, "'Principal':'*','Resource':'arn:*:s3'",       "1*, - arn:*:s3:* @4" },
	{ LAYER_ENDPOINT, "'Principal':'*','Resource':'arn:aws:s3:*:x'", "1*, - arn:aws:s3:*:x:* @11" },
	{ LAYER_RESOURCE, "'Principal':'*','Resource':'execute-api:/prod/*'", "1*, - arn:*:execute-api:*:*:*/prod/* @4" },
	{ LAYER_RESOURCE, "'Principal':'*','Resource':'queue'",          "1*, E queue @5 !" },
	{ LAYER_IDENTITY, "'NotResource':'arn:aws:s3:::b'",              "not-resource, E arn:aws:s3:::b @14" },
	{ LAYER_IDENTITY, "'NotResource':'*'",                           "not-resource, P * @0" },
	{ LAYER_RESOURCE, "'Principal':'*'",                             "any, 1*" },
	{ LAYER_TRUST,    "'Principal':'*'",                             "any, 1*" },
	{ LAYER_RCP,      "'Principal':'*','Resource':'*'",              "any, 1*" },
	{ LAYER_RCP,      "'Principal':{'AWS':'*'},'Resource':'*'",      "any, 1*" },
	/* variables */
	{ LAYER_IDENTITY, "'Resource':'arn:aws:s3:::b/${aws:username}/*'", "principal, V arn:aws:s3:::b/${aws:username}/* @15" },
	{ LAYER_IDENTITY, "'Resource':'arn:aws:s3:::${ aws:PrincipalTag/team , \\u0027x\\u0027 }'", "principal, V arn:aws:s3:::${ aws:PrincipalTag/team , 'x' } @13" },
	{ LAYER_IDENTITY, "'Resource':'arn:aws:s3:::b/${aws:SourceIp}'", "V arn:aws:s3:::b/${aws:SourceIp} @15" },
	{ LAYER_IDENTITY, "'Resource':'arn:aws:s3:::b/${*}'",            "V arn:aws:s3:::b/${*} @15" },
	{ LAYER_IDENTITY, "'Resource':'arn:aws:s3:::b/${x'",             "E arn:aws:s3:::b/${x @18 !" },
	{ LAYER_IDENTITY, "'Resource':'arn:aws:${aws:username}:::b'",    "E arn:aws:${aws:username}:::b @27" },
	/* principals */
	{ LAYER_TRUST, "'Principal':{'AWS':'*'}",                        "any, 1*" },
	{ LAYER_TRUST, "'Principal':{'AWS':'111122223333'}",             "any, 2 111122223333" },
	{ LAYER_TRUST, "'Principal':{'AWS':'arn:aws:iam::111122223333:root'}", "any, 2 111122223333" },
	{ LAYER_TRUST, "'Principal':{'AWS':'arn:aws-cn:iam::111122223333:root'}", "any, 2 111122223333" },
	{ LAYER_TRUST, "'Principal':{'AWS':'arn:aws:iam::111122223333:user/a/bob'}", "any, 3 arn:aws:iam::111122223333:user/a/bob" },
	{ LAYER_TRUST, "'Principal':{'AWS':'arn:aws:iam::111122223333:role/ci'}", "any, 3 arn:aws:iam::111122223333:role/ci" },
	{ LAYER_TRUST, "'Principal':{'AWS':'arn:aws:sts::111122223333:assumed-role/ci/run'}", "any, 4 arn:aws:sts::111122223333:assumed-role/ci/run" },
	{ LAYER_TRUST, "'Principal':{'AWS':'arn:aws:sts::111122223333:federated-user/bob'}", "any, 4 arn:aws:sts::111122223333:federated-user/bob" },
	{ LAYER_TRUST, "'Principal':{'AWS':'AIDAIOSFODNN7EXAMPLE'}",     "any, 8 AIDAIOSFODNN7EXAMPLE" },
	{ LAYER_TRUST, "'Principal':{'AWS':'AROAIOSFODNN7EXAMPLE'}",     "any, 8 AROAIOSFODNN7EXAMPLE" },
	{ LAYER_TRUST, "'Principal':{'AWS':['111122223333','*']}",       "any, 2 111122223333, 1*" },
	{ LAYER_TRUST, "'Principal':{'Service':'ec2.amazonaws.com'}",    "any, 5 ec2.amazonaws.com" },
	{ LAYER_TRUST, "'Principal':{'Service':['ec2.amazonaws.com','lambda.amazonaws.com']}", "any, 5 ec2.amazonaws.com, 5 lambda.amazonaws.com" },
	{ LAYER_TRUST, "'Principal':{'Federated':'accounts.google.com'}", "any, 6 accounts.google.com, 6 oidc:accounts.google.com" },
	{ LAYER_TRUST, "'Principal':{'Federated':'arn:aws:iam::111122223333:saml-provider/x'}", "any, 6 arn:aws:iam::111122223333:saml-provider/x" },
	{ LAYER_TRUST, "'Principal':{'AWS':'111122223333','Service':'ec2.amazonaws.com'}", "any, 2 111122223333, 5 ec2.amazonaws.com" },
	{ LAYER_RESOURCE, "'Principal':{'CanonicalUser':'79a59df900b949e5'}", "any, 7 79a59df900b949e5" },
	{ LAYER_RESOURCE, "'Principal':{'AWS':'arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1'}",
	  "any, 3 arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1" },
	{ LAYER_RESOURCE, "'NotPrincipal':{'AWS':'111122223333'}",       "any, not-principal, 2 111122223333 !" },
	{ LAYER_RESOURCE, "'NotPrincipal':'*'",                          "any, not-principal, 1* !" },
	/* conditions: NUMBER OF OPERATOR / QUALIFIER / FLAGS key = values */
	{ LAYER_IDENTITY, "'Resource':'*','Condition':{}",               "any" },
	{ LAYER_IDENTITY, "'Resource':'*','Condition':{'StringEquals':{}}", "any" },
	{ LAYER_IDENTITY, "'Resource':'*','Condition':{'StringEquals':{'aws:SourceVpc':'vpc-1'}}", "any, 1/0/0 aws:SourceVpc = vpc-1" },
	{ LAYER_IDENTITY, "'Resource':'*','Condition':{'StringNotEquals':{'aws:SourceVpc':['a','b']}}", "any, 2/0/0 aws:SourceVpc = a|b" },
	{ LAYER_IDENTITY, "'Resource':'*','Condition':{'StringEqualsIgnoreCase':{'s3:x':'A'}}", "any, 3/0/0 s3:x = A" },
	{ LAYER_IDENTITY, "'Resource':'*','Condition':{'StringNotEqualsIgnoreCase':{'s3:x':'A'}}", "any, 4/0/0 s3:x = A" },
	{ LAYER_IDENTITY, "'Resource':'*','Condition':{'StringLike':{'s3:prefix':'a*'}}", "any, 5/0/0 s3:prefix = a*" },
	{ LAYER_IDENTITY, "'Resource':'*','Condition':{'StringNotLike':{'s3:prefix':'a*'}}", "any, 6/0/0 s3:prefix = a*" },
	{ LAYER_IDENTITY, "'Resource':'*','Condition':{'ArnEquals':{'aws:SourceArn':'arn:*'}}", "any, 7/0/0 aws:SourceArn = arn:*" },
	{ LAYER_IDENTITY, "'Resource':'*','Condition':{'ArnLike':{'aws:SourceArn':'arn:*'}}", "any, 7/0/0 aws:SourceArn = arn:*" },
	{ LAYER_IDENTITY, "'Resource':'*','Condition':{'ArnNotEquals':{'aws:SourceArn':'arn:*'}}", "any, 8/0/0 aws:SourceArn = arn:*" },
	{ LAYER_IDENTITY, "'Resource':'*','Condition':{'ArnNotLike':{'aws:SourceArn':'arn:*'}}", "any, 8/0/0 aws:SourceArn = arn:*" },
	{ LAYER_IDENTITY, "'Resource':'*','Condition':{'IpAddress':{'aws:SourceIp':'10.0.0.0/8'}}", "any, 9/0/0 aws:SourceIp = 10.0.0.0/8" },
	{ LAYER_IDENTITY, "'Resource':'*','Condition':{'NotIpAddress':{'aws:SourceIp':'10.0.0.0/8'}}", "any, 10/0/0 aws:SourceIp = 10.0.0.0/8" },
	{ LAYER_IDENTITY, "'Resource':'*','Condition':{'NumericEquals':{'s3:max-keys':10}}", "any, 11/0/0 s3:max-keys = 10" },
	{ LAYER_IDENTITY, "'Resource':'*','Condition':{'NumericNotEquals':{'s3:max-keys':-1}}", "any, 12/0/0 s3:max-keys = -1" },
	{ LAYER_IDENTITY, "'Resource':'*','Condition':{'NumericLessThan':{'s3:max-keys':0.1}}", "any, 15/0/0 s3:max-keys = 0.1" },
	{ LAYER_IDENTITY, "'Resource':'*','Condition':{'NumericLessThanEquals':{'s3:max-keys':'10'}}", "any, 16/0/0 s3:max-keys = 10" },
	{ LAYER_IDENTITY, "'Resource':'*','Condition':{'NumericGreaterThan':{'s3:max-keys':'10'}}", "any, 17/0/0 s3:max-keys = 10" },
	{ LAYER_IDENTITY, "'Resource':'*','Condition':{'NumericGreaterThanEquals':{'s3:max-keys':'10'}}", "any, 18/0/0 s3:max-keys = 10" },
	{ LAYER_IDENTITY, "'Resource':'*','Condition':{'DateEquals':{'aws:CurrentTime':'2030-01-01'}}", "any, 13/0/0 aws:CurrentTime = 2030-01-01" },
	{ LAYER_IDENTITY, "'Resource':'*','Condition':{'DateNotEquals':{'aws:CurrentTime':'2030-01-01'}}", "any, 14/0/0 aws:CurrentTime = 2030-01-01" },
	{ LAYER_IDENTITY, "'Resource':'*','Condition':{'DateLessThan':{'aws:CurrentTime':'2030-01-01'}}", "any, 19/0/0 aws:CurrentTime = 2030-01-01" },
	{ LAYER_IDENTITY, "'Resource':'*','Condition':{'DateLessThanEquals':{'aws:CurrentTime':'2030-01-01'}}", "any, 20/0/0 aws:CurrentTime = 2030-01-01" },
	{ LAYER_IDENTITY, "'Resource':'*','Condition':{'DateGreaterThan':{'aws:CurrentTime':'2030-01-01'}}", "any, 21/0/0 aws:CurrentTime = 2030-01-01" },
	{ LAYER_IDENTITY, "'Resource':'*','Condition':{'DateGreaterThanEquals':{'aws:CurrentTime':'2030-01-01'}}", "any, 22/0/0 aws:CurrentTime = 2030-01-01" },
	{ LAYER_IDENTITY, "'Resource':'*','Condition':{'Bool':{'aws:MultiFactorAuthPresent':true}}", "any, 23/0/0 aws:MultiFactorAuthPresent = true" },
	{ LAYER_IDENTITY, "'Resource':'*','Condition':{'bool':{'aws:MultiFactorAuthPresent':'TRUE'}}", "any, 23/0/0 aws:MultiFactorAuthPresent = TRUE" },
	{ LAYER_IDENTITY, "'Resource':'*','Condition':{'BoolIfExists':{'aws:MultiFactorAuthPresent':'false'}}", "any, 23/0/1 aws:MultiFactorAuthPresent = false" },
	{ LAYER_IDENTITY, "'Resource':'*','Condition':{'BinaryEquals':{'x:y':'QQ=='}}", "any, 24/0/0 x:y = QQ==" },
	{ LAYER_IDENTITY, "'Resource':'*','Condition':{'Null':{'aws:TokenIssueTime':'true'}}", "any, 25/0/0 aws:TokenIssueTime = true" },
	{ LAYER_IDENTITY, "'Resource':'*','Condition':{'ForAllValues:StringLike':{'aws:TagKeys':['a','b']}}", "any, 5/1/0 aws:TagKeys = a|b" },
	{ LAYER_IDENTITY, "'Resource':'*','Condition':{'ForAnyValue:StringEqualsIfExists':{'aws:TagKeys':[]}}", "any, 1/2/1 aws:TagKeys = " },
	{ LAYER_IDENTITY, "'Resource':'*','Condition':{'StringEquals':{'aws:principalorgid':'o-1'}}", "any, principal, 1/0/2 aws:principalorgid = o-1" },
	{ LAYER_IDENTITY, "'Resource':'*','Condition':{'StringEquals':{'kms:CallerAccount':'1'}}", "any, principal, resource, 1/0/6 kms:CallerAccount = 1" },
	{ LAYER_IDENTITY, "'Resource':'*','Condition':{'StringEquals':{'aws:ResourceTag/a':'b'}}", "any, resource, 1/0/4 aws:ResourceTag/a = b" },
	{ LAYER_IDENTITY, "'Resource':'*','Condition':{'StringEquals':{'ec2:resourcetag/a':'b'}}", "any, resource, 1/0/4 ec2:resourcetag/a = b" },
	{ LAYER_IDENTITY, "'Resource':'*','Condition':{'StringEquals':{'s3:ExistingObjectTag/a':'b'}}", "any, resource, 1/0/4 s3:ExistingObjectTag/a = b" },
	{ LAYER_IDENTITY, "'Resource':'*','Condition':{'StringEquals':{'aws:ResourceAccount':'${aws:PrincipalAccount}'}}", "any, principal, resource, 1/0/14 aws:ResourceAccount = ${aws:PrincipalAccount}" },
	{ LAYER_IDENTITY, "'Resource':'*','Condition':{'StringEquals':{'s3:prefix':'${aws:SourceIp}'}}", "any, 1/0/8 s3:prefix = ${aws:SourceIp}" },
	{ LAYER_IDENTITY, "'Resource':'*','Condition':{'StringEquals':{'a:b':'1','a:c':'2'},'Bool':{'a:d':'true'}}", "any, 1/0/0 a:b = 1, 1/0/0 a:c = 2, 23/0/0 a:d = true" },
};

/* Whole policies that AWS refuses, and the reason that we give. */
static const struct {
	enum record_layer layer;
	const char *text, *problem;
} malformed[] = {
	{ LAYER_IDENTITY, "",                      "byte 0: expected a value, found nothing" },
	{ LAYER_IDENTITY, "{",                     "byte 1: unexpected end of data" },
	{ LAYER_IDENTITY, "{'Statement':[}",       "byte 14: " },
	{ LAYER_IDENTITY, "'x'",                   "expected an object, found a string" },
	{ LAYER_IDENTITY, "[]",                    "expected an object, found an array" },
	{ LAYER_IDENTITY, "{}",                    "has no Statement" },
	{ LAYER_IDENTITY, "{'Version':'2012-10-17'}", "has no Statement" },
	{ LAYER_IDENTITY, "{'Statement':[]}",      "Statement: empty list" },
	{ LAYER_IDENTITY, "{'Statement':null}",    "Statement: expected an object or a list, found null" },
	{ LAYER_IDENTITY, "{'Statement':[1]}",     "statement 0: expected an object, found a number" },
	{ LAYER_IDENTITY, "{'statement':[]}",      "unknown element 'statement'" },
	{ LAYER_IDENTITY, "{'Statement':[],'Extra':1}", "unknown element 'Extra'" },
	{ LAYER_IDENTITY, "{'Version':'2012-10-18','Statement':[]}", "Version: expected 2012-10-17 or 2008-10-17, found '2012-10-18'" },
	{ LAYER_IDENTITY, "{'Version':2012,'Statement':[]}", "Version: expected a string, found a number" },
	{ LAYER_IDENTITY, "{'Id':1,'Statement':[]}", "Id: expected a string, found a number" },
	{ LAYER_IDENTITY, "{'Statement':[],'Statement':[]}", "byte 16: name 'Statement' is in its object twice" },
	{ LAYER_IDENTITY, "{'Statement':[],'\\u0053tatement':[]}", "byte 16: name 'Statement' is in its object twice" },
	{ LAYER_IDENTITY, "{'Statement':{'Action':'s3:*','Resource':'*'}}", "statement 0: has no Effect" },
	{ LAYER_IDENTITY, "{'Statement':{'Effect':'allow','Action':'s3:*','Resource':'*'}}", "statement 0: Effect: expected 'Allow' or 'Deny', found 'allow'" },
	{ LAYER_IDENTITY, "{'Statement':{'Effect':true,'Action':'s3:*','Resource':'*'}}", "statement 0: Effect: expected 'Allow' or 'Deny', found true or false" },
	{ LAYER_IDENTITY, "{'Statement':{'Effect':'Allow','Resource':'*'}}", "statement 0: has no Action" },
	{ LAYER_IDENTITY, "{'Statement':{'Effect':'Allow','Action':'s3:*','NotAction':'s3:*','Resource':'*'}}", "statement 0: has both Action and NotAction" },
	{ LAYER_IDENTITY, "{'Statement':{'Effect':'Allow','Action':'s3:*','Resource':'*','NotResource':'*'}}", "statement 0: has both Resource and NotResource" },
	{ LAYER_IDENTITY, "{'Statement':{'Effect':'Allow','Action':'s3:*'}}", "statement 0: has no Resource" },
	{ LAYER_IDENTITY, "{'Statement':{'Effect':'Allow','Action':'s3:*','Resource':'*','Principal':'*'}}", "statement 0: Principal: not allowed in this policy type" },
	{ LAYER_IDENTITY, "{'Statement':{'Effect':'Allow','Action':'s3:*','Resource':'*','NotPrincipal':'*'}}", "statement 0: NotPrincipal: not allowed in this policy type" },
	{ LAYER_IDENTITY, "{'Statement':{'Effect':'Allow','Action':'s3:*','Resource':'*','Sid':1}}", "statement 0: Sid: expected a string, found a number" },
	{ LAYER_IDENTITY, "{'Statement':{'Effect':'Allow','Action':'s3:*','Resource':'*','action':1}}", "statement 0: unknown element 'action'" },
	{ LAYER_IDENTITY, "{'Statement':{'Effect':'Allow','Action':1,'Resource':'*'}}", "statement 0: Action: expected a string or a list, found a number" },
	{ LAYER_IDENTITY, "{'Statement':{'Effect':'Allow','Action':[1],'Resource':'*'}}", "statement 0: Action: expected a string, found a number" },
	{ LAYER_IDENTITY, "{'Statement':{'Effect':'Allow','Action':null,'Resource':'*'}}", "statement 0: Action: expected a string or a list, found null" },
	{ LAYER_IDENTITY, "{'Statement':{'Effect':'Allow','Action':'GetObject','Resource':'*'}}", "statement 0: Action: expected service:Name or '*', found 'GetObject'" },
	{ LAYER_IDENTITY, "{'Statement':{'Effect':'Allow','Action':'','Resource':'*'}}", "statement 0: Action: expected service:Name or '*', found ''" },
	{ LAYER_IDENTITY, "{'Statement':{'Effect':'Allow','Action':'s*:Get*','Resource':'*'}}", "statement 0: Action: 's*:Get*' does not begin with a service name" },
	{ LAYER_IDENTITY, "{'Statement':{'Effect':'Allow','NotAction':'*:Get*','Resource':'*'}}", "statement 0: NotAction: '*:Get*' does not begin with a service name" },
	{ LAYER_IDENTITY, "{'Statement':{'Effect':'Allow','Action':'s3:','Resource':'*'}}", "statement 0: Action: 's3:' has no action name" },
	{ LAYER_IDENTITY, "{'Statement':{'Effect':'Allow','Action':'s3:*','Resource':'bucket'}}", "statement 0: Resource: expected an ARN or '*', found 'bucket'" },
	{ LAYER_IDENTITY, "{'Statement':{'Effect':'Allow','Action':'s3:*','Resource':''}}", "statement 0: Resource: empty resource" },
	{ LAYER_IDENTITY, "{'Statement':{'Effect':'Allow','Action':'s3:*','Resource':{}}}", "statement 0: Resource: expected a string or a list, found an object" },
	{ LAYER_SCP, "{'Statement':{'Effect':'Deny','Action':'s3:*','Resource':'arn:aws:s3'}}", "statement 0: Resource: 'arn:aws:s3' has fewer than six parts" },
	{ LAYER_SCP, "{'Statement':{'Effect':'Deny','Action':'s3:*','Resource':'*','Principal':'*'}}", "statement 0: Principal: not allowed in this policy type" },
	{ LAYER_RCP, "{'Statement':{'Effect':'Deny','Action':'s3:*','Principal':'*','Resource':'arn:aws:s3:*'}}", "statement 0: Resource: 'arn:aws:s3:*' has fewer than six parts" },
	{ LAYER_RCP, "{'Statement':{'Effect':'Deny','Action':'s3:*','Principal':{'AWS':'111122223333'},'Resource':'*'}}", "statement 0: Principal: expected '*', found '111122223333'" },
	{ LAYER_RCP, "{'Statement':{'Effect':'Deny','Action':'s3:*','NotPrincipal':'*','Resource':'*'}}", "statement 0: NotPrincipal: not allowed in this policy type" },
	{ LAYER_RCP, "{'Statement':{'Effect':'Deny','Action':'s3:*','Resource':'*'}}", "statement 0: has no Principal" },
	{ LAYER_RESOURCE, "{'Statement':{'Effect':'Allow','Action':'s3:*','Resource':'*'}}", "statement 0: has no Principal" },
	{ LAYER_TRUST, "{'Statement':{'Effect':'Allow','Action':'sts:AssumeRole','Principal':'*','Resource':'*'}}", "statement 0: Resource: not allowed in this policy type" },
	{ LAYER_TRUST, "{'Statement':{'Effect':'Allow','Action':'sts:AssumeRole','Principal':'*','NotPrincipal':'*'}}", "statement 0: has both Principal and NotPrincipal" },
	{ LAYER_TRUST, "{'Statement':{'Effect':'Allow','Action':'sts:AssumeRole','Principal':'111122223333'}}", "statement 0: Principal: expected '*' or an object, found '111122223333'" },
	{ LAYER_TRUST, "{'Statement':{'Effect':'Allow','Action':'sts:AssumeRole','Principal':['*']}}", "statement 0: Principal: expected '*' or an object, found an array" },
	{ LAYER_TRUST, "{'Statement':{'Effect':'Allow','Action':'sts:AssumeRole','Principal':{'aws':'*'}}}", "statement 0: Principal: expected AWS, Service, Federated or CanonicalUser, found 'aws'" },
	{ LAYER_TRUST, "{'Statement':{'Effect':'Allow','Action':'sts:AssumeRole','Principal':{'AWS':'arn:aws:iam::111122223333:role/*'}}}", "statement 0: Principal: AWS: 'arn:aws:iam::111122223333:role/*' has a wildcard inside a principal" },
	{ LAYER_TRUST, "{'Statement':{'Effect':'Allow','Action':'sts:AssumeRole','Principal':{'Service':'*'}}}", "statement 0: Principal: Service: '*' has a wildcard inside a principal" },
	{ LAYER_TRUST, "{'Statement':{'Effect':'Allow','Action':'sts:AssumeRole','Principal':{'AWS':''}}}", "statement 0: Principal: AWS: empty principal" },
	{ LAYER_TRUST, "{'Statement':{'Effect':'Allow','Action':'sts:AssumeRole','Principal':{'AWS':'11112222333'}}}", "statement 0: Principal: AWS: expected an account, user, role, session, unique id or '*', found '11112222333'" },
	{ LAYER_TRUST, "{'Statement':{'Effect':'Allow','Action':'sts:AssumeRole','Principal':{'AWS':'arn:aws:iam::111122223333:group/g'}}}", "statement 0: Principal: AWS: expected an account" },
	{ LAYER_TRUST, "{'Statement':{'Effect':'Allow','Action':'sts:AssumeRole','Principal':{'AWS':'arn:aws:iam::111122223333:role/'}}}", "statement 0: Principal: AWS: expected an account" },
	{ LAYER_TRUST, "{'Statement':{'Effect':'Allow','Action':'sts:AssumeRole','Principal':{'AWS':'arn:aws:sts::111122223333:assumed-role/ci'}}}", "statement 0: Principal: AWS: expected an account" },
	{ LAYER_TRUST, "{'Statement':{'Effect':'Allow','Action':'sts:AssumeRole','Principal':{'AWS':'arn:aws:s3:::b'}}}", "statement 0: Principal: AWS: expected an account" },
	{ LAYER_TRUST, "{'Statement':{'Effect':'Allow','Action':'sts:AssumeRole','Principal':{'AWS':111122223333}}}", "statement 0: Principal: expected a string or a list, found a number" },
	{ LAYER_IDENTITY, "{'Statement':{'Effect':'Allow','Action':'s3:*','Resource':'*','Condition':[]}}", "statement 0: Condition: expected an object, found an array" },
	{ LAYER_IDENTITY, "{'Statement':{'Effect':'Allow','Action':'s3:*','Resource':'*','Condition':{'Bool':true}}}", "statement 0: Condition: Bool: expected an object, found true or false" },
	{ LAYER_IDENTITY, "{'Statement':{'Effect':'Allow','Action':'s3:*','Resource':'*','Condition':{'Bool':{'a:b':{}}}}}", "statement 0: Condition: Bool: expected a value or a list, found an object" },
	{ LAYER_IDENTITY, "{'Statement':{'Effect':'Allow','Action':'s3:*','Resource':'*','Condition':{'Bool':{'a:b':null}}}}", "statement 0: Condition: Bool: expected a string, number or boolean, found null" },
	{ LAYER_IDENTITY, "{'Statement':{'Effect':'Allow','Action':'s3:*','Resource':'*','Condition':{'Bool':{'a:b':[[]]}}}}", "statement 0: Condition: Bool: expected a string, number or boolean, found an array" },
	{ LAYER_IDENTITY, "{'Statement':{'Effect':'Allow','Action':'s3:*','Resource':'*','Condition':{'Bool':{'mfa':true}}}}", "statement 0: Condition: Bool: 'mfa' is not a condition key" },
	{ LAYER_IDENTITY, "{'Statement':{'Effect':'Allow','Action':[],'Resource':'*'}}", "statement 0: Action: empty list" },
	{ LAYER_IDENTITY, "{'Statement':{'Effect':'Allow','NotAction':[],'Resource':'*'}}", "statement 0: NotAction: empty list" },
	{ LAYER_IDENTITY, "{'Statement':{'Effect':'Allow','Action':'s3:*','Resource':[]}}", "statement 0: Resource: empty list" },
	{ LAYER_IDENTITY, "{'Statement':{'Effect':'Allow','Action':'s3:*','NotResource':[]}}", "statement 0: NotResource: empty list" },
	{ LAYER_TRUST, "{'Statement':{'Effect':'Allow','Action':'sts:AssumeRole','Principal':{}}}", "statement 0: Principal: names nobody" },
	{ LAYER_TRUST, "{'Statement':{'Effect':'Allow','Action':'sts:AssumeRole','Principal':{'AWS':[]}}}", "statement 0: Principal: AWS: empty list" },
	{ LAYER_TRUST, "{'Statement':{'Effect':'Allow','Action':'sts:AssumeRole','NotPrincipal':{'AWS':'111122223333'}}}", "statement 0: NotPrincipal: not allowed in this policy type" },
	{ LAYER_IDENTITY, "{'Statement':{'Effect':'Allow','Action':'s3:*','Resource':'*','Condition':{'Equals':{'s3:prefix':'x'}}}}", "statement 0: Condition: Equals: not a condition operator" },
	{ LAYER_IDENTITY, "{'Statement':{'Effect':'Allow','Action':'s3:*','Resource':'*','Condition':{'ForAll:StringLike':{'s3:prefix':'x'}}}}", "statement 0: Condition: ForAll:StringLike: not a condition operator" },
	{ LAYER_IDENTITY, "{'Statement':{'Effect':'Allow','Action':'s3:*','Resource':'*','Condition':{'NullIfExists':{'aws:TokenIssueTime':'true'}}}}", "statement 0: Condition: NullIfExists: Null takes no IfExists" },
	{ LAYER_IDENTITY, "{'Statement':{'Effect':'Allow','Action':'s3:*','Resource':'*','Condition':{'Null':{'aws:TokenIssueTime':'maybe'}}}}", "statement 0: Condition: Null: expected true or false, found 'maybe'" },
	{ LAYER_IDENTITY, "{'Statement':{'Effect':'Allow','Action':'s3:*','Resource':'*','Condition':{'Bool':{'aws:SecureTransport':'1'}}}}", "statement 0: Condition: Bool: expected true or false, found '1'" },
	{ LAYER_IDENTITY, "{'Statement':{'Effect':'Allow','Action':'s3:*','Resource':'*','Condition':{'Bool':{'aws:SecureTransport':'${aws:x}'}}}}", "statement 0: Condition: Bool: expected true or false, found '${aws:x}'" },
	{ LAYER_IDENTITY, "{'Statement':{'Effect':'Allow','Action':'s3:*','Resource':'*','Condition':{'NumericEquals':{'s3:max-keys':'10abc'}}}}", "statement 0: Condition: NumericEquals: expected a number, found '10abc'" },
	{ LAYER_IDENTITY, "{'Statement':{'Effect':'Allow','Action':'s3:*','Resource':'*','Condition':{'NumericLessThan':{'s3:max-keys':['1','']}}}}", "statement 0: Condition: NumericLessThan: expected a number, found ''" },
	{ LAYER_IDENTITY, "{'Statement':{'Effect':'Allow','Action':'s3:*','Resource':'*','Condition':{'DateLessThan':{'aws:CurrentTime':'tomorrow'}}}}", "statement 0: Condition: DateLessThan: expected a date, found 'tomorrow'" },
	{ LAYER_IDENTITY, "{'Statement':{'Effect':'Allow','Action':'s3:*','Resource':'*','Condition':{'IpAddress':{'aws:SourceIp':'10.0.0.0/33'}}}}", "statement 0: Condition: IpAddress: expected an address or a block, found '10.0.0.0/33'" },
	{ LAYER_IDENTITY, "{'Statement':{'Effect':'Allow','Action':'s3:*','Resource':'*','Condition':{'NotIpAddress':{'aws:SourceIp':'10.0.0.256'}}}}", "statement 0: Condition: NotIpAddress: expected an address or a block, found '10.0.0.256'" },
	{ LAYER_IDENTITY, "{'Statement':{'Effect':'Allow','Action':'s3:*','Resource':'*','Condition':{'StringEquals':{'aws:PrincipalTag/':'x'}}}}", "statement 0: Condition: StringEquals: 'aws:PrincipalTag/' names no tag" },
	{ LAYER_IDENTITY, "{'Statement':{'Effect':'Allow','Action':'s3:*','Resource':'*','Condition':{'StringEquals':{'aws:SourceVpc':'a','aws:sourcevpc':'b'}}}}", "statement 0: Condition: StringEquals: 'aws:sourcevpc' is there twice" },
	{ LAYER_IDENTITY, "{'Statement':[{'Sid':'a','Effect':'Allow','Action':'s3:*','Resource':'*'},{'Sid':'a','Effect':'Deny','Action':'sqs:*','Resource':'*'}]}", "statement 1: Sid: 'a' is there twice" },
	{ LAYER_SCP, "{'Statement':[{'Sid':'a','Effect':'Allow','Action':'s3:*','Resource':'*'},{'Sid':'a','Effect':'Deny','Action':'sqs:*','Resource':'*'}]}", "statement 1: Sid: 'a' is there twice" },
	{ LAYER_IDENTITY, "{'Statement':[{'Effect':'Allow','Action':'s3:*','Resource':'*'},{'Effect':'Permit\\u001b[2J','Action':'s3:*','Resource':'*'}]}", "statement 1: Effect: expected 'Allow' or 'Deny', found 'Permit?[2J'" },
};

/* Policies that AWS takes although they cannot mean what they say. */
static const struct {
	const char *text, *warnings;
} warned[] = {
	{ "{'Statement':{'Effect':'Allow','Action':'s3:GetObject','Resource':'*'}}", "" },
	{ "{'Statement':{'Effect':'Allow','Action':['s3:Nope','s3:Nop*'],'Resource':'*'}}", "0: no such action: 's3:Nope'; 0: no such action: 's3:Nop*'" },
	{ "{'Statement':[{'Effect':'Deny','Action':'*','Resource':'*'},{'Effect':'Deny','NotAction':'nosuch:X','Resource':'*'}]}", "1: no such action: 'nosuch:X'" },
	{ "{'Statement':{'Effect':'Allow','Action':'s3:*','Resource':'arn:aws:s3:::${aws:username}'}}", "0: a variable is plain text without Version 2012-10-17: 'arn:aws:s3:::${aws:username}'" },
	{ "{'Version':'2008-10-17','Statement':{'Effect':'Allow','Action':'s3:*','Resource':'*','Condition':{'StringLike':{'s3:prefix':'${aws:username}'}}}}", "0: a variable is plain text without Version 2012-10-17: '${aws:username}'" },
	{ "{'Statement':[{'Sid':'','Effect':'Allow','Action':'s3:*','Resource':'*'},{'Sid':'','Effect':'Allow','Action':'s3:*','Resource':'*'}]}", "" },
	{ "{'Version':'2012-10-17','Statement':{'Effect':'Allow','Action':'s3:*','Resource':'arn:aws:s3:::a${aws:username'}}", "0: a variable without '}' is plain text: 'arn:aws:s3:::a${aws:username'" },
	{ "{'Version':'2012-10-17','Statement':{'Effect':'Allow','Action':'s3:*','Resource':'*','Condition':{'StringLike':{'s3:prefix':'${aws:username'}}}}", "0: a variable without '}' is plain text: '${aws:username'" },
	{ "{'Statement':{'Effect':'Allow','Action':'s3:*','Resource':'*','Condition':{'ArnLike':{'aws:SourceArn':['arn:aws:s3:::b','arn:*','123456789012']}}}}", "0: not an ARN, matches nothing: '123456789012'" },
};
/* clang-format on */

/* Rows are written with ' for ", which no policy in them needs. */
static const char *quoted(
	struct buf *out, const char *before, const char *row, const char *after)
{
	buf_clear(out);
	buf_printf(out, "%s%s%s", before, row, after);
	for (size_t i = 0; i < out->n; i++) {
		if (out->p[i] == '\'')
			out->p[i] = '"';
	}
	buf_add_char(out, '\0');
	return out->p;
}

static void check_covers(
	const struct document *d, const char *list, bool covered, const char *row)
{
	struct str left = str_from(list);

	while (left.n > 0) {
		size_t end = str_find_char(left, ' ', 0);
		action_id id = catalog_action_find(str_head(left, end));

		if (id == CATALOG_NONE)
			fail_msg("%s: no action '%.*s'", row,
				STR_ARG(str_head(left, end)));
		if (document_has_action(d, &d->statements[0], id) != covered)
			fail_msg("%s: '%.*s' should %sbe covered", row,
				STR_ARG(str_head(left, end)), covered ? "" : "not ");
		left = str_skip(left, end + 1);
	}
}

static void test_actions(void **state)
{
	struct buf text = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(actions); i++) {
		const char *row = actions[i].member;
		struct compiled c = { 0 };
		struct str service = { 0 };

		compile(&c,
			quoted(&text, "{'Statement':{'Effect':'Allow','Resource':'*',",
				row, "}}"),
			LAYER_IDENTITY);
		if (c.document.flags & DOCUMENT_INVALID)
			fail_msg("%s: %.*s", row, STR_ARG(c.document.problem));
		check_covers(&c.document, actions[i].in, true, row);
		check_covers(&c.document, actions[i].out, false, row);
		if (c.document.statements[0].service != DOCUMENT_ANY_SERVICE)
			service = catalog_service_name(c.document.statements[0].service);
		if (!str_eq(service, str_from(actions[i].service)))
			fail_msg("%s: service '%.*s'", row, STR_ARG(service));
		release(&c);
	}
	buf_release(&text);
}

static void part(struct buf *out, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static void part(struct buf *out, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	buf_printf(out, "%s%s", out->n > 0 ? ", " : "", text);
}

static void print_flags(struct buf *out, const struct document_statement *s)
{
	if (s->flags & DOCUMENT_ANY_RESOURCE)
		part(out, "any");
	if (s->flags & DOCUMENT_NOT_RESOURCE)
		part(out, "not-resource");
	if (s->flags & DOCUMENT_NOT_PRINCIPAL)
		part(out, "not-principal");
	if (s->flags & DOCUMENT_STATEMENT_READS_PRINCIPAL)
		part(out, "principal");
	if (s->flags & DOCUMENT_STATEMENT_READS_RESOURCE)
		part(out, "resource");
}

static void print_pattern(
	struct buf *out, const struct document *d, const struct document_pattern *p)
{
	char letter = '-';

	if (p->flags & DOCUMENT_PATTERN_EXACT)
		letter = 'E';
	else if (p->flags & DOCUMENT_PATTERN_PREFIX)
		letter = 'P';
	else if (p->flags & DOCUMENT_PATTERN_VARIABLE)
		letter = 'V';
	part(out, "%c %.*s @%u", letter, STR_ARG(document_str(d, p->text)),
		p->literal_size);
}

static void print_condition(
	struct buf *out, const struct document *d, const struct document_condition *c)
{
	part(out, "%u/%u/%u %.*s = ", c->operator_, c->qualifier, c->flags,
		STR_ARG(document_str(d, c->key)));
	for (uint32_t i = 0; i < c->value_count; i++)
		buf_printf(out, "%s%.*s", i > 0 ? "|" : "",
			STR_ARG(document_str(d, d->values[c->value_first + i])));
}

static void print_statement(
	struct buf *out, const struct document *d, const struct document_statement *s)
{
	print_flags(out, s);
	for (uint32_t i = 0; i < s->principal_count; i++) {
		const struct document_principal *p =
			&d->principals[s->principal_first + i];

		part(out, "%u%s%.*s", p->type, p->type == DOCUMENT_ANYONE ? "" : " ",
			STR_ARG(document_str(d, p->text)));
	}
	for (uint32_t i = 0; i < s->resource_count; i++)
		print_pattern(out, d, &d->patterns[s->resource_first + i]);
	for (uint32_t i = 0; i < s->condition_count; i++)
		print_condition(out, d, &d->conditions[s->condition_first + i]);
}

/* In `expected` a last " !" says that the row is warned about. */
static void check_statement(struct compiled *c, const char *row, const char *expected)
{
	struct buf got = { 0 };

	if (c->document.flags & DOCUMENT_INVALID)
		fail_msg("%s: %.*s", row, STR_ARG(c->document.problem));
	assert_int_equal(c->document.statement_count, 1);
	print_statement(&got, &c->document, &c->document.statements[0]);
	if (c->warnings.n > 0)
		buf_printf(&got, " !");
	if (!str_eq(buf_str(&got), str_from(expected)))
		fail_msg("%s:\n  got      %.*s\n  expected %s\n  %.*s", row,
			STR_ARG(buf_str(&got)), expected, STR_ARG(buf_str(&c->warnings)));
	buf_release(&got);
}

static void test_statements(void **state)
{
	struct buf text = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(statements); i++) {
		struct compiled c = { 0 };
		const char *head =
			"{'Version':'2012-10-17','Statement':[{'Effect':'Allow',"
			"'Action':'s3:GetObject',";

		if (statements[i].layer == LAYER_TRUST)
			head = "{'Version':'2012-10-17','Statement':[{'Effect':'Allow',"
			       "'Action':'sts:AssumeRole',";
		if (statements[i].layer == LAYER_RCP)
			head = "{'Version':'2012-10-17','Statement':[{'Effect':'Allow',"
			       "'Action':'*',";
		compile(&c, quoted(&text, head, statements[i].members, "}]}"),
			statements[i].layer);
		check_statement(&c, statements[i].members, statements[i].expected);
		release(&c);
	}
	buf_release(&text);
}

static void test_malformed(void **state)
{
	struct buf text = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(malformed); i++) {
		struct compiled c = { 0 };

		compile(&c, quoted(&text, "", malformed[i].text, ""), malformed[i].layer);
		if (!(c.document.flags & DOCUMENT_INVALID))
			fail_msg("%s: taken as valid", malformed[i].text);
		if (c.document.statement_count != 0)
			fail_msg("%s: invalid, but has statements", malformed[i].text);
		if (!str_starts(c.document.problem, str_from(malformed[i].problem)))
			fail_msg("%s:\n  got      %.*s\n  expected %s", malformed[i].text,
				STR_ARG(c.document.problem), malformed[i].problem);
		release(&c);
	}
	buf_release(&text);
}

static void test_warnings(void **state)
{
	struct buf text = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(warned); i++) {
		struct compiled c = { 0 };

		compile(&c, quoted(&text, "", warned[i].text, ""), LAYER_IDENTITY);
		if (c.document.flags & DOCUMENT_INVALID)
			fail_msg("%s: %.*s", warned[i].text, STR_ARG(c.document.problem));
		if (!str_eq(buf_str(&c.warnings), str_from(warned[i].warnings)))
			fail_msg("%s:\n  got      %.*s\n  expected %s", warned[i].text,
				STR_ARG(buf_str(&c.warnings)), warned[i].warnings);
		release(&c);
	}
	buf_release(&text);
}

/* Sid, place in the list and place in the text are what proofs cite. */
static void test_places(void **state)
{
	const char *text;
	struct compiled c = { 0 };
	const struct document_statement *s;

	(void)state;
	text = "{ \"Statement\" : [\n {\"Sid\":\"A\",\"Effect\":\"Allow\","
	       "\"Action\":\"s3:*\",\"Resource\":\"*\"} ,\n{ \"Effect\":\"Deny\","
	       "\"Action\":\"*\",\"Resource\":\"arn:}\\\"*\"\n}]}";
	compile(&c, text, LAYER_IDENTITY);
	assert_int_equal(c.document.statement_count, 2);
	s = c.document.statements;
	assert_true(str_eq(document_str(&c.document, s[0].sid), STR_LIT("A")));
	assert_true(str_eq(document_str(&c.document, s[1].sid), STR_LIT("")));
	assert_int_equal(s[0].source_index, 0);
	assert_int_equal(s[1].source_index, 1);
	assert_memory_equal(text + s[0].span_begin, "{\"Sid\"", 6);
	assert_memory_equal(text + s[0].span_end - 4, "\"*\"}", 4);
	assert_memory_equal(text + s[1].span_begin, "{ \"Effect\":\"Deny\"", 17);
	assert_int_equal(s[1].span_end, strlen(text) - 2);
	assert_true(c.document.flags & DOCUMENT_DENIES);
	assert_false(s[0].flags & DOCUMENT_DENY);
	assert_true(s[1].flags & DOCUMENT_DENY);
	release(&c);
}

static void test_digest(void **state)
{
	struct str text = STR_LIT("{}");
	struct sha256 a = policy_digest(STR_LIT("aws"), LAYER_IDENTITY, text);
	struct sha256 b = policy_digest(STR_LIT("aws"), LAYER_IDENTITY, text);
	struct sha256 c = policy_digest(STR_LIT("aws"), LAYER_SCP, text);
	struct sha256 d = policy_digest(STR_LIT("az"), LAYER_IDENTITY, text);

	(void)state;
	assert_memory_equal(a.bytes, b.bytes, sizeof(a.bytes));
	assert_memory_not_equal(a.bytes, c.bytes, sizeof(a.bytes));
	assert_memory_not_equal(a.bytes, d.bytes, sizeof(a.bytes));
	assert_non_null(policy_find(STR_LIT("aws")));
	assert_null(policy_find(STR_LIT("AWS")));
}

/* A text past the limit is refused by its size and not read. */
static void test_too_long(void **state)
{
	struct compiled c = { 0 };
	char *text = malloc((256u << 10) + 2);

	(void)state;
	assert_non_null(text);
	memset(text, ' ', (256u << 10) + 1);
	text[(256u << 10) + 1] = '\0';
	compile(&c, text, LAYER_IDENTITY);
	assert_true(c.document.flags & DOCUMENT_INVALID);
	assert_true(str_starts(c.document.problem, STR_LIT("262145 bytes are more")));
	release(&c);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_actions),
		cmocka_unit_test(test_statements),
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_warnings),
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_digest),
		cmocka_unit_test(test_too_long),
	};

	return cmocka_run_group_tests_name("aws_policy", tests, NULL, NULL);
}
