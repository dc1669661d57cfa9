#include "ingest/policy.h"

#include "base/buf.h"
#include "ingest/aws_policy.h"
#include "ingest/azure_policy.h"
#include "ingest/gcp_policy.h"

static const struct policy_dialect dialects[] = {
	{ "aws", aws_policy_compile },
	{ "azure", azure_policy_compile },
	{ "gcp", gcp_policy_compile },
};

const struct policy_dialect *policy_find(struct str name)
{
	for (size_t i = 0; i < sizeof(dialects) / sizeof(dialects[0]); i++) {
		if (str_eq(name, str_from(dialects[i].name)))
			return &dialects[i];
	}
	return NULL;
}

struct sha256 policy_digest(struct str dialect, enum record_layer layer, struct str text)
{
	struct buf head = { 0 };
	struct sha256 digest;

	buf_add_str(&head, dialect);
	buf_add_char(&head, '\0');
	buf_add_char(&head, (char)layer);
	digest = hash_sha256_of(buf_str(&head), text);
	buf_release(&head);
	return digest;
}
