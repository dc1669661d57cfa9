/*
 * oracle_endpoint.h - what policies of VPC endpoints leave of a request.
 *
 * Such a policy binds what comes through its endpoint. Who may come another way is not
 * bound.
 * https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html
 */
#ifndef TESTS_ORACLE_ORACLE_ENDPOINT_H
#define TESTS_ORACLE_ORACLE_ENDPOINT_H

#include "oracle_condition.h"

struct oracle_endpoint {
	struct str id, network, service; /* "com.amazonaws.eu-west-1.s3" */
	struct oracle_documents policy;
};

/* Fill the world's list. */
void oracle_endpoint_gather(struct oracle_world *w);

/* Whether the endpoint is one of that service ("s3"). */
bool oracle_endpoint_serves(const struct oracle_endpoint *end, struct str service);

/*
 * What is left of `truth`, when `stopped` (one for each endpoint) is what each does not
 * let through.
 */
struct oracle_truth oracle_endpoint_cut(const struct oracle_world *w,
	const struct oracle_opens *opens, struct str service,
	const struct oracle_truth *stopped, struct oracle_truth truth);

#endif
