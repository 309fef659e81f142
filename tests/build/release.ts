/**
 * `deno task release major|minor|patch|1.2.3`: writes the next version into `deno.json` and above the unreleased changes of
 * `CHANGELOG.md`, and makes the commit and its tag. Pushing the tag builds and publishes it.
 *
 * @module
 */
import { nextVersion, releaseChanges, ReleaseError } from "./changelog.ts";
import { VERSION } from "../../shared/version.ts";

const project = new URL("../../deno.json", import.meta.url);
const changelog = new URL("../../CHANGELOG.md", import.meta.url);

async function release(step: string): Promise<string> {
  const version = nextVersion(VERSION, step);
  if (await git(["status", "--porcelain"]) !== "") {
    throw new ReleaseError("Cannot release: there are changes that are not committed");
  }
  const date = new Date().toISOString().slice(0, 10);
  const changes = releaseChanges(await Deno.readTextFile(changelog), { version, date });
  const text = await Deno.readTextFile(project);
  await Deno.writeTextFile(changelog, changes);
  await Deno.writeTextFile(project, text.replace(`"version": "${VERSION}"`, () => `"version": "${version}"`));
  await git(["commit", "--quiet", "--all", "--message", `Version ${version}`]);
  await git(["tag", "--annotate", `v${version}`, "--message", `Version ${version}`]);
  return version;
}

async function git(args: readonly string[]): Promise<string> {
  const command = new Deno.Command("git", { args: [...args], cwd: new URL("../../", import.meta.url) });
  const { success, stdout, stderr } = await command.output();
  if (!success) throw new ReleaseError(`Cannot release: git ${args[0]}: ${new TextDecoder().decode(stderr).trim()}`);
  return new TextDecoder().decode(stdout).trim();
}

if (import.meta.main) {
  try {
    const version = await release(Deno.args[0] ?? "patch");
    console.log(`Version ${version} is committed and tagged; git push --follow-tags publishes it`);
  } catch (error) {
    if (!(error instanceof ReleaseError)) throw error;
    console.error(error.message);
    Deno.exit(1);
  }
}
