/**
 * `deno task build` makes `dist/tracker` and `dist/peer`, executables with everything inside. `deno task build --all`
 * makes `dist/playswarm-<version>-<platform>` for five platforms, an archive of each, and `dist/SHA256SUMS`.
 *
 * @module
 */
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { bundleDashboard } from "../../dashboard/bundle.ts";
import { VERSION } from "../../shared/version.ts";
import { checksums, packFolder } from "./archive.ts";
import { BundleError, bundleProgram, type ProgramName } from "./bundle_program.ts";
import { compile, CompileError } from "./compile.ts";
import { thirdPartyLicences } from "./licences.ts";
import { type Platform, PLATFORMS, thisPlatform } from "./platform.ts";

const PROGRAMS: readonly ProgramName[] = ["tracker", "peer"];
const ROOT = fileURLToPath(new URL("../../", import.meta.url));
/** For those who let systemd run them. */
const UNITS: readonly string[] = ["tracker/playswarm-tracker.service", "peer/playswarm-peer.service"];
const DIST = `${ROOT}dist`;

/** A folder with the bundle of each program, removed with its scope. */
class Bundles implements AsyncDisposable {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Bundles both. @throws BundleError */
  static async make(): Promise<Bundles> {
    await bundleDashboard();
    await Deno.mkdir(DIST, { recursive: true });
    const folder = await Deno.makeTempDir({ dir: DIST, prefix: ".build-" });
    await using scope = new AsyncDisposableStack();
    const bundles = scope.use(new Bundles(folder));
    for (const program of PROGRAMS) await bundleProgram(program, bundles.of(program));
    scope.move();
    return bundles;
  }

  /** Where the bundle of a program is. */
  of(program: ProgramName): string {
    return `${this.#folder}/${program}`;
  }

  /** Removes them. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.#folder, { recursive: true });
  }
}

/** Both executables for one platform, into one folder. */
async function buildFor(platform: Platform, bundles: Bundles, folder: string): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  for (const program of PROGRAMS) {
    const output = `${folder}/${program}${platform.suffix}`;
    // A build that fails leaves what was built before.
    const aside = `${bundles.of(program)}/${program}${platform.suffix}`;
    await compile({ program, folder: bundles.of(program), output: aside, platform });
    await Deno.rename(aside, output);
    const { size } = await Deno.stat(output);
    console.log(`${output.slice(ROOT.length)}  ${(size / 1e6).toFixed(1)} MB`);
  }
}

async function buildAll(bundles: Bundles): Promise<void> {
  const licences = await thirdPartyLicences();
  const archives: string[] = [];
  for (const platform of PLATFORMS) {
    const folder = `${DIST}/playswarm-${VERSION}-${platform.name}`;
    await buildFor(platform, bundles, folder);
    const units = platform.name.startsWith("linux") ? UNITS : [];
    for (const path of ["README.md", "LICENSE", ...units]) {
      await Deno.copyFile(`${ROOT}${path}`, `${folder}/${basename(path)}`);
    }
    await Deno.writeTextFile(`${folder}/THIRD_PARTY_LICENCES.txt`, licences);
    archives.push(await packFolder(folder, platform));
  }
  await Deno.writeTextFile(`${DIST}/SHA256SUMS`, await checksums(archives));
}

/** Builds what the command line asks for. @throws BundleError, CompileError */
async function build(args: readonly string[]): Promise<void> {
  await using bundles = await Bundles.make();
  if (args.includes("--all")) return await buildAll(bundles);
  const platform = thisPlatform();
  if (platform === undefined) {
    throw new CompileError(`Cannot compile for ${Deno.build.target}: there is no runtime for it`);
  }
  await buildFor(platform, bundles, DIST);
}

if (import.meta.main) {
  try {
    await build(Deno.args);
  } catch (error) {
    if (!(error instanceof BundleError || error instanceof CompileError)) throw error;
    console.error(error.message);
    Deno.exit(1);
  }
}
