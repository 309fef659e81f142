/**
 * Where in the project a linted file lies.
 *
 * @module
 */

/** The path of a linted file from the project's root, or undefined for a file outside of it. */
export function projectPath(filename: string): string | undefined {
  const root = new URL("../..", import.meta.url).pathname;
  const path = filename.replaceAll("\\", "/");
  return path.startsWith(root) ? path.slice(root.length) : undefined;
}

/** Tests, and what stands beside them for tests alone (`test_tracker.ts`). */
export function isTest(path: string): boolean {
  return path.startsWith("tests/") || /(_(test|bench)|\/test_[a-z_]+)\.tsx?$/.test(path);
}
