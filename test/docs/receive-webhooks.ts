import { createServer, type IncomingMessage, type Server } from 'node:http'
import { HoldfastError, verifyWebhook, type Event } from '@holdfast/server'

/** What your database does with an event, in one transaction with whatever the event makes you do. */
export type Take = (event: Event) => Promise<void>

/** A server that takes deliveries, and nothing else. `secrets`: `whsec_…`, two while one replaces the other. */
export function receiveWebhooks(secrets: readonly string[], take: Take): Server {
  return createServer((request, response) => {
    receive(request, { secrets, take }).then(
      status => response.writeHead(status).end(),
      () => response.writeHead(500).end(), // not taken: it comes again
    )
  })
}

async function receive(request: IncomingMessage, { secrets, take }: { secrets: readonly string[]; take: Take }): Promise<number> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > 1_000_000) return 413 // no event is so large
    chunks.push(chunk)
  }
  try {
    await take(verifyWebhook(Buffer.concat(chunks), request.headers, secrets))
    return 204
  } catch (error) {
    if (HoldfastError.is(error) && error.code === 'webhook_invalid') return 400
    throw error
  }
}

/** Takes each event once, and of each object never an older one after a newer: as two columns would. */
export function newestOnly(take: Take): Take {
  const newest = new Map<string, number>()
  return async event => {
    if (event.sequence <= (newest.get(event.subject) ?? 0)) return
    await take(event)
    newest.set(event.subject, event.sequence)
  }
}
