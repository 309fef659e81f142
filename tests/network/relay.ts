/**
 * A router that lets many machines out by one address, as far as a tracker needs it: what comes to one endpoint, by UDP or
 * TCP, goes on to another from the router's own address, and the answers go back. Run in a router's namespace:
 * `relay.ts LISTEN-HOST TARGET-HOST PORT`.
 *
 * @module
 */

/** An address and a port. */
interface Place {
  readonly hostname: string;
  readonly port: number;
}

/** Longer than any datagram of a tracker. */
const MAX_DATAGRAM_LENGTH = 65_535;

async function relayDatagrams(from: Place, to: Place): Promise<void> {
  const inside = Deno.listenDatagram({ ...from, transport: "udp" });
  const outside = new Map<string, Deno.DatagramConn>();
  const buffer = new Uint8Array(MAX_DATAGRAM_LENGTH);
  while (true) {
    const [bytes, sender] = await inside.receive(buffer);
    const key = JSON.stringify(sender);
    let socket = outside.get(key);
    if (socket === undefined) {
      socket = Deno.listenDatagram({ transport: "udp", hostname: "0.0.0.0", port: 0 });
      outside.set(key, socket);
      void giveBack(socket, inside, sender);
    }
    await socket.send(bytes, { ...to, transport: "udp" });
  }
}

async function giveBack(socket: Deno.DatagramConn, inside: Deno.DatagramConn, to: Deno.Addr): Promise<void> {
  for await (const [bytes] of socket) await inside.send(bytes, to);
}

async function relayConnections(from: Place, to: Place): Promise<void> {
  for await (const inside of Deno.listen(from)) void connect(inside, to);
}

async function connect(inside: Deno.Conn, to: Place): Promise<void> {
  const outside = await Deno.connect(to);
  // One side that breaks off ends both, as its other end will see.
  await Promise.allSettled([inside.readable.pipeTo(outside.writable), outside.readable.pipeTo(inside.writable)]);
}

if (import.meta.main) {
  const [listenHost = "", targetHost = "", port] = Deno.args;
  const at = (hostname: string): Place => ({ hostname, port: Number(port) });
  console.log("The relay runs");
  await Promise.all([
    relayDatagrams(at(listenHost), at(targetHost)),
    relayConnections(at(listenHost), at(targetHost)),
  ]);
}
