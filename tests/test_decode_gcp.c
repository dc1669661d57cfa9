/* ingest/decoder on Google Cloud input: each format gives these records. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "decode_records.h"

#define CRM    "//cloudresourcemanager.googleapis.com/"
#define SA     "//iam.googleapis.com/projects/p/serviceAccounts/"
#define ABOVE  "\"ancestors\":[\"projects/45\",\"folders/12\",\"organizations/34\"]"
#define BUILD  "build@p.iam.gserviceaccount.com"
#define SCOPES "https://www.googleapis.com/auth/"

/*
 * The lines of decode_records.h, with "^" and the container of an entity, "=" for an
 * alias, and "[SCOPE]" in front of the first line of a scope.
 */
struct row {
	const char *what, *path, *hint, *input, *records;
};

/* clang-format off */
static const struct row rows[] = {
	{ "a project of an export, by number and by id", "-", "",
		"{\"name\":\"" CRM "projects/45\",\"asset_type\":\"cloudresourcemanager.googleapis.com/Project\",\"resource\":{\"version\":\"v1\","
		"\"data\":{\"projectId\":\"p\",\"projectNumber\":\"45\",\"lifecycleState\":\"ACTIVE\",\"labels\":{\"env\":\"prod\"},\"parent\":{\"type\":\"folder\",\"id\":\"12\"}}}," ABOVE "}",
		"= " CRM "projects/45 " CRM "projects/p gcp:45\n"
		"= gcp:projectOwner:45 gcp:projectOwner:p \n"
		"= gcp:projectEditor:45 gcp:projectEditor:p \n"
		"= gcp:projectViewer:45 gcp:projectViewer:p \n"
		"[gcp:p]\n"
		"E " CRM "projects/p gcp:cloudresourcemanager:project  8\n"
		"S gcp:p gcp:organizations/34\n"
		"C organization  1 ()\n"
		"C identities  1 ()\n"
		"E " CRM "projects/p gcp:cloudresourcemanager:project p 8 #env=prod id=45 status=ACTIVE ^" CRM "folders/12\n"
		"E " CRM "projects/p gcp:cloudresourcemanager:project  8 ^" CRM "folders/12\n"
		"[gcp:organizations/34, gcp:p]\n"
		"E " CRM "organizations/34 gcp:cloudresourcemanager:organization  8\n"
		"C organization-policies  1 ()\n"
		"E " CRM "folders/12 gcp:cloudresourcemanager:folder  8 ^" CRM "organizations/34\n" },
	{ "a policy of a project that has only its number", "-", "",
		"{\"name\":\"" CRM "projects/45\",\"asset_type\":\"cloudresourcemanager.googleapis.com/Project\",\"iam_policy\":{\"etag\":\"x\",\"bindings\":[{\"role\":\"roles/owner\","
		"\"members\":[\"user:A@x.com\",\"group:g@x.com\",\"serviceAccount:" BUILD "\",\"deleted:user:b@x.com?uid=1\"]}]},\"ancestors\":[\"projects/45\",\"organizations/34\"]}",
		"[gcp:45]\n"
		"E " CRM "projects/45 gcp:cloudresourcemanager:project  8\n"
		"S gcp:45 gcp:organizations/34\n"
		"C organization  1 ()\n"
		"E " CRM "projects/45 gcp:cloudresourcemanager:project  8\n"
		"D resource " CRM "projects/45 (allow policy) {\"etag\":\"x\",\"bindings\":[{\"role\":\"roles/owner\","
		"\"members\":[\"user:A@x.com\",\"group:g@x.com\",\"serviceAccount:" BUILD "\",\"deleted:user:b@x.com?uid=1\"]}]}\n"
		"C resource-policy:gcp:cloudresourcemanager:project " CRM "projects/45 1 ()\n"
		"C policies-inside  1 ()\n"
		"E gcp:projectOwner:45 gcp:cloudresourcemanager:basic-role-holders projectOwner:45 2 ^" CRM "projects/45\n"
		"C members gcp:projectOwner:45 1 ()\n"
		"R gcp:user:a@x.com member_of gcp:projectOwner:45\n"
		"R gcp:group:g@x.com member_of gcp:projectOwner:45\n"
		"R " SA BUILD " member_of gcp:projectOwner:45\n"
		"E gcp:projectEditor:45 gcp:cloudresourcemanager:basic-role-holders projectEditor:45 2 ^" CRM "projects/45\n"
		"C members gcp:projectEditor:45 1 ()\n"
		"E gcp:projectViewer:45 gcp:cloudresourcemanager:basic-role-holders projectViewer:45 2 ^" CRM "projects/45\n"
		"C members gcp:projectViewer:45 1 ()\n"
		"[gcp:organizations/34, gcp:45]\n"
		"E " CRM "organizations/34 gcp:cloudresourcemanager:organization  8\n"
		"C organization-policies  1 ()\n"
		"E gcp:user:a@x.com gcp:cloudidentity:user a@x.com 1 ^" CRM "organizations/34\n"
		"E gcp:group:g@x.com gcp:cloudidentity:group g@x.com 2 ^" CRM "organizations/34\n"
		"[gcp:45]\n"
		"E " CRM "projects/45 gcp:cloudresourcemanager:project  8 ^" CRM "organizations/34\n" },
	{ "a service account by its unique id", "-", "",
		"{\"assets\":[{\"name\":\"" SA "99\",\"assetType\":\"iam.googleapis.com/ServiceAccount\",\"resource\":{\"data\":{\"email\":\"" BUILD "\",\"uniqueId\":\"99\",\"disabled\":true}}}]}",
		"[gcp:p]\n"
		"E " CRM "projects/p gcp:cloudresourcemanager:project  8\n"
		"C identities  1 ()\n"
		"= " SA "99 " SA BUILD " \n"
		"E " SA BUILD " gcp:iam:service-account build 41 id=99 email=" BUILD " ^" CRM "projects/p\n" },
	{ "an export of old without ancestors", "projects/p/old.json", "",
		"{\"name\":\"//storage.googleapis.com/b\",\"asset_type\":\"google.cloud.storage.Bucket\",\"iam_policy\":{\"bindings\":[]}}",
		"[gcp:p]\n"
		"E " CRM "projects/p gcp:cloudresourcemanager:project  8\n"
		"E //storage.googleapis.com/b gcp:storage:bucket b 0 ^" CRM "projects/p\n"
		"C entity:gcp:storage:bucket //storage.googleapis.com/b 2 (access control lists of objects)\n"
		"D resource //storage.googleapis.com/b (allow policy) {\"bindings\":[]}\n"
		"C resource-policy:gcp:storage:bucket //storage.googleapis.com/b 1 ()\n"
		"C policies-inside  1 ()\n" },
	{ "a key is in its ring", "-", "",
		"{\"name\":\"//cloudkms.googleapis.com/projects/p/locations/global/keyRings/r/cryptoKeys/k\",\"asset_type\":\"cloudkms.googleapis.com/CryptoKey\",\"resource\":{\"data\":{}}}",
		"[gcp:p]\n"
		"E " CRM "projects/p gcp:cloudresourcemanager:project  8\n"
		"C identities  1 ()\n"
		"E //cloudkms.googleapis.com/projects/p/locations/global/keyRings/r gcp:cloudkms:key-ring r 0 ^" CRM "projects/p\n"
		"E //cloudkms.googleapis.com/projects/p/locations/global/keyRings/r/cryptoKeys/k gcp:cloudkms:crypto-key k 0 ^//cloudkms.googleapis.com/projects/p/locations/global/keyRings/r\n" },
	{ "a machine with few access scopes carries a bounded session", "-", "",
		"{\"name\":\"//compute.googleapis.com/projects/p/zones/z/instances/i\",\"asset_type\":\"compute.googleapis.com/Instance\",\"resource\":{\"location\":\"z\","
		"\"data\":{\"serviceAccounts\":[{\"email\":\"" BUILD "\",\"scopes\":[\"" SCOPES "devstorage.read_only\"]}]}}}",
		"[gcp:p]\n"
		"E " CRM "projects/p gcp:cloudresourcemanager:project  8\n"
		"C identities  1 ()\n"
		"E //compute.googleapis.com/projects/p/zones/z/instances/i gcp:compute:instance i 21 region=z ^" CRM "projects/p\n"
		"E //compute.googleapis.com/projects/p/zones/z/instances/i/serviceAccounts/" BUILD " gcp:iam:scoped-account " BUILD " 801 ^" CRM "projects/p\n"
		"R //compute.googleapis.com/projects/p/zones/z/instances/i/serviceAccounts/" BUILD " session_of " SA BUILD "\n"
		"D session //compute.googleapis.com/projects/p/zones/z/instances/i/serviceAccounts/" BUILD " (access scopes) {\"scopes\":[\"" SCOPES "devstorage.read_only\"]}\n"
		"R //compute.googleapis.com/projects/p/zones/z/instances/i carries //compute.googleapis.com/projects/p/zones/z/instances/i/serviceAccounts/" BUILD "\n" },
	{ "a machine with all scopes carries the account", "-", "",
		"[{\"kind\":\"compute#instance\",\"name\":\"i\",\"selfLink\":\"https://www.googleapis.com/compute/v1/projects/p/zones/z/instances/i\","
		"\"serviceAccounts\":[{\"email\":\"45-compute@developer.gserviceaccount.com\",\"scopes\":[\"" SCOPES "cloud-platform\"]}]}]",
		"[gcp:p]\n"
		"E " CRM "projects/p gcp:cloudresourcemanager:project  8\n"
		"E //compute.googleapis.com/projects/p/zones/z/instances/i gcp:compute:instance i 21 ^" CRM "projects/p\n"
		"R //compute.googleapis.com/projects/p/zones/z/instances/i carries //iam.googleapis.com/projects/45/serviceAccounts/45-compute@developer.gserviceaccount.com\n" },
	{ "functions of both generations", "-", "",
		"[{\"name\":\"projects/p/locations/l/functions/f\",\"serviceAccountEmail\":\"" BUILD "\"},"
		"{\"name\":\"projects/p/locations/l/functions/g\",\"serviceConfig\":{\"serviceAccountEmail\":\"" BUILD "\"}}]",
		"[gcp:p]\n"
		"E " CRM "projects/p gcp:cloudresourcemanager:project  8\n"
		"E //cloudfunctions.googleapis.com/projects/p/locations/l/functions/f gcp:cloudfunctions:function f 21 ^" CRM "projects/p\n"
		"R //cloudfunctions.googleapis.com/projects/p/locations/l/functions/f carries " SA BUILD "\n"
		"E //cloudfunctions.googleapis.com/projects/p/locations/l/functions/g gcp:cloudfunctions:function g 21 ^" CRM "projects/p\n"
		"R //cloudfunctions.googleapis.com/projects/p/locations/l/functions/g carries " SA BUILD "\n" },
	{ "a service of Cloud Run by its labels", "projects/p/run.json", "",
		"[{\"apiVersion\":\"serving.knative.dev/v1\",\"kind\":\"Service\",\"metadata\":{\"name\":\"s\",\"namespace\":\"45\",\"labels\":{\"cloud.googleapis.com/location\":\"l\"}},"
		"\"spec\":{\"template\":{\"spec\":{\"serviceAccountName\":\"" BUILD "\"}}}}]",
		"[gcp:p]\n"
		"E " CRM "projects/p gcp:cloudresourcemanager:project  8\n"
		"E //run.googleapis.com/projects/p/locations/l/services/s gcp:run:service s 21 ^" CRM "projects/p\n"
		"R //run.googleapis.com/projects/p/locations/l/services/s carries " SA BUILD "\n" },
	{ "a global thing is of its collection", "-", "",
		"{\"name\":\"//compute.googleapis.com/projects/p/global/images/i\",\"asset_type\":\"compute.googleapis.com/Image\",\"resource\":{\"data\":{\"name\":\"i\"}}," ABOVE "}",
		"= " CRM "projects/45 " CRM "projects/p gcp:45\n"
		"= gcp:projectOwner:45 gcp:projectOwner:p \n"
		"= gcp:projectEditor:45 gcp:projectEditor:p \n"
		"= gcp:projectViewer:45 gcp:projectViewer:p \n"
		"[gcp:p]\n"
		"E " CRM "projects/p gcp:cloudresourcemanager:project  8\n"
		"S gcp:p gcp:organizations/34\n"
		"C organization  1 ()\n"
		"C identities  1 ()\n"
		"E //compute.googleapis.com/projects/p/global/images/i gcp:compute:image i 0 ^" CRM "projects/p\n"
		"E " CRM "projects/p gcp:cloudresourcemanager:project  8 ^" CRM "folders/12\n"
		"[gcp:organizations/34, gcp:p]\n"
		"E " CRM "organizations/34 gcp:cloudresourcemanager:organization  8\n"
		"C organization-policies  1 ()\n"
		"E " CRM "folders/12 gcp:cloudresourcemanager:folder  8 ^" CRM "organizations/34\n" },
	{ "a predefined role with what it holds", "-", "",
		"{\"name\":\"roles/storage.objectViewer\",\"title\":\"t\",\"stage\":\"GA\",\"includedPermissions\":[\"storage.objects.get\"]}",
		"[gcp:roles, roles/storage.objectViewer]\n"
		"E //iam.googleapis.com/roles gcp:iam:roles  8\n"
		"C identities  1 ()\n"
		"C policies  1 ()\n"
		"E //iam.googleapis.com/roles/storage.objectViewer gcp:iam:role storage.objectViewer 14 title=t stage=GA ^//iam.googleapis.com/roles\n"
		"D role //iam.googleapis.com/roles/storage.objectViewer (storage.objectViewer) "
		"{\"name\":\"roles/storage.objectViewer\",\"title\":\"t\",\"stage\":\"GA\",\"includedPermissions\":[\"storage.objects.get\"]}\n" },
	{ "a list of custom roles does not say what they hold", "-", "",
		"[{\"name\":\"projects/p/roles/r\",\"title\":\"t\",\"etag\":\"x\"}]",
		"[gcp:p]\n"
		"E " CRM "projects/p gcp:cloudresourcemanager:project  8\n"
		"E //iam.googleapis.com/projects/p/roles/r gcp:iam:role r 4 title=t ^" CRM "projects/p\n" },
	{ "a policy of a bucket by its own words", "projects/p/x.json", "",
		"{\"kind\":\"storage#policy\",\"resourceId\":\"projects/_/buckets/b\",\"bindings\":[{\"role\":\"r\",\"members\":[\"allUsers\"]}],\"etag\":\"x\"}",
		"[gcp:p]\n"
		"E " CRM "projects/p gcp:cloudresourcemanager:project  8\n"
		"E //storage.googleapis.com/b gcp:storage:bucket b 0 ^" CRM "projects/p\n"
		"C entity:gcp:storage:bucket //storage.googleapis.com/b 2 (access control lists of objects)\n"
		"D resource //storage.googleapis.com/b (allow policy) {\"kind\":\"storage#policy\",\"resourceId\":\"projects/_/buckets/b\",\"bindings\":[{\"role\":\"r\",\"members\":[\"allUsers\"]}],\"etag\":\"x\"}\n"
		"C resource-policy:gcp:storage:bucket //storage.googleapis.com/b 1 ()\n" },
	{ "an empty policy of a folder by its directory", "dumps/folders/12/get-iam-policy.json", "gcp:organizations/34",
		"{\"etag\":\"ACAB\"}",
		"[gcp:organizations/34, gcp:folders/12]\n"
		"E " CRM "organizations/34 gcp:cloudresourcemanager:organization  8\n"
		"C organization-policies  1 ()\n"
		"D resource " CRM "folders/12 (allow policy) {\"etag\":\"ACAB\"}\n"
		"C resource-policy:gcp:cloudresourcemanager:folder " CRM "folders/12 1 ()\n" },
	{ "policies of a project and all above it", "-", "gcp:organizations/34",
		"[{\"id\":\"p\",\"type\":\"project\",\"policy\":{\"etag\":\"a\"}},{\"id\":\"34\",\"type\":\"organization\",\"policy\":{\"etag\":\"b\"}}]",
		"[gcp:p]\n"
		"E " CRM "projects/p gcp:cloudresourcemanager:project  8\n"
		"D resource " CRM "projects/p (allow policy) {\"etag\":\"a\"}\n"
		"C resource-policy:gcp:cloudresourcemanager:project " CRM "projects/p 1 ()\n"
		"E gcp:projectOwner:p gcp:cloudresourcemanager:basic-role-holders projectOwner:p 2 ^" CRM "projects/p\n"
		"C members gcp:projectOwner:p 1 ()\n"
		"E gcp:projectEditor:p gcp:cloudresourcemanager:basic-role-holders projectEditor:p 2 ^" CRM "projects/p\n"
		"C members gcp:projectEditor:p 1 ()\n"
		"E gcp:projectViewer:p gcp:cloudresourcemanager:basic-role-holders projectViewer:p 2 ^" CRM "projects/p\n"
		"C members gcp:projectViewer:p 1 ()\n"
		"[gcp:organizations/34]\n"
		"E " CRM "organizations/34 gcp:cloudresourcemanager:organization  8\n"
		"C organization-policies  1 ()\n"
		"D resource " CRM "organizations/34 (allow policy) {\"etag\":\"b\"}\n"
		"C resource-policy:gcp:cloudresourcemanager:organization " CRM "organizations/34 1 ()\n" },
	{ "a deny policy says what it is attached to", "-", "",
		"{\"name\":\"policies/cloudresourcemanager.googleapis.com%2Fprojects%2Fp/denypolicies/d\",\"kind\":\"DenyPolicy\",\"rules\":[]}",
		"[gcp:p]\n"
		"E " CRM "projects/p gcp:cloudresourcemanager:project  8\n"
		"D deny " CRM "projects/p (d) {\"name\":\"policies/cloudresourcemanager.googleapis.com%2Fprojects%2Fp/denypolicies/d\",\"kind\":\"DenyPolicy\",\"rules\":[]}\n" },
	{ "members of a group by its directory", "groups/g@x.com/members.json", "gcp:organizations/34",
		"{\"kind\":\"admin#directory#members\",\"members\":[{\"email\":\"A@x.com\",\"role\":\"OWNER\",\"type\":\"USER\",\"status\":\"ACTIVE\"},"
		"{\"email\":\"h@x.com\",\"role\":\"MEMBER\",\"type\":\"GROUP\"}]}",
		"[gcp:organizations/34, gcp:group:g@x.com]\n"
		"E " CRM "organizations/34 gcp:cloudresourcemanager:organization  8\n"
		"C organization-policies  1 ()\n"
		"E gcp:user:a@x.com gcp:cloudidentity:user a@x.com 1 ^" CRM "organizations/34\n"
		"R gcp:user:a@x.com member_of gcp:group:g@x.com\n"
		"R gcp:user:a@x.com owns gcp:group:g@x.com\n"
		"D acl gcp:group:g@x.com (directory/groupManager A@x.com) {\"bindings\":[{\"role\":\"directory/groupManager\",\"members\":[\"user:A@x.com\"]}]}\n"
		"E gcp:group:g@x.com gcp:cloudidentity:group g@x.com 2 ^" CRM "organizations/34\n"
		"C members gcp:group:g@x.com 1 ()\n"
		"E gcp:group:h@x.com gcp:cloudidentity:group h@x.com 2 ^" CRM "organizations/34\n"
		"R gcp:group:h@x.com member_of gcp:group:g@x.com\n"
		"E gcp:group:g@x.com gcp:cloudidentity:group g@x.com 2 ^" CRM "organizations/34\n"
		"C members gcp:group:g@x.com 1 ()\n" },
	{ "a super administrator may rewrite the organization's policy", "users.json", "gcp:organizations/34",
		"{\"kind\":\"admin#directory#users\",\"users\":[{\"primaryEmail\":\"A@x.com\",\"id\":\"7\",\"isAdmin\":true}]}",
		"[gcp:organizations/34, gcp:directory]\n"
		"E " CRM "organizations/34 gcp:cloudresourcemanager:organization  8\n"
		"C organization-policies  1 ()\n"
		"E gcp:user:a@x.com gcp:cloudidentity:user a@x.com 1 listed=true id=7 ^" CRM "organizations/34\n"
		"D acl " CRM "organizations/34 (directory/superAdmin A@x.com) {\"bindings\":[{\"role\":\"directory/superAdmin\",\"members\":[\"user:A@x.com\"]}]}\n" },
	{ "agents of the project that a policy names", "-", "",
		"{\"name\":\"//storage.googleapis.com/b\",\"asset_type\":\"x\",\"iam_policy\":{\"bindings\":[{\"members\":[\"serviceAccount:45@cloudservices.gserviceaccount.com\",\"serviceAccount:46@cloudbuild.gserviceaccount.com\"]}]},\"ancestors\":[\"projects/45\"]}",
		"[gcp:45]\n"
		"E " CRM "projects/45 gcp:cloudresourcemanager:project  8\n"
		"E //storage.googleapis.com/b gcp:storage:bucket b 0 ^" CRM "projects/45\n"
		"C entity:gcp:storage:bucket //storage.googleapis.com/b 2 (access control lists of objects)\n"
		"D resource //storage.googleapis.com/b (allow policy) {\"bindings\":[{\"members\":[\"serviceAccount:45@cloudservices.gserviceaccount.com\",\"serviceAccount:46@cloudbuild.gserviceaccount.com\"]}]}\n"
		"E //iam.googleapis.com/projects/45/serviceAccounts/45@cloudservices.gserviceaccount.com gcp:iam:service-agent 45 1 ^" CRM "projects/45\n"
		"C resource-policy:gcp:storage:bucket //storage.googleapis.com/b 1 ()\n"
		"C policies-inside  1 ()\n" },
	{ "accounts of clusters", "-", "",
		"{\"name\":\"//storage.googleapis.com/b\",\"asset_type\":\"x\",\"iam_policy\":{\"bindings\":[{\"members\":[\"serviceAccount:q-1.svc.id.goog[n/k]\"]}]},\"ancestors\":[\"projects/45\"]}",
		"[gcp:45]\n"
		"E " CRM "projects/45 gcp:cloudresourcemanager:project  8\n"
		"E //storage.googleapis.com/b gcp:storage:bucket b 0 ^" CRM "projects/45\n"
		"C entity:gcp:storage:bucket //storage.googleapis.com/b 2 (access control lists of objects)\n"
		"D resource //storage.googleapis.com/b (allow policy) {\"bindings\":[{\"members\":[\"serviceAccount:q-1.svc.id.goog[n/k]\"]}]}\n"
		"[gcp:q-1, gcp:45]\n"
		"E " CRM "projects/q-1 gcp:cloudresourcemanager:project  8\n"
		"E //container.googleapis.com/projects/q-1/workloadPools/q-1.svc.id.goog gcp:container:workload-pool q-1.svc.id.goog 0 ^" CRM "projects/q-1\n"
		"E principal://iam.googleapis.com/projects/-/locations/global/workloadIdentityPools/q-1.svc.id.goog/subject/ns/n/sa/k gcp:container:kubernetes-account k 1 ^" CRM "projects/q-1\n"
		"R //container.googleapis.com/projects/q-1/workloadPools/q-1.svc.id.goog carries principal://iam.googleapis.com/projects/-/locations/global/workloadIdentityPools/q-1.svc.id.goog/subject/ns/n/sa/k\n"
		"[gcp:45]\n"
		"C resource-policy:gcp:storage:bucket //storage.googleapis.com/b 1 ()\n"
		"C policies-inside  1 ()\n" },
	{ "pools of the project, and its owners by its number", "-", "",
		"{\"name\":\"//storage.googleapis.com/b\",\"asset_type\":\"x\",\"iam_policy\":{\"bindings\":[{\"members\":[\"projectOwner:45\",\"principal://iam.googleapis.com/projects/45/locations/global/workloadIdentityPools/w/subject/s\"]}]},\"ancestors\":[\"projects/45\"]}",
		"[gcp:45]\n"
		"E " CRM "projects/45 gcp:cloudresourcemanager:project  8\n"
		"E //storage.googleapis.com/b gcp:storage:bucket b 0 ^" CRM "projects/45\n"
		"C entity:gcp:storage:bucket //storage.googleapis.com/b 2 (access control lists of objects)\n"
		"D resource //storage.googleapis.com/b (allow policy) {\"bindings\":[{\"members\":[\"projectOwner:45\",\"principal://iam.googleapis.com/projects/45/locations/global/workloadIdentityPools/w/subject/s\"]}]}\n"
		"E gcp:projectOwner:#45 gcp:cloudresourcemanager:basic-role-holders projectOwner:#45 2 ^" CRM "projects/45\n"
		"C members gcp:projectOwner:#45 1 ()\n"
		"R gcp:projectOwner:45 member_of gcp:projectOwner:#45\n"
		"R principal://iam.googleapis.com/projects/45/locations/global/workloadIdentityPools/w/subject/s member_of principalSet://iam.googleapis.com/projects/45/locations/global/workloadIdentityPools/w/*\n"
		"E //iam.googleapis.com/projects/45/locations/global/workloadIdentityPools/w gcp:iam:workload-identity-pool w 1 ^" CRM "projects/45\n"
		"C resource-policy:gcp:storage:bucket //storage.googleapis.com/b 1 ()\n"
		"C policies-inside  1 ()\n" },
	{ "a set of another project's pool", "-", "",
		"{\"name\":\"//storage.googleapis.com/b\",\"asset_type\":\"x\",\"iam_policy\":{\"bindings\":[{\"members\":[\"principalSet://iam.googleapis.com/projects/46/locations/global/workloadIdentityPools/w/attribute.a/b\"]}]},\"ancestors\":[\"projects/45\"]}",
		"[gcp:45]\n"
		"E " CRM "projects/45 gcp:cloudresourcemanager:project  8\n"
		"E //storage.googleapis.com/b gcp:storage:bucket b 0 ^" CRM "projects/45\n"
		"C entity:gcp:storage:bucket //storage.googleapis.com/b 2 (access control lists of objects)\n"
		"D resource //storage.googleapis.com/b (allow policy) {\"bindings\":[{\"members\":[\"principalSet://iam.googleapis.com/projects/46/locations/global/workloadIdentityPools/w/attribute.a/b\"]}]}\n"
		"R principalSet://iam.googleapis.com/projects/46/locations/global/workloadIdentityPools/w/attribute.a/b member_of principalSet://iam.googleapis.com/projects/46/locations/global/workloadIdentityPools/w/*\n"
		"C resource-policy:gcp:storage:bucket //storage.googleapis.com/b 1 ()\n"
		"C policies-inside  1 ()\n" },
	{ "a policy that was refused", "projects/p/get-iam-policy.json", "",
		"{\"error\":{\"code\":403,\"status\":\"PERMISSION_DENIED\",\"message\":\"no\"}}",
		"[gcp:p]\n"
		"E " CRM "projects/p gcp:cloudresourcemanager:project  8\n"
		"C resource-policy:gcp:cloudresourcemanager:project " CRM "projects/p 3 (no)\n" },
	{ "an entitlement is what one may ask for", "-", "",
		"{\"name\":\"projects/p/locations/global/entitlements/e\",\"eligibleUsers\":[{\"principals\":[\"user:a@x.com\",\"group:g@x.com\"]},{\"principals\":[\"user:b@x.com\"]}],\"privilegedAccess\":{\"gcpIamAccess\":{\"resource\":\"//cloudresourcemanager.googleapis.com/projects/p\",\"roleBindings\":[{\"role\":\"roles/r\"},{\"role\":\"roles/s\",\"conditionExpression\":\"request.path == \\\"/x\\\"\"}]}}}",
		"[gcp:p]\n"
		"E " CRM "projects/p gcp:cloudresourcemanager:project  8\n"
		"D acl " CRM "projects/p (entitlement e) {\"entitlement\":\"e\",\"bindings\":[{\"role\":\"roles/r\",\"members\":[\"user:a@x.com\",\"group:g@x.com\",\"user:b@x.com\"]},{\"role\":\"roles/s\",\"members\":[\"user:a@x.com\",\"group:g@x.com\",\"user:b@x.com\"],\"condition\":{\"expression\":\"request.path == \\\"/x\\\"\"}}]}\n" },
	{ "lists of objects", "projects/p/objects.json", "",
		"{\"kind\":\"storage#objects\",\"items\":[{\"kind\":\"storage#object\",\"name\":\"a'b\",\"bucket\":\"b\",\"acl\":[{\"entity\":\"user-a@x.com\",\"role\":\"READER\"},{\"entity\":\"user-00b4\",\"role\":\"OWNER\"},{\"entity\":\"allUsers\",\"role\":\"READER\"},{\"entity\":\"project-owners-45\",\"role\":\"OWNER\"}]}]}",
		"[gcp:p]\n"
		"E " CRM "projects/p gcp:cloudresourcemanager:project  8\n"
		"E gcp:projectOwner:#45 gcp:cloudresourcemanager:basic-role-holders projectOwner:#45 2 ^" CRM "projects/p\n"
		"C members gcp:projectOwner:#45 1 ()\n"
		"R gcp:projectOwner:45 member_of gcp:projectOwner:#45\n"
		"D acl //storage.googleapis.com/b (list of a'b) {\"bindings\":[{\"role\":\"acl/READER\",\"members\":[\"user:a@x.com\"],\"condition\":{\"title\":\"list of the object\",\"expression\":\"resource.name == 'projects/_/buckets/b/objects/a\\\\'b'\"}},{\"role\":\"acl/READER\",\"members\":[\"allUsers\"],\"condition\":{\"title\":\"list of the object\",\"expression\":\"resource.name == 'projects/_/buckets/b/objects/a\\\\'b'\"}},{\"role\":\"acl/OWNER\",\"members\":[\"projectOwner:45\"],\"condition\":{\"title\":\"list of the object\",\"expression\":\"resource.name == 'projects/_/buckets/b/objects/a\\\\'b'\"}}]}\n" },
	{ "a group of machines carries its templates", "-", "",
		"{\"name\":\"//compute.googleapis.com/projects/p/zones/z/instanceGroupManagers/m\",\"asset_type\":\"x\",\"resource\":{\"data\":{\"instanceTemplate\":\"https://www.googleapis.com/compute/v1/projects/p/global/instanceTemplates/t\",\"versions\":[{\"instanceTemplate\":\"//compute.googleapis.com/projects/p/global/instanceTemplates/u\"}]}}}",
		"[gcp:p]\n"
		"E " CRM "projects/p gcp:cloudresourcemanager:project  8\n"
		"C identities  1 ()\n"
		"E //compute.googleapis.com/projects/p/zones/z/instanceGroupManagers/m gcp:compute:instance-group-manager m 21 ^" CRM "projects/p\n"
		"R //compute.googleapis.com/projects/p/zones/z/instanceGroupManagers/m carries //compute.googleapis.com/projects/p/global/instanceTemplates/t\n"
		"R //compute.googleapis.com/projects/p/zones/z/instanceGroupManagers/m carries //compute.googleapis.com/projects/p/global/instanceTemplates/u\n" },
	{ "a cluster carries the pool of its project", "-", "",
		"{\"name\":\"//container.googleapis.com/projects/p/locations/l/clusters/c\",\"asset_type\":\"x\",\"resource\":{\"data\":{\"nodeConfig\":{\"serviceAccount\":\"build@p.iam.gserviceaccount.com\"},\"workloadIdentityConfig\":{\"workloadPool\":\"p.svc.id.goog\"}}}}",
		"[gcp:p]\n"
		"E " CRM "projects/p gcp:cloudresourcemanager:project  8\n"
		"C identities  1 ()\n"
		"E //container.googleapis.com/projects/p/locations/l/clusters/c gcp:container:cluster c 21 ^" CRM "projects/p\n"
		"E //container.googleapis.com/projects/p/workloadPools/p.svc.id.goog gcp:container:workload-pool p.svc.id.goog 0 ^" CRM "projects/p\n"
		"R //container.googleapis.com/projects/p/locations/l/clusters/c carries //container.googleapis.com/projects/p/workloadPools/p.svc.id.goog\n"
		"R //container.googleapis.com/projects/p/locations/l/clusters/c carries //iam.googleapis.com/projects/p/serviceAccounts/build@p.iam.gserviceaccount.com\n" },
	{ "a dataset's own list", "-", "",
		"{\"name\":\"//bigquery.googleapis.com/projects/p/datasets/d\",\"asset_type\":\"x\",\"resource\":{\"data\":{\"access\":[{\"role\":\"READER\",\"specialGroup\":\"projectReaders\"}]}}}",
		"[gcp:p]\n"
		"E " CRM "projects/p gcp:cloudresourcemanager:project  8\n"
		"C identities  1 ()\n"
		"E //bigquery.googleapis.com/projects/p/datasets/d gcp:bigquery:dataset d 0 ^" CRM "projects/p\n"
		"C resource-policy:gcp:bigquery:dataset //bigquery.googleapis.com/projects/p/datasets/d 1 ()\n"
		"D resource //bigquery.googleapis.com/projects/p/datasets/d (access) {\"project\":\"p\",\"access\":[{\"role\":\"READER\",\"specialGroup\":\"projectReaders\"}]}\n" },
};
/* clang-format on */

