/**
 * `deno task bench [letter]...`: how fast we are beside other clients, on this machine, in this run, on the same file.
 * The scenarios are in files beside this one; without letters all of them are run.
 *
 * @module
 */
import { crowd } from "./crowd.ts";
import { hashing } from "./hashing.ts";
import { manyShares } from "./many_shares.ts";
import { runScenario } from "./rounds.ts";
import type { Scenario } from "./scenario.ts";
import { Stage } from "./stage.ts";
import { fourSeeders, oneSeeder, ownPair } from "./transfers.ts";

const scenarios: readonly Scenario[] = [oneSeeder, ownPair, fourSeeders, hashing, manyShares, crowd];

/** The scenarios that are named, in our order; all when none is. */
function chosen(letters: readonly string[]): readonly Scenario[] {
  const unknown = letters.filter((letter) => !scenarios.some((scenario) => scenario.letter === letter));
  if (unknown.length > 0) {
    const known = scenarios.map(({ letter, title }) => `  ${letter}  ${title}`).join("\n");
    console.error(`There is no scenario ${unknown.join(", ")}; there are:\n${known}`);
    Deno.exit(2);
  }
  return letters.length === 0 ? scenarios : scenarios.filter(({ letter }) => letters.includes(letter));
}

if (import.meta.main) {
  const rounds = Deno.env.get("PLAYSWARM_BENCH_ROUNDS");
  await using stage = await Stage.create();
  for (const scenario of chosen(Deno.args)) {
    await runScenario(scenario, { stage, rounds: rounds === undefined ? undefined : Number(rounds) });
  }
}
