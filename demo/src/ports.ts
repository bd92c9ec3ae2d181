import { createServer } from 'node:net'

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  })
}

/** The port that a variable names; else the first free one from the usual on. */
export async function portOf(variable: string, usual: number): Promise<number> {
  const wanted = process.env[variable]
  if (wanted !== undefined) return Number(wanted)
  for (let port = usual; port < usual + 100; port++) {
    if (await isFree(port)) return port
  }
  throw new Error(`No port from ${usual} to ${usual + 99} is free. Set ${variable}.`)
}
