import { css, type CSSResult } from 'lit'

/* Public custom properties are read once, here; everything below uses the short names. */
const tokens = css`
  .base {
    --ink: var(--holdfast-color-text, #0e1b26);
    --paper: var(--holdfast-color-background, #fff);
    --line: var(--holdfast-color-line, #d5dde3);
    --border: var(--holdfast-color-border, #5a6b78);
    --quiet: var(--holdfast-color-quiet, #5a6b78);
    --accent: var(--holdfast-color-accent, #0b5c78);
    --on-accent: var(--holdfast-color-on-accent, #fff);
    --focus: var(--holdfast-color-focus, var(--accent));
    --held: var(--holdfast-color-held, #9a5b00);
    --released: var(--holdfast-color-released, #1b7f4b);
    --refunded: var(--holdfast-color-refunded, #56606b);
    --error: var(--holdfast-color-error, #b3261e);
    --size: var(--holdfast-font-size, max(1rem, 16px));
    --small: calc(var(--size) * .875);
    --tiny: calc(var(--size) * .75);
    --corner: var(--holdfast-radius, 8px);
    --control: var(--holdfast-radius, 6px);
    --shade: 0 1px 2px rgb(14 27 38 / 6%), 0 6px 20px rgb(14 27 38 / 7%);
    color-scheme: light;
  }
  .base.dark {
    --ink: var(--holdfast-color-text, #e8eef2);
    --paper: var(--holdfast-color-background, #0e161d);
    --line: var(--holdfast-color-line, #2a3944);
    --border: var(--holdfast-color-border, #93a4b0);
    --quiet: var(--holdfast-color-quiet, #93a4b0);
    --accent: var(--holdfast-color-accent, #4fb3d1);
    --on-accent: var(--holdfast-color-on-accent, #0e161d);
    --held: var(--holdfast-color-held, #f0b04a);
    --released: var(--holdfast-color-released, #4cc38a);
    --refunded: var(--holdfast-color-refunded, #a0adb8);
    --error: var(--holdfast-color-error, #ff8a80);
    --shade: none;
    color-scheme: dark;
  }
`

const frameOfAll = css`
  :host { display: block; max-inline-size: 480px; container-type: inline-size; }
  :host([hidden]), [hidden] { display: none !important; }
  *, ::before, ::after { box-sizing: border-box; }
  .base {
    position: relative; padding: 24px; color: var(--ink); background: var(--paper);
    border: 1px solid var(--line); border-radius: var(--corner); box-shadow: var(--shade);
    font: 400 var(--size)/1.45 var(--holdfast-font-family, system-ui, -apple-system, "Segoe UI",
      Roboto, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif);
    font-variant-numeric: tabular-nums; text-align: start; overflow-wrap: anywhere;
    -webkit-text-size-adjust: 100%; text-size-adjust: 100%;
  }
  .bare { visibility: hidden; }
  @container (max-width: 359px) { .base { padding: 16px; } }
  h2, h3, p, dl, dd, ol, ul, fieldset { margin: 0; padding: 0; border: 0; min-inline-size: 0; }
  p, dd, li { text-wrap: pretty; }
  h2 { font-size: calc(var(--size) * 1.25); line-height: 1.3; font-weight: 650; }
  h3 { font-size: var(--size); font-weight: 600; }
  svg { flex: none; display: block; }
  button, a, summary, input { font: inherit; color: inherit; -webkit-tap-highlight-color: transparent; }
  button, summary, .methods label { cursor: pointer; touch-action: manipulation; }
  :focus { outline: none; }
  :focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; }
  .sr {
    position: absolute; inline-size: 1px; block-size: 1px; margin: -1px; overflow: hidden; clip-path: inset(50%);
    white-space: nowrap;
  }
  .icon { inline-size: 16px; block-size: 16px; fill: none; stroke: currentColor; stroke-width: 1.75;
    stroke-linecap: round; stroke-linejoin: round; }
  .small { font-size: var(--small); }
  .quiet-text { color: var(--quiet); }
`

const head = css`
  .head { display: flex; justify-content: space-between; gap: 8px 16px; font-size: var(--small); color: var(--quiet); }
  .head strong { font-size: var(--size); font-weight: 600; color: var(--ink); }
  .test { flex: none; align-self: start; padding: 0 8px; border: 1px solid var(--border); border-radius: 4px; font-size: var(--tiny);
    line-height: 1.7; white-space: nowrap; }
  .total { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 8px; margin-block-start: 12px; font-weight: 650;
    font-size: calc(var(--size) * 1.75); line-height: 1.3; letter-spacing: -.01em; }
  .total small { font-size: var(--size); font-weight: 500; letter-spacing: 0; color: var(--quiet); }
`

