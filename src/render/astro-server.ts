import { createApp } from "astro/app/entrypoint"
import { printable } from "./safe-html.ts"

const app = createApp({ streaming: false })

/**
 * The whole of an HTML document, drawn by the page at `path` (`/`) with `locals` (`{ page: PageView }`).
 * Throws when a component fails: Astro then answers with an empty body or an error status instead of throwing itself.
 */
export async function renderPage(path: string, locals: object): Promise<string> {
  const response = await app.render(new Request(`http://localhost${path}`), { locals })
  const html = await response.text()
  if (!response.ok || html === "") throw new Error(`the page template failed with status ${response.status}`)
  return printable(html).replace(/\r\n?/g, "\n")
}
