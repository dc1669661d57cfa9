/*
 * aws_principal.h - who one value of a Principal element names.
 *
 * Source:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html Only a lone "*" is a wildcard; part of a name never is.
 */
#ifndef INGEST_AWS_PRINCIPAL_H
#define INGEST_AWS_PRINCIPAL_H

#include "base/err.h"
#include "base/str.h"
#include "graphstore/document.h"

struct aws_principal {
	enum document_principal_type type;
	struct str text; /* borrowed from the value */
};

/*
 * `map` is "AWS", "Service", "Federated" or "CanonicalUser". ERR_FORMAT for what AWS
 * refuses.
 */
int aws_principal_parse(
	struct aws_principal *out, struct str map, struct str value, struct err *e);

#endif
