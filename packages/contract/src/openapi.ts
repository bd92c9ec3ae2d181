import * as z from 'zod'
import { createDocument } from 'zod-openapi'
import { endpoints, rawEndpoints, type Endpoint } from './endpoints.ts'
import { problemSchema } from './problems.ts'
import { API_VERSION } from './version.ts'

const security = { secret: [{ apiKey: [] }], publishable: [{ apiKey: [] }], page: [{ clientSecret: [] }], buyer: [{ buyerLink: [] }], hosted: [], public: [] }

const idempotencyHeader = z.object({
  'Idempotency-Key': z.string().min(1).max(255).meta({ description: 'Yours, one per intent; kept 35 days.' }),
})

const unknownYet = 'The rail’s answer is not known yet: this is how things stand. The same call with the same Idempotency-Key asks again; an event tells the end.'

function operation(name: string, endpoint: Endpoint) {
  const content = { 'application/json': { schema: endpoint.response } }
  return {
    operationId: name,
    summary: endpoint.summary,
    tags: [name.slice(0, name.indexOf('.'))],
    security: security[endpoint.caller],
    requestParams: {
      ...(endpoint.params && { path: endpoint.params }),
      ...(endpoint.query instanceof z.ZodObject && { query: endpoint.query }),
      ...(endpoint.idempotent && endpoint.caller !== 'page' && endpoint.caller !== 'buyer' && { header: idempotencyHeader }),
    },
    ...(endpoint.body && { requestBody: { required: true, content: { 'application/json': { schema: endpoint.body } } } }),
    responses: {
      [endpoint.status]: { description: endpoint.summary, content },
      ...(endpoint.awaitsRail && { 202: { description: unknownYet, content } }),
      default: { description: 'A refusal', content: { 'application/problem+json': { schema: problemSchema } } },
    },
  }
}

/** A call whose body is not a JSON document of ours. */
function rawOperation(name: string, { path, caller, summary, produces }: (typeof rawEndpoints)[keyof typeof rawEndpoints]) {
  const names = [...path.matchAll(/:(\w+)/g)].map(([, part]) => part as string)
  return {
    operationId: name,
    summary,
    tags: [name.slice(0, name.indexOf('.'))],
    security: security[caller],
    ...(names.length > 0 && { requestParams: { path: z.object(Object.fromEntries(names.map((part) => [part, z.string()]))) } }),
    responses: {
      200: { description: summary, content: { [produces]: { schema: z.string() } } },
      default: { description: 'A refusal', content: { 'application/problem+json': { schema: problemSchema } } },
    },
  }
}

function paths() {
  const all: Record<string, Record<string, ReturnType<typeof operation> | ReturnType<typeof rawOperation>>> = {}
  const add = ({ path, method }: Pick<Endpoint, 'path' | 'method'>, made: ReturnType<typeof operation> | ReturnType<typeof rawOperation>) => {
    const template = path.replaceAll(/:(\w+)/g, '{$1}')
    all[template] = { ...all[template], [method.toLowerCase()]: made }
  }
  for (const [name, endpoint] of Object.entries<Endpoint>(endpoints)) add(endpoint, operation(name, endpoint))
  for (const [name, endpoint] of Object.entries(rawEndpoints)) add(endpoint, rawOperation(name, endpoint))
  return all
}

/** The OpenAPI 3.1 document of the whole API, made from the same schemas that parse its requests. */
export function openApiDocument(serverUrl: string): ReturnType<typeof createDocument> {
  return createDocument({
    openapi: '3.1.0',
    info: { title: 'Holdfast', version: API_VERSION, description: 'Protected payments for marketplaces: pay, hold, release, refund, pay out.' },
    servers: [{ url: serverUrl }],
    components: {
      securitySchemes: {
        apiKey: { type: 'http', scheme: 'bearer', description: 'An API key: sk_test_…, sk_live_…, pk_test_… or pk_live_…' },
        clientSecret: { type: 'http', scheme: 'bearer', description: 'The client secret of a checkout session' },
        buyerLink: { type: 'http', scheme: 'bearer', description: 'The secret of an order’s buyer link' },
      },
    },
    paths: paths(),
  })
}
