import { css, html, type CSSResult, type TemplateResult } from 'lit'
import { formatInstant } from '../instant.ts'
import type { ControllerHost } from '../element/controller.ts'
import type { Drawn } from '../element/shares.ts'
import { en } from './en.ts'

export type WhatIsNext = (view: Drawn['view']) => TemplateResult

/** What happens after payment, in a language: the steps, and when each share is released by itself. */
export async function nextIn({ language, adopt }: Pick<ControllerHost, 'language' | 'adopt'>): Promise<WhatIsNext> {
  const say = await language.words('next', en)
  adopt(styles())
  const when = ({ autoReleaseIfShippedNow: instant, releaseTerms: { inspectionDays: days } }: Drawn['view']['shares'][number]): string => {
    if (days === null) return say('nextNever')
    return instant ? say('nextDate', { days, date: formatInstant(instant, language.locale) }) : say('nextDays', { days })
  }
  return ({ shares }) => html`<section class="next">
    <h3>${say('next')}</h3>
    <ol>
      <li>${say(shares.length > 1 ? 'nextShipMany' : 'nextShip')}</li>
      <li>${say('nextConfirm')}</li>
      <li>${say('nextAutomatic')}
        <ul>${shares.map((share) => html`<li><strong><bdi>${share.sellerName}</bdi></strong>${when(share)}</li>`)}</ul></li>
    </ol>
  </section>`
}

const styles = (): CSSResult => css`
  :where(.next, .next ol) { gap: 12px; }
  .next { display: grid; padding-block-start: 16px; border-block-start: 1px solid var(--line); font-size: var(--small); }
  .next ol { display: grid; list-style: none; counter-reset: step; }
  .next ol > li { position: relative; padding-inline-start: calc(20px + var(--size)); min-block-size: 24px; counter-increment: step; }
  .next ol > li::before { content: counter(step); position: absolute; inset-inline-start: 0; inset-block-start: -2px;
    inline-size: 2em; block-size: 2em; border: 1px solid var(--border); border-radius: 50%; text-align: center;
    font-size: var(--tiny); line-height: calc(2em - 2px); color: var(--quiet); }
  .next ul { display: grid; gap: 8px; margin-block-start: 8px; list-style: none; }
  .next li strong { display: block; font-weight: 600; }
`
