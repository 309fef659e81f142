/**
 * With `PLAYSWARM_TRACE=1` every step of a machine is printed: when, whose, what it heard, what it decided. A run replays
 * from its seed, so two traces can be compared line by line, before a change and after it.
 *
 * @module
 */
import type { SwarmEffect } from "../../peer/swarm/swarm_effect.ts";
import type { SwarmEvent } from "../../peer/swarm/swarm_event.ts";

const IS_TRACING = Deno.env.get("PLAYSWARM_TRACE") === "1";

/** One step of one machine. */
export interface Step {
  readonly nowMs: number;
  /** Whose machine it is. */
  readonly name: string;
  readonly event: SwarmEvent;
  readonly effects: readonly SwarmEffect[];
}

/** Prints a step: a line for the event, and one below it for each effect. */
export function traceStep({ nowMs, name, event, effects }: Step): void {
  if (!IS_TRACING) return;
  console.log(`${nowMs.toFixed(1)} ${name} < ${inLine(event)}`);
  for (const effect of effects) console.log(`    > ${inLine(effect)}`);
}

function inLine(value: SwarmEvent | SwarmEffect): string {
  return Deno.inspect(value, { compact: true, breakLength: Infinity, depth: 4, iterableLimit: 8 });
}
