import { compile } from 'json-schema-to-typescript'
import * as z from 'zod'
import { endpoints, type Endpoint } from '../src/endpoints.ts'
import { eventTypes } from '../src/events.ts'
import '../src/index.ts'

const banner = `/* Made from the schemas by \`node --conditions=holdfast-source packages/contract/scripts/types.ts\`; do not edit. */

export type { PaymentTokenClaims, PaymentTokenKey, PaymentTokenKeySet } from './token.ts'
`

type JsonSchema = Record<string, unknown>
type Schemas = Record<string, JsonSchema>

/** Named schemas, each in one direction: requests as they are written, everything else as it is read. */
function namedSchemas(): Schemas {
  const requests = new Set(Object.values<Endpoint>(endpoints).flatMap(({ body }) => (body ? [body] : [])))
  const inputs = new Set([...requests].map((body) => z.globalRegistry.get(body)?.id))
  const written = jsonSchemas('input')
  const isWritten = (id: string) => inputs.has(id) || id.endsWith('Input')
  return Object.fromEntries(Object.entries(jsonSchemas('output'))
    .map(([id, schema]) => [id, (isWritten(id) ? written[id] : schema) ?? schema]))
}

function jsonSchemas(io: 'input' | 'output'): Schemas {
  return z.toJSONSchema(z.globalRegistry, { io, uri: (id) => `#/definitions/${id}` }).schemas as Schemas
}

/** Long patterns and bounds say nothing in a type: only shapes and descriptions stay. */
const dropped = new Set([
  'pattern', 'minLength', 'maxLength', 'minimum', 'maximum', 'minItems', 'maxItems', 'format', '$schema', '$id', 'id',
  'propertyNames',
])

function bare(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(bare)
  if (typeof node !== 'object' || node === null) return node
  const kept = Object.fromEntries(Object.entries(node)
    .filter(([key, value]) => !dropped.has(key) || typeof value === 'object')
    .map(([key, value]) => [key, bare(value)]))
  return wrapReference(kept)
}

/** A reference with a description of its own would become a second type (Money1): wrapped, it stays the first. */
function wrapReference({ $ref, ...rest }: JsonSchema): JsonSchema {
  if ($ref === undefined) return rest
  return Object.keys(rest).length === 0 ? { $ref } : { ...rest, allOf: [{ $ref }] }
}

/** What all events have: the first variant without what differs. */
function eventEnvelope({ oneOf }: { oneOf?: JsonSchema[] }): JsonSchema {
  const first = oneOf?.[0]
  if (!first) throw new Error('the event schema is no longer a union')
  const { type: _type, data: _data, ...properties } = first['properties'] as JsonSchema
  return { type: 'object', additionalProperties: false, properties, required: Object.keys(properties) }
}

/** One member a type, so that `event.type === 'order.paid'` narrows `event.data`. */
function events(): string {
  const members = Object.values(eventTypes).flatMap(({ schema, types }) => {
    const data = z.globalRegistry.get(schema)?.id
    if (!data) throw new Error(`the schema of ${types[0]} has no name`)
    return types.map((type) => `  | EventOf<'${type}', ${data}>`)
  })
  return `/** An event of one type; \`data\` is the object that it is about, as it stood then. */
export interface EventOf<Type extends string, Data> extends EventEnvelope {
  type: Type
  data: Data
}

/** What happened, to which object, and that object as it stood then. Discriminated on \`type\`. */
export type Event =
${members.join('\n')}

export type EventType = Event['type']
`
}

function filter([field, schema]: [string, unknown]): string {
  const { enum: values, type, $ref: named } = schema as { enum?: string[]; type?: string; $ref?: string }
  const text = named ? named.slice(named.lastIndexOf('/') + 1) : values ? values.map((value) => `'${value}'`).join(' | ') : type === 'integer' ? 'number' : 'string'
  return `    ${field}?: ${text}`
}

function queries(): string {
  const rows = Object.entries<Endpoint>(endpoints).filter(([, { query }]) => query instanceof z.ZodObject)
  const one = ([name, { query }]: [string, Endpoint]) => {
    const { properties = {} } = z.toJSONSchema(query as z.ZodObject, { io: 'output' })
    return `  '${name}': {\n${Object.entries(properties).map(filter).join('\n')}\n  }`
  }
  return `/** The filters of each list, by the call's name. */\nexport interface ListFilters {\n${rows.map(one).join('\n')}\n}\n`
}

/** The compiler writes a root type and says of every other that the root refers to it: neither is wanted. */
function withoutRoot(text: string): string {
  const origin = String.raw` \* This interface was referenced by \`Wire\`'s JSON-Schema\n \* via the \`definition\` "\w+"\.\n`
  return text
    .replace(/export interface Wire \{[^}]*\}\n/, '')
    .replaceAll(new RegExp(String.raw`/\*\*\n${origin} \*/\n`, 'g'), '')
    .replaceAll(new RegExp(String.raw` \*\n${origin}`, 'g'), '')
}

/** The text of src/types.ts. */
export async function generateTypes(): Promise<string> {
  const { Event: event = {}, ...named } = bare(namedSchemas()) as Schemas
  const definitions: Schemas = { ...named, EventEnvelope: eventEnvelope(event) }
  const properties = Object.fromEntries(Object.keys(definitions).map((id) => [id, { $ref: `#/definitions/${id}` }]))
  const root = { type: 'object', additionalProperties: false, definitions, properties, required: Object.keys(definitions) }
  const text = await compile(root as never, 'Wire', {
    bannerComment: banner, additionalProperties: false, unreachableDefinitions: true, declareExternallyReferenced: true,
    style: { semi: false, singleQuote: true, printWidth: 110, bracketSpacing: true },
  })
  return `${withoutRoot(text)}\n${events()}\n${queries()}`
}
