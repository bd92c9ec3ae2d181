import { describe, expect, test } from 'vitest'
import { createGuard, describeAddress, type ResolveHost } from './guard.ts'

const dns: Readonly<Record<string, readonly string[]>> = {
  'hooks.shop.example': ['93.184.215.14', '2606:2800:21f:cb07::1'],
  'inside.shop.example': ['10.1.2.3'],
  'half.shop.example': ['93.184.215.14', '192.168.0.9'],
  'six.shop.example': ['fd00::1'],
  'mapped.shop.example': ['::ffff:10.0.0.1'],
  'metadata.shop.example': ['169.254.169.254'],
}
const resolve: ResolveHost = async (host) => dns[host] ?? []
const live = createGuard({ ports: [443], loopback: false, resolve })
const inTest = createGuard({ ports: [443], loopback: true, resolve })

/** What may be stored, and how it is then written. */
const taken: readonly (readonly [string, string])[] = [
  ['https://hooks.shop.example/in', 'https://hooks.shop.example/in'],
  ['https://hooks.shop.example', 'https://hooks.shop.example/'],
  ['HTTPS://Hooks.Shop.Example:443/In?a=b', 'https://hooks.shop.example/In?a=b'],
  ['https://93.184.215.14/hooks', 'https://93.184.215.14/hooks'],
  ['https://[2606:2800:21f:cb07::1]/hooks', 'https://[2606:2800:21f:cb07::1]/hooks'],
  ['https://not-there-yet.shop.example/', 'https://not-there-yet.shop.example/'],
  ['https://bücher.example/', 'https://xn--bcher-kva.example/'],
]

/** Refused in live mode and in test mode: [URL, words of the reason]. */
const refused: readonly (readonly [string, RegExp])[] = [
  ['', /expected an https URL/],
  ['hooks.shop.example', /expected an https URL/],
  ['//hooks.shop.example/', /expected an https URL/],
  ['ftp://hooks.shop.example/', /expected an https URL/],
  ['file:///etc/passwd', /expected an https URL/],
  ['gopher://hooks.shop.example/', /expected an https URL/],
  ['javascript:alert(1)', /expected an https URL/],
  ['https://', /expected an https URL/],
  ['https:///hooks', /expected an https URL/],
  ['https://1.2.3.4.5/', /expected an https URL/],
  ['https://256.256.256.256/', /expected an https URL/],
  ['https://hooks.shop.example:65536/', /expected an https URL/],
  ['https://[::1/', /expected an https URL/],
  ['https://[fe80::1%25eth0]/', /expected an https URL/],
  ['http://hooks.shop.example/', /expected https/],
  ['https://hooks.shop.example /', /without spaces|expected an https URL/],
  ['https://hooks.shop.example/a\nb', /without spaces/],
  ['https://hooks.shop.example\\@10.0.0.1/', /backslashes/],
  ['https://user:password@hooks.shop.example/', /user or password/],
  ['https://hooks.shop.example@10.0.0.1/', /user or password/],
  ['https://@hooks.shop.example/', /user or password/],
  ['https://hooks.shop.example/#part', /fragment/],
  ['https://hooks.shop.example./', /dot at its end/],
  ['https://localhost./', /dot at its end/],
  ['https://hooks.shop.example:22/', /port 22/],
  ['https://hooks.shop.example:8443/', /port 8443/],
  ['https://hooks.shop.example:80/', /port 80/],
  ['https://intranet/', /own machine or network/],
  ['https://printer.local/', /own machine or network/],
  ['https://metadata.google.internal/', /own machine or network/],
  ['https://router.home.arpa/', /own machine or network/],
  ['https://0.0.0.0/', /no address of a host/],
  ['https://10.0.0.1/', /private network/],
  ['https://172.16.0.1/', /private network/],
  ['https://192.168.1.1/', /private network/],
  ['https://169.254.169.254/latest/meta-data/', /link-local/],
  ['https://100.64.0.1/', /carrier/],
  ['https://224.0.0.1/', /multicast/],
  ['https://255.255.255.255/', /broadcast/],
  ['https://240.0.0.1/', /reserved/],
  ['https://198.18.0.1/', /reserved/],
  ['https://192.0.2.1/', /reserved/],
  ['https://3232235777/', /private network/],
  ['https://0xc0a80101/', /private network/],
  ['https://0300.0250.01.01/', /private network/],
  ['https://0xa.1/', /private network/],
  ['https://10.1/', /private network/],
  ['https://１０.0.0.1/', /private network/],
  ['https://[::]/', /no address of a host/],
  ['https://[fc00::1]/', /private network/],
  ['https://[fe80::1]/', /link-local/],
  ['https://[fec0::1]/', /reserved/],
  ['https://[ff02::1]/', /multicast/],
  ['https://[::ffff:127.0.0.1]/', /inside an IPv6/],
  ['https://[::ffff:7f00:1]/', /inside an IPv6/],
  ['https://[::127.0.0.1]/', /reserved/],
  ['https://[64:ff9b::7f00:1]/', /inside an IPv6/],
  ['https://[64:ff9b:1::a00:1]/', /inside an IPv6/],
  ['https://[2002:7f00:1::]/', /inside an IPv6/],
  ['https://[2001:0:7f00:1::]/', /inside an IPv6/],
  ['https://[::ffff:0:127.0.0.1]/', /inside an IPv6/],
  ['https://[2001:db8::1]/', /reserved/],
  ['https://[100::1]/', /reserved/],
  ['https://inside.shop.example/', /resolves to 10\.1\.2\.3, which is on a private network/],
  ['https://half.shop.example/', /192\.168\.0\.9/],
  ['https://six.shop.example/', /private network/],
  ['https://mapped.shop.example/', /inside an IPv6/],
  ['https://metadata.shop.example/', /link-local/],
]

