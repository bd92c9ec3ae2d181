import { addressFormat } from '../details/addresses.ts'
import { route, type Route } from '../http/route.ts'

const format: Route<'checkout.addressFormat'> = route('checkout.addressFormat', async ({ query }) => {
  const body = addressFormat(query.country, query.language)
  return body ? { body, headers: { 'cache-control': 'private, max-age=3600' } }
    : { refused: 'not_found', field: 'country', detail: `There is no country '${query.country}' that takes post. Expected an ISO 3166 code, such as DE.` }
})

export default format
