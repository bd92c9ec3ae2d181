import { css, type CSSResult } from 'lit'
import { common } from '../element/styles.ts'

const own = css`
  :host { max-inline-size: 560px; }
  h2 { font-size: calc(var(--size) * 1.75); letter-spacing: -.01em; }
  @container (max-width: 379px) { h2 { font-size: calc(var(--size) * 1.25); } }
  h2:focus-visible, h4:focus-visible { outline: none; }
  h4 { margin: 0; font-size: var(--size); font-weight: 600; }
  .where, .seller, .happened { margin-block-start: 20px; padding-block-start: 20px; border-block-start: 1px solid var(--line); }
  .where { margin-block-start: 12px; padding-block-start: 0; border: 0; }
  .where .pair { font-weight: 500; font-size: var(--small); color: var(--quiet); }
  .where .pair > :last-child { font-size: var(--size); font-weight: 650; color: var(--ink); }
  .where > p { margin-block-start: 8px; }
  .legend { font-size: var(--small); }
  .terms { margin-block-start: 12px; }
  .badge { padding: 0 8px; border: 1px solid currentColor; border-radius: 4px; font-size: var(--tiny); line-height: 1.7; font-weight: 500; }
  .badge.held { color: var(--held); } .badge.released { color: var(--released); }
  .badge.refunded { color: var(--refunded); } .badge.frozen { color: var(--error); }
  .notice { border-color: var(--held); } .notice .icon { color: var(--held); }
  .actions { display: flex; flex-wrap: wrap; gap: 8px; margin-block-start: 16px; }
  .actions .pay, .actions .quiet { flex: 1 1 180px; inline-size: auto; min-block-size: 44px; margin: 0; padding: 8px 16px; }
  .asking { display: grid; gap: 12px; margin-block-start: 16px; padding: 16px; border: 1px solid var(--border); border-radius: var(--corner); }
  .asking .actions { margin-block-start: 4px; }
  label { display: block; margin-block-end: 4px; font-size: var(--small); font-weight: 500; }
  textarea { inline-size: 100%; padding: 10px 12px; border: 1px solid var(--border); border-radius: var(--control); font: inherit;
    color: var(--ink); background: var(--paper); resize: vertical; }
  textarea[aria-invalid=true] { border-color: var(--error); }
  .wrong { display: flex; gap: 8px; margin-block-start: 4px; font-size: var(--small); color: var(--error); }
  .wrong .icon { margin-block-start: 2px; flex: none; }
  [role=alert]:empty { display: none; }
  .timeline { display: grid; gap: 16px; margin-block-start: 12px; padding: 0; list-style: none; }
  .timeline li { position: relative; display: grid; gap: 2px; padding-inline-start: 24px; }
  .timeline li::before { content: ''; position: absolute; inset-inline-start: 0; inset-block-start: 6px; inline-size: 10px; block-size: 10px;
    border: 2px solid var(--quiet); border-radius: 50%; background: var(--quiet); }
  .timeline li:not(:last-child)::after { content: ''; position: absolute; inset-inline-start: 6px; inset-block: 20px -10px;
    inline-size: 2px; background: var(--line); }
  .timeline .held::before { border-color: var(--held); background: var(--held); }
  .timeline .released::before { border-color: var(--released); background: var(--released); }
  .timeline .refunded::before { border-color: var(--refunded); background: var(--refunded); }
  .timeline .frozen::before { border-color: var(--error); background: var(--error); }
  .timeline .next::before { border-style: dashed; background: var(--paper); }
  q { quotes: '“' '”'; }
  .waiting-shape { display: grid; gap: 16px; }
  .waiting-shape .blank { block-size: 24px; inline-size: 60%; }
  .waiting-shape .blank.wide { block-size: 120px; inline-size: 100%; }
  @media (forced-colors: active) {
    .timeline li::before { forced-color-adjust: none; }
    .bar rect { stroke: none; }
  }
`

export const styles: CSSResult[] = [...common, own]
