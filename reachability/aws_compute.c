#include "reachability/aws_compute.h"

/* Where the service of the role is not the one of the kind: by how its name begins. */
static const struct {
	const char *kind, *service;
} others[] = {
	{ "aws:ecs:", "ecs-tasks." },
	{ "aws:batch:", "ecs-tasks." },
	{ "aws:batch:", "ec2." },
	{ "aws:apprunner:", "tasks.apprunner." },
	{ "aws:apprunner:", "build.apprunner." },
	{ "aws:cloud9:", "ec2." },
	{ "aws:datapipeline:", "ec2." },
	{ "aws:datapipeline:", "elasticmapreduce." },
	{ "aws:elasticmapreduce:", "ec2." },
	{ "aws:eks:", "ec2." },
	{ "aws:eks:", "pods.eks." },
	{ "aws:eks:", "eks-fargate-pods." },
	{ "aws:eks:", "eks-nodegroup." },
	{ "aws:lambda:", "edgelambda." },
};

/* "states.eu-west-1.amazonaws.com" is "states.amazonaws.com" too. */
bool aws_compute_works_as(struct str kind, struct str service)
{
	const struct str head = STR_LIT("aws:");
	struct str name;

	if (!str_starts(kind, head))
		return false;
	name = str_skip(kind, head.n);
	name = str_head(name, str_find_char(name, ':', 0));
	if (str_starts(service, name) && service.n > name.n && service.p[name.n] == '.')
		return true;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		if (str_starts(kind, str_from(others[i].kind)) &&
			str_starts(service, str_from(others[i].service)))
			return true;
	}
	return false;
}
