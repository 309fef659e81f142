/**
 * Asking clients that do not tell by themselves what happens: qBittorrent and Transmission only answer questions.
 *
 * @module
 */

/** Between two questions: short beside a transfer, long beside an answer. */
const PAUSE_MS = 100;

/** Asks until there is an answer. Ends with the error of the question, so with the end of the client at the latest. */
export async function askUntil<Answer>(ask: () => Promise<Answer | undefined>): Promise<Answer> {
  while (true) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

/** A port that nobody uses now, for programs that cannot choose one themselves and say which. */
export function freePort(hostname = "127.0.0.1"): number {
  using listener = Deno.listen({ hostname, port: 0 });
  return listener.addr.port;
}

/** Why a program cannot be started, as a sentence; `undefined` when it can. */
export function missingProgram(command: string, options: { readonly debianPackage: string }): string | undefined {
  try {
    new Deno.Command(command, { args: ["--version"], stdout: "null", stderr: "null" }).outputSync();
    return undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return `there is no ${command} (apt install ${options.debianPackage})`;
    throw error;
  }
}
