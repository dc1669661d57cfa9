#include "query/aws_shorthand.h"

#define S3_SCHEME STR_LIT("s3://")

int aws_shorthand_parse(struct aws_shorthand *out, struct str word)
{
	struct str path;
	size_t slash;

	if (!str_eq_fold(str_head(word, S3_SCHEME.n), S3_SCHEME))
		return 0;
	path = str_skip(word, S3_SCHEME.n);
	slash = str_find_char(path, '/', 0);
	if (slash == 0)
		return 0;
	*out = (struct aws_shorthand){
		.kind = STR_LIT("aws:s3:bucket"),
		.name = str_head(path, slash),
		.rest = str_skip(path, slash),
		.key_prefix = STR_LIT("arn:aws:s3:::"),
	};
	if (out->rest.n == 1)
		out->rest.n = 0;
	return 1;
}