/* The scope, and the part of it, that the line above is of. */
struct place {
	struct str scope, part;
};

static void add_record(struct buf *out, const struct record *r, struct place *last)
{
	struct str own = r->type == RECORD_ENTITY     ? r->entity.scope
			 : r->type == RECORD_RELATION ? r->relation.scope
			 : r->type == RECORD_DOCUMENT ? r->document.scope
			 : r->type == RECORD_COVERAGE ? r->coverage.scope
						      : last->scope;

	if (!str_eq(own, last->scope) ||
		(r->type > RECORD_SCOPE && r->type != RECORD_ALIAS &&
			!str_eq(r->part, last->part)))
		buf_printf(out, r->part.n > 0 ? "[%.*s, %.*s]\n" : "[%.*s%.*s]\n",
			STR_ARG(own), STR_ARG(r->part));
	last->scope = own;
	if (r->type > RECORD_SCOPE && r->type != RECORD_ALIAS)
		last->part = r->part;
	if (r->type == RECORD_ALIAS) {
		buf_printf(out, "= %.*s %.*s %.*s\n", STR_ARG(r->alias.name),
			STR_ARG(r->alias.key), STR_ARG(r->alias.other));
		return;
	}
	if (r->type != RECORD_ENTITY) {
		decode_records_line(out, r);
		return;
	}
	decode_records_entity(out, &r->entity, true);
	if (r->entity.parent.n > 0) {
		out->n--;
		buf_printf(out, " ^%.*s\n", STR_ARG(r->entity.parent));
	}
}

