import { answer, ask, at, call, type Draft, failed, fileDiff, patchOf } from "./drafts.ts"
import { level, levelAfter, station, stationAfter } from "./sources.ts"

const edit = (file: string, before: string, after: string, diagnostics: object = {}) => {
  const { patch, additions, deletions } = patchOf(at(file), before, after)
  return call(
    "edit",
    { filePath: at(file), oldString: before, newString: after },
    {
      output: "Edit applied successfully.",
      metadata: { diagnostics, diff: patch, filediff: { file: at(file), patch, additions, deletions } },
    },
  )
}

const patched = (type: string, file: string, before: string, after: string, to?: string) => ({
  ...patchOf(at(file), before, after),
  filePath: at(file),
  relativePath: to ?? file,
  type,
  ...(to && { movePath: at(to) }),
})

const readme = "# Tides\n\nWhen is high water?\n\nStart it with `npm start`.\n"
const readmeAfter = "# Tides\n\nWhen is high water, and how high?\n\nStart it with `npx tides husum`.\n"
const styles = ".tide { color: #246; margin: 0 4px }\n.tide:hover { color: #024 }\n"
const config = '{\n  "zone": "Europe/Berlin",\n  "stations": ["husum", "cuxhaven"],\n  "unit": "metre"\n}\n'
const configAfter =
  '{\n  "zone": "Europe/Berlin",\n  "stations": ["husum", "büsum", "cuxhaven"],\n  "unit": "centimetre"\n}\n'
const zones = 'export const zones = {\n  husum: "Europe/Berlin",\n  dover: "Europe/London",\n}\n'

const update = [
  "*** Begin Patch",
  ...["*** Update File: config.json", '-  "unit": "metre"', '+  "unit": "centimetre"'],
  ...["*** Add File: src/zones.ts", "*** Delete File: src/old.css", "*** End Patch"],
].join("\n")

/** File changes by every editing tool. */
export const edits: Draft[] = [
  ask(
    ["Fix the summer time, and make the next high water the mean of the last two. Rename the README to docs/index.md."],
    {
      summary: {
        diffs: [
          fileDiff("src/station.ts", station, stationAfter),
          fileDiff("src/level.ts", level, levelAfter),
          fileDiff("config.json", config, configAfter),
          fileDiff("src/zones.ts", "", zones),
          fileDiff("src/old.css", styles, ""),
          { ...fileDiff("docs/index.md", readme, readmeAfter), status: "renamed" },
          { file: "docs/two-tides.png", patch: "", additions: 0, deletions: 0, status: "modified" },
        ],
      },
    },
  ),
  answer(
    [
      edit("src/station.ts", station, stationAfter, {
        [at("src/station.ts")]: [
          { range: { start: { line: 23 } }, severity: 1, message: "Expected 1 arguments, but got 2." },
        ],
      }),
      edit("src/level.ts", level, levelAfter),
      call(
        "edit",
        {
          filePath: at("src/zones.ts"),
          oldString: 'husum: "CET"',
          newString: 'husum: "Europe/Berlin"',
          replaceAll: true,
        },
        { output: "Edit applied successfully." },
      ),
      failed(
        "edit",
        { filePath: at("src/cli.ts"), oldString: "process.argv[1]", newString: "process.argv[2]" },
        "Could not find oldString in the file. It must match exactly, including whitespace, indentation, and line endings.",
      ),
    ],
    { finish: "tool-calls" },
  ),
  answer(
    [
      call(
        "multiedit",
        {
          filePath: at("config.json"),
          edits: [
            { oldString: '["husum", "cuxhaven"]', newString: '["husum", "büsum", "cuxhaven"]' },
            { oldString: '"metre"', newString: '"centimetre"' },
          ],
        },
        {
          metadata: {
            results: [
              { filediff: { additions: 1, deletions: 1 }, diagnostics: {} },
              { filediff: { additions: 1, deletions: 1 }, diagnostics: {} },
            ],
          },
        },
      ),
      call(
        "apply_patch",
        { patchText: update },
        {
          output: "Success. Updated the following files:\nM config.json\nA src/zones.ts\nD src/old.css",
          metadata: {
            diagnostics: {},
            files: [
              patched("update", "config.json", config, configAfter),
              patched("add", "src/zones.ts", "", zones),
              patched("delete", "src/old.css", styles, ""),
              patched("move", "README.md", readme, readmeAfter, "docs/index.md"),
            ],
          },
        },
      ),
      failed(
        "apply_patch",
        { patchText: update },
        "apply_patch verification failed: Error: Failed to find expected lines in config.json",
      ),
    ],
    { finish: "tool-calls" },
  ),
  answer(["The summer time holds: the offset is now that of **the day that is read**, not of today."]),
]
