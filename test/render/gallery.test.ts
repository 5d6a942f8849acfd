import { describe, expect, test } from "vitest"
import { dated } from "../../demo/gallery/dated.ts"
import type { Draft } from "../../demo/gallery/drafts.ts"
import { gallery, themes } from "../../demo/gallery/gallery.ts"
import { shown } from "./items/parts-draw.ts"

const { info, children } = gallery

/** Name of a draft: role, tools and first words. */
function nameOf({ info, parts }: Draft): string {
  const names = parts.map((part) => {
    const { type, tool, text } = (part ?? {}) as { type?: string; tool?: string; text?: string }
    return tool ?? (type === "text" ? text?.slice(0, 30) : type) ?? "?"
  })
  return `${info["role"]}: ${[...new Set(names)].join(", ").replace(/\s+/g, " ").slice(0, 80)}`
}

// Each message alone, but concurrently: rendering one must not affect others.
describe.each(Object.entries(themes))("the gallery, %s", (_, drafts) => {
  test.each(drafts.map((draft): [string, Draft] => [nameOf(draft), draft]))("%s", async (_, draft) => {
    const [message] = dated([{ ...draft, after: 0 }], "ses_gallery", Date.UTC(2026, 10, 2, 9))
    expect(await shown(message!, { info, children })).toMatchSnapshot()
  })
})