static int lines(struct buf *out, struct str bytes, struct err *e)
{
	struct place last = { .scope = { 0 } };
	struct arena arena;
	struct record r;
	size_t at = 0;
	int rc;

	arena_init(&arena, ARENA_UNLIMITED);
	while ((rc = record_decode(&r, bytes, &at, false, &arena, e)) == 1)
		add_record(out, &r, &last);
	arena_release(&arena);
	return rc;
}

static void check_row(const struct row *row, size_t chunk)
{
	struct decoder_context context = { .path = str_from(row->path),
		.hint = str_from(row->hint) };
	struct buf records = { 0 }, text = { 0 };
	struct err e = { 0 };

	if (decode_records(&context, str_from(row->input), chunk, &records, &e) < 0 ||
		lines(&text, buf_str(&records), &e) < 0)
		fail_msg("%s: %s", row->what, e.text);
	if (!str_eq(buf_str(&text), str_from(row->records)))
		fail_msg("%s, chunks of %zu:\n%.*s--- expected ---\n%s", row->what, chunk,
			STR_ARG(buf_str(&text)), row->records);
	buf_release(&records);
	buf_release(&text);
}

static void formats_give_their_records(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		check_row(&rows[i], SIZE_MAX);
		check_row(&rows[i], 7);
	}
}

