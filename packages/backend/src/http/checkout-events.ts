import { PassThrough } from 'node:stream'
import { CHECKOUT_EVENTS_PATH } from '@holdfast/contract'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Deps, PageSession } from '../deps.ts'
import { readView } from '../view.ts'
import type { EdgeRefusal } from './problem.ts'

/** How often all sessions that are watched are looked at, in one query. */
const LOOK_MS = 400
const HEARTBEAT_MS = 15_000
/** Before proxies' usual 60 s. */
const LIFE_MS = 55_000
const MAX_STREAMS = 2_000
const MAX_PER_SESSION = 4

interface Stream {
  readonly page: PageSession
  readonly out: PassThrough
  readonly openedAt: number
  heardAt: number
  /** One event after the other. */
  telling: boolean
  /** What was told last; a session that still looks like it has no news. */
  mark: string | null
}

/** Tells pages what became of their sessions, as server-sent events. */
export class CheckoutEvents {
  readonly #deps: Deps
  readonly #streams = new Set<Stream>()
  #timer: NodeJS.Timeout | undefined
  #closed = false

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /**
   * Opens a stream, which begins with how things stand.
   *
   * @refuses rate_limited - this process, or this session, has as many as it may; poll instead
   */
  open(page: PageSession): PassThrough | EdgeRefusal {
    const own = [...this.#streams].filter(({ page: { session } }) => session === page.session)
    if (this.#closed || own.length >= MAX_PER_SESSION || this.#streams.size >= MAX_STREAMS) return tooMany
    const now = performance.now()
    const stream: Stream = { page, out: new PassThrough(), openedAt: now, heardAt: now, telling: false, mark: null }
    stream.out.once('close', () => this.#streams.delete(stream))
    this.#streams.add(stream)
    void this.#round([stream])
    this.#schedule()
    return stream.out
  }

  /** Ends every stream: their pages connect again, or poll. */
  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
    for (const { out } of this.#streams) out.end()
  }

  /** One look after the other, and none while nobody watches. */
  #schedule(): void {
    if (this.#timer !== undefined || this.#closed || this.#streams.size === 0) return
    this.#timer = setTimeout(() => {
      void this.#round([...this.#streams]).finally(() => {
        this.#timer = undefined
        this.#schedule()
      })
    }, LOOK_MS)
  }

  async #round(streams: readonly Stream[]): Promise<void> {
    try {
      const marks = await readMarks(this.#deps, streams.map(({ page }) => page))
      await Promise.all(streams.filter(({ telling }) => !telling).map((stream) => this.#tell(stream, marks.get(stream.page.session) ?? '')))
    } catch (error) {
      this.#deps.log.warn({ err: error }, 'sessions that are watched could not be read; the next look follows')
    }
  }

  async #tell(stream: Stream, mark: string): Promise<void> {
    const { out, openedAt } = stream
    const now = performance.now()
    if (mark !== stream.mark) await this.#show(stream, mark)
    else if (now - stream.heardAt >= HEARTBEAT_MS) write(stream, ': still here\n\n')
    if (now - openedAt >= LIFE_MS) out.end()
  }

  async #show(stream: Stream, mark: string): Promise<void> {
    stream.telling = true
    try {
      const view = await readView(this.#deps, stream.page)
      stream.mark = mark
      if (view) write(stream, `event: checkout\ndata: ${JSON.stringify(view)}\n\n`)
      if (view?.status !== 'processing') stream.out.end()
    } finally {
      stream.telling = false
    }
  }
}

function write(stream: Stream, text: string): void {
  stream.heardAt = performance.now()
  if (stream.out.writable) stream.out.write(text)
}

const tooMany: EdgeRefusal = {
  refused: 'rate_limited', headers: { 'retry-after': '5' },
  detail: 'This session, or this server, has as many event streams as it may. Read GET /v1/checkout every few seconds instead.',
}

/** What a session looks like, as far as its page shows it. Reads the primary alone, and knows of every process. */
async function readMarks({ pool }: Pick<Deps, 'pool'>, pages: readonly PageSession[]): Promise<Map<string, string>> {
  const { rows } = await pool.query<{ id: string; mark: string }>({
    name: 'checkout_marks',
    text: `select s.id, concat_ws(' ', s.state, s.revision, s.payment_id, p.state, p.superseded, md5(o.outcome::text)) as mark
           from unnest($1::text[], $2::text[]) as w (marketplace_id, id)
           join sessions s on s.marketplace_id = w.marketplace_id and s.id = w.id
           left join payments p on p.marketplace_id = s.marketplace_id and p.id = s.payment_id
           left join operations o on o.marketplace_id = s.marketplace_id and o.payment_id = s.payment_id
             and o.kind in ('authorize', 'sale')`,
    values: [pages.map(({ marketplace }) => marketplace), pages.map(({ session }) => session)],
  })
  return new Map(rows.map(({ id, mark }) => [id, mark]))
}

type Admit = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply | undefined>

/** `GET /v1/checkout/events`, for the page of a session. */
export function addCheckoutEvents(
  app: FastifyInstance,
  { deps, admit, refuse }: {
    readonly deps: Deps
    readonly admit: Admit
    readonly refuse: (reply: FastifyReply, refusal: EdgeRefusal, request: FastifyRequest) => FastifyReply
  },
): void {
  const events = new CheckoutEvents(deps)
  app.addHook('preClose', async () => events.close())
  app.get(CHECKOUT_EVENTS_PATH, { onRequest: admit }, (request, reply) => {
    const { marketplace, caller } = request.admitted ?? {}
    if (!marketplace || caller?.kind !== 'page') throw new Error('a page was admitted')
    const opened = events.open({ marketplace: marketplace.id, session: caller.session })
    if ('refused' in opened) return refuse(reply, opened, request)
    return reply.headers({ 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' }).send(opened)
  })
}
