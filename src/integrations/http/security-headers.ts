/** The one page, and the sha256 of its script and of its style, in base64. */
export interface Page {
  html: string;
  scriptHash: string;
  styleHash: string;
}

/** Of every answer: nothing of it is kept, guessed at, framed or sent on. */
export const commonHeaders: readonly (readonly [name: string, value: string])[] = [
  // `no-transform`: what compresses answers would hold back the events.
  ['Cache-Control', 'no-store, no-transform'],
  ['X-Content-Type-Options', 'nosniff'],
  ['X-Frame-Options', 'DENY'],
  ['Referrer-Policy', 'no-referrer'],
  ['Cross-Origin-Resource-Policy', 'same-origin'],
  ['Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"],
];

/** The page runs its own script with its own style, and talks to its own origin. */
export function contentSecurityPolicy({ scriptHash, styleHash }: Page): string {
  return [
    "default-src 'none'",
    `script-src 'sha256-${scriptHash}'`,
    `style-src 'sha256-${styleHash}'`,
    "connect-src 'self'",
    // The icon is in the page.
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