/** This machine: only test mode calls it. */
const ownMachine: readonly string[] = [
  'http://127.0.0.1:4000/hooks', 'https://127.0.0.1/', 'http://localhost:4000/', 'http://shop.localhost:4000/', 'http://[::1]:4000/',
  'http://127.1:4000/', 'http://2130706433/', 'http://0x7f.1/', 'http://0177.0.0.1/', 'http://127.255.255.254:1/',
]

describe('a URL', () => {
  test.each(taken)('%s is stored as %s', async (text, url) => {
    expect(await live.check(text)).toEqual({ url })
    expect(await inTest.check(text)).toEqual({ url })
  })

  test.each(refused)('%j is refused', async (text, why) => {
    for (const guard of [live, inTest]) {
      expect(await guard.check(text)).toEqual({ wrong: expect.stringMatching(why) as string })
      expect(await guard.aim(text)).toEqual({ wrong: expect.stringMatching(why) as string })
    }
  })

  test.each(ownMachine)('%s is allowed in test mode alone', async (text) => {
    expect(await inTest.check(text)).toHaveProperty('url')
    expect(await inTest.aim(text)).toHaveProperty('addresses')
    expect(await live.check(text)).toHaveProperty('wrong')
    expect(await live.aim(text)).toHaveProperty('wrong')
  })

  test('may have a port that the operator allows', async () => {
    const guard = createGuard({ ports: [443, 8443], loopback: false, resolve })
    expect(await guard.check('https://hooks.shop.example:8443/')).toHaveProperty('url')
    expect(await guard.check('https://hooks.shop.example:8444/')).toEqual({ wrong: expect.stringContaining('expected 443 or 8443') as string })
    expect(await guard.check('https://10.0.0.1:8443/')).toHaveProperty('wrong')
  })

  test('is sent to the addresses that were checked, and to nobody when there are none', async () => {
    expect(await live.aim('https://hooks.shop.example/in')).toMatchObject({ addresses: dns['hooks.shop.example'] })
    expect(await live.aim('https://not-there-yet.shop.example/')).toEqual({ wrong: 'the host name does not resolve' })
    const broken = createGuard({ ports: [443], loopback: false, resolve: () => Promise.reject(new Error('SERVFAIL')) })
    expect(await broken.aim('https://hooks.shop.example/in')).toEqual({ wrong: 'the host name does not resolve' })
  })

  test('is checked anew each time, as the name may have turned elsewhere', async () => {
    const answers = [['93.184.215.14'], ['127.0.0.1']]
    const guard = createGuard({ ports: [443], loopback: true, resolve: async () => answers.shift() ?? [] })
    expect(await guard.check('https://rebind.example/')).toHaveProperty('url')
    expect(await guard.aim('https://rebind.example/')).toEqual({ wrong: expect.stringContaining('this machine itself') as string })
  })
})

test.each(['8.8.8.8', '1.1.1.1', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '2a00:1450::1'])('%s is public', (address) => {
  expect(describeAddress(address)).toBeNull()
})
