#include "ingest/gcp_scope.h"

#include "ingest/gcp_permission.h"

#define PATTERNS 8u

static const struct {
	const char *scope;
	const char *patterns[PATTERNS]; /* none: it is about no permission of IAM */
} scopes[] = {
	{ "cloud-platform", { "*" } },
	{ "cloud-platform.read-only", { "*.get", "*.list", "*.getIamPolicy" } },
	{ "devstorage.read_only",
		{ "storage.objects.get", "storage.objects.list", "storage.buckets.get",
			"storage.buckets.list" } },
	{ "devstorage.write_only", { "storage.objects.create" } },
	{ "devstorage.read_write",
		{ "storage.objects.create", "storage.objects.delete",
			"storage.objects.get", "storage.objects.list",
			"storage.objects.update", "storage.multipartUploads.*",
			"storage.buckets.get", "storage.buckets.list" } },
	{ "devstorage.full_control", { "storage.*" } },
	{ "bigquery", { "bigquery.*" } },
	{ "bigquery.readonly",
		{ "bigquery.*.get*", "bigquery.*.list", "bigquery.jobs.create" } },
	{ "compute", { "compute.*" } },
	{ "compute.readonly", { "compute.*.get*", "compute.*.list" } },
	{ "logging.write", { "logging.logEntries.create" } },
	{ "logging.read", { "logging.*.get", "logging.*.list" } },
	{ "logging.admin", { "logging.*" } },
	{ "monitoring", { "monitoring.*" } },
	{ "monitoring.write",
		{ "monitoring.timeSeries.create", "monitoring.metricDescriptors.*" } },
	{ "monitoring.read", { "monitoring.*.get", "monitoring.*.list" } },
	{ "pubsub", { "pubsub.*" } },
	{ "datastore", { "datastore.*" } },
	{ "sqlservice.admin", { "cloudsql.*" } },
	{ "service.management", { "servicemanagement.*", "serviceusage.*" } },
	{ "service.management.readonly",
		{ "servicemanagement.*.get*", "servicemanagement.*.list",
			"serviceusage.*.get", "serviceusage.*.list" } },
	{ "servicecontrol",
		{ "servicemanagement.services.check", "servicemanagement.services.report",
			"servicemanagement.services.quota" } },
	{ "trace.append", { "cloudtrace.traces.patch" } },
	{ "cloudkms", { "cloudkms.*" } },
	{ "spanner.admin", { "spanner.*" } },
	{ "spanner.data", { "spanner.databases.*", "spanner.sessions.*" } },
	{ "source.read_only", { "source.repos.get", "source.repos.list" } },
	{ "source.full_control", { "source.*" } },
	{ "ndev.clouddns.readwrite", { "dns.*" } },
	{ "ndev.clouddns.readonly", { "dns.*.get", "dns.*.list" } },
	{ "iam", { "iam.*" } },
	{ "userinfo.email", { NULL } },
	{ "userinfo.profile", { NULL } },
	{ "cloud_debugger", { NULL } },
};

bool gcp_scope_permissions(struct buf *set, struct str scope)
{
	const struct str head = STR_LIT("https://www.googleapis.com/auth/");

	if (!str_starts(scope, head))
		return str_eq(scope, STR_LIT("openid"));
	scope = str_skip(scope, head.n);
	for (size_t i = 0; i < sizeof(scopes) / sizeof(scopes[0]); i++) {
		if (!str_eq(scope, str_from(scopes[i].scope)))
			continue;
		for (size_t k = 0; k < PATTERNS && scopes[i].patterns[k]; k++)
			gcp_permission_add_pattern(set, str_from(scopes[i].patterns[k]));
		return true;
	}
	return false;
}
