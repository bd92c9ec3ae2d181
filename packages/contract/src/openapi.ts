import * as z from 'zod'
import { createDocument } from 'zod-openapi'
import { endpoints, type Endpoint } from './endpoints.ts'
import { problemSchema } from './problems.ts'
import { API_VERSION } from './version.ts'

const security = { secret: [{ apiKey: [] }], publishable: [{ apiKey: [] }], page: [{ clientSecret: [] }], public: [] }

const idempotencyHeader = z.object({
  'Idempotency-Key': z.string().min(1).max(255).meta({ description: 'Yours, one per intent; kept 35 days.' }),
})

function operation(name: string, endpoint: Endpoint) {
  return {
    operationId: name,
    summary: endpoint.summary,
    tags: [name.slice(0, name.indexOf('.'))],
    security: security[endpoint.caller],
    requestParams: {
      ...(endpoint.params && { path: endpoint.params }),
      ...(endpoint.query instanceof z.ZodObject && { query: endpoint.query }),
      ...(endpoint.idempotent && endpoint.caller !== 'page' && { header: idempotencyHeader }),
    },
    ...(endpoint.body && { requestBody: { required: true, content: { 'application/json': { schema: endpoint.body } } } }),
    responses: {
      [endpoint.status]: { description: endpoint.summary, content: { 'application/json': { schema: endpoint.response } } },
      default: { description: 'A refusal', content: { 'application/problem+json': { schema: problemSchema } } },
    },
  }
}

function paths() {
  const all: Record<string, Record<string, ReturnType<typeof operation>>> = {}
  for (const [name, endpoint] of Object.entries<Endpoint>(endpoints)) {
    const path = endpoint.path.replaceAll(/:(\w+)/g, '{$1}')
    all[path] = { ...all[path], [endpoint.method.toLowerCase()]: operation(name, endpoint) }
  }
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
      },
    },
    paths: paths(),
  })
}