const panel = css`
  details.held { margin-block: 4px 20px; border-block-end: 1px solid var(--line); }
  summary { display: flex; align-items: center; gap: 8px; min-block-size: 44px; padding-block-end: 4px; font-size: var(--small);
    font-weight: 500; list-style: none; border-radius: var(--control); }
  summary::-webkit-details-marker { display: none; }
  summary > .icon:first-child { color: var(--held); }
  summary > .turn { margin-inline-start: auto; color: var(--quiet); transition: rotate 150ms; }
  details[open] > summary > .turn { rotate: 180deg; }
  .shares { padding-block: 4px 20px; font-size: var(--small); }
  .bar { margin-block-start: 8px; inline-size: 100%; block-size: 8px; border-radius: 4px; overflow: hidden; background: var(--line); }
  .bar:dir(rtl) { scale: -1 1; }
  .bar .held { fill: var(--held); } .bar .released { fill: var(--released); } .bar .refunded { fill: var(--refunded); }
  .legend { display: grid; grid-template-columns: repeat(3, auto); justify-content: space-between; gap: 4px 12px;
    margin-block: 8px 4px; }
  .legend div { display: grid; }
  .legend dt { display: flex; align-items: center; gap: 4px; font-size: var(--tiny); color: var(--quiet); }
  .legend .icon { inline-size: 12px; block-size: 12px; stroke-width: 2.5; }
  .legend .held .icon { color: var(--held); } .legend .released .icon { color: var(--released); }
  .legend .refunded .icon { color: var(--refunded); }
  .legend .none { color: var(--quiet); }
  @container (max-width: 339px) {
    .legend { grid-template-columns: 1fr; }
    .legend div { grid-template-columns: 1fr auto; }
  }
  .share { padding-block-start: 16px; margin-block-start: 12px; border-block-start: 1px solid var(--line); }
  .pair { display: flex; justify-content: space-between; align-items: baseline; gap: 4px 16px; }
  .pair > :last-child { flex: none; text-align: end; }
  .share .pair { font-weight: 600; }
  .terms { display: grid; grid-template-columns: minmax(min-content, 34%) 1fr; gap: 4px 12px; margin-block-start: 8px; }
  .terms dt { color: var(--quiet); overflow-wrap: normal; }
  .terms + p, .dispute { margin-block-start: 12px; }
`

const form = css`
  .methods { border: 1px solid var(--border); border-radius: var(--corner); overflow: clip; }
  .method + .method { border-block-start: 1px solid var(--line); }
  .method > label { display: flex; align-items: center; gap: 12px; min-block-size: 52px; padding: 4px 16px; font-weight: 500; }
  input[type=radio] { flex: none; appearance: none; inline-size: 20px; block-size: 20px; margin: 0; border: 2px solid var(--border);
    border-radius: 50%; background: var(--paper); }
  input[type=radio]:checked { border: 6px solid var(--accent); }
  .ways input[type=radio] { inline-size: 16px; block-size: 16px; }
  .ways input[type=radio]:checked { border-width: 5px; }
  .marks { flex: 1; display: flex; flex-wrap: wrap; align-items: center; justify-content: end; gap: 4px; }
  .mark { border: 1px solid var(--line); border-radius: 4px; }
  .more { font-size: var(--tiny); color: var(--quiet); padding-inline-start: 2px; }
  @container (max-width: 339px) { .mark { inline-size: 28px; block-size: auto; } .method > label { padding-inline: 12px; } }
  .body { padding: 0 12px 12px; }
  @container (max-width: 339px) { .body { padding: 0 8px 8px; } }
  .ways { display: grid; padding-inline: 36px 4px; font-size: var(--small); }
  .ways label { display: flex; align-items: center; gap: 12px; min-block-size: 44px; }
  .lone { padding-inline: 36px 4px; padding-block-end: 4px; }
  .frame { position: relative; }
  .early { block-size: 307px; margin-block-end: -307px; padding: 0 37px; }
  .frame.wait { block-size: 307px; }
  iframe { display: block; inline-size: 100%; border: 0; opacity: 0; transition: opacity 150ms; }
  .frame[data-ready] iframe { opacity: 1; }
  .fields { position: absolute; inset: 0; display: grid; grid-template-columns: 1fr 1fr; align-content: space-between;
    gap: 0 12px; padding: 40px 4px 4px; pointer-events: none; }
  .fields i { block-size: 68px; border-radius: var(--control); opacity: .5; background:
    linear-gradient(var(--line) 0 0) 0 2px / 96px 14px no-repeat,
    linear-gradient(var(--line) 0 0) 0 100% / 100% 44px no-repeat; }
  .fields i:nth-child(4) { margin-block-start: 18px; }
  .fields i:nth-child(1), .fields i:nth-child(4) { grid-column: 1 / -1; }
  .frame[data-ready] .fields { display: none; }
  .broken { display: grid; gap: 12px; padding-inline: 4px; justify-items: start; align-content: center; min-block-size: 307px; }
`

