#include "ingest/gcp_permission.h"

#include <stdlib.h>

#include "catalog/catalog.h"
#include "graphstore/document.h"

static uint32_t plane(void)
{
	return catalog_plane_find(STR_LIT("gcp"), STR_LIT("permissions"));
}

static void set_add(struct buf *set, uint32_t begin, uint32_t end)
{
	VEC_ADD(set, struct document_interval, { begin, end });
}

bool gcp_permission_add(struct buf *set, struct str name)
{
	action_id id;

	if (plane() == CATALOG_NONE)
		return false;
	id = catalog_action_in(plane(), name);
	if (id == CATALOG_NONE || !str_eq(catalog_action_get(id).name, name))
		return false;
	set_add(set, id, id + 1);
	return true;
}

/* '*' is any text; letters count as they are. */
static bool fits(struct str pattern, struct str s)
{
	size_t p = 0, i = 0, star = SIZE_MAX, resume = 0;

	while (i < s.n) {
		if (p < pattern.n && pattern.p[p] == '*') {
			star = p++;
			resume = i;
		} else if (p < pattern.n && pattern.p[p] == s.p[i]) {
			p++;
			i++;
		} else if (star != SIZE_MAX) {
			p = star + 1;
			i = ++resume;
		} else {
			return false;
		}
	}
	while (p < pattern.n && pattern.p[p] == '*')
		p++;
	return p == pattern.n;
}

bool gcp_permission_add_pattern(struct buf *set, struct str pattern)
{
	action_id begin, end;
	bool found = false;

	if (plane() == CATALOG_NONE)
		return false;
	catalog_action_prefix(
		plane(), str_head(pattern, str_find_char(pattern, '*', 0)), &begin, &end);
	for (action_id id = begin; id < end; id++) {
		if (!fits(pattern, catalog_action_get(id).name))
			continue;
		set_add(set, id, id + 1);
		found = true;
	}
	return found;
}

/* Services whose API goes by another name than their permissions. */
static struct str service_prefix(struct str host)
{
	static const char *const names[][2] = {
		{ "cloudresourcemanager.googleapis.com", "resourcemanager" },
		{ "sqladmin.googleapis.com", "cloudsql" },
		{ "servicemanagement.googleapis.com", "servicemanagement" },
		{ "cloudscheduler.googleapis.com", "cloudscheduler" },
		{ "networkservices.googleapis.com", "networkservices" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (str_eq(host, str_from(names[i][0])))
			return str_from(names[i][1]);
	}
	return str_head(host, str_find_char(host, '.', 0));
}

bool gcp_permission_add_v2(struct buf *set, struct str name)
{
	size_t slash = str_find_char(name, '/', 0);
	struct str prefix = service_prefix(str_head(name, slash));
	struct str rest = str_skip(name, slash + 1);
	struct buf v1 = { 0 };
	bool found;

	if (slash == name.n ||
		!str_ends(str_head(name, slash), STR_LIT(".googleapis.com")))
		return false;
	buf_add_str(&v1, prefix);
	buf_add_char(&v1, '.');
	buf_add_str(&v1, str_eq(rest, STR_LIT("*")) ? STR_LIT("*") : rest);
	if (str_find_char(rest, '*', 0) < rest.n)
		found = gcp_permission_add_pattern(set, buf_str(&v1));
	else
		found = gcp_permission_add(set, buf_str(&v1));
	buf_release(&v1);
	return found;
}

/*
 * What else than roles gives something: offices of the directory, and entries of lists of
 * objects. https://support.google.com/a/answer/2405986,
 * https://cloud.google.com/storage/docs/access-control/lists#permissions
 */
static const struct {
	const char *grant;
	const char *names[5];
} grants[] = {
	{ GCP_PERMISSION_MANAGER, { "cloudidentity.memberships.create" } },
	{ GCP_PERMISSION_SUPER_ADMIN,
		{ "cloudidentity.memberships.create", "cloudidentity.users.update",
			"resourcemanager.organizations.get",
			"resourcemanager.organizations.getIamPolicy",
			"resourcemanager.organizations.setIamPolicy" } },
	{ GCP_PERMISSION_READER, { "storage.objects.get" } },
	{ GCP_PERMISSION_OWNER,
		{ "storage.objects.get", "storage.objects.getIamPolicy",
			"storage.objects.setIamPolicy", "storage.objects.update" } },
};

bool gcp_permission_add_grant(struct buf *set, struct str grant)
{
	uint32_t directory = catalog_plane_find(STR_LIT("gcp"), STR_LIT("directory"));

	for (size_t i = 0; i < sizeof(grants) / sizeof(grants[0]); i++) {
		if (!str_eq(grant, str_from(grants[i].grant)))
			continue;
		for (size_t k = 0; k < 5 && grants[i].names[k]; k++) {
			struct str name = str_from(grants[i].names[k]);
			action_id id = catalog_action_in(directory, name);

			if (id == CATALOG_NONE)
				gcp_permission_add(set, name);
			else
				set_add(set, id, id + 1);
		}
		return true;
	}
	return false;
}

void gcp_permission_add_all(struct buf *set)
{
	action_id begin, end;

	catalog_admin_actions(STR_LIT("gcp"), &begin, &end);
	if (begin < end)
		set_add(set, begin, end);
}

static int compare(const void *a, const void *b)
{
	const struct document_interval *x = a, *y = b;

	return (x->begin > y->begin) - (x->begin < y->begin);
}

void gcp_permission_finish(struct buf *set)
{
	struct document_interval *v = VEC_DATA(set, struct document_interval);
	size_t count = VEC_COUNT(set, struct document_interval), kept = 0;

	if (count > 1)
		qsort(v, count, sizeof(*v), compare);
	for (size_t i = 0; i < count; i++) {
		if (kept > 0 && v[i].begin <= v[kept - 1].end) {
			if (v[i].end > v[kept - 1].end)
				v[kept - 1].end = v[i].end;
		} else {
			v[kept++] = v[i];
		}
	}
	set->n = kept * sizeof(*v);
}

void gcp_permission_subtract(struct buf *set, const struct buf *gone)
{
	const struct document_interval *a = VEC_DATA(set, struct document_interval);
	const struct document_interval *b =
		VEC_DATA(gone, const struct document_interval);
	size_t count = VEC_COUNT(set, struct document_interval);
	size_t gone_count = VEC_COUNT(gone, struct document_interval);
	struct buf left = { 0 };

	for (size_t i = 0; i < count; i++) {
		uint32_t begin = a[i].begin;

		for (size_t k = 0; k < gone_count && begin < a[i].end; k++) {
			if (b[k].end <= begin || b[k].begin >= a[i].end)
				continue;
			if (b[k].begin > begin)
				set_add(&left, begin, b[k].begin);
			begin = b[k].end;
		}
		if (begin < a[i].end)
			set_add(&left, begin, a[i].end);
	}
	buf_clear(set);
	buf_add_str(set, buf_str(&left));
	buf_release(&left);
}

uint32_t gcp_permission_service(const struct buf *set)
{
	const struct document_interval *v = VEC_DATA(set, const struct document_interval);
	size_t count = VEC_COUNT(set, struct document_interval);
	action_id begin, end;
	uint32_t service;

	if (count == 0)
		return DOCUMENT_ANY_SERVICE;
	service = catalog_action_get(v[0].begin).service_id;
	catalog_service_actions(service, &begin, &end);
	return v[count - 1].end <= end ? service : DOCUMENT_ANY_SERVICE;
}
