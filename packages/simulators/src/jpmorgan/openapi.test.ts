import { existsSync, readFileSync } from 'node:fs'
import { Ajv, type ValidateFunction } from 'ajv'
import addFormats from 'ajv-formats'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { merchant, payment, RailCaller, refundOf, stoppedClock, type Answer } from '../testing.ts'

// What the tests send and what the simulator answers, against J.P. Morgan's own OpenAPI document.

const file = new URL('../../../../../shared/reference/jpmorgan-online-payments.openapi.yaml', import.meta.url)
const missing = !existsSync(file)
if (missing) process.stderr.write(`skipped: the tests against ${file.pathname}, which is not here\n`)

type Json = string | number | boolean | null | Json[] | { [key: string]: Json }
type JsonObject = { [key: string]: Json }
type Side = 'request' | 'response'

const spec = (missing ? {} : parse(readFileSync(file, 'utf8'))) as JsonObject

function at(value: Json | undefined, ...path: string[]): Json | undefined {
  return path.reduce<Json | undefined>((here, key) => (isObject(here) ? here[key] : undefined), value)
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function resolve(schema: Json | undefined): Json | undefined {
  const ref = at(schema, '$ref')
  return typeof ref === 'string' ? at(spec, ...ref.slice(2).split('/')) : schema
}

/** The schema for one side: patterns hold for the whole value; what only the other side says is forbidden. */
function forSide(schema: Json, side: Side): Json {
  if (Array.isArray(schema)) return schema.map(each => forSide(each, side))
  if (!isObject(schema)) return schema
  const copy = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, forSide(value, side)]))
  if (typeof schema['pattern'] === 'string') copy['pattern'] = `^(?:${schema['pattern']})$`
  if (!isObject(schema['properties'])) return copy
  const foreign = Object.entries(schema['properties'])
    .filter(([, property]) => at(resolve(property), side === 'request' ? 'readOnly' : 'writeOnly') === true)
    .map(([name]) => name)
  const { required } = schema
  return {
    ...copy,
    properties: {
      ...(copy['properties'] as JsonObject),
      ...Object.fromEntries(foreign.map(name => [name, false])),
    },
    ...(Array.isArray(required)
      ? { required: required.filter(name => !foreign.includes(String(name))) }
      : {}),
  }
}

function validators(side: Side): (schema: Json | undefined) => ValidateFunction {
  const ajv = new Ajv({ strict: false, allErrors: true, logger: false })
  addFormats.default(ajv)
  ajv.addSchema({ components: forSide(spec['components'] ?? {}, side) }, 'spec')
  return schema => {
    const ref = at(schema, '$ref')
    if (typeof ref !== 'string') throw new Error(`the document has no schema here: ${JSON.stringify(schema)}`)
    return ajv.compile({ $ref: `spec${ref}` })
  }
}

const ofRequests = missing ? undefined : validators('request')
const ofResponses = missing ? undefined : validators('response')
const json = ['content', 'application/json', 'schema'] as const

function checkRequest(method: string, template: string, body: unknown): string[] {
  return problems(ofRequests?.(at(spec, 'paths', template, method, 'requestBody', ...json)), body)
}

function checkAnswer(method: string, template: string, { status, body }: Answer): string[] {
  return problems(
    ofResponses?.(at(spec, 'paths', template, method, 'responses', String(status), ...json)),
    body,
  )
}

