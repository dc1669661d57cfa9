// Puts requests, one line of JSON each (replay.h has the shape), to iam-simulate's core and
// answers a line each: the verdict. The package is loaded from the directory that is given;
// it is a development tool in a process of its own, no part of latchkey.
//
// A request with the member "engine" (a verdict) is one on which engine and simulator
// differ. It is rewritten where the provider's documentation gives another meaning than the
// simulator does (rewrites.mjs), into one that means the same to both. The answer is the
// names of the rewrites that it takes for the simulator to say as the engine does, joined by
// "+", or "-" when it still says something else.
import { createInterface } from 'node:readline'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { rewrites } from './rewrites.mjs'

const [directory] = process.argv.slice(2)
const scope = join(directory, 'node_modules', '@cloud-copilot')
const from = path => import(pathToFileURL(join(scope, path)).href)
const { authorize } = await from('iam-simulate/dist/esm/core_engine/CoreSimulatorEngine.js')
const { AwsRequestImpl } = await from('iam-simulate/dist/esm/request/request.js')
const { RequestContextImpl } = await from('iam-simulate/dist/esm/requestContext.js')
const { loadPolicy } = await from('iam-policy/dist/esm/index.js')
const { DiscoveryContextKeyConstraints } =
	await from('iam-simulate/dist/esm/context_keys/discoveryContextKeyConstraints.js')

const fullAccess = {
	Version: '2012-10-17',
	Statement: [{ Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' }]
}
// Values of conditions may be written true or 1 instead of "true" or "1"; the simulator's
// test of public policies takes them for texts and ends on others.
const text = value =>
	Array.isArray(value) ? value.map(text) : typeof value === 'string' ? value : String(value)
const texts = policy => {
	const copy = structuredClone(policy)
	for (const s of [copy.Statement].flat())
		for (const keys of Object.values(s?.Condition ?? {}))
			for (const key of Object.keys(keys))
				keys[key] = text(keys[key])
	return copy
}
const named = (policies, kind) =>
	(policies ?? []).map((p, i) => loadPolicy(texts(p.policy ?? p), { name: `${kind}${i}` }))
const levels = (list, kind, always) =>
	(list ?? []).map((level, i) => ({
		orgIdentifier: `${kind}${i}`,
		policies: named([...level.policies, ...always], `${kind}${i}-`)
	}))
const strict = {
	simulationMode: 'Strict',
	discoveryContextKeyConstraints: new DiscoveryContextKeyConstraints([])
}

// Which ceilings bind whom the simulator leaves to its caller: neither bind an organization's
// own account or a role of a service, SCPs bind the caller and RCPs the resource.
function verdict(r, block = false) {
	const exempt = r.exempt ?? {}
	const scps = exempt.principal || exempt.linked ? [] : r.scps
	const rcps = exempt.resource || exempt.linked ? [] : r.rcps

	return authorize({
		request: new AwsRequestImpl(r.principal, r.resource, r.action,
			new RequestContextImpl(r.context), r.wildcardOnlyAction),
		sessionPolicy: r.sessionPolicy ? named([r.sessionPolicy], 'session')[0] : undefined,
		identityPolicies: named(r.identityPolicies, 'identity'),
		serviceControlPolicies: levels(scps, 'scp', []),
		resourceControlPolicies: levels(rcps, 'rcp', [fullAccess]),
		resourcePolicy: r.resourcePolicy
			? named([r.resourcePolicy], 'resource')[0] : undefined,
		permissionBoundaries: r.permissionBoundaries?.length
			? named(r.permissionBoundaries, 'boundary') : undefined,
		vpcEndpointPolicies: r.endpointPolicies?.length
			? named(r.endpointPolicies, 'endpoint') : undefined,
		simulationParameters: strict,
		serviceSettings: { s3: { blockPublicAccess: block } }
	}).result
}

// What the block of public access takes away is no statement's deny. Nor does the engine
// tell which statement of an endpoint's policy does not let a request through.
function plainVerdict(r) {
	const open = verdict({ ...r, endpointPolicies: [] })
	const through = r.endpointPolicies?.length ? verdict(r) : open
	if (open === 'ExplicitlyDenied')
		return open
	if (open !== through || (r.blockPublicAccess && verdict(r, true) !== through))
		return 'ImplicitlyDenied'
	return open
}

function rewritten(r, list) {
	const copy = structuredClone(r)
	list.forEach(w => w.apply(copy))
	const others = list.map(w => w.also?.(copy)).filter(x => x !== undefined)
	return others.map(plainVerdict).find(v => v === 'Allowed') ?? plainVerdict(copy)
}

// Which rewrites make the difference: those without which it would remain.
function explain(r) {
	let list = rewrites.filter(w => w.concerns(r))
	if (rewritten(r, list) !== r.engine)
		return '-'
	for (const w of list.slice()) {
		const rest = list.filter(x => x !== w)
		if (rewritten(r, rest) === r.engine)
			list = rest
	}
	return list.map(w => w.name).join('+')
}

for await (const line of createInterface({ input: process.stdin })) {
	const r = JSON.parse(line)
	process.stdout.write((r.engine ? explain(r) : plainVerdict(r)) + '\n')
}
