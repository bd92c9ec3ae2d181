import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'

/** A request as it came, its body read in full. */
export interface Received {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

export type Behaviour = (response: ServerResponse, request: Received) => void

/** A server on this machine that behaves as it is told, well or badly. */
export interface TestBackend {
  readonly url: string
  readonly received: readonly Received[]
  /** How many connections were opened. */
  readonly connections: () => number
  /** What it does with the next requests, in order; the last one serves for all that follow. */
  readonly behave: (...behaviours: Behaviour[]) => void
  readonly forget: () => void
  readonly close: () => Promise<void>
}

export const testKey = 'sk_test_01kan2v9fzez8bhq0g1v6jxkmd_h0LdFa5tT3stK3yT4atIsN0tR3alAtAllN0tAtAll01'
export const testMarketplace = 'mkt_01kan2v9fzez8bhq0g1v6jxkmd'

export interface Secure {
  readonly cert: string
  readonly key: string
}

export async function startTestBackend(secure?: Secure): Promise<TestBackend> {
  const received: Received[] = []
  let opened = 0
  let behaviours: Behaviour[] = [json(200, {})]
  const take = (request: IncomingMessage, response: ServerResponse): void => void answer(request, response)
  const server = secure ? createSecureServer(secure, take) : createServer(take)
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = '', url = '', headers } = request
    const one: Received = { method, url, headers, body: await readBody(request) }
    received.push(one)
    const behaviour = behaviours.length > 1 ? behaviours.shift() : behaviours[0]
    behaviour?.(response, one)
  }
  server.on('connection', () => {
    opened += 1
  })
  await listen(server)
  return {
    url: `${secure ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`, received,
    connections: () => opened,
    behave: (...next) => {
      behaviours = next
    },
    forget: () => {
      received.length = 0
    },
    close: () => new Promise((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    }),
  }
}

function listen(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => resolve())
  })
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of request as AsyncIterable<Uint8Array>) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

/** Answers in full. */
export function json(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Behaviour {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(JSON.stringify(body))
  }
}

/** Answers with a problem document. */
export function problem(status: number, code: string, rest: object = {}, headers: Readonly<Record<string, string>> = {}): Behaviour {
  const document = { type: `https://holdfast.example/problems/${code}`, title: code, status, code, detail: `because of ${code}`, requestId: 'req_1', ...rest }
  return json(status, document, { 'content-type': 'application/problem+json', ...headers })
}

/** Answers with a text that is no JSON, as proxies do. */
export function text(status: number, body: string | Uint8Array, headers: Readonly<Record<string, string>> = {}): Behaviour {
  return (response) => {
    response.writeHead(status, { 'content-type': 'text/html', ...headers })
    response.end(body)
  }
}

/** Resets the connection without an answer. */
export const reset: Behaviour = (response) => {
  response.socket?.resetAndDestroy()
}

/** Never answers. */
export const hang: Behaviour = () => {}

/** Begins an answer and breaks off. */
export const breakOff: Behaviour = (response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' })
  response.write('{"object":"order","id":', () => response.socket?.destroy())
}

/** Begins an answer and never goes on. */
export const stall: Behaviour = (response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' })
  response.write('{"object":"order"')
}

/** An answer that doesn't end. */
export const flood: Behaviour = (response) => {
  response.writeHead(200, { 'content-type': 'application/json' })
  const pour = (): void => {
    while (!response.destroyed && response.write(' '.repeat(65_536)));
  }
  response.on('drain', pour)
  pour()
}
