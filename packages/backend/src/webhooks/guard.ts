import { Resolver } from 'node:dns/promises'
import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

/** Finds a host's addresses; none: there is no such host. Replaced in tests. */
export type ResolveHost = (host: string) => Promise<readonly string[]>

/** Where a delivery may go: a URL and the addresses that were checked, which alone are connected to. */
export interface Target {
  readonly url: URL
  readonly addresses: readonly string[]
}

/** Why a URL is not sent to; words for whoever set it. */
export interface Forbidden {
  readonly wrong: string
}

/** Keeps deliveries on the public internet: nobody may make this server call what only it can reach. */
export interface UrlGuard {
  /** Checks a URL that is to be stored. A host that can't be resolved now passes: each attempt checks again. */
  check(text: string): Promise<{ readonly url: string } | Forbidden>
  /** Checks a stored URL before an attempt and resolves it, for this attempt alone. */
  aim(text: string): Promise<Target | Forbidden>
}

export interface GuardOptions {
  /** The ports that may be called: 443, unless the operator allows others. */
  readonly ports: readonly number[]
  /** Whether http and https to this machine are allowed on any port: in test mode. */
  readonly loopback: boolean
  readonly resolve?: ResolveHost
}

const RESOLVE_WITHIN_MS = 4_000

/** Names that mean something on one's own network alone. */
const ownNetwork = /(?:^|\.)(?:localhost|localdomain|local|internal|intranet|lan|home|corp|private|home\.arpa)$/
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3')

export function createGuard({ ports, loopback, resolve = resolveHost }: GuardOptions): UrlGuard {
  const read = (text: string) => readUrl(text, { ports, loopback })
  return {
    async check(text) {
      const place = read(text)
      if ('wrong' in place) return place
      const addresses = place.addresses ?? (await resolve(place.host).catch(() => []))
      return wrongAddress(place, addresses) ?? { url: place.url.href }
    },
    async aim(text) {
      const place = read(text)
      if ('wrong' in place) return place
      const addresses = place.addresses ?? (await resolve(place.host).catch(() => []))
      if (addresses.length === 0) return { wrong: 'the host name does not resolve' }
      return wrongAddress(place, addresses) ?? { url: place.url, addresses }
    },
  }
}

interface Place {
  readonly url: URL
  readonly host: string
  /** Known without asking anyone; undefined: the host is a name to resolve. */
  readonly addresses?: readonly string[]
  readonly ownMachine: boolean
}

/**
 * Reads a URL as strictly as its form alone allows. The parser writes every notation of an IPv4 address (decimal,
 * octal, hexadecimal, short) as four numbers, so that the range below is that of what would be connected to.
 */
function readUrl(text: string, { ports, loopback }: Pick<GuardOptions, 'ports' | 'loopback'>): Place | Forbidden {
  if (!/^https?:\/\/[^/?#]/i.test(text) || !URL.canParse(text)) return { wrong: 'expected an https URL' }
  if (/[\s\\\p{Cc}]/u.test(text)) return { wrong: 'expected a URL without spaces, backslashes or control characters' }
  const url = new URL(text)
  if (/^https?:\/\/[^/?]*@/i.test(text)) return { wrong: 'expected a URL without a user or password' }
  if (text.includes('#')) return { wrong: 'expected a URL without a fragment' }
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (host.endsWith('.')) return { wrong: 'expected a host name without a dot at its end' }
  const ownMachine = loopback && isOwnMachine(host)
  const wrong = ownMachine ? null : wrongPlace(url, { host, ports })
  if (wrong !== null) return { wrong }
  const addresses = isIP(host) ? [host] : ownMachine ? ['127.0.0.1'] : undefined
  return { url, host, ownMachine, ...(addresses && { addresses }) }
}

const isOwnMachine = (host: string): boolean =>
  host === 'localhost' || host.endsWith('.localhost') || (isIP(host) !== 0 && ipaddr.parse(host).range() === 'loopback')

function wrongPlace({ protocol, port }: URL, { host, ports }: { host: string; ports: readonly number[] }): string | null {
  if (isIP(host) === 0 && (ownNetwork.test(host) || !host.includes('.'))) {
    return `'${host.slice(0, 100)}' is a name of one's own machine or network; expected a public host`
  }
  const address = isIP(host) === 0 ? null : describeAddress(host)
  if (address !== null) return `${host} ${address}; expected a public address`
  if (protocol !== 'https:') return 'expected https'
  const used = port === '' ? 443 : Number(port)
  return ports.includes(used) ? null : `port ${used} is not allowed; expected ${ports.join(' or ')}`
}

/** One forbidden address among several refuses the host: which one is connected to is chance. */
function wrongAddress({ host, ownMachine }: Place, addresses: readonly string[]): Forbidden | null {
  if (ownMachine) return null
  for (const address of addresses) {
    const why = describeAddress(address)
    if (why !== null) return { wrong: `'${host.slice(0, 100)}' resolves to ${address}, which ${why}; expected public addresses alone` }
  }
  return null
}

const ranges: Readonly<Record<string, string>> = {
  loopback: 'is this machine itself', private: 'is on a private network', uniqueLocal: 'is on a private network',
  linkLocal: 'is link-local', carrierGradeNat: 'is a carrier’s own', multicast: 'is multicast', broadcast: 'is broadcast',
  unspecified: 'is no address of a host', ipv4Mapped: 'is an IPv4 address inside an IPv6 one',
  rfc6145: 'is an IPv4 address inside an IPv6 one', rfc6052: 'is an IPv4 address inside an IPv6 one',
  '6to4': 'is an IPv4 address inside an IPv6 one', teredo: 'is an IPv4 address inside an IPv6 one',
}

/** Why an address is not to be called; null: it is public. What no range is known for is refused too. */
export function describeAddress(text: string): string | null {
  if (isIP(text) === 0) return 'is no address'
  const address = ipaddr.parse(text)
  const range = address.range()
  if (range !== 'unicast') return ranges[range] ?? 'is reserved'
  return address instanceof ipaddr.IPv6 && !address.match(GLOBAL_UNICAST) ? 'is reserved' : null
}

/**
 * Asks DNS itself, and not the machine: its hosts file names what is near, and its few threads for look-ups would
 * let one slow name hold up all others.
 */
async function resolveHost(host: string): Promise<readonly string[]> {
  const resolver = new Resolver({ timeout: 1_500, tries: 2 })
  const late = setTimeout(() => resolver.cancel(), RESOLVE_WITHIN_MS)
  const [four, six] = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)])
  clearTimeout(late)
  return [four, six].flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []))
}
