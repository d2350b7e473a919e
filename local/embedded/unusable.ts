/** A file on this machine can't be used as it is: `message` says in one line why, and what to do. */
export class Unusable extends Error {
  override readonly name: string = "Unusable";
}

/** The command line that removes files or folders, for a person to read and run. */
export function removing(paths: readonly string[], platform: NodeJS.Platform = process.platform): string {
  return platform === "win32"
    ? `Remove-Item -Recurse -Force ${paths.map(quotedForPowerShell).join(", ")}`
    : `rm -rf ${paths.map(quoted).join(" ")}`;
}

/** A path as a POSIX shell takes it. */
function quoted(path: string): string {
  return /^[\w./][\w./-]*$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}

function quotedForPowerShell(path: string): string {
  return /^[\w.:\\/][\w.:\\/-]*$/.test(path) ? path : `'${path.replaceAll("'", "''")}'`;
}
