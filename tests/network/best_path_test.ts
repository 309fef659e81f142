import assert from "node:assert/strict";
import type { ClientView } from "../../shared/tracker_dashboard_views.ts";
import { NetworkNamespaces, readPage } from "../network_namespaces.ts";
import { Folder, Program } from "../program.ts";

/** Ours is the public network here: addresses for documentation (RFC 5737), which no network in the world has. */
const TRACKER = "203.0.113.1";
const HOUSE = "203.0.113.2";
const OTHER_HOUSE = "203.0.113.3";

const obstacle = await NetworkNamespaces.obstacle();
const name = "the tracker knocks once at a client from outside, and gives those last who do not open";
if (obstacle !== undefined) console.warn(`SKIPPED, ${obstacle}: ${name}`);

async function run(namespace: string, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command("ip", {
    args: ["netns", "exec", namespace, ...args],
    stdin: "null",
  }).output();
  const text = new TextDecoder();
  assert.equal(code, 0, text.decode(stderr));
  return text.decode(stdout);
}

/** An announce from a namespace, by a program of a few lines that listens, or does not, on the port it tells. */
async function announce(
  namespace: string,
  options: { readonly from: string; readonly port: number; readonly to: number; readonly id: string },
): Promise<readonly string[]> {
  const { from, port, to, id } = options;
  const query = `info_hash=${"%01".repeat(20)}&peer_id=${
    id.padEnd(20, "-")
  }&port=${port}&left=5&compact=0&event=started`;
  const url = `http://${TRACKER}:${to}/announce?${query}&uploaded=0&downloaded=0`;
  const client = `import socket,sys
s=socket.create_connection(("${TRACKER}",${to}),source_address=("${from}",0))
s.sendall(b"GET ${url} HTTP/1.0\\r\\nHost: t\\r\\n\\r\\n")
sys.stdout.buffer.write(b"".join(iter(lambda:s.recv(4096),b"")))`;
  const answer = await run(namespace, ["/usr/bin/python3", "-c", client]);
  return [...answer.matchAll(/2:ip(\d+):([0-9.]+)/g)].map(([, length, text = ""]) => text.slice(0, Number(length)));
}

Deno.test({ name, ignore: obstacle !== undefined }, async () => {
  await using network = await NetworkNamespaces.create();
  await using folder = await Folder.create();
  const [here, there] = network.names;
  await run(here, ["ip", "address", "add", `${TRACKER}/24`, "dev", "cable"]);
  for (const host of [HOUSE, OTHER_HOUSE]) await run(there, ["ip", "address", "add", `${host}/24`, "dev", "cable"]);
  await using tracker = Program.start("tracker", [
    ...["--port", "0", "--peer-port", "0", "--dashboard", "127.0.0.1:0", "--data-dir", `${folder.path}/tracker`],
    "--log-level",
    "debug",
  ], { namespace: here });
  const port = await tracker.port();
  const url = await tracker.dashboard();
  const clients = async (): Promise<readonly ClientView[]> =>
    JSON.parse(await readPage(`${url}/api/clients`, { namespace: here }));

  await using listener = Program.start("peer", [
    ...["share", folder.path, "--host", OTHER_HOUSE, "--port", "6881", "--data-dir", `${folder.path}/peer`],
  ], { namespace: there });
  await listener.line(/6881/);
  await announce(there, { from: HOUSE, port: 6881, to: port, id: "-XX0100-closed" });
  await announce(there, { from: OTHER_HOUSE, port: 6881, to: port, id: "-XX0100-open" });
  await tracker.line(/203\.0\.113\.2:6881.* takes connections: false/);
  await tracker.line(/203\.0\.113\.3:6881.* takes connections: true/);
  assert.deepEqual(
    (await clients()).map(({ endpoint, isReachable }) => [endpoint, isReachable]).sort(),
    [[`${HOUSE}:6881`, false], [`${OTHER_HOUSE}:6881`, true]],
  );
  // A third house hears of the open one first, although that was given more often.
  assert.deepEqual(await announce(here, { from: "10.77.0.1", port: 0, to: port, id: "-XX0100-other" }), [
    OTHER_HOUSE,
    HOUSE,
  ]);
});
