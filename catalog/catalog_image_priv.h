/*
 * catalog_image_priv.h - the packed catalogue as its generated source lays it out.
 *
 * pack_tool.c writes catalog_image.c from catalog/data at build time; catalog*.c read it.
 * All text is one array of bytes without terminators, and everything else points into it
 * by offset. Two tables hold struct str because the public interface lends them as they
 * are.
 *
 * Invariants, checked by pack_tool.c when it writes and by catalog_check when asked:
 *  (1) actions ascend by folded name in their plane, services by name in theirs, kinds
 *      by name, probes by service and token
 *  (2) the targets of a kind are neighbours, and the first has the empty suffix
 *  (3) every (begin, count) lies inside the table it points into
 */
#ifndef CATALOG_CATALOG_IMAGE_PRIV_H
#define CATALOG_CATALOG_IMAGE_PRIV_H

#include "catalog/catalog.h"

struct catalog_image_ref {
	uint32_t at;   /* offset in catalog_image_text */
	uint32_t size; /* bytes */
};

struct catalog_image_action {
	struct catalog_image_ref name;
	uint32_t resource_begin, resource_count; /* in catalog_image_resources */
	uint32_t key_begin, key_count;           /* in catalog_image_keys */
	uint16_t service;
	uint16_t level;
	uint32_t plane;
};

struct catalog_image_service {
	struct catalog_image_ref name, title;
	uint32_t action_begin, action_end;
	uint32_t resource_begin, resource_count; /* the types that it defines */
	uint32_t has_rcp;
};

/* A run of services and actions: see struct catalog_plane. */
struct catalog_image_plane {
	struct catalog_image_ref provider, name;
	uint32_t action_begin, action_end;
	uint32_t service_begin, service_end;
	uint32_t separator;
};

#define CATALOG_KIND_PATH  0x1u /* its keys are no ARNs: resource is all of the format */
#define CATALOG_KIND_FOLDS 0x2u /* the format is in lower case, keys in any */

/* region, account and resource are the parts of format that a key is compared with. */
struct catalog_image_kind {
	struct catalog_image_ref name, format, region, account, resource;
	uint32_t target_begin, target_count;
	uint32_t flags; /* CATALOG_KIND_ */
};

struct catalog_image_target {
	struct catalog_image_ref type, suffix;
	uint32_t action_begin, action_count; /* in catalog_image_ids */
};

/*
 * Where the kinds of a key are found: the service of the ARN and the first word of its
 * resource part (up to '/' or ':'), or "*" where a format has a variable there; of a key
 * that is no ARN as place_of_key says. The kinds come most specific first.
 */
struct catalog_image_probe {
	struct catalog_image_ref service, token;
	uint32_t kind_begin, kind_count; /* in catalog_image_ids */
};

extern const char catalog_image_text[];
extern const uint32_t catalog_image_text_size;
extern const struct catalog_image_action catalog_image_actions[];
extern const uint32_t catalog_image_action_count;
extern const struct catalog_image_service catalog_image_services[];
extern const uint32_t catalog_image_service_count;
extern const struct catalog_image_plane catalog_image_planes[];
extern const uint32_t catalog_image_plane_count;
extern const struct catalog_image_kind catalog_image_kinds[];
extern const uint32_t catalog_image_kind_count;
extern const struct catalog_image_target catalog_image_targets[];
extern const uint32_t catalog_image_target_count;
extern const struct catalog_image_probe catalog_image_probes[];
extern const uint32_t catalog_image_probe_count;
extern const uint32_t catalog_image_ids[];
extern const uint32_t catalog_image_id_count;
extern const struct str catalog_image_keys[];
extern const uint32_t catalog_image_key_count;
extern const struct catalog_resource catalog_image_resources[];
extern const uint32_t catalog_image_resource_count;
extern const struct catalog_image_ref catalog_image_origin;
extern const char catalog_image_digest[65];

static inline struct str catalog_image_str(struct catalog_image_ref ref)
{
	return (struct str){ catalog_image_text + ref.at, ref.size };
}

#endif
