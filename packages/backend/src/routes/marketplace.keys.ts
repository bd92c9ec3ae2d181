import { route, type Route } from '../http/route.ts'

/** The public keys that verify a marketplace's payment tokens; public, so that anyone may keep them for a while. */
const keys: Route<'marketplace.keys'> = route('marketplace.keys', async ({ params }, { signer }) => {
  const set = await signer.keys(params.id)
  if (!set) return { refused: 'not_found', detail: `There is no marketplace ${params.id}.`, field: 'id' }
  return { body: set, headers: { 'cache-control': 'public, max-age=300', 'cross-origin-resource-policy': 'cross-origin' } }
})

export default keys
