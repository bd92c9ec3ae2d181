import { importSettlements } from '../commands/import-settlements.ts'
import { route, type Route } from '../http/route.ts'
import { fetchReports } from '../rail/reports.ts'

const importRoute: Route<'settlements.import'> = route('settlements.import', async ({ marketplace, body, requestId, idempotency }, deps) => {
  const known = [...deps.rails.payments.keys()]
  const connectors = body.connector === undefined ? known : known.filter((name) => name === body.connector)
  if (connectors.length === 0) {
    return { refused: 'validation_failed', field: 'connector', detail: `connector: there is no '${body.connector}' here; expected one of ${known.join(', ')}.` }
  }
  const input = () => Promise.all(connectors.map((connector) => fetchReports(deps, { marketplace: marketplace.id, connector }))).catch((error: unknown) => {
    deps.log.warn({ err: error }, 'settlement reports could not be fetched')
    return { refused: 'rail_unavailable' as const, detail: 'The rail’s reports could not be fetched; nothing was imported. Try again later.' }
  })
  return importSettlements(deps, { marketplace: marketplace.id, requestId, claim: idempotency, input })
})

export default importRoute