static const struct {
	const char *what, *path, *input, *error;
} bad[] = {
	{ "no project", "x.json", "{\"etag\":\"x\",\"bindings\":[]}",
		"what this policy is on is not said" },
	{ "a bucket of nobody", "x.json",
		"[{\"name\":\"b\",\"storage_url\":\"gs://b/\"}]",
		"which project this belongs to is not said" },
	{ "a deny policy of nothing", "x.json",
		"{\"name\":\"policies/x/denypolicies/d\",\"rules\":[]}",
		"expected 'policies/cloudresourcemanager.googleapis.com%2F...'" },
	{ "a name that is none", "x.json",
		"{\"name\":\"//\",\"asset_type\":\"t\",\"resource\":{}}",
		"expected a full resource name" },
	{ "members of no group", "projects/p/x.json",
		"{\"memberships\":[{\"preferredMemberKey\":{\"id\":\"a@x.com\"}}]}",
		"which group these are members of is not said" },
	{ "labels of the wrong type", "x.json",
		"{\"name\":\"//storage.googleapis.com/b\",\"asset_type\":\"t\",\"resource\":{\"data\":{\"labels\":[]}},\"ancestors\":[\"projects/p\"]}",
		"expected labels (an object), found an array" },
};

static void bad_input_says_what_was_expected(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct decoder_context context = { .path = str_from(bad[i].path) };
		struct buf records = { 0 };
		struct err e = { 0 };
		int rc = decode_records(
			&context, str_from(bad[i].input), SIZE_MAX, &records, &e);

		if (rc != ERR_FORMAT || !strstr(e.text, bad[i].error) ||
			strncmp(e.text, bad[i].path, strlen(bad[i].path)) != 0)
			fail_msg("%s: %d, %s", bad[i].what, rc, e.text);
		buf_release(&records);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(formats_give_their_records),
		cmocka_unit_test(bad_input_says_what_was_expected),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
