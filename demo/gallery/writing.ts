import { answer, ask, at, call, type Draft } from "./drafts.ts"

const paragraph =
  "The tables that we have were printed for sailors, who look up the harbour first and the day second, and who want to know two things: when the water is high enough to get in, and how long it stays so. "

const hebrew =
  "הגאות מגיעה פעמיים ביום. הקובץ `src/level.ts` מחשב את השעה הבאה, והפונקציה `next()` מחזירה אותה.\n\n- שעה: 04:12\n- גובה: 3.4 מטר\n\n```ts\nconst שעה = next(levels, new Date()) // השעה הבאה\n```"
const arabic = "يرتفع البحر وينخفض **مرتين** في اليوم. الدالة `next()` في الملف `src/level.ts` تحسب الموعد التالي."
const japanese =
  "潮は一日に二回満ち引きします。`src/level.ts` の `next()` が次の満潮を計算します。\n\n1. 測定値を読む\n2. 平均を取る"
const chinese =
  "每天有两次涨潮。函数 `next()` 计算**下一次**高潮的时间，结果以米为单位；如果没有数据，则返回 `undefined`。"
const korean = "조수는 하루에 두 번 밀려옵니다. 다음 만조 시각은 `next()` 함수가 계산합니다."

// The comment reads as if it ended before the call; the names contain an invisible space and a joiner.
const hidden =
  'const admin = false\n/*\u202e } \u2066if (admin)\u2069 \u2066 begin admins only */\nopenGate()\n/* end admins only \u202e { \u2066*/\nconst user\u200bName = "dana"\nconst soft\u00adHyphen = 1\nconst nbsp =\u00a0"\u2028"\nconst bell = "\u0007\u001b\u0000"'

/** Scripts of all directions, and texts of every length. */
export const writing: Draft[] = [
  ask(["תקן את לוח הגאות, בבקשה: בקובץ `src/level.ts` השעה שגויה."]),
  answer([hebrew]),
  ask(["اشرح لي المد والجزر، من فضلك."]),
  answer([arabic]),
  ask(["潮汐について説明してください。"]),
  answer([japanese, chinese, korean]),
  ask(["What does this code do? It looks harmless."]),
  answer([
    call(
      "read",
      { filePath: at("src/gate.js") },
      {
        metadata: {
          display: {
            type: "file",
            path: at("src/gate.js"),
            text: hidden,
            lineStart: 1,
            totalLines: 8,
            truncated: false,
          },
        },
      },
    ),
    call(
      "bash",
      { command: "cat src/\u202egate.js" },
      { output: "const admin = false\n/*\u202e } begin admins only */\n", metadata: { exit: 0 } },
    ),
    `It does not do what it seems to:\n\n\`\`\`js\n${hidden}\n\`\`\``,
  ]),
  ask([`What is ${"Gezeitenkalenderherausgebergesellschaftsvorstandsvorsitzende".repeat(4)}?`]),
  answer([`A word: ${"long".repeat(70)}. And \`${"code_without_a_space_".repeat(14)}\`.`]),
  ask([Array.from({ length: 18 }, (_, i) => `${i + 1}. ${paragraph.repeat(2 + (i % 3))}`).join("\n\n")]),
  answer(["That is a lot. I will read it twice. 👍🏽 👩‍🚀 🏳️‍🌈 🇩🇰 🌊"]),
  ask(["🌊"]),
  answer(["🌊🌊🌊"]),
]
