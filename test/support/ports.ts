import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'
import type { AddressInfo, Server } from 'node:net'

/** A port of the loopback interface that nothing listens on. Ask for all at once: `freePorts(3)`. */
export async function freePort(): Promise<number> {
  const [port] = await freePorts(1)
  return port as number
}

/**
 * Several different free ports: all are held before the first is let go, so that none is given twice. They are of
 * the range that no system takes ports for outgoing connections from, so that they are still free in a moment.
 */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(Array.from({ length: count }, listen))
  const ports = servers.map(server => (server.address() as AddressInfo).port)
  await Promise.all(servers.map(server => new Promise(resolve => server.close(resolve))))
  return ports
}

const lowest = 12_000
const span = 20_000

function listen(): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    const choose = (): unknown => server.listen(lowest + randomInt(span), '127.0.0.1')
    server.on('error', (error: NodeJS.ErrnoException) => (error.code === 'EADDRINUSE' ? choose() : reject(error)))
    server.once('listening', () => resolve(server))
    choose()
  })
}
