import { connect, type Socket } from 'node:net'

/** An answer, as far as a load generator looks at it. */
export interface Answered {
  readonly status: number
  readonly body: Buffer
}

/**
 * One caller with a connection of its own, kept alive: it sends a request when the one before it is answered.
 */
export interface Caller {
  /** False once the connection is gone: servers close those that nobody has used for a minute or so. */
  readonly open: boolean
  /** @throws Error - the connection was lost, or the answer has no length */
  send(request: string): Promise<Answered>
  close(): void
}

interface Waiting {
  readonly resolve: (answered: Answered) => void
  readonly reject: (error: Error) => void
}

const HEADERS_END = '\r\n\r\n'

/**
 * Opens a caller that speaks HTTP/1.1 over a bare socket: a tenth of what Node's client costs, so that the
 * generator takes little of the processors from the servers that are measured.
 */
export async function openCaller({
  host,
  port,
}: {
  readonly host: string
  readonly port: number
}): Promise<Caller> {
  const socket = connect({ host, port, noDelay: true })
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('error', reject)
  })
  return callOver(socket)
}

function callOver(socket: Socket): Caller {
  let waiting: Waiting | null = null
  let received: Buffer = Buffer.alloc(0)
  let lost: Error | null = null
  const fail = (error: Error): void => {
    lost ??= error
    waiting?.reject(lost)
    waiting = null
  }
  socket.on('error', fail)
  socket.on('close', () => fail(new Error('the server closed the connection')))
  socket.on('data', (chunk: Buffer) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk])
    try {
      const answered = parseAnswer(received)
      if (!answered) return
      const { resolve } = waiting as Waiting
      waiting = null
      received = Buffer.alloc(0)
      resolve(answered)
    } catch (error) {
      fail(error as Error)
    }
  })
  return {
    get open() {
      return lost === null
    },
    send: (request) =>
      new Promise<Answered>((resolve, reject) => {
        if (lost) return reject(lost)
        waiting = { resolve, reject }
        socket.write(request, 'latin1')
        return undefined
      }),
    close: () => void socket.destroy(),
  }
}

/**
 * Reads one answer.
 *
 * @returns null while bytes are missing
 * @throws Error - it says no length, or more came than was asked for
 */
export function parseAnswer(received: Buffer): Answered | null {
  const end = received.indexOf(HEADERS_END)
  if (end < 0) return null
  const head = received.toString('latin1', 0, end)
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1]
  if (length === undefined) throw new Error(`an answer without a length: ${head}`)
  const total = end + HEADERS_END.length + Number(length)
  if (received.length < total) return null
  if (received.length > total) throw new Error('more came than one answer')
  return { status: Number(head.slice(9, 12)), body: received.subarray(end + HEADERS_END.length) }
}
