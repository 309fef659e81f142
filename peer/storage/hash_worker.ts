/**
 * The worker thread of the {@link HashPool}: takes jobs as messages, answers each with one message, in order. Executables
 * built by `deno compile` must `--include` this file, since only its URL is named elsewhere.
 *
 * @module
 */
import { HashDesk } from "./hash_desk.ts";
import type { HashAnswer, HashReply, HashRequest } from "./hash_job.ts";

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
  scope.addEventListener("message", ({ data: { id, job } }) => {
    try {
      const answer = desk.run(job);
      scope.postMessage({ type: "answer", id, answer }, buffersOf(answer));
    } catch (error) {
      // Nothing is expected here: what it is goes to whoever asked, who throws it.
      const message = error instanceof Error ? error.stack ?? error.message : String(error);
      scope.postMessage({ type: "crash", id, message }, []);
    }
  });
}

function buffersOf(answer: HashAnswer): Transferable[] {
  if (answer.type === "piece" || answer.type === "spill") return [answer.result.buffer];
  if (answer.type === "range" && answer.result.type === "hashed") {
    return [answer.result.pieceHashes.buffer, answer.result.leaves.buffer];
  }
  return [];
}
