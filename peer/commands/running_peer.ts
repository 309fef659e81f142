/**
 * The note that a running peer leaves in its data folder: where its dashboard is. Who starts it a second time is shown the
 * one that runs, and the database has one owner.
 *
 * @module
 */
import * as v from "valibot";
import { isNothingThere } from "../../shared/program.ts";

const FILE = "running.json";
/** A dashboard on this machine answers at once. */
const ANSWER_MS = 1_000;
const noteSchema = v.pipe(v.string(), v.parseJson(), v.object({ url: v.pipe(v.string(), v.url()) }));

/** The dashboard of the peer that runs with this data folder; undefined when none does. */
export async function runningPeer(dataDirectory: string): Promise<string | undefined> {
  try {
    const note = v.safeParse(noteSchema, await Deno.readTextFile(`${dataDirectory}/${FILE}`));
    return note.success && await answers(note.output.url) ? note.output.url : undefined;
  } catch (error) {
    if (isNothingThere(error)) return undefined;
    throw error;
  }
}

/** Leaves the note until its scope ends. */
export async function noteRunning(dataDirectory: string, url: string): Promise<AsyncDisposable> {
  const path = `${dataDirectory}/${FILE}`;
  await Deno.writeTextFile(path, JSON.stringify({ url, pid: Deno.pid }));
  return {
    async [Symbol.asyncDispose]() {
      try {
        await Deno.remove(path);
      } catch (error) {
        // The folder was removed while the program ran.
        if (!isNothingThere(error)) throw error;
      }
    },
  };
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(new URL("/healthz", url), {
      signal: AbortSignal.timeout(ANSWER_MS),
      redirect: "error",
    });
    await response.body?.cancel();
    // One that asks for its password is there, too.
    return response.ok || response.status === 401;
  } catch (error) {
    // Nobody listens there, or something that does not answer: what the note speaks of has ended without its leave.
    if (error instanceof TypeError || error instanceof DOMException) return false;
    throw error;
  }
}
