#include "reachability/provider_list.h"

#include "reachability/aws_provider.h"
#include "reachability/azure_provider.h"
#include "reachability/gcp_provider.h"

const struct provider *const provider_list[] = { &aws_provider, &azure_provider,
	&gcp_provider, NULL };
