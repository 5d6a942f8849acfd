import { existsSync, realpathSync } from "node:fs"
import { dirname, join } from "node:path"
import type { DatabaseSync } from "node:sqlite"

/** SQL condition: the session belongs to a project. `:folders` takes the `projectFolders` of the project as JSON. */
export const IN_PROJECT = `directory IN (SELECT value FROM json_each(:folders))
         OR project_id IN (
           SELECT id FROM project
           WHERE id <> 'global' AND (
             worktree IN (SELECT value FROM json_each(:folders))
             OR EXISTS (
               SELECT 1 FROM json_each(CASE WHEN json_valid(sandboxes) THEN sandboxes ELSE '[]' END)
               WHERE value IN (SELECT value FROM json_each(:folders)))))`

/**
 * Id of the session in the project of `directory` that was updated last. Subagent sessions and archived sessions are
 * excluded.
 *
 * In OpenCode 1.18, a project is a git repository with all its worktrees and clones (`project.worktree`,
 * `project.sandboxes`). All folders outside of a repository, and repositories without a commit, share one project
 * called `global`; its sessions match only if they ran in this folder (or repository).
 */
export function newestSession(database: DatabaseSync, directory: string): string | undefined {
  const folders = JSON.stringify(projectFolders(directory))
  const row = database
    .prepare(
      `SELECT id FROM session
       WHERE parent_id IS NULL AND time_archived IS NULL AND (${IN_PROJECT})
       ORDER BY time_updated DESC, id LIMIT 1`,
    )
    .get({ folders })
  return row === undefined ? undefined : String(row["id"])
}

/** Id of the session that was updated last in any project. Subagent sessions and archived sessions are excluded. */
export function newestOfAllProjects(database: DatabaseSync): string | undefined {
  const sql = "SELECT id FROM session WHERE parent_id IS NULL AND time_archived IS NULL ORDER BY time_updated DESC, id"
  const row = database.prepare(`${sql} LIMIT 1`).get()
  return row === undefined ? undefined : String(row["id"])
}

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
