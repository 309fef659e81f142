/**
 * `deno task build`: makes `dist/tracker` and `dist/peer`, executables with everything inside.
 *
 * `DENO_COMPILE` names another deno to compile with, and `DENORT_BIN` a runtime that is here already: where the host
 * that `deno compile` fetches its runtime from cannot be reached, both together still build.
 *
 * @module
 */
import { bundleDashboard } from "../dashboard/bundle.ts";

const root = new URL("../", import.meta.url).pathname;

/** What is read at run time by path and not by import. */
const INCLUDES: readonly string[] = [
  "dashboard/assets/icon.svg",
  "dashboard/assets/generated/dashboard.css",
  "dashboard/assets/generated/peer.js",
  "dashboard/assets/generated/tracker.js",
  "peer/storage/hash_worker.ts",
];

/** A small young generation: the programs move bytes, they do not make objects, and memory is what a home server lacks. */
const V8_FLAGS = "--max-semi-space-size=2";

/** Resolving the npm packages takes deno 2.6 more than the 2 MiB of stack that its threads have by default. */
const STACK_BYTES = 8 * 1024 * 1024;

/** Compiles one program. */
async function compile(program: "tracker" | "peer"): Promise<boolean> {
  const command = new Deno.Command(Deno.env.get("DENO_COMPILE") ?? Deno.execPath(), {
    args: [
      ...["compile", "--quiet", "--allow-all", "--no-check", `--v8-flags=${V8_FLAGS}`],
      ...INCLUDES.flatMap((path) => ["--include", path]),
      ...["--output", `dist/${program}`, `${program}/main.ts`],
    ],
    cwd: root,
    stdin: "null",
    env: { RUST_MIN_STACK: String(STACK_BYTES) },
  });
  const { success } = await command.spawn().status;
  return success;
}

if (import.meta.main) {
  await bundleDashboard();
  await Deno.mkdir(`${root}dist`, { recursive: true });
  for (const program of ["tracker", "peer"] as const) {
    if (!(await compile(program))) {
      console.error(
        `Cannot compile dist/${program}: the runtime could not be fetched or used; name one that is here with DENORT_BIN`,
      );
      Deno.exit(1);
    }
    const { size } = await Deno.stat(`${root}dist/${program}`);
    console.log(`dist/${program}  ${Math.round(size / 1e6)} MB`);
  }
}
