/** The live page as one text (see `page-plugin.ts`). */
declare module '*/page.html' {
  const page: { html: string; scriptHash: string; styleHash: string };
  export default page;
}