const controls = css`
  .notice { display: flex; gap: 12px; margin-block-start: 16px; padding: 12px 16px; font-size: var(--small); border: 1px solid var(--error);
    border-inline-start-width: 4px; border-radius: var(--control); }
  .notice .icon { inline-size: 20px; block-size: 20px; color: var(--error); }
  .base > .notice { margin-block: 0 16px; }
  .notice.info { border-color: var(--accent); } .notice.info .icon { color: var(--accent); }
  .pay, .link { display: flex; align-items: center; justify-content: center; gap: 8px; inline-size: 100%; min-block-size: 52px;
    margin-block-start: 16px; padding: 8px 16px; border: 2px solid transparent; border-radius: var(--control);
    background: var(--accent); color: var(--on-accent); font-weight: 600; text-align: center; text-decoration: none;
    transition: filter 150ms; }
  .pay:hover:not([aria-disabled=true]), .link:hover { filter: brightness(1.12); }
  .pay[aria-disabled=true] { cursor: default; opacity: .75; }
  .quiet { min-block-size: 44px; padding: 4px 16px; border: 1px solid var(--border); border-radius: var(--control);
    background: none; color: var(--accent); font-weight: 600; }
  .footnote { margin-block-start: 12px; font-size: var(--small); color: var(--quiet); }
  .spin { inline-size: 20px; block-size: 20px; animation: turn 900ms linear infinite; }
  @keyframes turn { to { rotate: 1turn; } }
`

const states = css`
  .outcome { display: grid; gap: 16px; }
  header + .outcome { margin-block-start: 20px; padding-block-start: 20px; border-block-start: 1px solid var(--line); }
  .seal { color: var(--quiet); }
  .seal .icon { inline-size: 40px; block-size: 40px; stroke-width: 1.25; }
  .seal.good .icon { inline-size: 48px; block-size: 48px; padding: 12px; border-radius: 50%; stroke-width: 2;
    color: var(--paper); background: var(--released); }
  .seal.good path { stroke-dasharray: 24; animation: draw 180ms ease-out both; }
  @keyframes draw { from { stroke-dashoffset: 24; } }
  .seal.wait { color: var(--accent); }
  .seal.bad { color: var(--error); }
  .outcome h2:focus-visible { outline: none; }
`

const ending = css`
  .step > :empty { position: absolute; }
  .status { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 8px; }
  .status :last-child { margin-inline-start: auto; }
`

const rest = css`
  .outcome > .link { margin-block-start: 0; }
  .link.second { border: 1px solid var(--border); background: none; color: var(--accent); }
  .blank { border-radius: 4px; background: var(--line); opacity: .5; }
  .pay.blank { background: var(--line); }
  .slow { position: absolute; inset: 50% 24px auto; inline-size: fit-content; margin-inline: auto; padding: 8px 16px;
    border: 1px solid var(--line); border-radius: var(--control); background: var(--paper); font-size: var(--small); }
  @media (prefers-reduced-motion: reduce) {
    *, ::before, ::after { animation: none !important; transition: none !important; }
  }
  @media (forced-colors: active) {
    .bar { border: 1px solid CanvasText; forced-color-adjust: none; }
    input[type=radio] { forced-color-adjust: none; border-color: ButtonBorder; background: Canvas; }
    input[type=radio]:checked { border-color: Highlight; }
    .pay, .link { border-color: ButtonBorder; }
    .mark { forced-color-adjust: none; }
    .blank, .fields i { border: 1px solid GrayText; }
  }
`

/** What a page after payment is drawn with as well. */
export const common: CSSResult[] = [tokens, frameOfAll, head, panel, controls, states, rest]

export const styles: CSSResult[] = [tokens, frameOfAll, head, panel, form, controls, states, ending, rest]
