/**
 * `deno task bench:start`: how large the executables are, how soon they answer and what they take when idle, beside
 * `deno run` of the same program. Medians of a few rounds, each in a home of its own; `deno task build` first.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { denoFolder, Folder } from "../program.ts";

/** What is measured of a program. */
interface Figures {
  /** Until `--version` has left. */
  readonly versionMs: number;
  /** Until the dashboard answers with its status. */
  readonly answerMs: number;
  /** Resident memory when it has done nothing for some seconds. */
  readonly idleBytes: number;
  /** From SIGTERM to its end. */
  readonly leaveMs: number;
}

const ROUNDS = 5;
/** How long a program idles before its memory is looked at: what starting took is collected by then. */
const IDLE_MS = 3_000;
/** How often an answer is asked for: fine enough for figures of tens of milliseconds. */
const ASK_MS = 2;

const root = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** What each figure must stay below. */
const LIMITS = { versionMs: 150, answerMs: 700, idleBytes: 90_000_000, leaveMs: 2_000, size: 100_000_000 };

/** The commands that are compared. */
function commands(program: "tracker" | "peer"): Readonly<Record<string, readonly string[]>> {
  const run = ["run", "-A", "--quiet", "--config", root("deno.json"), "--v8-flags=--max-semi-space-size=2"];
  return { "executable": [root(`dist/${program}`)], "deno run": [Deno.execPath(), ...run, root(`${program}/main.ts`)] };
}

async function measure(program: "tracker" | "peer", command: readonly string[]): Promise<Figures> {
  await using folder = await Folder.create();
  const [file = "", ...prefix] = command;
  const options = {
    stdin: "null",
    stdout: "null",
    stderr: "null",
    env: { HOME: folder.path, DENO_DIR: denoFolder() },
  } as const;
  let beganAtMs = performance.now();
  await new Deno.Command(file, { ...options, args: [...prefix, "--version"] }).output();
  const versionMs = performance.now() - beganAtMs;

  const dashboard = `127.0.0.1:${freePort()}`;
  const args = ["--host", "127.0.0.1", "--port", "0", "--no-lan", "--dashboard", dashboard];
  if (program === "tracker") args.push("--peer-port", "0");
  beganAtMs = performance.now();
  const child = new Deno.Command(file, { ...options, args: [...prefix, ...args] }).spawn();
  await answer(`http://${dashboard}/api/status`);
  const answerMs = performance.now() - beganAtMs;
  await wait(IDLE_MS);
  const status = await Deno.readTextFile(`/proc/${child.pid}/status`);
  const idleBytes = Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) * 1024;
  beganAtMs = performance.now();
  child.kill("SIGTERM");
  await child.status;
  return { versionMs, answerMs, idleBytes, leaveMs: performance.now() - beganAtMs };
}

/** Asks until there is an answer. */
async function answer(url: string): Promise<void> {
  while (true) {
    try {
      const response = await fetch(url);
      await response.body?.cancel();
      return;
    } catch (error) {
      // Nobody listens there yet.
      if (!(error instanceof TypeError)) throw error;
      await wait(ASK_MS);
    }
  }
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

function medians(all: readonly Figures[]): Figures {
  const of = (name: keyof Figures) => median(all.map((figures) => figures[name]));
  return { versionMs: of("versionMs"), answerMs: of("answerMs"), idleBytes: of("idleBytes"), leaveMs: of("leaveMs") };
}

function cell(value: number, limit: number | undefined, unit: "ms" | "MB"): string {
  const amount = unit === "MB" ? (value / 1e6).toFixed(1) : value.toFixed(0);
  return `${amount} ${unit}${limit !== undefined && value > limit ? " !" : ""}`.padStart(12);
}

if (import.meta.main) {
  console.log(`Medians of ${ROUNDS} starts; ! is beyond the limit of an executable`);
  console.log(
    `${"".padEnd(20)}${["size", "--version", "answers", "idle", "leaves"].map((t) => t.padStart(12)).join("")}`,
  );
  for (const program of ["tracker", "peer"] as const) {
    for (const [name, command] of Object.entries(commands(program))) {
      const isExecutable = name === "executable";
      const rounds: Figures[] = [];
      // The first one warms what the system keeps of files.
      for (let round = 0; round <= ROUNDS; round++) rounds.push(await measure(program, command));
      const { versionMs, answerMs, idleBytes, leaveMs } = medians(rounds.slice(1));
      const limits = isExecutable ? LIMITS : undefined;
      const size = isExecutable ? cell((await Deno.stat(command[0] ?? "")).size, LIMITS.size, "MB") : "".padStart(12);
      console.log(
        `${`${program}, ${name}`.padEnd(20)}${size}${cell(versionMs, limits?.versionMs, "ms")}` +
          `${cell(answerMs, limits?.answerMs, "ms")}${cell(idleBytes, limits?.idleBytes, "MB")}` +
          cell(leaveMs, limits?.leaveMs, "ms"),
      );
    }
  }
}
