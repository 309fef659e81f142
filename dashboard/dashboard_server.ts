/**
 * Serves a dashboard's app on the address that `--dashboard` names.
 *
 * @module
 */
import { type Endpoint, formatEndpoint } from "../shared/endpoint.ts";
import { explainBinding } from "../shared/program.ts";

/** What answers requests; a Hono app is one. */
export interface FetchApp {
  /** Answers a request; whatever it throws is answered with 500. */
  fetch(request: Request): Response | Promise<Response>;
}

/** A dashboard that is being served. */
export interface DashboardServer extends AsyncDisposable {
  /** The port it is served on. */
  readonly port: number;
  /** The address to open: `http://127.0.0.1:8080/`. */
  readonly url: string;
}

/**
 * Serves an app. It ends with its scope, and open streams with it.
 *
 * @throws ProgramFailure with a sentence when the address cannot be bound
 */
export function serveDashboard(app: FetchApp, endpoint: Endpoint): DashboardServer {
  const end = new AbortController();
  const server = bind(app, { endpoint, signal: end.signal });
  const { port } = server.addr;
  // Whoever listens everywhere is reached on this machine by its loopback address.
  const host = endpoint.host === "0.0.0.0" || endpoint.host === "::" ? "127.0.0.1" : endpoint.host;
  return {
    port,
    url: `http://${formatEndpoint({ host, port })}/`,
    async [Symbol.asyncDispose]() {
      // A player that reads on would keep the server open for as long as it plays.
      end.abort();
      await server.finished;
    },
  };
}

function bind(
  app: FetchApp,
  options: { readonly endpoint: Endpoint; readonly signal: AbortSignal },
): Deno.HttpServer<Deno.NetAddr> {
  const { host, port } = options.endpoint;
  try {
    return Deno.serve(
      { hostname: host, port, signal: options.signal, onListen: () => {} },
      (request) => app.fetch(request),
    );
  } catch (error) {
    throw explainBinding(error, { host, port, flag: "dashboard" });
  }
}
