/** A text in which paths below the home folder begin with `~`. Links keep theirs. */
export function withTilde(text: string, home: string): string {
  if (home.length < 2) return text
  return text.replaceAll(home, (path, at: number, whole: string) => {
    const isPath =
      /^[\s"'(=]?$/.test(whole.slice(at - 1, at)) && /^(?:[/\\\s"'.,:)]|$)/.test(whole.slice(at + path.length))
    return isPath ? "~" : path
  })
}
