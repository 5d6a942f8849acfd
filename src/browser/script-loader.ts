// Inline script in the page's head, below the link to the share's style sheet. That sheet carries the main script as
// text (see src/components/sheet.ts), which runs here, before the first paint. The page's policy allows it by its hash
// only. Without the sheet, there is nothing to run.
const text = getComputedStyle(document.head).getPropertyValue("--script").trim()
const script = document.createElement("script")
script.textContent = text.slice(1, -1).replace(/\\(?:a |(.))/g, (_, character?: string) => character ?? "\n")
document.head.append(script)
// A page saved from the browser must not hold the script twice.
script.remove()
