import { answer, ask, call, type Draft, failed } from "./drafts.ts"

const esc = "\u001b"
const color = (code: string, text: string) => `${esc}[${code}m${text}${esc}[0m`

const bash = (command: string, description: string, output: string, exit: number | null, seconds = 0.8) =>
  call("bash", { command, description }, { output, metadata: { output, exit }, seconds })

const tests = [
  "",
  ` ${color("1;46", " RUN ")} ${color("36", "v5.1.1")} ${color("2", "~/src/tides")}`,
  "",
  ` ${color("32", "✓")} test/level.test.ts ${color("2", "(14 tests)")} ${color("33", "312ms")}`,
  ` ${color("31", "❯")} test/station.test.ts ${color("2", "(6 tests |")} ${color("31", "1 failed")}${color("2", ")")} 88ms`,
  `   ${color("31", "× reads the summer time of a station")}`,
  `     ${color("31", "→ expected '2026-03-29T03:00' to be '2026-03-29T02:00'")}`,
  "",
  `${color("1;30;41", " FAIL ")} test/station.test.ts > reads the summer time of a station`,
  `${color("31", "AssertionError: expected '2026-03-29T03:00' to be '2026-03-29T02:00'")}`,
  "",
  `${color("32", "- Expected")}`,
  `${color("31", "+ Received")}`,
  "",
  `${color("32", "- 2026-03-29T02:00")}`,
  `${color("31", "+ 2026-03-29T03:00")}`,
  "",
  `${color("2", " Test Files ")} ${color("1;31", "1 failed")} ${color("2", "|")} ${color("1;32", "1 passed")} (2)`,
  "",
].join("\n")

const colors = [
  [30, 37].map((from) =>
    Array.from({ length: from === 30 ? 8 : 1 }, (_, i) => color(`${from + i}`, `${from + i}`)).join(" "),
  ),
  Array.from({ length: 8 }, (_, i) => color(`${90 + i}`, `${90 + i}`)).join(" "),
  Array.from({ length: 8 }, (_, i) => color(`${40 + i}`, ` ${40 + i} `)).join(""),
  Array.from({ length: 16 }, (_, i) => color(`38;5;${i * 15 + 16}`, "▇▇")).join(""),
  Array.from({ length: 16 }, (_, i) => color(`48;2;${i * 16};${200 - i * 10};120`, "  ")).join(""),
  [color("1", "bold"), color("2", "faint"), color("3", "italic"), color("4", "underlined")].join(" "),
  [color("7", "reversed"), color("9", "struck out"), color("1;3;4;35", "all at once")].join(" "),
]
  .flat()
  .join("\n")

const progress = [0, 12, 37, 64, 88, 100]
  .map((percent) => `\rFetching stations ${"#".repeat(percent / 5).padEnd(20, ".")} ${percent}%`)
  .join("")

// Three lines, redrawn from the first on, as installers do.
const redrawn = ["waiting", "building", "built"]
  .map((state, round) => {
    const lines = ["web", "worker", "docs"].map((name) => `${esc}[2K ${name.padEnd(8)} ${color("33", state)}\n`)
    return `${round > 0 ? `${esc}[3A` : ""}${lines.join("")}`
  })
  .join("")

const link = (address: string, text: string) => `${esc}]8;;${address}${esc}\\${text}${esc}]8;;${esc}\\`
const gauge = (at: number) =>
  `2026-11-02T${String(at % 24).padStart(2, "0")}:00Z  cuxhaven  ${(3 + Math.sin(at / 2)).toFixed(2)} m`

/** Commands and their output. */
export const terminals: Draft[] = [
  ask(["Run the tests, please, and show me everything that the terminal can do."]),
  answer(
    [
      "Tests first, then the rest.",
      bash("npm test", "Runs the tests", tests, 1, 6.4),
      bash("printf 'colours'", "Prints every colour", colors, 0),
      bash("git status --short --branch", "", "## main...origin/main\n M src/level.ts\n?? notes.txt\n", 0, 0.05),
      bash("tides fetch --all", "Fetches the stations", `${progress}\ndone\n`, 0, 72),
      bash("docker compose build", "Builds the images", redrawn, 0, 214),
      bash(
        "gh pr create --fill",
        "Opens a pull request",
        `Opened ${link("https://forge.example/tides/pull/12", "tides#12")}\n`,
        0,
        3,
      ),
      bash("true", "", "(no output)", 0, 0.01),
      bash(
        "for station in cuxhaven husum büsum; do\n  curl -fsS \"https://gauges.example/api/v1/stations/$station/levels?from=2026-11-01T00:00:00Z&to=2026-11-02T00:00:00Z&unit=metre\" |\n    jq -r '.levels[] | [.at, .level] | @tsv'\ndone > levels.tsv",
        "Collects the levels of three stations",
        "curl: (22) The requested URL returned error: 404\n",
        22,
      ),
    ],
    { finish: "tool-calls" },
  ),
  answer([
    bash(
      "tides log --days 30",
      "Prints a month of levels",
      Array.from({ length: 720 }, (_, at) => gauge(at)).join("\n"),
      0,
      2,
    ),
    call(
      "bash",
      { command: "tides log --days 365", description: "Prints a year of levels" },
      {
        output: `...output truncated...\n\nFull output saved to: /home/dana/.local/share/opencode/tool-output/tool_1\n\n${gauge(5)}`,
        metadata: { output: Array.from({ length: 60 }, (_, at) => gauge(at)).join("\n"), exit: 0, truncated: true },
        seconds: 9,
      },
    ),
    bash(
      "npm run watch",
      "Watches the files",
      "watching src\n\n<shell_metadata>\nshell tool terminated command after exceeding timeout 120000 ms. If this command is expected to take longer and is not waiting for interactive input, retry with a larger timeout value in milliseconds.\n</shell_metadata>",
      null,
      120,
    ),
    bash(
      "tides serve",
      "",
      "listening on http://127.0.0.1:8080\n\n\n<shell_metadata>\nUser aborted the command\n</shell_metadata>",
      null,
      41,
    ),
    failed(
      "bash",
      { command: "sudo rm -rf /var/lib/tides" },
      "The user rejected permission to use this specific tool call.",
    ),
    bash(`echo ${"x".repeat(300)}`, "A line that does not end", `${"0123456789".repeat(60)}\n`, 0),
    "One test fails: on the last Sunday in March the clock goes forward, and the station's table does not.",
  ]),
]
