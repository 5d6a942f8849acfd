// The script of a page, which runs in its head. A page says everything without it; this makes reading more comfortable.
//
// What other parts of the script rely on: whoever adds a `.part` to `#_main` dispatches "parts" on `document` after it,
// and what looks after items looks at the new ones then. Whoever wants the next part dispatches "more".
import { showTheme, theme } from "./theme.ts"
import { showViewEarly } from "./views.ts"

// At once, before anything is painted.
showTheme(theme())
showViewEarly()
