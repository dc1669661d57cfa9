#include "base/str.h"

bool str_eq_fold(struct str a, struct str b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++) {
		if (str_lower_char(a.p[i]) != str_lower_char(b.p[i]))
			return false;
	}
	return true;
}

bool str_contains_fold(struct str haystack, struct str needle)
{
	bool jumps = needle.n > 0 && needle.p[0] == ':';

	for (size_t i = 0; i + needle.n <= haystack.n; i++) {
		/* most are pieces of keys: only at a colon one can begin */
		if (jumps)
			i = str_find_char(haystack, ':', i);
		if (i + needle.n > haystack.n)
			break;
		if (str_eq_fold((struct str){ haystack.p + i, needle.n }, needle))
			return true;
	}
	return false;
}
