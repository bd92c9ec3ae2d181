import { createServer } from 'node:http'
import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Heard {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: unknown
}

/** A peer that does to a request whatever a test says; the stateful simulator answers too well for that. */
export interface TestRail {
  readonly url: string
  readonly heard: readonly Heard[]
  /** What it does with the next requests. */
  answer(act: (response: ServerResponse, heard: Heard) => void): void
  close(): Promise<void>
}

export const approve = (response: ServerResponse): void => {
  response.setHeader('content-type', 'application/json')
  response.end(
    JSON.stringify({
      transactionId: 't-1',
      transactionState: 'AUTHORIZED',
      responseStatus: 'SUCCESS',
      amount: 1248000,
    }),
  )
}

export async function startTestRail(): Promise<TestRail> {
  const heard: Heard[] = []
  let act: (response: ServerResponse, heard: Heard) => void = approve
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('error', () => undefined)
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8')
      const entry = {
        method: request.method ?? '',
        path: request.url ?? '',
        headers: request.headers,
        body: JSON.parse(text) as unknown,
      }
      heard.push(entry)
      act(response, entry)
    })
  })
  await new Promise<void>(resolve => {
    server.listen(0, '127.0.0.1', resolve)
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    heard,
    answer(next) {
      act = next
    },
    async close() {
      server.closeAllConnections()
      await new Promise(resolve => {
        server.close(resolve)
      })
    },
  }
}
