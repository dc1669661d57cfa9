/*
 * aws_policy_priv.h - one policy text on its way to a document; for the files that read
 * its parts.
 */
#ifndef INGEST_AWS_POLICY_PRIV_H
#define INGEST_AWS_POLICY_PRIV_H

#include "base/intern.h"
#include "base/json.h"
#include "ingest/policy.h"

enum presence { REQUIRED, OPTIONAL, FORBIDDEN };

/* What becomes of an ARN with fewer than six parts. */
enum short_arn {
	SHORT_EXTENDED,      /* goes on with ":*" */
	SHORT_WITH_WILDCARD, /* the same, but without any wildcard it matches nothing */
	SHORT_WITH_STAR,     /* refused unless it ends in '*' */
	SHORT_REFUSED
};

struct layer_rule {
	enum presence principal, resource;
	enum short_arn short_arn;
	bool only_anyone; /* the principal must be "*" */
	bool only_arns;   /* a resource must begin like an ARN */
	bool may_be_empty;
	bool unique_sids;
	/*
	 * Characters but white space that the provider takes at most; 0: that depends on
	 * more than the layer.
	 */
	uint32_t size_max;
};

enum element {
	ELEMENT_SID,
	ELEMENT_EFFECT,
	ELEMENT_PRINCIPAL,
	ELEMENT_NOT_PRINCIPAL,
	ELEMENT_ACTION,
	ELEMENT_NOT_ACTION,
	ELEMENT_RESOURCE,
	ELEMENT_NOT_RESOURCE,
	ELEMENT_CONDITION,
	ELEMENT_COUNT
};

/* One compilation. */
struct compiler {
	struct document_builder *out;
	const struct policy_listener *listener;
	const struct layer_rule *rule;
	enum record_layer layer;
	struct json json;
	struct buf set;     /* action intervals of the statement at hand */
	struct buf scratch; /* a text that is longer than the policy has it */
	struct buf message; /* of a warning */
	struct intern sids; /* of the statements so far */
	struct intern keys; /* of the condition operator at hand, in lower case */
	bool variables;     /* the policy's version has them */
	uint32_t index;     /* of the statement at hand */
	uint32_t flags;     /* of the statement at hand */
	const struct json_value *elements[ELEMENT_COUNT];
};

/* Tell the listener of something in the statement at hand. */
void aws_policy_warn(struct compiler *c, const char *what, struct str value);

/* A variable that AWS would not read as one. */
void aws_policy_warn_variable(struct compiler *c, struct str text);

/* Whether the name was added before, and is not empty; else it is added. */
bool aws_policy_is_second(struct intern *seen, struct str name);

/* ERR_FORMAT: "expected a string, found null". */
int aws_policy_wrong_type(
	const struct json_value *v, const char *expected, struct err *e);

/* The Condition of the statement at hand, which may have none. */
int aws_policy_conditions(struct compiler *c, struct err *e);

#endif
