// The script that a page's markup holds, in its head, below the link to the style sheet of the share. That sheet carries the
// rest of the script as text (see src/components/sheet.ts), which runs here, before anything is painted: by the page's
// policy, only if it is what its hash says. Without the sheet, there is nothing to run.
const text = getComputedStyle(document.head).getPropertyValue("--script").trim()
const script = document.createElement("script")
script.textContent = text.slice(1, -1).replace(/\\(?:a |(.))/g, (_, character?: string) => character ?? "\n")
document.head.append(script)
// It has run. A page that is saved from the browser must not hold it twice.
script.remove()
