/**
 * Tests of the executables themselves, as `deno task test:executables` runs them after `deno task build`. Where there are
 * none they are skipped, and said by name.
 *
 * @module
 */
import { type Stage, stageTest } from "../faults/stage.ts";

/** The folder with the executables, as `tests/program.ts` is told it; undefined: programs run from their sources. */
export const EXECUTABLES: string | undefined = Deno.env.get("PLAYSWARM_EXECUTABLES");

/** A test on a stage of its own, whose programs are the executables. */
export function executableTest(
  name: string,
  run: (stage: Stage) => Promise<void>,
  options: { readonly obstacle?: string | undefined } = {},
): void {
  const obstacle = EXECUTABLES === undefined
    ? "there are no executables (deno task build, deno task test:executables)"
    : options.obstacle;
  if (obstacle !== undefined) console.warn(`SKIPPED, ${obstacle}: ${name}`);
  stageTest(name, run, { ignore: obstacle !== undefined });
}