function problems(validate: ValidateFunction | undefined, value: unknown): string[] {
  validate?.(value)
  return (validate?.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message ?? ''}`)
}

interface Step {
  readonly name: string
  readonly method: string
  readonly template: string
  readonly path?: string
  readonly body?: object
  readonly status: number
  readonly requestId?: string
  readonly headers?: Record<string, string>
}

const multi = (sequence: string, amount: number, isFinalCapture: boolean): object => ({
  amount,
  currency: 'USD',
  multiCapture: { multiCaptureSequenceNumber: sequence, multiCaptureRecordCount: 2, isFinalCapture },
})

const full = payment({
  statementDescriptor: 'EXAMPLE*MARKET',
  initiatorType: 'CARDHOLDER',
  accountOnFile: 'NOT_STORED',
  isAmountFinal: true,
  merchant: {
    ...merchant,
    merchantCategoryCode: '5085',
    softMerchant: { name: 'SELLER 7', merchantPurchaseDescription: 'Valves' },
  },
  accountHolder: {
    fullName: 'Ann Buyer',
    email: 'ann@example.com',
    billingAddress: {
      line1: '1 Main St',
      city: 'Tampa',
      state: 'FL',
      postalCode: '33626',
      countryCode: 'USA',
    },
  },
})

/** One payment's life; `{id}` in a path is that payment. */
const life: readonly Step[] = [
  { name: 'authorize', method: 'post', template: '/payments', body: full, status: 200, requestId: 'pay-1' },
  {
    name: 'inquire',
    method: 'get',
    template: '/payments',
    path: '/payments?requestIdentifier=pay-1',
    status: 200,
  },
  { name: 'hold more', method: 'patch', template: '/payments/{id}', body: { amount: 12_000 }, status: 200 },
  {
    name: 'capture a part',
    method: 'post',
    template: '/payments/{id}/captures',
    body: multi('1', 4000, false),
    status: 200,
    requestId: 'cap-1',
  },
  {
    name: 'capture the last',
    method: 'post',
    template: '/payments/{id}/captures',
    body: multi('2', 5000, true),
    status: 200,
  },
  { name: 'capture again', method: 'post', template: '/payments/{id}/captures', body: {}, status: 412 },
  {
    name: 'inquire the capture',
    method: 'get',
    template: '/captures',
    path: '/captures?requestIdentifier=cap-1',
    status: 200,
  },
  { name: 'read the capture', method: 'get', template: '/captures/{id}', status: 200 },
  {
    name: 'refund',
    method: 'post',
    template: '/refunds',
    body: refundOf('{id}', 1500),
    status: 200,
    requestId: 'ref-1',
  },
  {
    name: 'refund too much',
    method: 'post',
    template: '/refunds',
    body: refundOf('{id}', 99_999),
    status: 412,
  },
  {
    name: 'inquire the refund',
    method: 'get',
    template: '/refunds',
    path: '/refunds?requestIdentifier=ref-1',
    status: 200,
  },
  { name: 'read the payment', method: 'get', template: '/payments/{id}', status: 200 },
  {
    name: 'void it too late',
    method: 'patch',
    template: '/payments/{id}',
    body: { isVoid: true },
    status: 412,
  },
  {
    name: 'reuse a request id',
    method: 'post',
    template: '/payments',
    body: full,
    status: 412,
    requestId: 'pay-1',
  },
]

const others: readonly Step[] = [
  {
    name: 'sell',
    method: 'post',
    template: '/payments',
    body: payment({ captureMethod: 'NOW' }),
    status: 200,
  },
  {
    name: 'sell in yen',
    method: 'post',
    template: '/payments',
    body: payment({ captureMethod: 'NOW', currency: 'JPY', amount: 1 }),
    status: 200,
  },
  {
    name: 'authorize for later',
    method: 'post',
    template: '/payments',
    body: payment({ captureMethod: 'DELAYED' }),
    status: 200,
  },
  {
    name: 'be declined',
    method: 'post',
    template: '/payments',
    body: payment({ number: '4000000000000002' }),
    status: 200,
  },
  {
    name: 'be approved in part',
    method: 'post',
    template: '/payments',
    body: payment({ number: '4444444444444455', partialAuthorizationSupport: 'SUPPORTED' }),
    status: 200,
  },
  {
    name: 'find nothing',
    method: 'get',
    template: '/payments',
    path: '/payments?requestIdentifier=nothing',
    status: 404,
  },
  {
    name: 'find no refund',
    method: 'get',
    template: '/refunds',
    path: '/refunds?requestIdentifier=nothing',
    status: 404,
  },
  {
    name: 'find no capture',
    method: 'get',
    template: '/captures',
    path: '/captures?requestIdentifier=nothing',
    status: 404,
  },
  {
    name: 'come without a token',
    method: 'post',
    template: '/payments',
    body: full,
    status: 401,
    headers: { authorization: '' },
  },
  {
    name: 'come as another merchant',
    method: 'post',
    template: '/payments',
    body: full,
    status: 403,
    headers: { 'merchant-id': '111111111111' },
  },
]

async function take(caller: RailCaller, step: Step, id: string): Promise<Answer> {
  const body = step.body && (JSON.parse(JSON.stringify(step.body).replaceAll('{id}', id)) as object)
  const path = `/api/v2${(step.path ?? step.template).replace('{id}', id)}`
  const options = {
    ...(step.requestId ? { requestId: step.requestId } : {}),
    ...(step.headers ? { headers: step.headers } : {}),
  }
  if (body) expect(checkRequest(step.method, step.template, body), `request: ${step.name}`).toEqual([])
  return caller.call(step.method.toUpperCase(), path, body, options)
}

async function takeAll(caller: RailCaller, steps: readonly Step[]): Promise<void> {
  let id = ''
  for (const step of steps) {
    const answer = await take(caller, step, id)
    expect(answer.status, step.name).toBe(step.status)
    expect(checkAnswer(step.method, step.template, answer), `answer: ${step.name}`).toEqual([])
    id ||= String(answer.body['transactionId'])
  }
}

function examplesOf(template: string): [string, JsonObject][] {
  const examples = at(
    spec,
    'paths',
    template,
    'post',
    'requestBody',
    'content',
    'application/json',
    'examples',
  )
  return Object.entries((examples ?? {}) as JsonObject).map(([name, example]) => [
    name,
    at(example, 'value') as JsonObject,
  ])
}

describe.skipIf(missing)("J.P. Morgan's OpenAPI document", () => {
  it("allows every request and answer of a payment's life", async () => {
    await takeAll(await RailCaller.start(), life)
  })

  it('allows sales, declines, partial approvals, inquiries that find nothing, and refusals', async () => {
    await takeAll(await RailCaller.start(), others)
  })

  it('allows voids and expired authorizations', async () => {
    const clock = stoppedClock()
    const caller = await RailCaller.start({ now: clock.now })
    const [voided, expired] = [await caller.approved(), await caller.approved()]
    expect(
      checkAnswer(
        'patch',
        '/payments/{id}',
        await caller.call('PATCH', `/api/v2/payments/${voided}`, { isVoid: true }),
      ),
    ).toEqual([])
    clock.ms += 8 * 86_400_000
    expect(
      checkAnswer('get', '/payments/{id}', await caller.call('GET', `/api/v2/payments/${expired}`)),
    ).toEqual([])
  })

  it.each(['payments', 'refunds'])('has example requests for /%s that the simulator approves', async name => {
    const clock = stoppedClock(Date.UTC(2024, 0, 1))
    const caller = await RailCaller.start({ now: clock.now })
    const examples = examplesOf(`/${name}`)
    expect(examples.length).toBeGreaterThan(1)
    // a card that is used as stored has to be stored first: credentials.test.ts
    const alone = examples.filter(([, body]) => (body as { accountOnFile?: unknown }).accountOnFile !== 'STORED')
    for (const [title, body] of alone) {
      const answer = await caller.call('POST', `/api/v2/${name}`, body)
      expect(answer, title).toMatchObject({ status: 200, body: { responseStatus: 'SUCCESS' } })
      expect(checkAnswer('post', `/${name}`, answer), title).toEqual([])
    }
  })

  it('would catch an order number with an underscore, a number in an answer, a missing field', async () => {
    expect(checkRequest('post', '/payments', payment({ merchantOrderNumber: 'ord_1' }))).toHaveLength(1)
    const caller = await RailCaller.start()
    const { body } = await caller.pay()
    const { transactionId: _, ...without } = body
    const leaking = { ...body, paymentMethodType: { card: { accountNumber: '4111111111111111' } } }
    expect(checkAnswer('post', '/payments', { status: 200, text: '', body: without })).toHaveLength(1)
    expect(checkAnswer('post', '/payments', { status: 200, text: '', body: leaking })).toHaveLength(1)
  })
})
