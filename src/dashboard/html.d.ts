/** The live page, built into one text (`page-plugin.ts`). */
declare module '*/page.html' {
  const page: { html: string; scriptHash: string; styleHash: string };
  export default page;
}
