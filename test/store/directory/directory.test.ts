import { execFileSync, spawn } from "node:child_process"
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from "node:fs"
import path from "node:path"
import { fileURLToPath } from "node:url"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { ShareError } from "../../../src/errors.ts"
import { directoryStore } from "../../../src/store/directory/directory.ts"
import { directoryError } from "../../../src/store/directory/directory-errors.ts"
import { runs } from "../../support/property-runs.ts"
import { collect, keysOf, page } from "../../support/s3-here.ts"
import { temporaryFolder } from "../../support/world.ts"

describe("files", () => {
  it("have the plain content, in a folder that is created on demand", async () => {
    const root = path.join(temporaryFolder(), "a", "b")
    await directoryStore(root).put("s/one/index.html", page("<p>plain"))
    expect(readFileSync(path.join(root, "s/one/index.html"), "utf8")).toBe("<p>plain")
    expect(readdirSync(path.join(root, "s/one"))).toEqual(["index.html"])
  })

  it("leave no empty folder behind, except the root", async () => {
    const root = temporaryFolder()
    const store = directoryStore(root)
    await store.put("s/one/files/a.png", page("a"))
    await store.put("s/one/index.html", page("i"))
    await store.delete([{ key: "s/one/files/a.png", size: 1 }])
    expect(readdirSync(path.join(root, "s/one"))).toEqual(["index.html"])
    await store.delete([{ key: "s/one/index.html", size: 1 }])
    expect(readdirSync(root)).toEqual([])
    expect(existsSync(root)).toBe(true)
  })

  it("left by a killed run are listed and deleted with the share", async () => {
    const root = temporaryFolder()
    const store = directoryStore(root)
    await store.put("s/one/index.html", page("whole"))
    writeFileSync(path.join(root, "s/one/.2.html.0a1b2c.tmp"), "ha")
    expect(await keysOf(store, "s/one/")).toEqual(["s/one/.2.html.0a1b2c.tmp", "s/one/index.html"])
    await store.delete(await collect(store.list("s/one/")))
    expect(readdirSync(root)).toEqual([])
  })

  it("written by other programs are listed and deleted, whatever their names", async () => {
    const root = temporaryFolder()
    const store = directoryStore(root)
    await store.put("s/one/index.html", page("x"))
    for (const name of [".DS_Store", "a b%20c.txt", "ü\n.html"]) writeFileSync(path.join(root, "s/one", name), "x")
    await store.delete(await collect(store.list("s/one/")))
    expect(readdirSync(root)).toEqual([])
  })

  it("keep their content if a write fails, and nothing else is left", async () => {
    const root = temporaryFolder()
    const store = directoryStore(root)
    mkdirSync(path.join(root, "s/one/index.html"), { recursive: true })
    await expect(store.put("s/one/index.html", page("x"))).rejects.toMatchObject({ code: "store-failed" })
    expect(readdirSync(path.join(root, "s/one"))).toEqual(["index.html"])
  })

  it("are never seen half-written", async () => {
    const store = directoryStore(temporaryFolder())
    const versions = ["a", "b"].map((letter) => page(letter.repeat(200_000)))
    await store.put("s/one/index.html", versions[0]!)
    let writing = true
    const reader = (async () => {
      const seen = new Set<string>()
      while (writing) seen.add([...new Set(Buffer.from((await store.get("s/one/index.html"))!).toString())].join(""))
      return seen
    })()
    for (let turn = 0; turn < 40; turn++) await store.put("s/one/index.html", versions[turn % 2]!)
    writing = false
    for (const letters of await reader) expect(["a", "b"]).toContain(letters)
  })

  it("can be written while another process deletes the last file beside them", async () => {
    const store = directoryStore(temporaryFolder())
    for (let turn = 0; turn < 50; turn++) {
      await store.put("s/one/a", page("a"))
      await Promise.all([store.delete([{ key: "s/one/a", size: 1 }]), store.put("s/one/b", page("b"))])
      expect(Buffer.from((await store.get("s/one/b"))!).toString()).toBe("b")
    }
  })
})

