import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** The way to PostgreSQL, which can be cut. */
export interface Link {
  readonly port: number
  /** After the next so many COMMITs have been handed on, the connection they came by is cut before their answer. */
  cutAfterCommit(times: number): void
  /** How many were cut so since. */
  readonly cut: number
  /** Holds back all that comes from either side. */
  pause(): void
  resume(): void
  close(): Promise<void>
}

/** As the client sends it, in a simple or an extended query. */
const COMMIT = Buffer.from('commit\0', 'latin1')

/** A TCP proxy in front of a server of this machine. */
export async function openLink(target: number): Promise<Link> {
  const sockets = new Set<Socket>()
  const state = { armed: 0, cut: 0, paused: false }
  const server = createServer(client => {
    const upstream = connect(target, '127.0.0.1')
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.setNoDelay(true)
      socket.on('error', () => {})
      socket.on('close', () => {
        sockets.delete(socket)
        client.destroy()
        upstream.destroy()
      })
      if (state.paused) socket.pause()
    }
    carry(client, upstream, state)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const each = (act: (socket: Socket) => void): void => {
    for (const socket of sockets) act(socket)
  }
  return {
    port: (server.address() as AddressInfo).port,
    cutAfterCommit: times => {
      state.armed = times
      state.cut = 0
    },
    get cut() {
      return state.cut
    },
    pause: () => {
      state.paused = true
      each(socket => socket.pause())
    },
    resume: () => {
      state.paused = false
      each(socket => socket.resume())
    },
    close: async () => {
      each(socket => socket.destroy())
      await new Promise(resolve => server.close(resolve))
    },
  }
}

function carry(client: Socket, upstream: Socket, state: { armed: number; cut: number }): void {
  let doomed = false
  upstream.on('data', chunk => {
    if (!doomed) client.write(chunk)
  })
  client.on('data', chunk => {
    upstream.write(chunk)
    if (state.armed === 0 || doomed || !lower(chunk).includes(COMMIT)) return
    doomed = true
    state.armed -= 1
    state.cut += 1
    // the server has it and works it off; its answer is for nobody
    upstream.once('data', () => client.resetAndDestroy())
  })
}

const lower = (chunk: Buffer): Buffer => Buffer.from(chunk.toString('latin1').toLowerCase(), 'latin1')
