import { recall } from "./memory.ts"

const themes = ["auto", "light", "dark"] as const
type Theme = (typeof themes)[number]

/** The scheme that the reader chose; "auto" is the system's. */
export const theme = (): Theme => themes.find((name) => name === recall("theme")) ?? "auto"

/** Shows a scheme; as early as the head, since only the root is touched. */
export function showTheme(name: Theme): void {
  if (name === "auto") delete document.documentElement.dataset["theme"]
  else document.documentElement.dataset["theme"] = name
}