describe("symbolic links", () => {
  const world = () => {
    const [root, outside] = [temporaryFolder(), temporaryFolder()]
    mkdirSync(path.join(outside, "one"))
    writeFileSync(path.join(outside, "one/index.html"), "not ours")
    return { root, outside, store: directoryStore(root) }
  }
  const refused = { code: "store-denied", message: expect.stringContaining("symbolic link") }

  it("to a folder are refused below the root, and their targets are unchanged", async () => {
    const { root, outside, store } = world()
    symlinkSync(outside, path.join(root, "s"))
    await expect(store.put("s/one/index.html", page("x"))).rejects.toMatchObject(refused)
    await expect(store.put("s/two/new/index.html", page("x"))).rejects.toMatchObject(refused)
    await expect(store.get("s/one/index.html")).rejects.toMatchObject(refused)
    await expect(keysOf(store, "s/one/")).rejects.toMatchObject(refused)
    await expect(store.delete([{ key: "s/one/index.html", size: 1 }])).rejects.toMatchObject(refused)
    expect(readdirSync(outside)).toEqual(["one"])
    expect(readFileSync(path.join(outside, "one/index.html"), "utf8")).toBe("not ours")
  })

  it("within a share are listed as links, and deleted without their targets", async () => {
    const { root, outside, store } = world()
    await store.put("s/one/index.html", page("x"))
    symlinkSync(path.join(outside, "one"), path.join(root, "s/one/files"))
    symlinkSync(path.join(outside, "one/index.html"), path.join(root, "s/one/2.html"))
    expect(await keysOf(store, "s/one/")).toEqual(["s/one/2.html", "s/one/files", "s/one/index.html"])
    await expect(store.get("s/one/2.html")).rejects.toMatchObject(refused)
    await store.delete(await collect(store.list("s/one/")))
    expect(readdirSync(root)).toEqual([])
    expect(readFileSync(path.join(outside, "one/index.html"), "utf8")).toBe("not ours")
  })

  it("are replaced, not followed, by a write", async () => {
    const { root, outside, store } = world()
    mkdirSync(path.join(root, "s/one"), { recursive: true })
    symlinkSync(path.join(outside, "one/index.html"), path.join(root, "s/one/index.html"))
    await store.put("s/one/index.html", page("ours"))
    expect(lstatSync(path.join(root, "s/one/index.html")).isSymbolicLink()).toBe(false)
    expect(readFileSync(path.join(outside, "one/index.html"), "utf8")).toBe("not ours")
  })

  it("are not followed if they replace a folder or a file meanwhile", async () => {
    const { root, outside, store } = world()
    await store.put("s/one/index.html", page("x"))
    const before = await collect(store.list("s/one/"))
    renameSync(path.join(root, "s/one"), path.join(root, "s/two"))
    symlinkSync(path.join(outside, "one"), path.join(root, "s/one"))
    await expect(store.put("s/one/index.html", page("x"))).rejects.toMatchObject(refused)
    await expect(store.put("s/one/files/a.png", page("x"))).rejects.toMatchObject(refused)
    await expect(store.get("s/one/index.html")).rejects.toMatchObject(refused)
    await expect(keysOf(store, "s/one/")).rejects.toMatchObject(refused)
    expect(await collect(store.folders("s/"))).toEqual(["two"])
    await expect(store.delete(before)).rejects.toMatchObject(refused)
    expect(readdirSync(path.join(outside, "one"))).toEqual(["index.html"])
    expect(readFileSync(path.join(outside, "one/index.html"), "utf8")).toBe("not ours")
  })

  // On systems without directory handles, there is a moment between check and use.
  it.runIf(process.platform === "linux")(
    "are not followed while another process creates and deletes them",
    async () => {
      const { root, outside, store } = world()
      await store.put("s/one/index.html", page("ours"))
      writeFileSync(path.join(outside, "one/foreign.html"), "not ours")
      const [folder, link] = [path.join(root, "s/one"), path.join(outside, "one")].map((name) => JSON.stringify(name))
      const swap = `const { mkdirSync, rmSync, symlinkSync, unlinkSync, writeFileSync } = require("node:fs")
        const attempt = (act) => { try { act() } catch {} }
        for (const end = Date.now() + 2000; Date.now() < end; ) {
          attempt(() => rmSync(${folder}, { recursive: true, force: true }))
          attempt(() => symlinkSync(${link}, ${folder}))
          attempt(() => unlinkSync(${folder}))
          attempt(() => { mkdirSync(${folder}); writeFileSync(${folder} + "/index.html", "ours") })
        }`
      const swapping = spawn(process.execPath, ["-e", swap], { stdio: "ignore" })
      let isSwapping = true
      swapping.on("exit", () => {
        isSwapping = false
      })
      const seen = new Set<string>()
      while (isSwapping) {
        const tries = [
          store.put("s/one/index.html", page("ours")),
          store.put("s/one/files/a.png", page("ours")),
          store.get("s/one/index.html").then((body) => void seen.add(Buffer.from(body ?? "").toString())),
          keysOf(store, "s/one/").then((keys) => keys.forEach((key) => void seen.add(key))),
          store.delete([
            { key: "s/one/foreign.html", size: 1 },
            { key: "s/one/files/a.png", size: 1 },
          ]),
        ]
        await Promise.allSettled(tries)
      }
      expect(seen).not.toContain("not ours")
      expect(seen).not.toContain("s/one/foreign.html")
      expect(readdirSync(outside)).toEqual(["one"])
      expect(readdirSync(path.join(outside, "one")).sort()).toEqual(["foreign.html", "index.html"])
      expect(readFileSync(path.join(outside, "one/index.html"), "utf8")).toBe("not ours")
    },
  )

  it("may be the root itself", async () => {
    const { root, outside } = world()
    symlinkSync(outside, path.join(root, "link"))
    const store = directoryStore(path.join(root, "link"))
    await store.put("s/two/index.html", page("x"))
    await store.delete(await collect(store.list("s/two/")))
    expect(readdirSync(outside)).toEqual(["one"])
  })
})

