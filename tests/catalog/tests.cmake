# What the packing program says about facts that do not hold together.
# add_pack_test(NAME MESSAGE COUNTS SERVICE-LINES CORRECTION-LINES): '|' stands for a tab.
function(add_pack_test name message counts service corrections)
	set(folder ${PROJECT_BINARY_DIR}/tests/pack/${name})
	string(REPLACE "|" "\t" service "${service}")
	string(REPLACE "|" "\t" corrections "${corrections}")
	string(REGEX REPLACE "^([0-9]+) ([0-9]+) ([0-9]+)$"
		"services\t\\1\ntypes\t\\2\nactions\t\\3\nrcp\t0\n" origin "${counts}")
	file(WRITE ${folder}/ORIGIN "package\tp\nversion\t1\n${origin}")
	file(WRITE ${folder}/x.txt "${service}")
	file(WRITE ${folder}/corrections.txt "${corrections}")
	add_test(NAME catalog_pack_${name} COMMAND catalog_pack ${folder}/image.c
		${folder}/ORIGIN ${folder}/corrections.txt ${folder}/x.txt)
	set_tests_properties(catalog_pack_${name} PROPERTIES
		PASS_REGULAR_EXPRESSION "${message}" FAIL_REGULAR_EXPRESSION "Sanitizer")
endfunction()

set(head "service|x|X|-\n")
set(role "type|role|arn:\${Partition}:x::\${Account}:role/\${Name}|-\n")
add_pack_test(level "x.txt:2: unknown access level" "1 0 1"
	"${head}action|Do|strange|-|-\n" "")
add_pack_test(fields "x.txt:2: too many fields" "1 0 1"
	"${head}action|Do|read|-|-|-\n" "")
add_pack_test(empty_field "x.txt:2: empty field" "1 0 1" "${head}action|Do||-|-\n" "")
add_pack_test(no_service "x.txt:1: the first line is not the service's" "1 0 1"
	"action|Do|read|-|-\n" "")
add_pack_test(unended "x.txt:2: the last line does not end" "1 0 1"
	"${head}action|Do|read|-|-" "")
add_pack_test(twice "x.txt:[23]: 'x:.*' is there twice" "1 0 2"
	"${head}action|Do|read|-|-\naction|do|read|-|-\n" "")
add_pack_test(count "1 actions, but ORIGIN says 2" "1 0 2"
	"${head}action|Do|read|-|-\n" "")
add_pack_test(no_type "x.txt:2: 'thing' is not a type of this service" "1 0 1"
	"${head}action|Do|read|thing|-\n" "")
add_pack_test(format "x.txt:2: 'arn:x' is not an ARN format" "1 1 0"
	"${head}type|t|arn:x|-\n" "")
add_pack_test(open_service "x.txt:2: 'arn:.*' leaves the service open" "1 1 0"
	"${head}type|t|arn:*:*:*:*:t/*|-\n" "")
add_pack_test(clash "x.txt:[23]: 'aws:x:role' is the name of two kinds" "1 2 0"
	"${head}${role}type|Role|arn:*:x:::r/*|-\n" "")
add_pack_test(stale_apart "corrections.txt:1: 'arn:.*' corrects nothing" "1 1 0"
	"${head}${role}" "apart|arn:*:x::*:role/*\n")
add_pack_test(stale_replace "corrections.txt:1: the type has this format" "1 1 0"
	"${head}type|t|arn:*:x:::t/*|-\n" "replace|x|t|arn:*:x:::t/*\n")
add_pack_test(stale_type "corrections.txt:1: the type exists" "1 1 0"
	"${head}${role}" "type|x|role|arn:*:x:::t/*\n")
add_pack_test(stale_bind "corrections.txt:1: the action acts on this type" "1 1 1"
	"${head}${role}action|Do|read|role|-\n" "bind|x|Do|role\n")
add_pack_test(no_drop "corrections.txt:1: no such type" "1 1 0"
	"${head}${role}" "drop|x|thing\n")

# The same of providers that declare their kinds.
# add_declared_test(NAME MESSAGE PROVIDER-LINES SERVICE-LINES)
function(add_declared_test name message provider service)
	set(folder ${PROJECT_BINARY_DIR}/tests/pack/${name})
	string(REPLACE "|" "\t" service "${service}")
	string(REPLACE "|" "\t" provider "${provider}")
	file(WRITE ${folder}/ORIGIN
		"package\tp\nversion\t1\nservices\t1\ntypes\t0\nactions\t1\nrcp\t0\n")
	file(WRITE ${folder}/x.txt "service\tx\tX\t-\naction\tDo\tread\t-\t-\n")
	file(WRITE ${folder}/corrections.txt "")
	file(WRITE ${folder}/provider.txt "${provider}")
	file(WRITE ${folder}/y.txt "${service}")
	add_test(NAME catalog_pack_${name} COMMAND catalog_pack ${folder}/image.c
		${folder}/ORIGIN ${folder}/corrections.txt ${folder}/x.txt
		--provider ${folder}/provider.txt ${folder}/y.txt)
	set_tests_properties(catalog_pack_${name} PROPERTIES
		PASS_REGULAR_EXPRESSION "${message}" FAIL_REGULAR_EXPRESSION "Sanitizer")
endfunction()

set(other "provider|p|/|fold\nplane|one\nlevel|*/read|read\n")
set(own "service|y|Y|one\n")
set(thing "kind|p:y:thing|things|/a/*\n")
add_declared_test(no_rule "y.txt:2: no level rule fits the action" "${other}"
	"${own}action|things/make|-|-|-\n")
add_declared_test(plane "y.txt:1: no such plane" "${other}" "service|y|Y|two\n")
add_declared_test(no_data "y.txt:2: unknown line" "${other}"
	"${own}data|things/read|-|-|-\n")
add_declared_test(separator "provider.txt:1: the separator is one character"
	"provider|p|//|fold\n" "${own}")
add_declared_test(no_provider "provider.txt:1: the first line is not the provider's"
	"plane|one\n" "${own}")
add_declared_test(orphan "y.txt:2: 'p:y:thing' is no kind" "${other}"
	"${own}part|p:y:thing|parts|/b/*\n")
add_declared_test(declared_twice "y.txt:3: '/a/\\*' is declared twice" "${other}"
	"${own}${thing}${thing}")
add_declared_test(part_slash "y.txt:3: 'b' does not begin with a slash" "${other}"
	"${own}${thing}part|p:y:thing|parts|b\n")
add_declared_test(other_type "y.txt:3: 'parts' is not a type of this service" "${other}"
	"${own}${thing}action|things/read|-|parts|-\n")
