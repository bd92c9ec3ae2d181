import type { FastifyInstance, FastifyReply } from 'fastify'
import { display } from '../shared/money.ts'
import { code } from './cards.ts'
import type { Challenge, Issuer } from './issuer.ts'
import { creq, decode, encode, methodData } from './messages.ts'

// What a bank shows of 3-D Secure: the hidden page that looks at the browser, and the challenge.

type Form = Readonly<Record<string, string>> | undefined

/** Fields that the browser posts on by itself, at once. With a button for a browser without scripts. */
export function passOn(reply: FastifyReply, { action, fields, target }: { action: string; fields: Readonly<Record<string, string>>; target?: string }): FastifyReply {
  const inputs = Object.entries(fields).map(([name, value]) => `<input type="hidden" name="${name}" value="${escape(value)}">`)
  return sendPage(reply, {
    title: 'One moment', script: 'document.forms[0].submit()',
    body: `<form method="post" action="${escape(action)}"${target ? ` target="${target}"` : ''}>${inputs.join('')}<noscript><button class="button">Continue</button></noscript></form>`,
  })
}

export interface Page {
  readonly title: string
  readonly body: string
  readonly script?: string
  readonly size?: string
}

export function sendPage(reply: FastifyReply, { title, body, script = '', size = '05' }: Page): FastifyReply {
  return reply
    .type('text/html; charset=utf-8')
    .header('cache-control', 'no-store')
    .header('referrer-policy', 'no-referrer')
    .header(
      'content-security-policy',
      "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; frame-src http: https:; base-uri 'none'; frame-ancestors http: https:",
    )
    .send(
      `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">` +
        `<title>${escape(title)}</title><style>${style}</style></head><body data-window="${size}">${body}${script && `<script>${script}</script>`}</body></html>`,
    )
}

export function registerAcs(app: FastifyInstance, issuer: Issuer, hangs: (transID: string) => boolean): void {
  app.post<{ Body: Form }>('/acs/method', async (request, reply) => {
    const data = decode(methodData, request.body?.['threeDSMethodData'])
    if (!data) return sendPage(reply.code(400), refused('threeDSMethodData'))
    if (hangs(data.threeDSServerTransID)) return sendPage(reply, { title: 'Looking at the browser', body: '' })
    const { threeDSServerTransID } = data
    return passOn(reply, { action: data.threeDSMethodNotificationURL, fields: { threeDSMethodData: encode({ threeDSServerTransID }) } })
  })
  app.post<{ Body: Form }>('/acs/challenge', async (request, reply) => {
    const message = decode(creq, request.body?.['creq'])
    const sessionData = request.body?.['threeDSSessionData'] ?? ''
    const challenge = message && issuer.open(message, sessionData)
    if (!challenge) return sendPage(reply.code(400), refused('creq'))
    return show(reply, issuer, challenge)
  })
  app.post<{ Body: Form; Params: { id: string } }>('/acs/challenge/:id', async (request, reply) => {
    const challenge = issuer.find(request.params.id)
    if (!challenge?.creq) return sendPage(reply.code(404), refused('transaction'))
    const { code: text = '', does = '' } = request.body ?? {}
    issuer.enter(challenge, { text, cancel: does === 'cancel' })
    return show(reply, issuer, challenge)
  })
}

const refused = (what: string): Page => ({
  title: 'Not possible', body: `<main><h1>This can’t be confirmed</h1><p>The ${what} is not one of ours. Go back to the shop and try again.</p></main>`,
})

function show(reply: FastifyReply, issuer: Issuer, challenge: Challenge): FastifyReply {
  if (challenge.result === undefined) return sendPage(reply, challengePage(challenge))
  const { areq: { notificationURL }, sessionData } = challenge
  const fields = { cres: encode(issuer.cres(challenge)), ...(sessionData ? { threeDSSessionData: sessionData } : {}) }
  return passOn(reply, { action: notificationURL, fields })
}

function challengePage({ acsTransID, areq, creq: asked, wrong, interactions }: Challenge): Page {
  const { merchantName, purchaseAmount, purchaseCurrency } = areq
  const sum = `${purchaseCurrency} ${display({ currency: purchaseCurrency, value: purchaseAmount })}`
  const left = 3 - interactions
  const hint = wrong
    ? `<p id="wrong" class="wrong" role="alert">That code is not right. ${left === 1 ? 'One try is' : `${left} tries are`} left.</p>`
    : ''
  return {
    title: 'Confirm your payment', size: asked?.challengeWindowSize ?? '05',
    body: `<header><span class="logo" aria-hidden="true">◆</span><b>Quayside Bank</b><small>simulated</small></header>
<main><h1>Confirm your payment</h1>
<dl><div><dt>To</dt><dd>${escape(merchantName)}</dd></div><div><dt>Amount</dt><dd>${escape(sum)}</dd></div></dl>
<form method="post" action="/acs/challenge/${acsTransID}">
<label for="code">Code that we sent to your phone</label>
<input id="code" name="code" inputmode="numeric" autocomplete="one-time-code" maxlength="8" autofocus${wrong ? ' aria-invalid="true" aria-describedby="wrong"' : ''}>
${hint}<button class="button" name="does" value="confirm">Confirm</button>
<button class="button quiet" name="does" value="cancel" formnovalidate>Cancel</button></form>
<p class="hint">In this simulation the code is <b>${code}</b>.</p></main>`,
  }
}

export function escape(text: string): string {
  return text.replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`)
}

const style = `
:root { color-scheme: light; --ink: #1d2430; --soft: #586274; --line: #cfd6e0; --brand: #274690 }
* { box-sizing: border-box }
body { margin: 0; background: #fff; color: var(--ink); font: 15px/1.4 system-ui, sans-serif }
header { display: flex; align-items: center; gap: .5rem; padding: .75rem 1rem; border-bottom: 3px solid var(--brand) }
header small { color: var(--soft) } .logo { color: var(--brand); font-size: 1.3rem }
main { max-width: 26rem; margin: 0 auto; padding: .75rem 1rem 1rem }
h1 { margin: 0; font-size: 1.15rem }
dl { margin: .5rem 0 .75rem } dl div { display: flex; gap: 1rem; padding: .25rem 0; border-bottom: 1px solid var(--line) }
dt { color: var(--soft) } dd { margin: 0 0 0 auto; text-align: end; overflow-wrap: anywhere; font-variant-numeric: tabular-nums }
form { display: grid; gap: .5rem } label { font-weight: 600 }
input:not([type=hidden]) { width: 100%; min-height: 44px; padding: .4rem .6rem; border: 1px solid #6b7688; border-radius: 4px; font: inherit; font-size: 1.15rem; letter-spacing: .15em }
.button { min-height: 44px; border: 0; border-radius: 4px; background: var(--brand); color: #fff; font: inherit; font-weight: 600; cursor: pointer }
.button.quiet { background: none; color: var(--brand); border: 1px solid var(--brand) }
:focus-visible { outline: 3px solid #e09f1f; outline-offset: 1px }
.wrong { margin: 0; color: #a3161b } .hint { margin: .75rem 0 0; color: var(--soft) }
[data-window="01"] main { padding: .5rem } [data-window="01"] { font-size: 14px }
@media (min-width: 500px) { [data-window="05"] main { padding-block: 2rem } }
`