describe("special files", () => {
  it.runIf(process.platform !== "win32")("are not waited for, and deleted with the others", async () => {
    const root = temporaryFolder()
    const store = directoryStore(root)
    await store.put("s/one/index.html", page("x"))
    execFileSync("mkfifo", [path.join(root, "s/one/2.html")])
    await expect(store.get("s/one/2.html")).rejects.toMatchObject({ code: "store-failed" })
    await store.put("s/one/2.html", page("ours"))
    execFileSync("mkfifo", [path.join(root, "s/one/3.html")])
    await store.delete(await collect(store.list("s/one/")))
    expect(readdirSync(root)).toEqual([])
  })

  it("in place of a folder are reported", async () => {
    const root = temporaryFolder()
    const store = directoryStore(root)
    await store.put("s/one", page("x"))
    for (const key of ["s/one/index.html", "s/one/files/a.png"]) {
      const told = { code: "store-failed", message: expect.stringContaining("a file is in the place of a folder") }
      await expect(store.put(key, page("x"))).rejects.toMatchObject(told)
      expect(await store.get(key)).toBeUndefined()
    }
  })
})

describe("any name", () => {
  const odd = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom(
      "..",
      ".",
      "",
      "\0",
      "a\0b",
      "..\\..",
      "C:",
      "C:\\a",
      "\\\\server\\share",
      "NUL",
      "a\nb",
      "%2e%2e",
      "~",
    ),
    fc.constantFrom("s", "one", "index.html", "link", "outside"),
  )
  it("stays below the folder, whatever the key", async () => {
    const above = temporaryFolder()
    writeFileSync(path.join(above, "outside"), "not ours")
    mkdirSync(path.join(above, "shares"))
    symlinkSync(above, path.join(above, "shares/link"))
    const store = directoryStore(path.join(above, "shares"))
    await fc.assert(
      fc.asyncProperty(fc.array(odd, { maxLength: 5 }), async (names) => {
        const key = names.join("/")
        const tries = await Promise.allSettled([
          (async () => store.put(key, page("x")))(),
          store.get(key),
          collect(store.list(`${key}/`)),
          collect(store.folders(`${key}/`)),
          store.delete([{ key, size: 0 }]),
        ])
        for (const each of tries) if (each.status === "rejected") expect(each.reason).toBeInstanceOf(ShareError)
        expect(readdirSync(above).sort()).toEqual(["outside", "shares"])
        expect(readFileSync(path.join(above, "outside"), "utf8")).toBe("not ours")
      }),
      { numRuns: runs(500) },
    )
  })
})

describe("addresses", () => {
  it.each(["plain", "with space", "Grüße 世界", "per%cent#hash?mark"])(
    "of a folder named %j lead to the file",
    async (name) => {
      const root = path.join(temporaryFolder(), name)
      const store = directoryStore(root)
      await store.put("s/one/index.html", page("x"))
      const url = store.url("s/one/index.html")
      expect(url).toMatch(/^file:\/\/\/[^ #?]*\/s\/one\/index\.html$/)
      expect(readFileSync(fileURLToPath(url), "utf8")).toBe("x")
    },
  )
})

describe("errors", () => {
  it("name a file in place of the folder", async () => {
    const file = path.join(temporaryFolder(), "file")
    writeFileSync(file, "x")
    const store = directoryStore(file)
    const told = { code: "store-failed", message: expect.stringContaining("a file is in the place of a folder") }
    await expect(store.put("s/one/index.html", page("x"))).rejects.toMatchObject(told)
    await expect(keysOf(store, "s/one/")).rejects.toMatchObject(told)
    await expect(collect(store.folders("s/"))).rejects.toMatchObject(told)
  })

  // The superuser is refused nothing, so these are shown on the errors themselves.
  it.each([
    ["EACCES", "store-denied", "permission denied"],
    ["EPERM", "store-denied", "permission denied"],
    ["EROFS", "store-denied", "read-only"],
    ["ENOSPC", "store-failed", "full"],
    ["EDQUOT", "store-failed", "full"],
    ["ENAMETOOLONG", "store-failed", "too long"],
    ["EMFILE", "store-failed", "too many files"],
    ["EIO", "store-failed", "EIO"],
  ])("%s becomes %s", (code, expected, words) => {
    const error = directoryError(Object.assign(new Error("x"), { code }), "write", "/srv/shares")
    expect(error).toMatchObject({
      code: expected,
      message: expect.stringMatching(/^Could not write \/srv\/shares: .+\.$/),
      hint: expect.stringMatching(/\.$/),
    })
    expect(error.message).toContain(words)
  })
})
