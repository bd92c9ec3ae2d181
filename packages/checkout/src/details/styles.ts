import { css, type CSSResult } from 'lit'

/** What the element's own styles have no rule for. Made when it is asked for: a part has no Lit before. */
export const styles = (): CSSResult => css`
  .details { display: grid; gap: 12px; margin-block-end: 20px; }
  .details legend { margin-block-end: 12px; padding: 0; font-weight: 600; }
  .details fieldset { display: grid; gap: 12px; padding-block-start: 8px; }
  .details fieldset legend { margin-block-end: 8px; font-size: 14px; }
  .details .row { display: grid; grid-template-columns: repeat(auto-fit, minmax(140px, 1fr)); gap: 12px; align-items: start; }
  .details label { display: block; margin-block-end: 4px; font-size: 14px; color: var(--ink); }
  .details :is(input, select) { inline-size: 100%; min-inline-size: 0; min-block-size: 44px; padding: 8px 12px; font-size: 16px;
    color: var(--ink); background: var(--paper); border: 1px solid var(--border); border-radius: var(--control); }
  .details select { text-overflow: ellipsis; }
  .details :is(input, select):focus-visible { outline-offset: 0; }
  .details [aria-invalid=true] { border-color: var(--error); box-shadow: inset 0 0 0 1px var(--error); }
  .details .wrong { margin-block-start: 4px; font-size: 14px; color: var(--error); }
  .details .wrong::before { content: "! " / ""; font-weight: 700; }
  @media (forced-colors: active) { .details [aria-invalid=true] { border-width: 3px; } }
`
