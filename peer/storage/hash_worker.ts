/**
 * The worker thread of the {@link HashPool}: takes jobs as messages, answers each with one message, in order. Executables
 * built by `deno compile` must `--include` this file, since only its URL is named elsewhere.
 *
 * @module
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { HashDesk } from "./hash_desk.ts";
import type { HashAnswer, HashReply, HashRequest } from "./hash_job.ts";

/**
 * Bytes hashed between two collections of garbage. Each SHA-256 leaves a native object that no minor collection frees,
 * and this thread's heap is too small to be collected otherwise: without this a worker grows to 50 MB more. Measured
 * with hybrids: 155 MB instead of 225 MB for the whole process, at the same CPU time.
 */
const COLLECT_AFTER = 128 * 1024 * 1024;

/** The part of a worker's global scope used here; the compiler's library describes a window. */
interface WorkerScope {
  addEventListener(type: "message", listener: (event: MessageEvent<HashRequest>) => void): void;
  postMessage(message: HashReply, transfer: Transferable[]): void;
}

/** The scope, when this module is the main module of a worker. */
function isWorkerScope(scope: unknown): scope is WorkerScope {
  return typeof scope === "object" && scope !== null && "postMessage" in scope && "WorkerGlobalScope" in scope;
}

const scope: unknown = globalThis;
if (isWorkerScope(scope)) serve(scope);

function serve(scope: WorkerScope): void {
  const desk = new HashDesk();
  const collect = collector();
  let collectAt = COLLECT_AFTER;
  scope.addEventListener("message", ({ data: { id, job } }) => {
    try {
      const answer = desk.run(job);
      scope.postMessage({ type: "answer", id, answer }, buffersOf(answer));
    } catch (error) {
      // Nothing is expected here: what it is goes to whoever asked, who throws it.
      const message = error instanceof Error ? error.stack ?? error.message : String(error);
      scope.postMessage({ type: "crash", id, message }, []);
    }
    if (desk.hashedBytes < collectAt) return;
    collectAt = desk.hashedBytes + COLLECT_AFTER;
    collect();
  });
}

/** V8's collector, which only a context made under its flag has; nothing where the flag is not to be had. */
function collector(): () => void {
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("globalThis.gc");
  return typeof collect === "function" ? () => void collect() : () => {};
}

function buffersOf(answer: HashAnswer): Transferable[] {
  if (answer.type === "piece" || answer.type === "spill") return [answer.result.buffer];
  if (answer.type === "range" && answer.result.type === "hashed") {
    return [answer.result.pieceHashes.buffer, answer.result.leaves.buffer];
  }
  return [];
}
