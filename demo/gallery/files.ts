import { answer, ask, at, call, type Draft, failed } from "./drafts.ts"
import { picture } from "./picture.ts"
import { level, station } from "./sources.ts"

const read = (file: string, text: string, { lineStart = 1, total = 0, seconds = 0.1 } = {}) => {
  const lines = text.split("\n")
  const totalLines = total || lines.length
  const truncated = lineStart + lines.length - 1 < totalLines
  const display = {
    type: "file",
    path: at(file),
    text,
    lineStart,
    lineEnd: lineStart + lines.length - 1,
    totalLines,
    truncated,
  }
  return call(
    "read",
    { filePath: at(file), ...(lineStart > 1 && { offset: lineStart, limit: lines.length }) },
    { output: `<path>${at(file)}</path>`, metadata: { preview: "", display }, seconds },
  )
}

const folder = (path: string, entries: string[]) =>
  call(
    "read",
    { filePath: at(path) },
    { metadata: { display: { type: "directory", path: at(path), entries, totalEntries: entries.length } } },
  )

const wrong = (line: number, severity: number, message: string) => ({
  range: { start: { line, character: 4 }, end: { line, character: 9 } },
  severity,
  message,
})

/** Reading, searching and writing files. */
export const files: Draft[] = [
  ask(["Have a look around, and write down how a station is read."]),
  answer(
    [
      call(
        "glob",
        { pattern: "src/**/*.ts" },
        { output: ["src/level.ts", "src/station.ts", "src/cli.ts"].map(at).join("\n"), metadata: { count: 3 } },
      ),
      call(
        "grep",
        { pattern: "utcOffset\\(", include: "*.ts" },
        {
          output: `Found 2 matches\n${at("src/station.ts")}:\n  Line 7:   return new Date(local.getTime() - utcOffset(zone) * 60_000)\n\n  Line 21: function utcOffset(zone: string): number {\n`,
          metadata: { matches: 2 },
        },
      ),
      call(
        "list",
        { path: at("src") },
        { output: `${at("src")}/\n  cli.ts\n  level.ts\n  station.ts\n`, metadata: { count: 3 } },
      ),
      read("src/level.ts", level),
      read("src/station.ts", station.split("\n").slice(4, 16).join("\n"), {
        lineStart: 5,
        total: station.split("\n").length,
      }),
      folder("", ["docs/", "src/", "test/", "package.json", "README.md"]),
    ],
    { finish: "tool-calls" },
  ),
  answer(
    [
      "The pictures in the documentation show what is meant.",
      call(
        "read",
        { filePath: at("docs/two-tides.png") },
        {
          output: "Image read successfully",
          attachments: [{ type: "file", mime: "image/png", url: picture(480, 180) }],
        },
      ),
      failed("read", { filePath: at("docs/stations.md") }, `File not found: ${at("docs/stations.md")}`),
      call("glob", { pattern: "**/*.csv" }, { output: "No files found", metadata: { count: 0 } }),
      call(
        "grep",
        { pattern: "daylight|summer", path: at("docs") },
        { output: "No files found", metadata: { matches: 0 } },
      ),
      call("list", { path: at("data") }, { output: `${at("data")}/\n` }),
    ],
    { finish: "tool-calls" },
  ),
  answer([
    call(
      "write",
      {
        filePath: at("docs/stations.md"),
        content:
          '# Stations\n\nA station has a **name**, a zone and its levels:\n\n```json\n{ "name": "husum", "zone": "Europe/Berlin", "levels": [] }\n```\n',
      },
      {
        output: "Wrote file successfully.",
        metadata: { diagnostics: {}, filepath: at("docs/stations.md"), exists: false },
      },
    ),
    call(
      "write",
      {
        filePath: at("src/cli.ts"),
        content:
          'import { next } from "./level.ts"\n\nconst [, , name] = process.argv\nconsole.log(next(name, new Date()))\n',
      },
      {
        output: "Wrote file successfully.",
        metadata: {
          exists: true,
          diagnostics: {
            [at("src/cli.ts")]: [
              wrong(3, 1, "Argument of type 'string | undefined' is not assignable to parameter of type 'string'."),
              wrong(3, 2, "Unexpected console statement."),
              wrong(2, 4, "'name' is deprecated."),
            ],
          },
        },
      },
    ),
    failed(
      "write",
      { filePath: "/etc/tides.conf", content: "zone = Europe/Berlin\n" },
      "EACCES: permission denied, open '/etc/tides.conf'",
    ),
    "How a station is read is in `docs/stations.md` now. Looking around took most of it.",
  ]),
]
