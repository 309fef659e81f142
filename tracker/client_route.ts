/**
 * `PUT /clients/{peerId}`: a client tells what its owner calls it, for the others to see. It is believed only of a client
 * that has announced itself from the same address; what nobody sees, such as a client that is gone, has no name.
 *
 * @module
 */
import { Hono } from "hono";
import * as v from "valibot";
import { displayNameSchema } from "../dashboard/display_name_schema.ts";
import { readJson } from "../dashboard/json_body.ts";
import { answerNotFound, methodNotAllowed, problem } from "../dashboard/problem.ts";
import { parsePeerId } from "../shared/ids.ts";
import { sourceHost } from "./announce_desk.ts";
import { clientAddress } from "./client_address.ts";
import { addressText, addressWords, reachOf } from "./address_words.ts";
import type { NamedClient } from "./named_client.ts";

/** Bytes of a body: a name, a port and an address with room to spare. */
const MAX_BODY_LENGTH = 4096;

const schema = v.strictObject({
  name: displayNameSchema,
  port: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535)),
  ip: v.optional(v.pipe(v.string(), v.maxLength(64))),
});

/** What the route is made of. */
export interface ClientRouteOptions {
  /** Notes what a client is called by its owner; gives whether there is such a client. */
  readonly takeName: (client: NamedClient) => boolean;
}

/** The route, for `app.route("/", …)`. */
export function clientRoutes({ takeName }: ClientRouteOptions): Hono<{ Bindings: { hostname: string } }> {
  const app = new Hono<{ Bindings: { hostname: string } }>();
  app.put("/clients/:peerId", async (context) => {
    const peerId = context.req.param("peerId");
    if (!/^[0-9A-Fa-f]{40}$/.test(peerId)) return answerNotFound(context);
    const { name: displayName, port, ip } = await readJson(context.req.raw, schema, { maxLength: MAX_BODY_LENGTH });
    for (const host of hostsOf(sourceHost(context.env.hostname), ip)) {
      if (takeName({ peerId: parsePeerId(peerId), host, port, displayName })) return context.body(null, 204);
    }
    return problem(404, { detail: "No client of this peer id has announced itself from this address and port." });
  });
  app.all("/clients/:peerId", methodNotAllowed("PUT"));
  return app;
}

/** Where the swarms know a client that asks from here: as they do for its announces. This machine has two loopbacks. */
function hostsOf(source: string, ip: string | undefined): readonly string[] {
  const words = addressWords(source);
  const { address } = ip === undefined ? { address: words } : clientAddress(words, ip);
  return reachOf(address) === "loopback" ? [source, "127.0.0.1", "::1"] : [addressText(address)];
}
