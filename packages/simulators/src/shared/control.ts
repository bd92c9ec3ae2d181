import type { FastifyInstance, FastifyReply } from 'fastify'
import * as z from 'zod'
import { iso, type VirtualClock } from './clock.ts'
import { faultKinds, type Faults } from './faults.ts'
import type { RequestLog } from './host.ts'

const faultBody = z.strictObject({
  fault: z.enum(faultKinds),
  method: z.string().optional(),
  path: z.string().startsWith('/').optional(),
  requestId: z.string().optional(),
  merchantOrderNumber: z.string().optional(),
  transferId: z.string().optional(),
  api: z.string().optional(),
  count: z.int().min(1).max(1_000_000).optional(),
  ms: z.int().min(0).max(600_000).optional(),
  responseCode: z.string().min(2).max(50).optional(),
})

const clockBody = z.strictObject({ offsetMs: z.int() })

export interface ControlParts {
  readonly clock: VirtualClock
  readonly faults: Faults
  readonly requests: RequestLog
  /** What `GET /_control/<name>` lists. */
  readonly lists: Readonly<Record<string, () => readonly object[]>>
}

/** The endpoints by which a test steers and watches a simulator that runs in another process. */
export function registerControl(app: FastifyInstance, parts: ControlParts): void {
  const { clock, faults, requests } = parts
  app.post('/_control/faults', async (request, reply) => {
    const rule = faultBody.safeParse(request.body)
    return rule.success ? reply.code(201).send(faults.add(rule.data)) : refuse(reply, rule.error)
  })
  app.get('/_control/faults', async () => faults.pending())
  app.delete('/_control/faults', async (_request, reply) => {
    faults.clear()
    return reply.code(204).send()
  })
  app.get('/_control/clock', async () => readClock(clock))
  app.post('/_control/clock', async (request, reply) => {
    const body = clockBody.safeParse(request.body)
    if (!body.success) return refuse(reply, body.error)
    clock.set(body.data.offsetMs)
    return readClock(clock)
  })
  app.get('/_control/requests', async () => ({ counts: requests.counts, log: requests.log }))
  for (const [name, list] of Object.entries(parts.lists)) app.get(`/_control/${name}`, async () => list())
}

function readClock(clock: VirtualClock): { now: string; offsetMs: number } {
  return { now: iso(clock.nowMs()), offsetMs: clock.offsetMs }
}

function refuse(reply: FastifyReply, error: z.ZodError): FastifyReply {
  return reply
    .code(400)
    .send({ error: { code: 'malformed_control_request', message: z.prettifyError(error) } })
}
