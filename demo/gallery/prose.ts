import { answer, ask, type Draft } from "./drafts.ts"
import { picture } from "./picture.ts"

const fence = (language: string, code: string) => `\`\`\`${language}\n${code}\n\`\`\``

const constructs = `# A heading of the first level

## What a tide is

The sea rises and falls **twice a day**, *roughly*; ***exactly*** it is every 12 hours and 25 minutes. ~~The moon pulls the water up.~~ See [a longer explanation](https://sea.example/tides?why=moon&how=long "Tides") or <https://sea.example>, or https://sea.example/bare. \`const period = 12.42\` is code in a line,\\
and this is a new line.

### Lists

- spring tide
  - sun and moon in line
    - at new moon
    - at full moon
- neap tide

3. counted from three
4. with a paragraph

   that belongs to it
   1. and a list in it

#### Things to do

- [x] read the levels
- [ ] find *zero*

##### A fifth level

###### A sixth level

> Time and tide wait for no man.
>
> > Nor do they say so.

---

| station | high water | range |
|:---|:---:|---:|
| Husum | 04:12 | 3.4 m |
| Büsum | 03:51 | 3.1 m |

| station | zone | latitude | longitude | zero of the gauge | mean high water | mean low water | highest ever | remarks |
|---|---|---|---|---|---|---|---|---|
| Cuxhaven Steubenhöft | Europe/Berlin | 53.8675° N | 8.7175° E | −5.02 m | 6.52 m | 3.53 m | 10.12 m | measured without a break since 1843 |
| Travemünde | Europe/Berlin | 53.9581° N | 10.8722° E | −5.00 m | 5.10 m | 4.90 m | 8.30 m | hardly any tide, but \`seiches\` |

![Two tides in one picture](${picture(64, 24)})
![A picture elsewhere](https://pictures.example/tide.png)

A claim[^1] with a note. <kbd>Ctrl</kbd> and <b onclick="alert(1)">markup</b> <script>alert(1)</script> are shown as they were written.

[^1]: The note, at the end.

<details><summary>Markup as a block</summary>

<p style="color: red">Not red.</p>
</details>

A [link that is none](javascript:alert(1)), an [anchor](#what-a-tide-is), a [file](src/level.ts), an address that does not end: https://gauges.example/api/v1/stations/cuxhaven/levels?${"from=2026-11-01T00:00:00Z&".repeat(6)}end.

Term with \\*escapes\\*, &amp; entities, a "quotation", an em—dash, 1/2, and H~2~O.`

const languages = [
  fence("ts", 'export const period: number = 12.42 // hours\nconst name = station + ": " + level.toFixed(2)'),
  fence(
    "python",
    'def high(levels: list[float]) -> float:\n    """The highest."""\n    return max(levels, default=0.0)',
  ),
  fence("bash", 'for station in husum büsum; do\n  tides "$station" | tee -a levels.log\ndone'),
  fence("rust", 'fn main() {\n    let period = 12.42_f64;\n    println!("{period:.1} h");\n}'),
  fence(
    "go",
    "func High(levels []float64) (max float64) {\n\tfor _, l := range levels {\n\t\tmax = math.Max(max, l)\n\t}\n\treturn\n}",
  ),
  fence("json", '{ "station": "husum", "levels": [3.12, null, true] }'),
  fence("yaml", "stations:\n  - name: husum # North Sea\n    zone: Europe/Berlin"),
  fence("sql", "SELECT name, max(metres) FROM levels WHERE at > '2026-11-01' GROUP BY name;"),
  fence("html", '<main class="tide">\n  <!-- drawn by the script -->\n  <p>3.4&nbsp;m</p>\n</main>'),
  fence("css", ".tide { color: light-dark(#246, #9cf); }\n@media print { .tide { color: #000 } }"),
  fence("diff", "--- a/config.json\n+++ b/config.json\n@@ -1 +1 @@\n-metre\n+centimetre"),
  fence("tideml", "high husum at 04:12"),
  fence("", `a line without a language that is far longer than the page is wide: ${"tide ".repeat(60)}`),
]

/** Answers with all of Markdown's features. */
export const prose: Draft[] = [
  ask([
    'Explain **tides** to me with everything that you can write:\n\n- headings and lists\n- tables, `code` and pictures\n\n```ts\nconst prompts = "may hold code"\n```\n\n> and quotations',
  ]),
  answer([constructs]),
  ask(["And code, in as many languages as you know?"]),
  answer(["Here is each of them:", languages.join("\n\n"), "That is all."]),
]
