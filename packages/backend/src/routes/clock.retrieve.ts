import { readClock } from '../clock.ts'
import { route, type Route } from '../http/route.ts'

const retrieve: Route<'clock.retrieve'> = route('clock.retrieve', async (_request, { pool }) =>
  ({ body: await readClock(pool) }))

export default retrieve
