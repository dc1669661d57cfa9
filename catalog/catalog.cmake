# The action catalogue: reviewable text in catalog/data, packed at build time by a host tool.
add_module(catalog DEPS base)
