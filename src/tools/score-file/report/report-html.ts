/** A part of the report: a chart, or a table. */
export interface ReportSection {
  title: string;
  text: string;
  /** SVG that this package has drawn. It is inserted unchanged. */
  svg?: string;
  table?: { head: readonly string[]; rows: readonly (readonly string[])[] };
}

export interface Report {
  title: string;
  /** Pairs of name and value. */
  facts: readonly (readonly [string, string])[];
  sections: readonly ReportSection[];
}

const style = `
body { font: 15px/1.5 system-ui, sans-serif; color: #1a1a1a; background: #fff; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }
main { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 30rem), 1fr)); gap: 1.5rem; }
section.wide { grid-column: 1 / -1; overflow-x: auto; }
h2 { font-size: 1.1rem; margin: 0; }
p { margin: 0.2rem 0 0.6rem; color: #444; }
svg { width: 100%; height: auto; }
table { border-collapse: collapse; }
th, td { padding: 0.2rem 0.8rem; border-bottom: 1px solid #ddd; text-align: right; font-variant-numeric: tabular-nums; }
th:first-child, td:first-child { text-align: left; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.1rem 1rem; }
dt { color: #444; }
dd { margin: 0; }
`;

/** The report as one HTML file that loads nothing and runs no script. */
export function reportHtml({ title, facts, sections }: Report): string {
  const list = facts.map(([name, value]) => `<dt>${escaped(name)}</dt><dd>${escaped(value)}</dd>`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escaped(title)}</title>
<style>${style}</style>
</head>
<body>
<h1>${escaped(title)}</h1>
<dl>
${list.join('\n')}
</dl>
<main>
${sections.map(sectionHtml).join('\n')}
</main>
</body>
</html>
`;
}

function sectionHtml({ title, text, svg, table }: ReportSection): string {
  const parts = [`<h2>${escaped(title)}</h2>`, `<p>${escaped(text)}</p>`];
  if (svg !== undefined) parts.push(`<div role="img" aria-label="${escaped(title)}">${svg}</div>`);
  if (table !== undefined) {
    const rows = table.rows.map((row) => `<tr>${row.map((cell) => `<td>${escaped(cell)}</td>`).join('')}</tr>`);
    const head = table.head.map((cell) => `<th scope="col">${escaped(cell)}</th>`).join('');
    parts.push(`<table>\n<thead><tr>${head}</tr></thead>\n<tbody>\n${rows.join('\n')}\n</tbody>\n</table>`);
  }
  return `<section${table === undefined ? '' : ' class="wide"'}>\n${parts.join('\n')}\n</section>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
