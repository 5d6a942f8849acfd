import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs"
import path from "node:path"
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { copyToSystemClipboard, openInBrowser } from "../../src/lib/system-program.ts"
import { temporaryFolder } from "../support/world.ts"

/** A folder with programs that write down their arguments and stdin, and end with a status. */
function programs(statuses: Record<string, number>) {
  const folder = temporaryFolder()
  for (const [name, status] of Object.entries(statuses)) {
    const file = path.join(folder, name)
    writeFileSync(file, `#!/bin/sh\nprintf '%s\\n' "$@" > "$0.args"\n/bin/cat > "$0.in"\nexit ${status}\n`)
    chmodSync(file, 0o755)
  }
  const read = (name: string) =>
    existsSync(path.join(folder, name)) ? readFileSync(path.join(folder, name), "utf8") : undefined
  return { env: { PATH: folder }, read }
}

describe.skipIf(process.platform === "win32")("programs of a Linux desktop", () => {
  test.each([
    [{ WAYLAND_DISPLAY: "wayland-0", DISPLAY: ":0" }, { "wl-copy": 0, xclip: 0 }, "wl-copy"],
    [{ WAYLAND_DISPLAY: "wayland-0", DISPLAY: ":0" }, { "wl-copy": 1, xclip: 0 }, "xclip"],
    [{ DISPLAY: ":0" }, { xclip: 1, xsel: 0 }, "xsel"],
    [{ DISPLAY: ":0" }, { xsel: 0 }, "xsel"],
    [{ WSL_DISTRO_NAME: "Debian" }, { "clip.exe": 0 }, "clip.exe"],
    [{ DISPLAY: ":0" }, {}, undefined],
    [{}, { xclip: 0 }, undefined],
  ])("with %j and %j, a text is copied by %s", async (display, statuses, expected) => {
    const { env, read } = programs(statuses as Record<string, number>)
    const isCopied = await copyToSystemClipboard("https://x.example/s/1", {
      env: { ...env, ...display },
      platform: "linux",
    })
    expect(isCopied).toBe(expected !== undefined)
    if (expected) expect(read(`${expected}.in`)).toBe("https://x.example/s/1")
  })

  test("a link is one argument, whatever it contains, and other text starts nothing", async () => {
    const { env, read } = programs({ "xdg-open": 0 })
    const system = { env, platform: "linux" as const }
    await fc.assert(
      fc.asyncProperty(fc.webUrl({ withQueryParameters: true, withFragments: true }), async (link) => {
        expect(await openInBrowser(link, system)).toBe(true)
        expect(read("xdg-open.args")).toBe(`${new URL(link).href}\n`)
      }),
      { numRuns: 5 },
    )
    for (const link of ["javascript:alert(1)", "--help", "", "ftp://x.example/"])
      expect(await openInBrowser(link, system)).toBe(false)
  })

  test("nothing is opened without a program or if it fails", async () => {
    for (const statuses of [{}, { "xdg-open": 3 }] as Record<string, number>[]) {
      const { env } = programs(statuses)
      expect(await openInBrowser("https://x.example/", { env, platform: "linux" })).toBe(false)
    }
  })
})
