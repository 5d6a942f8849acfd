import { existsSync, realpathSync } from "node:fs"
import { dirname, join } from "node:path"

/**
 * SQL condition: the session belongs to a project. `?1` takes the `projectFolders` of the project as JSON.
 *
 * In OpenCode 1.18, a project is a git repository with all its worktrees and clones (`project.worktree`,
 * `project.sandboxes`). All folders outside of a repository, and repositories without a commit, share one project
 * called `global`; its sessions match only if they ran in this folder (or repository). OpenCode 2 has a project for each
 * folder without a repository.
 */
export const IN_PROJECT = `directory IN (SELECT value FROM json_each(?1))
         OR project_id IN (
           SELECT id FROM project
           WHERE id <> 'global' AND (
             worktree IN (SELECT value FROM json_each(?1))
             OR EXISTS (
               SELECT 1 FROM json_each(CASE WHEN json_valid(sandboxes) THEN sandboxes ELSE '[]' END)
               WHERE value IN (SELECT value FROM json_each(?1)))))`

/** The folder and the root of its repository, each as given and with symbolic links resolved. */
export function projectFolders(directory: string): string[] {
  const folders = [directory, repositoryRoot(directory)]
  return [...new Set(folders.flatMap((folder) => (folder === undefined ? [] : [folder, resolveLinks(folder)])))]
}

/** Nearest ancestor that contains `.git`: a folder, or a file in worktrees and submodules. */
function repositoryRoot(directory: string): string | undefined {
  for (let folder = directory; ; folder = dirname(folder)) {
    if (existsSync(join(folder, ".git"))) return folder
    if (dirname(folder) === folder) return undefined
  }
}

function resolveLinks(folder: string): string {
  try {
    return realpathSync(folder)
  } catch {
    return folder
  }
}
