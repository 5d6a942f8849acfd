import { ShareError } from "../errors.ts"

export const SHELLS = ["bash", "zsh", "fish", "powershell"] as const

/**
 * The completion script of a shell. It asks `opencode-bucket __complete`, whose lines are a value, a tab and a
 * description; without candidates the shell completes file names. Throws `bad-usage` for an unknown shell.
 */
export function completionScript(shell: string): string {
  const known = SHELLS.find((name) => name === shell)
  if (known) return scripts[known]
  throw new ShareError("bad-usage", `Unknown shell "${shell}".`, { hint: `Choose from: ${SHELLS.join(", ")}.` })
}

const scripts: Record<(typeof SHELLS)[number], string> = {
  bash: `# opencode-bucket completion for bash
_opencode_bucket() {
  local IFS=$'\\n' line
  COMPREPLY=()
  while IFS= read -r line; do
    [ -n "$line" ] && COMPREPLY+=("\${line%%$'\\t'*}")
  done < <(opencode-bucket __complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -o nosort -F _opencode_bucket opencode-bucket
`,
  zsh: `#compdef opencode-bucket
# opencode-bucket completion for zsh
_opencode_bucket() {
  local line
  local -a candidates
  for line in "\${(@f)$(opencode-bucket __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    [[ -n $line ]] && candidates+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done
  if (( \${#candidates} )); then
    _describe -V opencode-bucket candidates
  else
    _files
  fi
}
if [[ \${funcstack[1]:-} == _opencode_bucket ]]; then
  _opencode_bucket "$@"
elif (( $+functions[compdef] )); then
  compdef _opencode_bucket opencode-bucket
fi
`,
  fish: `# opencode-bucket completion for fish
function __opencode_bucket_complete
  set -l words (commandline -opc) (commandline -ct)
  opencode-bucket __complete -- $words[2..-1] 2>/dev/null
end
complete -c opencode-bucket -k -a '(__opencode_bucket_complete)'
`,
  powershell: `# opencode-bucket completion for PowerShell
Register-ArgumentCompleter -Native -CommandName opencode-bucket -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $words = @($commandAst.CommandElements | Select-Object -Skip 1 | ForEach-Object { "$_" })
  if ($wordToComplete -eq '') { $words += '""' }
  opencode-bucket __complete -- @words 2>$null | ForEach-Object {
    $value, $about = $_ -split "\`t", 2
    if (-not $about) { $about = $value }
    [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $about)
  }
}
`,
}
