// The import rules of ARCHITECTURE.md, for every folder of src: `npm run lint` refuses what they do not allow.

/** The model of a session, which every stage may use. */
const model = "src/session/model.ts"
/** Readers of untyped JSON. */
const json = "src/session/read-json.ts"
const record = "src/session/source.ts"

/**
 * For each folder, what its files may import besides each other: a folder ends in `/` and means all that is in it.
 * `src/errors.ts` and `src/version.ts` are open to all but the browser's script.
 */
const mayImport = {
  // Stages
  "src/session/": [],
  "src/redact/": [record],
  "src/render/": [model, json, "src/lib/"],
  "src/store/": ["src/lib/"],
  // The page
  "src/browser/": [],
  "src/styles/": [],
  "src/components/": ["src/render/", "src/styles/"],
  "src/pages/": ["src/components/"],
  "src/dev/": ["src/components/", "src/render/", "src/session/", "demo/"],
  // Publishing and taking back
  "src/share/": ["src/session/", "src/redact/", "src/render/", "src/store/", "src/lib/"],
  "src/doctor/": ["src/share/", "src/store/", "src/lib/"],
  "src/export/": ["src/session/", "src/redact/", "src/render/", "src/store/", "src/share/", "src/lib/"],
  "src/import/": ["src/session/", "src/lib/"],
  // Entries
  "src/config/": [json, "src/store/", "src/lib/"],
  "src/commands/": ["src/!plugin/"],
  "src/cli.ts": ["src/cli/", "src/commands/", "src/config/", "src/lib/"],
  "src/cli/": [
    "src/commands/",
    "src/config/",
    "src/export/",
    "src/session/",
    "src/share/",
    "src/store/bucket-options.ts",
    "src/lib/",
  ],
  "src/index.ts": ["src/session/", "src/share/", "src/store/"],
  "src/plugin/": [
    "src/config/",
    "src/export/",
    "src/redact/",
    "src/session/",
    "src/share/",
    "src/share-api/",
    "src/store/",
    "src/lib/",
  ],
  "src/share-api/": [],
  "src/share-server/": [
    "src/share-api/",
    "src/share/",
    "src/session/",
    "src/redact/",
    "src/render/",
    "src/store/",
    "src/lib/",
  ],
  "src/lib/": [],
  "src/errors.ts": ["src/lib/terminal-text.ts"],
  "src/version.ts": ["package.json"],
  "src/env.d.ts": ["src/render/"],
  "demo/": [record],
}

/**
 * The same between the folders of src/render. Files that lie in src/render itself (the views and what several folders
 * format) are open to all of them.
 */
const mayImportInRender = {
  html: [],
  ansi: ["html"],
  diff: ["html"],
  highlight: ["diff", "html"],
  markdown: ["ansi", "highlight", "html"],
  tools: ["diff"],
  items: ["ansi", "diff", "highlight", "markdown", "html", "tools"],
  changes: ["diff", "html", "items", "tools"],
  pagination: ["html", "items", "tools"],
  timeline: ["html", "tools"],
  "session-markdown": ["diff", "html", "items", "tools"],
  site: ["changes", "html", "items", "pagination", "session-markdown", "timeline", "tools"],
}

const escaped = (name) => name.replaceAll(".", "\\.")
/** A pattern of the file, or of all that is in the folder; `src/!plugin/` is all of src but that folder. */
const pattern = (name) =>
  name.startsWith("src/!") ? `^src/(?!${name.slice(5)})` : `^${escaped(name)}${name.endsWith("/") ? "" : "$"}`

const ofFolders = Object.entries(mayImport).map(([from, allowed]) => ({
  name: `imports of ${from}`,
  comment: `${from} imports only what .dependency-cruiser.mjs allows it.`,
  severity: "error",
  from: { path: pattern(from) },
  to: {
    path: "^(src|demo|test|scripts)/",
    pathNot: [
      pattern(from),
      ...(from === "src/browser/" ? [] : ["^src/errors\\.ts$", "^src/version\\.ts$"]),
      ...allowed.map(pattern),
    ],
  },
}))

const ofRender = Object.entries(mayImportInRender).map(([from, allowed]) => ({
  name: `imports of src/render/${from}`,
  comment: `src/render/${from} imports only what .dependency-cruiser.mjs allows it.`,
  severity: "error",
  from: { path: `^src/render/${from}/` },
  to: { path: "^src/render/[^/]+/", pathNot: [from, ...allowed].map((folder) => `^src/render/${folder}/`) },
}))

const inRender = `^src/render/((${Object.keys(mayImportInRender).join("|")})/.+|[^/]+)$`
const onMap = [inRender, ...Object.keys(mayImport).flatMap((name) => (name === "src/render/" ? [] : pattern(name)))]
const offMap = { path: "^src/", pathNot: onMap }
const comment = "Every file of src is in a folder that .dependency-cruiser.mjs names."
const onTheMap = [
  { name: "on the map", comment, severity: "error", from: offMap, to: {} },
  { name: "on the map, imported", comment, severity: "error", from: {}, to: offMap },
  { name: "on the map, alone", comment, severity: "error", from: { orphan: true, ...offMap }, to: {} },
]

export default {
  forbidden: [
    ...ofFolders,
    ...ofRender,
    ...onTheMap,
    {
      name: "no cycles",
      comment: "No file imports itself through others, types included.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "no package in the browser's script",
      comment: "The page's script is small because it uses no package.",
      severity: "error",
      from: { path: "^src/browser/" },
      to: { path: "node_modules" },
    },
  ],
  options: {
    doNotFollow: { path: ["node_modules", "^dist/"] },
    tsConfig: { fileName: "tsconfig.json" },
    // Types count, too.
    tsPreCompilationDeps: true,
  },
}
