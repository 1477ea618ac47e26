/// The style of reports: the colors of the reader's system, light or dark, and light on paper.
enum Stylesheet {
  static let text: StaticString = """
    :root {
      --paper: #ffffff; --ink: #1b1f24; --faint: #57606a; --rule: #d3d9e0; --box: #f5f7f9; --link: #0b5cad;
      --c0: #0b5cad; --c1: #b5470b; --c2: #1a7f37; --c3: #7a3fd1; --c4: #b91c56; --c5: #0a727c; --c6: #7a5c00; --c7: #4d5562;
    }
    @media screen and (prefers-color-scheme: dark) {
      :root {
        --paper: #12161b; --ink: #e6e9ed; --faint: #a0a8b2; --rule: #353c45; --box: #1b2128; --link: #6cb6ff;
        --c0: #6cb6ff; --c1: #f0883e; --c2: #57c968; --c3: #c297ff; --c4: #ff7eb0; --c5: #4fd1c5; --c6: #d9b44a; --c7: #b3bcc7;
      }
    }
    * { box-sizing: border-box; }
    html { color-scheme: light dark; }
    body {
      margin: 0 auto; padding: 1rem; max-width: 72rem; background: var(--paper); color: var(--ink);
      font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere;
    }
    h1 { font-size: 1.6rem; line-height: 1.25; margin: .5rem 0; }
    h2 { font-size: 1.25rem; margin: 2.5rem 0 .75rem; padding-top: .75rem; border-top: 1px solid var(--rule); }
    h3 { font-size: 1rem; margin: 1.5rem 0 .5rem; }
    a { color: var(--link); }
    p { margin: .5rem 0; max-width: 48rem; }
    .lead { font-size: 1.15rem; }
    .note, footer, figcaption small { color: var(--faint); font-size: .9rem; }
    nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1rem; padding: 0; list-style: none; }
    .facts { display: grid; grid-template-columns: minmax(7rem, max-content) 1fr; gap: .2rem 1rem; margin: .5rem 0; }
    .facts dt { color: var(--faint); }
    .facts dd { margin: 0; }
    pre { margin: .5rem 0; padding: .75rem; background: var(--box); overflow-x: auto; font-size: .85rem; overflow-wrap: normal; }
    pre.wrap { white-space: pre-wrap; overflow-wrap: anywhere; }
    details { margin: .75rem 0; }
    summary { cursor: pointer; }
    .scroll { overflow-x: auto; max-height: 40rem; margin: .75rem 0; }
    table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; overflow-wrap: normal; }
    caption { text-align: left; color: var(--faint); padding-bottom: .25rem; }
    th, td { padding: .2rem .75rem .2rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--rule); }
    tbody th { font-weight: 500; }
    tbody th { white-space: nowrap; }
    thead th, tfoot th, tfoot td { font-weight: 600; }
    .scroll thead { position: sticky; top: 0; }
    .scroll tfoot { position: sticky; bottom: 0; }
    .scroll :is(thead, tfoot) :is(th, td) { background: var(--paper); }
    .number { text-align: right; white-space: nowrap; }
    .charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 20rem), 1fr)); gap: 1rem 1.5rem; }
    figure { margin: 0; break-inside: avoid; }
    figcaption { font-weight: 600; }
    figcaption small { display: block; font-weight: 400; }
    svg { display: block; width: 100%; height: auto; font: 12px system-ui, sans-serif; }
    svg text { fill: var(--ink); }
    .chart { max-width: 30rem; }
    .end { text-anchor: end; }
    .middle { text-anchor: middle; }
    .grid { stroke: var(--rule); }
    .axis, .tick { stroke: var(--faint); }
    .line { fill: none; stroke-width: 2; stroke-linejoin: round; }
    .dashed { stroke-dasharray: 5 3; }
    .dot, .band { stroke: none; }
    .band { opacity: .25; }
    .mark { fill: none; stroke: var(--ink); stroke-width: 1.5; }
    .c0 { stroke: var(--c0); } .c1 { stroke: var(--c1); } .c2 { stroke: var(--c2); } .c3 { stroke: var(--c3); }
    .c4 { stroke: var(--c4); } .c5 { stroke: var(--c5); } .c6 { stroke: var(--c6); } .c7 { stroke: var(--c7); }
    .dot.c0, .band.c0 { fill: var(--c0); } .dot.c1, .band.c1 { fill: var(--c1); }
    .dot.c2, .band.c2 { fill: var(--c2); } .dot.c3, .band.c3 { fill: var(--c3); }
    .dot.c4, .band.c4 { fill: var(--c4); } .dot.c5, .band.c5 { fill: var(--c5); }
    .dot.c6, .band.c6 { fill: var(--c6); } .dot.c7, .band.c7 { fill: var(--c7); }
    .legend { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; padding: 0; margin: .75rem 0; list-style: none; }
    .legend li { display: flex; align-items: center; gap: .5rem; }
    .bar { fill: var(--c0); opacity: .45; }
    .border { fill: none; stroke: var(--rule); }
    .heat { font-size: 8px; }
    .matrix { max-height: none; }
    .matrix .cell { text-align: right; padding: .2rem .4rem; border: 1px solid var(--rule); min-width: 2.2rem; }
    .matrix .none { color: var(--faint); }
    .upright span { writing-mode: vertical-rl; max-height: 9rem; overflow: hidden; }
    th.upright { vertical-align: bottom; }
    .samples { display: grid; grid-template-columns: repeat(auto-fill, minmax(8.5rem, 1fr)); gap: 1rem; }
    .sample img { width: 100%; height: auto; }
    .filters { display: flex; flex-wrap: wrap; gap: .5rem; margin: .75rem 0; }
    .filter { width: 3rem; text-align: center; }
    .filter img { width: 100%; height: auto; border: 1px solid var(--rule); }
    .pixels { image-rendering: pixelated; }
    img { display: block; }
    .omission { white-space: pre-line; padding: .5rem .75rem; background: var(--box); border-left: 3px solid var(--c1); }
    .named { display: flex; align-items: center; gap: .5rem; }
    .swatch { width: 28px; height: 8px; flex: none; }
    @media print {
      body { max-width: none; padding: 0; font-size: 10pt; }
      nav { display: none; }
      section, tr { break-inside: auto; }
      h2, h3, caption { break-after: avoid; }
      .scroll { max-height: none; overflow: visible; }
      details::details-content { content-visibility: visible; height: auto; }
      * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
    }
    """
}
