import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** A way to a database that can fall silent. */
export interface Link {
  readonly at: { readonly host: string; readonly port: number }
  /** Swallows all that goes over its connections so far; new ones are as good as ever. */
  swallow(): void
  close(): void
}

export async function openLink({ host, port }: { readonly host: string; readonly port: number }): Promise<Link> {
  const sockets: Socket[] = []
  const server = createServer((client) => {
    const upstream = connect(port, host)
    sockets.push(client, upstream)
    for (const socket of [client, upstream]) socket.on('error', () => {}).on('close', () => [client, upstream].forEach((one) => one.destroy()))
    client.pipe(upstream).pipe(client)
  })
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
  return {
    at: { host: '127.0.0.1', port: (server.address() as AddressInfo).port },
    swallow: () => sockets.forEach((socket) => socket.unpipe().pause()),
    close: () => void server.close(),
  }
}
