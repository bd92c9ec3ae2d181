import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Event } from '../events.ts'

/** A delivery as it arrived. */
export interface Received {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
  readonly event: Event
}

/** A merchant's server that receives webhooks, on this machine. */
export interface Receiver {
  readonly url: string
  readonly received: readonly Received[]
  /** How it answers from now on; 204 by default. What it never ends hangs. */
  behave(answer: (response: ServerResponse, received: Received) => void): void
  close(): Promise<void>
}

/** @param port - any free one by default */
export async function startReceiver(port = 0): Promise<Receiver> {
  const received: Received[] = []
  let answer = (response: ServerResponse, _received: Received): void => void response.writeHead(204).end()
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString()
      const one = { path: request.url ?? '', headers: request.headers, body, event: JSON.parse(body) as Event }
      received.push(one)
      answer(response, one)
    })
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    behave: (how) => void (answer = how),
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
