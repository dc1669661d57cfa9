/* ingest/decoder on AWS input: each format gives these records, in any chunks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "decode_records.h"

#define A "arn:aws:iam::111122223333:"

struct row {
	const char *what, *path, *hint, *companion,
		*siblings; /* siblings: NULL unknown */
	const char *input, *records;
};

/* clang-format off */
static const struct row rows[] = {
	{ "a user with everything", "gaad.json", "", "", NULL,
		"{\"UserDetailList\":[{\"Path\":\"/\",\"UserName\":\"al\",\"UserId\":\"AIDA1\",\"Arn\":\"" A "user/al\","
		"\"CreateDate\":\"2024-01-02T03:04:05+00:00\",\"UserPolicyList\":[{\"PolicyName\":\"p\",\"PolicyDocument\": { \"x\" : 1 } }],"
		"\"GroupList\":[\"Ops\"],\"AttachedManagedPolicies\":[{\"PolicyName\":\"q\",\"PolicyArn\":\"arn:aws:iam::aws:policy/q\"}],"
		"\"PermissionsBoundary\":{\"PermissionsBoundaryType\":\"Policy\",\"PermissionsBoundaryArn\":\"" A "policy/b\"},"
		"\"Tags\":[{\"Key\":\"k\",\"Value\":\"v\"}]}],\"GroupDetailList\":[],\"RoleDetailList\":[],\"Policies\":[]}",
		"E " A "user/al aws:iam:user al 1 #k=v id=AIDA1 path=/ c=1704164645 tagged\n"
		"D identity " A "user/al (p) { \"x\" : 1 }\n"
		"R " A "user/al attached arn:aws:iam::aws:policy/q\n"
		"R " A "user/al boundary " A "policy/b\n"
		"R " A "user/al member_of name:aws:iam:group:Ops\n"
		"C identities  1 ()\nC entities:aws:iam:instance-profile  1 ()\n" },
	{ "documents as text and URL-encoded", "-", "", "", NULL,
		"{\"RoleDetailList\":[{\"RoleName\":\"r\",\"Arn\":\"" A "role/aws-service-role/x.amazonaws.com/r\",\"Path\":\"/aws-service-role/x.amazonaws.com/\","
		"\"AssumeRolePolicyDocument\":\"%7B%22a%22%3A%22%C3%A9+%25%22%7D\",\"RoleLastUsed\":{},"
		"\"RolePolicyList\":[{\"PolicyName\":\"t\",\"PolicyDocument\":\"{\\\"b\\\":2}\"}],"
		"\"InstanceProfileList\":[{\"InstanceProfileName\":\"ip\",\"Arn\":\"" A "instance-profile/ip\",\"Roles\":[{\"Arn\":\"" A "role/r\"}]}]}],"
		"\"GroupDetailList\":[{\"GroupName\":\"g\",\"Arn\":\"" A "group/d/g\",\"GroupPolicyList\":[]}],\"UserDetailList\":[],\"Policies\":[]}",
		"E " A "role/aws-service-role/x.amazonaws.com/r aws:iam:role r 81 path=/aws-service-role/x.amazonaws.com/ u=-1 tagged\n"
		"D trust " A "role/aws-service-role/x.amazonaws.com/r (trust policy) {\"a\":\"\xc3\xa9+%\"}\n"
		"D identity " A "role/aws-service-role/x.amazonaws.com/r (t) {\"b\":2}\n"
		"E " A "instance-profile/ip aws:iam:instance-profile ip 0\n"
		"R " A "instance-profile/ip carries " A "role/r\n"
		"E " A "group/d/g aws:iam:group g 2\n"
		"C identities  1 ()\nC entities:aws:iam:instance-profile  1 ()\n" },
	{ "policies before anything names the account", "-", "", "", NULL,
		"{\"GroupDetailList\":[],\"Policies\":[{\"PolicyName\":\"AdministratorAccess\",\"PolicyId\":\"ANPA1\",\"Arn\":\"arn:aws:iam::aws:policy/AdministratorAccess\","
		"\"DefaultVersionId\":\"v2\",\"PolicyVersionList\":[{\"VersionId\":\"v1\",\"Document\":{\"old\":1}},{\"VersionId\":\"v2\",\"IsDefaultVersion\":true,\"Document\":{\"new\":1}}]}],"
		"\"RoleDetailList\":[{\"RoleName\":\"r\",\"Arn\":\"" A "role/r\"}],\"IsTruncated\":true,\"Marker\":\"m\"}",
		"E arn:aws:iam::aws:policy/AdministratorAccess aws:iam:policy AdministratorAccess 14 id=ANPA1\n"
		"D identity arn:aws:iam::aws:policy/AdministratorAccess (AdministratorAccess) {\"new\":1}\n"
		"E " A "role/r aws:iam:role r 1 tagged\n"
		"C trust-policy " A "role/r 3 (the role came without it)\n"
		"C identities  2 (no UserDetailList, the page says that another follows)\nC entities:aws:iam:instance-profile  2 (no UserDetailList, the page says that another follows)\n" },
	{ "two pages joined", "-", "", "", NULL,
		"{\"UserDetailList\":[{\"UserName\":\"a\",\"Arn\":\"" A "user/a\"}],\"GroupDetailList\":[],\"RoleDetailList\":[],\"Policies\":[],\"IsTruncated\":true}\n"
		"{\"UserDetailList\":[{\"UserName\":\"b\",\"Arn\":\"" A "user/b\"}],\"GroupDetailList\":[],\"RoleDetailList\":[],\"Policies\":[],\"IsTruncated\":false}",
		"E " A "user/a aws:iam:user a 1 tagged\nC identities  2 (the page says that another follows)\nC entities:aws:iam:instance-profile  2 (the page says that another follows)\n"
		"E " A "user/b aws:iam:user b 1 tagged\nC identities  1 ()\nC entities:aws:iam:instance-profile  1 ()\n" },
	{ "no document of the default version", "-", "aws:111122223333", "", NULL,
		"{\"UserDetailList\":[],\"GroupDetailList\":[],\"RoleDetailList\":[],\"Policies\":[{\"PolicyName\":\"p\",\"Arn\":\"" A "policy/p\",\"PolicyVersionList\":[]}]}",
		"E " A "policy/p aws:iam:policy p 4\nC entity:aws:iam:policy " A "policy/p 2 (no document of its default version)\nC identities  1 ()\nC entities:aws:iam:instance-profile  1 ()\n" },
	{ "another partition", "-", "", "", NULL,
		"{\"UserDetailList\":[{\"UserName\":\"a\",\"Arn\":\"arn:aws-cn:iam::111122223333:user/a\"}],\"GroupDetailList\":[],\"RoleDetailList\":[],\"Policies\":[]}",
		"E arn:aws-cn:iam::111122223333:user/a aws:iam:user a 1 tagged\nC identities  1 ()\nC entities:aws:iam:instance-profile  1 ()\n" },
	{ "caller identity", "x/sts.json", "", "", NULL,
		"{\"UserId\":\"AIDA\",\"Account\":\"111122223333\",\"Arn\":\"" A "user/a\"}", "" },
	{ "instances", "i.json", "", "", NULL,
		"{\"Reservations\":[{\"OwnerId\":\"111122223333\",\"Instances\":[{\"InstanceId\":\"i-1\",\"Placement\":{\"AvailabilityZone\":\"us-gov-west-1a\"},"
		"\"State\":{\"Name\":\"running\"},\"IamInstanceProfile\":{\"Arn\":\"" A "instance-profile/p\"},\"Tags\":[{\"Key\":\"Name\",\"Value\":\"web\"}]},"
		"{\"InstanceId\":\"i-2\",\"Placement\":{\"AvailabilityZone\":\"us-east-1-bos-1a\"},\"State\":{\"Name\":\"terminated\"}}]}]}",
		"E arn:aws-us-gov:ec2:us-gov-west-1:111122223333:instance/i-1 aws:ec2:instance i-1 21 #Name=web id=i-1 region=us-gov-west-1 tagged\n"
		"R arn:aws-us-gov:ec2:us-gov-west-1:111122223333:instance/i-1 carries " A "instance-profile/p\n"
		"E arn:aws:ec2:us-east-1:111122223333:instance/i-2 aws:ec2:instance i-2 61 id=i-2 region=us-east-1 tagged\n"
		"C entities:aws:ec2:instance  1 ()\n" },
	{ "endpoints of a network", "e.json", "aws:111122223333", "", NULL,
		"{\"VpcEndpoints\":[{\"VpcEndpointId\":\"vpce-1\",\"VpcEndpointType\":\"Gateway\",\"VpcId\":\"vpc-1\",\"ServiceName\":\"com.amazonaws.eu-west-1.s3\","
		"\"OwnerId\":\"111122223333\",\"PolicyDocument\":\"{\\\"x\\\":1}\",\"Tags\":[]}]}",
		"E arn:aws:ec2:eu-west-1:111122223333:vpc-endpoint/vpce-1 aws:ec2:vpc-endpoint vpce-1 0 id=vpce-1 network=vpc-1 service=com.amazonaws.eu-west-1.s3 region=eu-west-1 tagged\n"
		"D endpoint arn:aws:ec2:eu-west-1:111122223333:vpc-endpoint/vpce-1 (endpoint policy) {\"x\":1}\n"
		"C entities:aws:ec2:vpc-endpoint  1 ()\n" },
	{ "functions, first page", "eu-west-1/f.json", "aws:111122223333", "", NULL,
		"{\"Functions\":[{\"FunctionName\":\"f\",\"FunctionArn\":\"arn:aws:lambda:eu-west-1:111122223333:function:f\",\"Role\":\"" A "role/r\"}],\"NextToken\":\"x\"}",
		"E arn:aws:lambda:eu-west-1:111122223333:function:f aws:lambda:function f 21 region=eu-west-1\n"
		"R arn:aws:lambda:eu-west-1:111122223333:function:f carries " A "role/r\n"
		"C entities:aws:lambda:function  2 (the page says that another follows)\n" },
	{ "task definition", "t.json", "", "", NULL,
		"{\"taskDefinition\":{\"taskDefinitionArn\":\"arn:aws:ecs:eu-west-1:111122223333:task-definition/w:3\",\"family\":\"w\",\"taskRoleArn\":\"" A "role/t\",\"executionRoleArn\":\"" A "role/e\"}}",
		"E arn:aws:ecs:eu-west-1:111122223333:task-definition/w:3 aws:ecs:task-definition w 21 region=eu-west-1\n"
		"R arn:aws:ecs:eu-west-1:111122223333:task-definition/w:3 carries " A "role/t\n"
		"R arn:aws:ecs:eu-west-1:111122223333:task-definition/w:3 carries " A "role/e\n" },
	{ "buckets of the account of the directory", "d/buckets.json", "aws:111122223333", "", NULL,
		"{\"Buckets\":[{\"Name\":\"b\",\"CreationDate\":\"2024-01-01\"}],\"Owner\":{\"ID\":\"x\"}}",
		"E arn:aws:s3:::b aws:s3:bucket b 0 c=1704067200\nC entities:aws:s3:bucket  1 ()\n" },
	{ "buckets of an account by its directory", "dumps/111122223333/buckets.json", "", "", NULL,
		"{\"Buckets\":[{\"Name\":\"b\"}]}", "E arn:aws:s3:::b aws:s3:bucket b 0\nC entities:aws:s3:bucket  1 ()\n" },
	{ "bucket policy by what it names", "x.json", "aws:111122223333", "", NULL,
		"{\"Policy\":\"{\\\"Statement\\\":[{\\\"Resource\\\":[\\\"arn:aws:s3:::b\\\",\\\"arn:aws:s3:::b/*\\\"]}]}\"}",
		"D resource arn:aws:s3:::b (resource policy) {\"Statement\":[{\"Resource\":[\"arn:aws:s3:::b\",\"arn:aws:s3:::b/*\"]}]}\n"
		"C resource-policy:aws:s3:bucket arn:aws:s3:::b 1 ()\n" },
	{ "function policy", "x.json", "", "", NULL,
		"{\"Policy\":\"{\\\"Statement\\\":{\\\"Resource\\\":\\\"arn:aws:lambda:eu-west-1:111122223333:function:f:live\\\"}}\",\"RevisionId\":\"r\"}",
		"D resource arn:aws:lambda:eu-west-1:111122223333:function:f (resource policy) {\"Statement\":{\"Resource\":\"arn:aws:lambda:eu-west-1:111122223333:function:f:live\"}}\n"
		"C resource-policy:aws:lambda:function arn:aws:lambda:eu-west-1:111122223333:function:f 1 ()\n" },
	{ "key policy, key described beside it", "keys/k1/get-key-policy.json", "aws:111122223333",
		"{\"KeyMetadata\":{\"Arn\":\"arn:aws:kms:eu-west-1:111122223333:key/k1\"}}", NULL,
		"{\"Policy\":\"{}\",\"PolicyName\":\"default\"}",
		"D resource arn:aws:kms:eu-west-1:111122223333:key/k1 (resource policy) {}\n"
		"C resource-policy:aws:kms:key arn:aws:kms:eu-west-1:111122223333:key/k1 1 ()\n" },
	{ "key policy, region in the path", "eu-west-1/keys/k1/p.json", "aws:111122223333", "", NULL,
		"{\"Policy\":\"{}\",\"PolicyName\":\"default\"}",
		"D resource arn:aws:kms:eu-west-1:111122223333:key/k1 (resource policy) {}\n"
		"C resource-policy:aws:kms:key arn:aws:kms:eu-west-1:111122223333:key/k1 1 ()\n" },
	{ "grants of a key", "x.json", "", "", NULL,
		"{\"Grants\":[{\"KeyId\":\"arn:aws:kms:eu-west-1:111122223333:key/k1\",\"GrantId\":\"g1\",\"Name\":\"pay\",\"GranteePrincipal\":\"" A "role/r\","
		"\"RetiringPrincipal\":\"" A "user/u\",\"Operations\":[\"Decrypt\",\"DescribeKey\",\"Encrypt\"],\"Constraints\":{\"EncryptionContextEquals\":{\"app\":\"pay\"}}},"
		"{\"KeyId\":\"arn:aws:kms:eu-west-1:111122223333:key/k1\",\"GrantId\":\"g2\",\"GranteePrincipal\":\"dynamodb.amazonaws.com\",\"Operations\":[\"CreateGrant\"]}],\"Truncated\":false}",
		"D grant arn:aws:kms:eu-west-1:111122223333:key/k1 (pay) {\"Version\":\"2008-10-17\",\"Statement\":["
		"{\"Sid\":\"g1\",\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"" A "role/r\"},\"Resource\":\"*\",\"Action\":[\"kms:Decrypt\",\"kms:Encrypt\"],"
		"\"Condition\":{\"StringEquals\":{\"kms:EncryptionContext:app\":\"pay\"},\"ForAllValues:StringEquals\":{\"kms:EncryptionContextKeys\":[\"app\"]}}},"
		"{\"Sid\":\"g1\",\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"" A "role/r\"},\"Resource\":\"*\",\"Action\":[\"kms:DescribeKey\"]},"
		"{\"Sid\":\"g1\",\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"" A "user/u\"},\"Resource\":\"*\",\"Action\":\"kms:RetireGrant\"}]}\n"
		"D grant arn:aws:kms:eu-west-1:111122223333:key/k1 (g2) {\"Version\":\"2008-10-17\",\"Statement\":["
		"{\"Sid\":\"g2\",\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"dynamodb.amazonaws.com\"},\"Resource\":\"*\",\"Action\":[\"kms:CreateGrant\"],"
		"\"Condition\":{\"ForAllValues:StringEquals\":{\"kms:GrantOperations\":[\"CreateGrant\"]}}}]}\n"
		"C grants:aws:kms:key arn:aws:kms:eu-west-1:111122223333:key/k1 1 ()\n" },
	{ "access control list of a bucket", "buckets/b/get-bucket-acl.json", "aws:111122223333", "", NULL,
		"{\"Owner\":{\"ID\":\"o1\"},\"Grants\":[{\"Grantee\":{\"ID\":\"o1\",\"Type\":\"CanonicalUser\"},\"Permission\":\"FULL_CONTROL\"},"
		"{\"Grantee\":{\"Type\":\"Group\",\"URI\":\"http://acs.amazonaws.com/groups/global/AllUsers\"},\"Permission\":\"READ\"},"
		"{\"Grantee\":{\"ID\":\"o2\",\"Type\":\"CanonicalUser\"},\"Permission\":\"WRITE\"}]}",
		"E arn:aws:s3:::b aws:s3:bucket b 0\n"
		"D acl arn:aws:s3:::b (access control list) {\"Version\":\"2012-10-17\",\"Statement\":["
		"{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":[\"s3:ListBucket\",\"s3:ListBucketVersions\",\"s3:ListBucketMultipartUploads\"],\"Resource\":[\"arn:aws:s3:::b\",\"arn:aws:s3:::b/*\"]},"
		"{\"Effect\":\"Allow\",\"Principal\":{\"CanonicalUser\":\"o2\"},\"Action\":[\"s3:PutObject\"],\"Resource\":[\"arn:aws:s3:::b\",\"arn:aws:s3:::b/*\"]}]}\n" },
	{ "who owns what is in a bucket", "buckets/b/get-bucket-ownership-controls.json", "aws:111122223333", "", NULL,
		"{\"OwnershipControls\":{\"Rules\":[{\"ObjectOwnership\":\"BucketOwnerEnforced\"}]}}",
		"E arn:aws:s3:::b aws:s3:bucket b 0 ownership=BucketOwnerEnforced\n" },
	{ "block of an account, as iam-collect has it", "aws/aws/accounts/111122223333/s3-bpa.json", "", "", "",
		"{\"BlockPublicAcls\":true,\"IgnorePublicAcls\":true,\"BlockPublicPolicy\":true,\"RestrictPublicBuckets\":true}",
		"E arn:aws:account::111122223333:account aws:account:account  0 bpa:BlockPublicAcls=true bpa:IgnorePublicAcls=true bpa:BlockPublicPolicy=true bpa:RestrictPublicBuckets=true\n" },
	{ "an access point", "x.json", "", "", NULL,
		"{\"Name\":\"x\",\"Bucket\":\"b\",\"NetworkOrigin\":\"VPC\",\"PublicAccessBlockConfiguration\":{\"RestrictPublicBuckets\":true},"
		"\"AccessPointArn\":\"arn:aws:s3:eu-west-1:111122223333:accesspoint/x\",\"BucketAccountId\":\"111122223333\"}",
		"E arn:aws:s3:eu-west-1:111122223333:accesspoint/x aws:s3:accesspoint x 0 bucket=b bucket-account=111122223333 network-origin=VPC bpa:BlockPublicAcls=false bpa:IgnorePublicAcls=false bpa:BlockPublicPolicy=false bpa:RestrictPublicBuckets=true\n" },
	{ "policy of an access point by what it names", "x.json", "", "", NULL,
		"{\"Policy\":\"{\\\"Statement\\\":{\\\"Resource\\\":\\\"arn:aws:s3:eu-west-1:111122223333:accesspoint/x/object/*\\\"}}\"}",
		"D resource arn:aws:s3:eu-west-1:111122223333:accesspoint/x (resource policy) {\"Statement\":{\"Resource\":\"arn:aws:s3:eu-west-1:111122223333:accesspoint/x/object/*\"}}\n"
		"C resource-policy:aws:s3:accesspoint arn:aws:s3:eu-west-1:111122223333:accesspoint/x 1 ()\n" },
	{ "what cannot be read is told", "aws/aws/accounts/111122223333/sso/eu-west-1/instance/x/who-knows.json", "", "", "",
		"{\"x\":1}", "C files:sso/who-knows.json  2 (not understood)\n" },
	{ "policy of a stream counts on its table", "aws/aws/accounts/111122223333/dynamodb/eu-west-1/stream/x/policy.json", "",
		"{\"arn\":\"arn:aws:dynamodb:eu-west-1:111122223333:table/t/stream/2024\"}", "",
		"{\"a\":1}", "D resource arn:aws:dynamodb:eu-west-1:111122223333:table/t (2024) {\"a\":1}\n" },
	{ "access point", "aws/aws/accounts/111122223333/s3/eu-west-1/accesspoint/x/metadata.json", "", "", "policy.json",
		"{\"arn\":\"arn:aws:s3:eu-west-1:111122223333:accesspoint/x\",\"name\":\"x\",\"bucket\":\"b\",\"bucketAccount\":\"111122223333\",\"networkOrigin\":\"Internet\"}",
		"E arn:aws:s3:eu-west-1:111122223333:accesspoint/x aws:s3:accesspoint x 0 bucket=b bucket-account=111122223333 network-origin=Internet region=eu-west-1 tagged\n" },
	{ "what calls of an API are about", "aws/aws/accounts/111122223333/apigateway/eu-west-1/restapis/x/metadata.json", "", "", "policy.json",
		"{\"arn\":\"arn:aws:apigateway:eu-west-1::/restapis/abc\",\"id\":\"abc\",\"name\":\"shop\"}",
		"E arn:aws:apigateway:eu-west-1::/restapis/abc aws:apigateway:restapi shop 0 id=abc region=eu-west-1 tagged\n"
		"E arn:aws:execute-api:eu-west-1:111122223333:abc aws:execute-api:api shop 0 id=abc region=eu-west-1\n" },
	{ "its policy", "aws/aws/accounts/111122223333/apigateway/eu-west-1/restapis/x/policy.json", "",
		"{\"arn\":\"arn:aws:apigateway:eu-west-1::/restapis/abc\"}", "",
		"{\"a\":1}", "D resource arn:aws:execute-api:eu-west-1:111122223333:abc (resource policy) {\"a\":1}\n"
		"C resource-policy:aws:execute-api:api arn:aws:execute-api:eu-west-1:111122223333:abc 1 ()\n" },
	{ "a share", "aws/aws/accounts/111122223333/ram/eu-west-1/x.json", "", "", "",
		"{\"arn\":\"arn:aws:glue:eu-west-1:111122223333:catalog\",\"shares\":[],\"policy\":{\"a\":1}}",
		"D resource arn:aws:glue:eu-west-1:111122223333:catalog (resource share) {\"a\":1}\n" },
	{ "a key without grants", "eu-west-1/keys/k1/list-grants.json", "aws:111122223333", "", NULL,
		"{\"Grants\":[],\"Truncated\":false}",
		"D grant arn:aws:kms:eu-west-1:111122223333:key/k1 (no grants) {\"Statement\":[]}\n"
		"C grants:aws:kms:key arn:aws:kms:eu-west-1:111122223333:key/k1 1 ()\n" },
	{ "key policy by the key's name", "keys/k1.json", "aws:111122223333", "", NULL,
		"{\"Policy\":\"{}\",\"PolicyName\":\"default\"}",
		"D resource name:aws:kms:key:k1 (resource policy) {}\n" },
	{ "bucket without a policy", "buckets/b/get-public-access-block.json", "aws:111122223333", "", "get-bucket-tagging.json",
		"{\"PublicAccessBlockConfiguration\":{\"BlockPublicAcls\":true,\"IgnorePublicAcls\":false,\"BlockPublicPolicy\":true,\"RestrictPublicBuckets\":false}}",
		"E arn:aws:s3:::b aws:s3:bucket b 0 bpa:BlockPublicAcls=true bpa:IgnorePublicAcls=false bpa:BlockPublicPolicy=true bpa:RestrictPublicBuckets=false\n"
		"D resource arn:aws:s3:::b (resource policy) \n"
		"C resource-policy:aws:s3:bucket arn:aws:s3:::b 1 ()\n" },
	{ "bucket with a policy beside its tags", "buckets/b/get-bucket-tagging.json", "aws:111122223333", "", "get-bucket-policy.json",
		"{\"TagSet\":[{\"Key\":\"k\",\"Value\":\"v\"}]}", "E arn:aws:s3:::b aws:s3:bucket b 0 #k=v tagged\n" },
	{ "tags of a bucket in a directory not listed", "buckets/b/get-bucket-tagging.json", "aws:111122223333", "", NULL,
		"{\"TagSet\":[]}", "E arn:aws:s3:::b aws:s3:bucket b 0 tagged\n" },
	{ "public access block of the account", "s3control/get-public-access-block.json", "aws:111122223333", "", NULL,
		"{\"PublicAccessBlockConfiguration\":{\"BlockPublicAcls\":true}}",
		"E arn:aws:account::111122223333:account aws:account:account  8 bpa:BlockPublicAcls=true bpa:IgnorePublicAcls=false bpa:BlockPublicPolicy=false bpa:RestrictPublicBuckets=false\n" },
	{ "described key", "k.json", "", "", NULL,
		"{\"KeyMetadata\":{\"Arn\":\"arn:aws:kms:eu-west-1:111122223333:key/k1\",\"KeyId\":\"k1\",\"CreationDate\":1700000000.5}}",
		"E arn:aws:kms:eu-west-1:111122223333:key/k1 aws:kms:key k1 0 id=k1 region=eu-west-1 c=1700000000\n" },
	{ "queue with a policy", "q.json", "", "", NULL,
		"{\"Attributes\":{\"QueueArn\":\"arn:aws:sqs:eu-west-1:111122223333:q\",\"Policy\":\"{\\\"a\\\":1}\"}}",
		"E arn:aws:sqs:eu-west-1:111122223333:q aws:sqs:queue q 0 region=eu-west-1\n"
		"D resource arn:aws:sqs:eu-west-1:111122223333:q (resource policy) {\"a\":1}\n"
		"C resource-policy:aws:sqs:queue arn:aws:sqs:eu-west-1:111122223333:q 1 ()\n" },
	{ "queue with all attributes and none", "q.json", "", "", NULL,
		"{\"Attributes\":{\"QueueArn\":\"arn:aws:sqs:eu-west-1:111122223333:q\",\"VisibilityTimeout\":\"30\",\"DelaySeconds\":\"0\"}}",
		"E arn:aws:sqs:eu-west-1:111122223333:q aws:sqs:queue q 0 region=eu-west-1\n"
		"D resource arn:aws:sqs:eu-west-1:111122223333:q (resource policy) \n"
		"C resource-policy:aws:sqs:queue arn:aws:sqs:eu-west-1:111122223333:q 1 ()\n" },
	{ "queue with only its ARN", "q.json", "", "", NULL,
		"{\"Attributes\":{\"QueueArn\":\"arn:aws:sqs:eu-west-1:111122223333:q\"}}",
		"E arn:aws:sqs:eu-west-1:111122223333:q aws:sqs:queue q 0 region=eu-west-1\n" },
	{ "topic", "t.json", "", "", NULL,
		"{\"Attributes\":{\"TopicArn\":\"arn:aws:sns:eu-west-1:111122223333:t\",\"Policy\":\"{}\"}}",
		"E arn:aws:sns:eu-west-1:111122223333:t aws:sns:topic t 0 region=eu-west-1\n"
		"D resource arn:aws:sns:eu-west-1:111122223333:t (resource policy) {}\n"
		"C resource-policy:aws:sns:topic arn:aws:sns:eu-west-1:111122223333:t 1 ()\n" },
	{ "secret that answers no policy", "s.json", "", "", NULL,
		"{\"ARN\":\"arn:aws:secretsmanager:eu-west-1:111122223333:secret:s-AbCdEf\",\"Name\":\"s\"}",
		"E arn:aws:secretsmanager:eu-west-1:111122223333:secret:s-AbCdEf aws:secretsmanager:secret s 0 region=eu-west-1\n"
		"D resource arn:aws:secretsmanager:eu-west-1:111122223333:secret:s-AbCdEf (resource policy) \n"
		"C resource-policy:aws:secretsmanager:secret arn:aws:secretsmanager:eu-west-1:111122223333:secret:s-AbCdEf 1 ()\n" },
	{ "table", "tables/t/describe-table.json", "", "", "get-resource-policy.json",
		"{\"Table\":{\"TableName\":\"t\",\"TableArn\":\"arn:aws:dynamodb:eu-west-1:111122223333:table/t\"}}",
		"E arn:aws:dynamodb:eu-west-1:111122223333:table/t aws:dynamodb:table t 0 region=eu-west-1\n" },
	{ "repository policy", "eu-west-1/r.json", "", "", NULL,
		"{\"registryId\":\"111122223333\",\"repositoryName\":\"a/b\",\"policyText\":\"{}\"}",
		"D resource arn:aws:ecr:eu-west-1:111122223333:repository/a/b (resource policy) {}\n"
		"C resource-policy:aws:ecr:repository arn:aws:ecr:eu-west-1:111122223333:repository/a/b 1 ()\n" },
	{ "inline policy of a role", "r.json", "aws:111122223333", "", NULL,
		"{\"RoleName\":\"r\",\"PolicyName\":\"p\",\"PolicyDocument\":{\"a\":1}}",
		"D identity name:aws:iam:role:r (p) {\"a\":1}\n" },
	{ "a group and its members", "g.json", "", "", NULL,
		"{\"Group\":{\"GroupName\":\"g\",\"Arn\":\"" A "group/g\"},\"Users\":[{\"UserName\":\"u\",\"Arn\":\"" A "user/u\"}]}",
		"E " A "group/g aws:iam:group g 2\nE " A "user/u aws:iam:user u 1\nR " A "user/u member_of " A "group/g\n" },
	{ "flat list", "list.json", "", "", NULL,
		"[{\"Resource\":\"arn:aws:s3:::b\",\"Account\":\"111122223333\",\"Policy\":{\"a\":1},\"PublicAccessBlock\":{\"BlockPublicPolicy\":true}},"
		"{\"Resource\":\"arn:aws:sqs:eu-west-1:111122223333:q\",\"Policy\":null}]",
		"E arn:aws:s3:::b aws:s3:bucket b 0 bpa:BlockPublicAcls=false bpa:IgnorePublicAcls=false bpa:BlockPublicPolicy=true bpa:RestrictPublicBuckets=false\n"
		"D resource arn:aws:s3:::b (resource policy) {\"a\":1}\nC resource-policy:aws:s3:bucket arn:aws:s3:::b 1 ()\n"
		"E arn:aws:sqs:eu-west-1:111122223333:q aws:sqs:queue q 0 region=eu-west-1\n"
		"D resource arn:aws:sqs:eu-west-1:111122223333:q (resource policy) \nC resource-policy:aws:sqs:queue arn:aws:sqs:eu-west-1:111122223333:q 1 ()\n" },
	{ "flat list, one a line", "list.ndjson", "", "", NULL,
		"{\"Resource\":\"arn:aws:s3:::b\",\"Account\":\"111122223333\",\"Policy\":\"\"}\n{\"Resource\":\"arn:aws:s3:::c\",\"Account\":\"111122223333\",\"Policy\":{}}\n",
		"E arn:aws:s3:::b aws:s3:bucket b 0\nD resource arn:aws:s3:::b (resource policy) \nC resource-policy:aws:s3:bucket arn:aws:s3:::b 1 ()\n"
		"E arn:aws:s3:::c aws:s3:bucket c 0\nD resource arn:aws:s3:::c (resource policy) {}\nC resource-policy:aws:s3:bucket arn:aws:s3:::c 1 ()\n" },
	{ "organization of the account", "o.json", "aws:111122223333", "", NULL,
		"{\"Organization\":{\"Id\":\"o-abcdefghij\",\"Arn\":\"arn:aws:organizations::111122223333:organization/o-abcdefghij\"}}",
		"S aws:111122223333 aws:o-abcdefghij\nC organization  1 ()\n"
		"E arn:aws:organizations::111122223333:organization/o-abcdefghij aws:organizations:organization o-abcdefghij 8 id=o-abcdefghij\n" },
	{ "accounts below a unit", "parents/ou-ab12-cdefghij/list-accounts-for-parent.json", "", "", NULL,
		"{\"Accounts\":[{\"Id\":\"222233334444\",\"Arn\":\"arn:aws:organizations::111122223333:account/o-abcdefghij/222233334444\",\"Name\":\"dev\",\"Status\":\"SUSPENDED\"}]}",
		"E arn:aws:account::222233334444:account aws:account:account dev 48 id=222233334444 status=SUSPENDED\n"
		"R arn:aws:organizations::111122223333:ou/o-abcdefghij/ou-ab12-cdefghij contains arn:aws:account::222233334444:account\n" },
	{ "content of a service control policy", "p.json", "", "", NULL,
		"{\"Policy\":{\"PolicySummary\":{\"Id\":\"p-12345678\",\"Arn\":\"arn:aws:organizations::111122223333:policy/o-abcdefghij/service_control_policy/p-12345678\",\"Name\":\"n\"},\"Content\":\"{\\\"a\\\":1}\"}}",
		"E arn:aws:organizations::111122223333:policy/o-abcdefghij/service_control_policy/p-12345678 aws:organizations:policy n 4 id=p-12345678\n"
		"D scp arn:aws:organizations::111122223333:policy/o-abcdefghij/service_control_policy/p-12345678 (p-12345678) {\"a\":1}\n" },
	{ "policies attached to a target", "targets/222233334444/list-policies-for-target.json", "", "", NULL,
		"{\"Policies\":[{\"Id\":\"p-12345678\",\"Arn\":\"arn:aws:organizations::111122223333:policy/o-abcdefghij/service_control_policy/p-12345678\",\"Name\":\"n\"}]}",
		"E arn:aws:organizations::111122223333:policy/o-abcdefghij/service_control_policy/p-12345678 aws:organizations:policy n 4 id=p-12345678\n"
		"R arn:aws:account::222233334444:account attached arn:aws:organizations::111122223333:policy/o-abcdefghij/service_control_policy/p-12345678\n" },
	{ "iam-collect: organization of an account", "x/aws/aws/accounts/111122223333/organization.json", "", "", NULL,
		"{\"organizationId\":\"o-abcdefghij\"}", "S aws:111122223333 aws:o-abcdefghij\nC organization  1 ()\n" },
	{ "iam-collect: a role", "aws/aws/accounts/111122223333/iam/role/ci/metadata.json", "", "", "trust-policy.json",
		"{\"arn\":\"" A "role/CI\",\"name\":\"CI\",\"id\":\"AROA\",\"path\":\"/\",\"permissionBoundary\":\"" A "policy/b\"}",
		"E " A "role/CI aws:iam:role CI 1 id=AROA path=/ tagged\nR " A "role/CI boundary " A "policy/b\nC identities  1 ()\n" },
	{ "users of an identity store", "111122223333/identitystore/list-users.json", "", "", NULL,
		"{\"Users\":[{\"UserName\":\"x@e\",\"UserId\":\"1-2\",\"IdentityStoreId\":\"d-1\"}]}",
		"E arn:aws:identitystore:::user/1-2 aws:identitystore:user x@e 21 id=1-2\n"
		"C entities:aws:iam:user  1 ()\n" },
	{ "a permission set's assignments", "111122223333/permission-sets/Ops/list-account-assignments.json", "", "{\"PermissionSet\":{\"Name\":\"Ops\"}}", NULL,
		"{\"AccountAssignments\":[{\"AccountId\":\"222233334444\",\"PermissionSetArn\":\"p\",\"PrincipalType\":\"GROUP\",\"PrincipalId\":\"3\"}]}",
		"R arn:aws:identitystore:::group/3 carries arn:aws:iam::222233334444:role/aws-reserved/sso.amazonaws.com/*AWSReservedSSO_Ops_\?\?\?\?\?\?\?\?\?\?\?\?\?\?\?\?\n"
		"R arn:aws:identitystore:::group/3 carries arn:aws:iam::222233334444:role/aws-reserved/sso.amazonaws.com/*AWSReservedSSO_Ops_\?\?\?\?\?\?\?\?\?\?\?\?\?\?\?\?\n"
		"C entities:aws:sso:assignment  1 ()\n" },
	{ "who is in a group of an identity store", "111122223333/list-group-memberships.json", "", "", NULL,
		"{\"GroupMemberships\":[{\"GroupId\":\"3\",\"MemberId\":{\"UserId\":\"1-2\"}}]}",
		"R arn:aws:identitystore:::user/1-2 member_of arn:aws:identitystore:::group/3\n"
		"R arn:aws:identitystore:::user/1-2 carries arn:aws:identitystore:::group/3\n"
		"C entities:aws:identitystore:groupmembership  1 ()\n" },
	{ "iam-collect: a role without", "aws/aws/accounts/111122223333/iam/role/ci/metadata.json", "", "", "tags.json",
		"{\"arn\":\"" A "role/CI\",\"name\":\"CI\",\"id\":\"AROA\",\"path\":\"/\"}",
		"E " A "role/CI aws:iam:role CI 1 id=AROA path=/\n"
		"C trust-policy " A "role/CI 3 (the role came without it)\nC identities  1 ()\n" },
	{ "iam-collect: its trust policy", "aws/aws/accounts/111122223333/iam/role/ci/trust-policy.json", "",
		"{\"arn\":\"" A "role/CI\"}", "metadata.json", "{\"a\":1}", "D trust " A "role/CI (trust policy) {\"a\":1}\n" },
	{ "iam-collect: bucket without a policy", "aws/aws/accounts/111122223333/s3/b/metadata.json", "", "", "tags.json",
		"{\"arn\":\"arn:aws:s3:::b\",\"name\":\"b\",\"region\":\"eu-west-1\"}",
		"E arn:aws:s3:::b aws:s3:bucket b 0 region=eu-west-1\nD resource arn:aws:s3:::b (resource policy) \nC resource-policy:aws:s3:bucket arn:aws:s3:::b 1 ()\n" },
	{ "iam-collect: groups of a user", "aws/aws/accounts/111122223333/iam/user/u/groups.json", "",
		"{\"arn\":\"" A "user/u\"}", NULL, "[\"" A "group/g\"]", "R " A "user/u member_of " A "group/g\n" },
	{ "iam-collect: an index says nothing", "aws/aws/indexes/buckets-to-accounts.json", "", "", NULL, "{\"b\":{}}", "" },
	{ "iam-collect: units", "aws/aws/organizations/o-abcdefghij/ous.json", "",
		"{\"arn\":\"arn:aws:organizations::111122223333:organization/o-abcdefghij\"}", NULL,
		"{\"ou-ab12-cdefghij\":{\"parent\":\"r-ab12\",\"scps\":[\"arn:aws:organizations::aws:policy/service_control_policy/p-FullAWSAccess\"]}}",
		"R arn:aws:organizations::111122223333:root/o-abcdefghij/r-ab12 contains arn:aws:organizations::111122223333:ou/o-abcdefghij/ou-ab12-cdefghij\n"
		"R arn:aws:organizations::111122223333:ou/o-abcdefghij/ou-ab12-cdefghij attached arn:aws:organizations::aws:policy/service_control_policy/p-FullAWSAccess\n"
		"C organization-policies  1 ()\n" },
	{ "builds and their roles", "p.json", "", "", NULL,
		"{\"projects\":[{\"name\":\"site\",\"arn\":\"arn:aws:codebuild:eu-west-1:111122223333:project/site\",\"serviceRole\":\"" A "role/service-role/b\",\"created\":1700000000}],\"projectsNotFound\":[]}",
		"E arn:aws:codebuild:eu-west-1:111122223333:project/site aws:codebuild:project site 21 region=eu-west-1 c=1700000000\n"
		"R arn:aws:codebuild:eu-west-1:111122223333:project/site carries " A "role/service-role/b\n"
		"C entities:aws:codebuild:project  1 ()\n" },
	{ "names of projects say nothing of roles", "p.json", "aws:111122223333", "", NULL,
		"{\"projects\":[\"site\"]}", "C entities:aws:codebuild:project  1 ()\n" },
	{ "development endpoints, by region and role", "eu-west-1/e.json", "aws:111122223333", "", NULL,
		"{\"DevEndpoints\":[{\"EndpointName\":\"d\",\"RoleArn\":\"" A "role/g\"}]}",
		"E arn:aws:glue:eu-west-1:111122223333:devEndpoint/d aws:glue:devendpoint d 21 region=eu-west-1\n"
		"R arn:aws:glue:eu-west-1:111122223333:devEndpoint/d carries " A "role/g\n"
		"C entities:aws:glue:devendpoint  1 (eu-west-1)\n" },
	{ "jobs name their role without an ARN", "eu-west-1/j.json", "aws:111122223333", "", NULL,
		"{\"Jobs\":[{\"Name\":\"j\",\"Role\":\"service-role/g\",\"Command\":{\"Name\":\"glueetl\"}}]}",
		"E arn:aws:glue:eu-west-1:111122223333:job/j aws:glue:job j 21 region=eu-west-1\n"
		"R arn:aws:glue:eu-west-1:111122223333:job/j carries name:aws:iam:role:g\n"
		"C entities:aws:glue:job  1 (eu-west-1)\n" },
	{ "notebook", "n.json", "", "", NULL,
		"{\"NotebookInstanceArn\":\"arn:aws:sagemaker:eu-west-1:111122223333:notebook-instance/n\",\"NotebookInstanceName\":\"n\",\"RoleArn\":\"" A "role/s\"}",
		"E arn:aws:sagemaker:eu-west-1:111122223333:notebook-instance/n aws:sagemaker:notebook-instance n 21 region=eu-west-1\n"
		"R arn:aws:sagemaker:eu-west-1:111122223333:notebook-instance/n carries " A "role/s\n" },
	{ "stacks with and without a role", "s.json", "", "", NULL,
		"{\"Stacks\":[{\"StackId\":\"arn:aws:cloudformation:eu-west-1:111122223333:stack/a/1\",\"StackName\":\"a\",\"StackStatus\":\"CREATE_COMPLETE\",\"RoleARN\":\"" A "role/c\"},"
		"{\"StackId\":\"arn:aws:cloudformation:eu-west-1:111122223333:stack/b/2\",\"StackName\":\"b\",\"StackStatus\":\"CREATE_COMPLETE\"}]}",
		"E arn:aws:cloudformation:eu-west-1:111122223333:stack/a/1 aws:cloudformation:stack a 0 region=eu-west-1\n"
		"R arn:aws:cloudformation:eu-west-1:111122223333:stack/a/1 carries " A "role/c\n"
		"E arn:aws:cloudformation:eu-west-1:111122223333:stack/b/2 aws:cloudformation:stack b 0 region=eu-west-1\n"
		"C entities:aws:cloudformation:stack  1 ()\n" },
	{ "service of App Runner", "a.json", "", "", NULL,
		"{\"Service\":{\"ServiceName\":\"w\",\"ServiceArn\":\"arn:aws:apprunner:eu-west-1:111122223333:service/w/1\",\"InstanceConfiguration\":{\"InstanceRoleArn\":\"" A "role/w\"}}}",
		"E arn:aws:apprunner:eu-west-1:111122223333:service/w/1 aws:apprunner:service w 21 region=eu-west-1\n"
		"R arn:aws:apprunner:eu-west-1:111122223333:service/w/1 carries " A "role/w\n" },
	{ "state machine", "m.json", "", "", NULL,
		"{\"stateMachineArn\":\"arn:aws:states:eu-west-1:111122223333:stateMachine:m\",\"name\":\"m\",\"definition\":\"{}\",\"roleArn\":\"" A "role/m\"}",
		"E arn:aws:states:eu-west-1:111122223333:stateMachine:m aws:states:statemachine m 21 region=eu-west-1\n"
		"R arn:aws:states:eu-west-1:111122223333:stateMachine:m carries " A "role/m\n" },
	{ "a task carries its own role, else what its definition does", "t.json", "", "", NULL,
		"{\"tasks\":[{\"taskArn\":\"arn:aws:ecs:eu-west-1:111122223333:task/c/1\",\"taskDefinitionArn\":\"arn:aws:ecs:eu-west-1:111122223333:task-definition/d:1\",\"overrides\":{\"taskRoleArn\":\"" A "role/o\"}},"
		"{\"taskArn\":\"arn:aws:ecs:eu-west-1:111122223333:task/c/2\",\"taskDefinitionArn\":\"arn:aws:ecs:eu-west-1:111122223333:task-definition/d:1\",\"overrides\":{}}]}",
		"E arn:aws:ecs:eu-west-1:111122223333:task/c/1 aws:ecs:task 1 21 region=eu-west-1\n"
		"R arn:aws:ecs:eu-west-1:111122223333:task/c/1 carries " A "role/o\n"
		"E arn:aws:ecs:eu-west-1:111122223333:task/c/2 aws:ecs:task 2 21 region=eu-west-1\n"
		"R arn:aws:ecs:eu-west-1:111122223333:task/c/2 carries arn:aws:ecs:eu-west-1:111122223333:task-definition/d:1\n"
		"C entities:aws:ecs:task  1 ()\n" },
	{ "a launch template carries the profile of its default version", "eu-west-1/l.json", "aws:111122223333", "", NULL,
		"{\"LaunchTemplateVersions\":[{\"LaunchTemplateId\":\"lt-1\",\"VersionNumber\":1,\"DefaultVersion\":false,\"LaunchTemplateData\":{\"IamInstanceProfile\":{\"Name\":\"old\"}}},"
		"{\"LaunchTemplateId\":\"lt-1\",\"VersionNumber\":2,\"DefaultVersion\":true,\"LaunchTemplateData\":{\"IamInstanceProfile\":{\"Name\":\"p\"}}}]}",
		"E arn:aws:ec2:eu-west-1:111122223333:launch-template/lt-1 aws:ec2:launch-template lt-1 0 region=eu-west-1\n"
		"E arn:aws:ec2:eu-west-1:111122223333:launch-template/lt-1 aws:ec2:launch-template lt-1 0 region=eu-west-1\n"
		"R arn:aws:ec2:eu-west-1:111122223333:launch-template/lt-1 carries name:aws:iam:instance-profile:p\n"
		"C entities:aws:ec2:launch-template  1 (eu-west-1)\n" },
	{ "job definition", "b.json", "", "", NULL,
		"{\"jobDefinitions\":[{\"jobDefinitionName\":\"j\",\"jobDefinitionArn\":\"arn:aws:batch:eu-west-1:111122223333:job-definition/j:1\",\"containerProperties\":{\"jobRoleArn\":\"" A "role/j\"}}]}",
		"E arn:aws:batch:eu-west-1:111122223333:job-definition/j:1 aws:batch:job-definition j 21 region=eu-west-1\n"
		"R arn:aws:batch:eu-west-1:111122223333:job-definition/j:1 carries " A "role/j\n"
		"C entities:aws:batch:job-definition  1 ()\n" },
	{ "code interpreter", "c.json", "", "", NULL,
		"{\"codeInterpreterArn\":\"arn:aws:bedrock-agentcore:eu-west-1:111122223333:code-interpreter-custom/c\",\"name\":\"c\",\"executionRoleArn\":\"" A "role/c\"}",
		"E arn:aws:bedrock-agentcore:eu-west-1:111122223333:code-interpreter-custom/c aws:bedrock-agentcore:code-interpreter-custom c 21 region=eu-west-1\n"
		"R arn:aws:bedrock-agentcore:eu-west-1:111122223333:code-interpreter-custom/c carries " A "role/c\n" },
	{ "cluster of EMR", "c.json", "", "", NULL,
		"{\"Cluster\":{\"Id\":\"j-1\",\"Name\":\"n\",\"ClusterArn\":\"arn:aws:elasticmapreduce:eu-west-1:111122223333:cluster/j-1\",\"Ec2InstanceAttributes\":{\"IamInstanceProfile\":\"EMR\"}}}",
		"E arn:aws:elasticmapreduce:eu-west-1:111122223333:cluster/j-1 aws:elasticmapreduce:cluster n 21 region=eu-west-1\n"
		"R arn:aws:elasticmapreduce:eu-west-1:111122223333:cluster/j-1 carries name:aws:iam:instance-profile:EMR\n" },
	{ "roles of a cluster's nodes and pods", "eu-west-1/k.json", "aws:111122223333", "", NULL,
		"{\"nodegroup\":{\"nodegroupName\":\"n\",\"clusterName\":\"k\",\"nodeRole\":\"" A "role/n\"}}\n"
		"{\"association\":{\"clusterName\":\"k\",\"serviceAccount\":\"s\",\"roleArn\":\"" A "role/p\"}}",
		"E arn:aws:eks:eu-west-1:111122223333:cluster/k aws:eks:cluster k 0 region=eu-west-1\n"
		"R arn:aws:eks:eu-west-1:111122223333:cluster/k carries " A "role/n\n"
		"E arn:aws:eks:eu-west-1:111122223333:cluster/k aws:eks:cluster k 0 region=eu-west-1\n"
		"R arn:aws:eks:eu-west-1:111122223333:cluster/k carries " A "role/p\n" },
	{ "an environment acts as its owner, a session of a role", "e.json", "", "", NULL,
		"{\"environments\":[{\"name\":\"e\",\"arn\":\"arn:aws:cloud9:eu-west-1:111122223333:environment:1\",\"ownerArn\":\"arn:aws:sts::111122223333:assumed-role/dev/al\"}]}",
		"E arn:aws:cloud9:eu-west-1:111122223333:environment:1 aws:cloud9:environment e 0 region=eu-west-1\n"
		"R arn:aws:cloud9:eu-west-1:111122223333:environment:1 carries name:aws:iam:role:dev\n"
		"C entities:aws:cloud9:environment  1 ()\n" },
	{ "credential report", "r.csv", "", "", NULL,
		"user,arn,user_creation_time,password_enabled,mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_2_active,access_key_2_last_rotated\n"
		"<root_account>," A "root,2020-01-01T00:00:00+00:00,not_supported,true,false,N/A,false,N/A\r\n"
		"\"al,ice\"," A "user/x/al,2023-11-14T22:13:20+00:00,true,false,true,2024-01-01T00:00:00+00:00,false,2024-01-01T00:00:00+00:00\n",
		"E " A "user/x/al aws:iam:user al 1 access_keys=2 login_profile=true mfa=false c=1700000000\n"
		"C credentials  1 ()\n" },
	{ "credential report in its answer", "r.json", "", "", NULL,
		"{\"Content\":\"dXNlcixhcm4sdXNlcl9jcmVhdGlvbl90aW1lLHBhc3N3b3JkX2VuYWJsZWQsbWZhX2FjdGl2ZSxhY2Nlc3Nfa2V5XzFfbGFzdF9yb3RhdGVkLGFjY2Vzc19rZXlfMl9sYXN0X3JvdGF0ZWQKYWwsYXJuOmF3czppYW06OjExMTEyMjIyMzMzMzp1c2VyL2FsLE4vQSxmYWxzZSxmYWxzZSxOL0EsTi9BCg==\",\"ReportFormat\":\"text/csv\"}",
		"E " A "user/al aws:iam:user al 1 access_keys=0 login_profile=false mfa=false\n"
		"C credentials  1 ()\n" },
	{ "keys, device and password of one user", "users/al/k.json", "aws:111122223333", "", NULL,
		"{\"AccessKeyMetadata\":[{\"UserName\":\"bo\",\"AccessKeyId\":\"A\"},{\"UserName\":\"bo\",\"AccessKeyId\":\"B\"}]}\n"
		"{\"AccessKeyMetadata\":[]}\n{\"MFADevices\":[]}\n{\"LoginProfile\":{\"UserName\":\"al\"}}",
		"E name:aws:iam:user:bo aws:iam:user  0 access_keys=2\n"
		"E name:aws:iam:user:al aws:iam:user  0 access_keys=0\n"
		"E name:aws:iam:user:al aws:iam:user  0 mfa=false\n"
		"E name:aws:iam:user:al aws:iam:user  0 login_profile=true\n" },
};
/* clang-format on */

static void decodes(const struct row *row, size_t chunk)
{
	struct str sibling = str_from(row->siblings);
	struct decoder_context context = { .path = str_from(row->path),
		.hint = str_from(row->hint),
		.companion = str_from(row->companion),
		.siblings = &sibling,
		.sibling_count = row->siblings ? 1 : 0,
		.siblings_known = row->siblings != NULL };
	struct buf out = { 0 }, lines = { 0 };
	struct err e = { 0 };
	int rc = decode_records(&context, str_from(row->input), chunk, &out, &e);

	if (rc == 0)
		rc = decode_records_lines(&lines, buf_str(&out), &e);
	if (rc != 0 || !str_eq(buf_str(&lines), str_from(row->records)))
		fail_msg("%s (chunks of %zu): %d '%s'\n%.*s-- expected\n%s", row->what,
			chunk, rc, e.text, STR_ARG(buf_str(&lines)), row->records);
	buf_release(&lines);
	buf_release(&out);
}

static void gives_these_records(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		decodes(&rows[i], SIZE_MAX);
		decodes(&rows[i], 1);
		decodes(&rows[i], 17);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_these_records),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
