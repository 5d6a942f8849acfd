import { expect, test } from "vitest"
import { ansiToHtml } from "../../../src/render/ansi/ansi.ts"
import { markupOf } from "../../../src/render/html/safe-html.ts"

// Output of tools on a terminal of 80 × 24, shortened.
const markup = (output: string) => markupOf(ansiToHtml(output))
const text = (output: string) => markup(output).replace(/<[^>]*>/g, "")
const E = "\u001b["

test("npm: a spinner is gone, messages are kept", () => {
  const message = (label: string, text: string) =>
    `⠙${E}1G${E}0K⠹${E}1G${E}0K${E}1mnpm${E}22m ${E}31merror${E}39m ${E}94m${label}${E}39m${text}\r\n`
  const output = `${message("code", " ENOTCACHED")}${message("", "request failed")}⠙${E}1G${E}0K`
  expect(text(output)).toBe("npm error code ENOTCACHED\nnpm error request failed")
  expect(markup(output)).toContain("<c- ab>npm</c-> <c- a1>error</c-> <c- a12>code</c->")
})

test("docker pull: every layer has one line in its last state", () => {
  const layers = ["4abcf2066143: ", "a2318d6c47ec: ", "895ea5fb9a68: "]
  const update = (layer: number, state: string) => {
    const rows = layers.length - layer
    return `${E}${rows}A${E}2K\r${layers[layer]}${state}\r${E}${rows}B`
  }
  const output = [
    "latest: Pulling from library/nginx\r\n",
    ...layers.map((id) => `\r\n${E}1A${E}2K\r${id}Pulling fs layer \r${E}1B`),
  ]
  for (const [i] of layers.entries()) {
    output.push(update(i, `Downloading [==>       ]  ${i}.1MB/9MB`))
    output.push(update(i, "Verifying Checksum "), update(i, "Download complete "))
  }
  for (const [i] of layers.entries()) output.push(update(i, "Extracting [=>  ]  1MB/9MB"), update(i, "Pull complete "))
  output.push("Digest: sha256:0a1b\r\nStatus: Downloaded newer image for nginx:latest\r\n")
  expect(text(output.join("")).split("\n")).toEqual([
    "latest: Pulling from library/nginx",
    ...layers.map((id) => `${id}Pull complete `),
    "Digest: sha256:0a1b",
    "Status: Downloaded newer image for nginx:latest",
  ])
})

test("cargo: the bar is gone, the lines above it are kept", () => {
  const bar = (done: number) =>
    `${E}1m${E}96m    Building${E}0m [====>                 ] ${done}/9: serde(build.rs)      \r`
  const output = [
    `${E}1m${E}92m   Compiling${E}0m app v0.1.0\r\n${bar(0)}${bar(1)}${E}K`,
    `${E}1m${E}33mwarning${E}0m${E}1m: unused variable: \`x\`${E}0m\r\n ${E}1m${E}94m--> ${E}0msrc/main.rs:1:15\r\n`,
    `${bar(8)}${E}K${E}1m${E}92m    Finished${E}0m \`dev\` profile in 0.65s\r\n`,
  ].join("")
  expect(text(output)).toBe(
    "   Compiling app v0.1.0\nwarning: unused variable: `x`\n --&gt; src/main.rs:1:15\n    Finished `dev` profile in 0.65s",
  )
  expect(markup(output)).toContain("<c- ab a3>warning</c->")
})

test("pytest: dots, failures and colours", () => {
  const output =
    `${E}32m.${E}0m${E}32m.${E}0m${E}31mF${E}0m${E}31m      [100%]${E}0m\r\n` +
    `>   ${E}94mdef${E}39;49;00m${E}90m ${E}39;49;00m${E}92mtest_a${E}39;49;00m(i): ${E}94massert${E}39;49;00m i < 4\r\n` +
    `${E}31m${E}31m${E}1m1 failed${E}0m, ${E}32m2 passed${E}0m${E}31m in 0.55s${E}0m${E}0m\r\n`
  expect(markup(output)).toBe(
    "<c- a2>..</c-><c- a1>F      [100%]\n</c->" +
      "&gt;   <c- a12>def</c-><c- a8> </c-><c- a10>test_a</c->(i): <c- a12>assert</c-> i &lt; 4\n" +
      "<c- ab a1>1 failed</c->, <c- a2>2 passed</c-><c- a1> in 0.55s\n</c->",
  )
})

test("vitest: a redrawn summary is shown once", () => {
  const summary = (passed: number, time: string) =>
    [
      "",
      ` ${E}1m${E}33m❯ ${E}39m${E}22mmath.test.ts${E}2m ${passed}/3${E}22m`,
      "",
      `${E}2m Test Files ${E}22m${E}1m${E}32m0 passed${E}39m${E}22m${E}90m (1)${E}39m`,
      `${E}2m   Duration ${E}22m${time}`,
      "",
    ].join("\r\n")
  const again = `${E}?2026l${E}?2026h${E}K${`${E}1A${E}K`.repeat(5)}`
  const output = [
    `${E}?25l\r\n${E}1m${E}30m${E}46m RUN ${E}49m${E}39m${E}22m ${E}36mv5.1.1${E}39m\r\n\r\n${E}?2026h`,
    `${summary(0, "102ms")}${again}${summary(1, "506ms")}${again}${summary(2, "606ms")}${again}`,
    ` ${E}32m✓${E}39m math.test.ts ${E}2m(${E}22m${E}2m3 tests${E}22m${E}2m)${E}22m\r\n${E}?2026l${E}?2026h\r\n`,
    `${E}2m Test Files ${E}22m ${E}1m${E}32m1 passed${E}39m${E}22m\r\n\r\n${E}?2026l${E}?25h`,
  ].join("")
  expect(text(output)).toBe("\n RUN  v5.1.1\n\n ✓ math.test.ts (3 tests)\n\n Test Files  1 passed")
})

test("watch: one screen with the last values, then the shell", () => {
  const output =
    `$ watch date\r\n${E}?1049h${E}22;0;0t${E}1;24r\u001b(B${E}m${E}4l${E}?7h${E}H${E}2JEvery 1.0s: date${E}1;53Hvm: 18:54:30` +
    `${E}3;1HSun Nov 22 18:54:30 UTC${E}24;80H${E}1;64H1${E}3;19H1${E}24;80H${E}24;1H${E}?1049l${E}23;0;0t\r${E}?1l\u001b>$ `
  expect(text(output)).toBe(
    `$ watch date\n\nEvery 1.0s: date${" ".repeat(36)}vm: 18:54:31\n\nSun Nov 22 18:54:31 UTC\n\n$ `,
  )
})

test("a dialog: its box is drawn in lines", () => {
  const output = `${E}H${E}J\u001b(0lqqqqk${E}2;1Hx${E}2;6Hx${E}3;1Hmqqqqj\u001b(B${E}2;2H yes`
  expect(text(output)).toBe("┌────┐\n│ yes│\n└────┘")
})
