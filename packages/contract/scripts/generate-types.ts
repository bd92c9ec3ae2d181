import { compile } from 'json-schema-to-typescript'
import * as z from 'zod'
import { endpoints, type Endpoint } from '../src/endpoints.ts'
import '../src/index.ts'

const banner = `/* Made from the schemas by \`node --conditions=source packages/contract/scripts/types.ts\`; do not edit. */

export type { ${'PaymentTokenClaims, PaymentTokenKey, PaymentTokenKeySet'} } from './token.ts'
`

type Schemas = Record<string, Record<string, unknown>>

/** Named schemas, each in one direction: requests as they are written, everything else as it is read. */
function namedSchemas(): Schemas {
  const requests = new Set(Object.values<Endpoint>(endpoints).flatMap(({ body }) => (body ? [body] : [])))
  const out = z.toJSONSchema(z.globalRegistry, { io: 'output', uri: (id) => `#/definitions/${id}` }).schemas as Schemas
  const input = z.toJSONSchema(z.globalRegistry, { io: 'input', uri: (id) => `#/definitions/${id}` }).schemas as Schemas
  const inputs = new Set([...requests].map((body) => z.globalRegistry.get(body)?.id))
  return Object.fromEntries(Object.entries(out).map(([id, schema]) => [id, inputs.has(id) || id.endsWith('Input') ? input[id]! : schema]))
}

/** Long patterns and bounds say nothing in a type: only shapes and descriptions stay. */
function bare(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(bare)
  if (typeof node !== 'object' || node === null) return node
  const dropped = new Set(['pattern', 'minLength', 'maxLength', 'minimum', 'maximum', 'minItems', 'maxItems', 'format', '$schema', '$id', 'id', 'propertyNames'])
  return Object.fromEntries(Object.entries(node)
    .filter(([key, value]) => !dropped.has(key) || typeof value === 'object')
    .map(([key, value]) => [key, bare(value)]))
}

function queries(): string {
  const rows = Object.entries<Endpoint>(endpoints).filter(([, { query }]) => query instanceof z.ZodObject)
  const one = ([name, endpoint]: [string, Endpoint]) => {
    const shape = z.toJSONSchema(endpoint.query as z.ZodObject, { io: 'output' })
    const fields = Object.entries(shape.properties ?? {}).map(([field, schema]) => {
      const { enum: values, type } = schema as { enum?: string[]; type?: string }
      return `${field}?: ${values ? values.map((value) => `'${value}'`).join(' | ') : type === 'integer' ? 'number' : 'string'}`
    })
    return `  '${name}': { ${fields.join('; ')} }`
  }
  return `/** The filters of each list, by the call's name. */\nexport interface ListFilters {\n${rows.map(one).join('\n')}\n}\n`
}

/** The text of src/types.ts. */
export async function generateTypes(): Promise<string> {
  const definitions = bare(namedSchemas()) as Record<string, unknown>
  const root = { type: 'object', additionalProperties: false, definitions, properties: Object.fromEntries(Object.keys(definitions).map((id) => [id, { $ref: `#/definitions/${id}` }])), required: Object.keys(definitions) }
  const text = await compile(root as never, 'Wire', {
    bannerComment: banner, additionalProperties: false, unreachableDefinitions: true, declareExternallyReferenced: true,
    style: { semi: false, singleQuote: true, printWidth: 110 },
  })
  const withoutRoot = text.replace(/export interface Wire \{[^}]*\}\n/, '')
  const withoutOrigins = withoutRoot.replace(/\/\*\*\n \* This interface was referenced by `Wire`'s JSON-Schema\n \* via the `definition` "\w+"\.\n \*\/\n/g, '')
    .replace(/ \*\n \* This interface was referenced by `Wire`'s JSON-Schema\n \* via the `definition` "\w+"\.\n/g, '')
  return `${withoutOrigins}\n${queries()}`
}
