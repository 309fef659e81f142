/**
 * The changelog as releases need it: what is unreleased becomes a version, and the lines of a version are its text.
 *
 * @module
 */

const UNRELEASED = "## Unreleased";

/** A changelog, or a version, that cannot be released, as a sentence. */
export class ReleaseError extends Error {
  override readonly name = "ReleaseError";
}

/** Puts the heading of a version above what is unreleased. @throws {ReleaseError} when nothing is */
export function releaseChanges(
  changelog: string,
  options: { readonly version: string; readonly date: string },
): string {
  const changes = section(changelog, UNRELEASED);
  if (changes === undefined || changes === "") {
    throw new ReleaseError("Cannot release: nothing is unreleased in CHANGELOG.md");
  }
  const heading = `## ${options.version} (${options.date})`;
  return changelog.replace(UNRELEASED, () => `${UNRELEASED}\n\n${heading}`);
}

/** What changed in a version. @throws {ReleaseError} when the changelog has no such version */
export function changesOf(changelog: string, version: string): string {
  const heading = changelog.split("\n").find((line) => line.startsWith(`## ${version} (`));
  const changes = heading === undefined ? undefined : section(changelog, heading);
  if (changes === undefined) throw new ReleaseError(`Cannot find version ${version} in CHANGELOG.md`);
  return changes;
}

/** The next version: `major`, `minor` and `patch` count up, anything else is the version itself. @throws {ReleaseError} */
export function nextVersion(current: string, step: string): string {
  const [major = 0, minor = 0, patch = 0] = current.split(".").map(Number);
  if (step === "major") return `${major + 1}.0.0`;
  if (step === "minor") return `${major}.${minor + 1}.0`;
  if (step === "patch") return `${major}.${minor}.${patch + 1}`;
  if (/^\d+\.\d+\.\d+$/.test(step)) return step;
  throw new ReleaseError(`Cannot read ${JSON.stringify(step)} as major, minor, patch or a version like 1.2.3`);
}

function section(changelog: string, heading: string): string | undefined {
  const lines = changelog.split("\n");
  const start = lines.indexOf(heading);
  if (start < 0) return undefined;
  const length = lines.slice(start + 1).findIndex((line) => line.startsWith("## "));
  return lines.slice(start + 1, length < 0 ? undefined : start + 1 + length).join("\n").trim();
}
