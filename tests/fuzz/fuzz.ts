/**
 * What is done to each decoder: random bytes, and valid input with a few things wrong. Each input gives a value or the one
 * error that the decoder declares; a failure prints its input.
 *
 * @module
 */
import { seededBytes } from "../seeded_bytes.ts";
import { Mutator } from "./mutator.ts";

/** Inputs per decoder, fewer for slow ones: some 12 s in all on one core, most of it spent on making errors. */
const RUNS = Number(Deno.env.get("PLAYSWARM_FUZZ_RUNS") ?? 100_000);
const SEED = Number(Deno.env.get("PLAYSWARM_FUZZ_SEED") ?? 1);

/** Ten million random bytes, cut anew for each decoder. */
const NOISE = seededBytes(SEED, 10_000_000);

/** What is tried. */
export interface Decoder {
  readonly name: string;
  /** Valid input to start from. */
  readonly samples: readonly Uint8Array[];
  readonly decode: (bytes: Uint8Array) => unknown;
  /** The errors it declares. */
  readonly declared: readonly (abstract new (...options: never[]) => Error)[];
  /** Slow ones get only one in so many runs. */
  readonly divisor?: number;
}

/** Makes the tests of a decoder. */
export function fuzz(decoder: Decoder): void {
  Deno.test(`fuzz: ${decoder.name}, ten million random bytes (seed ${SEED})`, () => {
    for (let offset = 0, run = 0; offset < NOISE.length; run++) {
      // Short ones and long ones: most decoders look at the first bytes, some at all of them.
      const length = 1 + (NOISE[offset] ?? 0) ** 2 % (run % 16 > 0 ? 64 : 8_192);
      decodeOne(decoder, { input: NOISE.subarray(offset, offset + length), run });
      offset += length;
    }
  });
  Deno.test(`fuzz: ${decoder.name}, valid input with a few things wrong (seed ${SEED})`, () => {
    const mutator = new Mutator(SEED, decoder.samples);
    const runs = Math.ceil(RUNS / (decoder.divisor ?? 1));
    for (let run = 0; run < runs; run++) decodeOne(decoder, { input: mutator.next(), run });
  });
}

function decodeOne(decoder: Decoder, { input, run }: { readonly input: Uint8Array; readonly run: number }): void {
  try {
    decoder.decode(input);
  } catch (error) {
    if (decoder.declared.some((declared) => error instanceof declared)) return;
    throw new Error(`${decoder.name}, seed ${SEED}, run ${run}: ${input.toHex()}`, { cause: error });
  }
}
