import assert from "node:assert/strict";
import type { ClientView } from "../../shared/tracker_dashboard_views.ts";
import { ip, NetworkNamespaces, readPage } from "../network_namespaces.ts";
import { denoFolder, Folder, Program } from "../program.ts";

/** Ours is the public network here: addresses for documentation (RFC 5737), which no network in the world has. */
const TRACKER = "203.0.113.1";
/** The tracker as the router reaches it, which answers to {@link TRACKER} inside. */
const TRACKER_OUTSIDE = "203.0.113.5";
const ROUTER = "203.0.113.2";
const ROUTER_INSIDE = "192.168.77.1";
const ANNA = "192.168.77.2";
const BERTA = "192.168.77.3";

const obstacle = await NetworkNamespaces.obstacle();
const name = "two peers behind one router find each other on their own network, by a tracker outside of it";
if (obstacle !== undefined) console.warn(`SKIPPED, ${obstacle}: ${name}`);

/** A house: two machines on a network of their own, and a router that lets them out by its one address. */
class House implements AsyncDisposable {
  readonly outside: string;
  readonly router: string;
  readonly anna: string;
  readonly berta: string;
  readonly #scope = new AsyncDisposableStack();

  private constructor() {
    const name = (part: string) => `psw-${Deno.pid}-${part}`;
    this.outside = name("outside");
    this.router = name("router");
    this.anna = name("anna");
    this.berta = name("berta");
  }

  static async build(): Promise<House> {
    const house = new House();
    await using scope = new AsyncDisposableStack();
    const { outside, router, anna, berta } = house;
    for (const namespace of [outside, router, anna, berta]) {
      await ip(["netns", "add", namespace]);
      scope.defer(() => ip(["netns", "delete", namespace]));
      await ip(["-n", namespace, "link", "set", "lo", "up"]);
    }
    await ip(["-n", router, "link", "add", "lan", "type", "bridge"]);
    for (const [index, namespace] of [outside, anna, berta].entries()) {
      const end = `port${index}`;
      await ip(["link", "add", "cable", "netns", namespace, "type", "veth", "peer", "name", end, "netns", router]);
      await ip(["-n", namespace, "link", "set", "cable", "up"]);
      if (namespace !== outside) await ip(["-n", router, "link", "set", end, "master", "lan"]);
      await ip(["-n", router, "link", "set", end, "up"]);
    }
    await ip(["-n", router, "link", "set", "lan", "up"]);
    const addresses: readonly (readonly [namespace: string, device: string, address: string])[] = [
      [outside, "cable", `${TRACKER_OUTSIDE}/24`],
      [router, "port0", `${ROUTER}/24`],
      [router, "lan", `${ROUTER_INSIDE}/24`],
      [router, "lo", `${TRACKER}/32`],
      [anna, "cable", `${ANNA}/24`],
      [berta, "cable", `${BERTA}/24`],
    ];
    for (const [namespace, device, address] of addresses) {
      await ip(["-n", namespace, "address", "add", address, "dev", device]);
    }
    for (const namespace of [anna, berta]) await ip(["-n", namespace, "route", "add", "default", "via", ROUTER_INSIDE]);
    house.#scope.use(scope.move());
    return house;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#scope.disposeAsync();
  }
}

/** What the tracker answers a leecher that announces itself from inside by HTTP: the hosts of its peers. */
async function hostsGiven(namespace: string, port: number, infoHash: string): Promise<readonly string[]> {
  const query =
    `info_hash=${infoHash.replaceAll(/../g, "%$&")}&peer_id=-XX0100-${namespace.slice(-5).padStart(12, "-")}` +
    "&port=9&left=5&compact=0&uploaded=0&downloaded=0";
  const script = `import urllib.request,sys
sys.stdout.buffer.write(urllib.request.urlopen("http://${TRACKER}:${port}/announce?${query}").read())`;
  const args = ["netns", "exec", namespace, "/usr/bin/python3", "-c", script];
  const { code, stdout, stderr } = await new Deno.Command("ip", { args, stdin: "null" }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  const answer = new TextDecoder("latin1").decode(stdout);
  return [...answer.matchAll(/2:ip(\d+):([0-9.]+)/g)].map(([, length, text = ""]) => text.slice(0, Number(length)));
}

Deno.test({ name, ignore: obstacle !== undefined }, async () => {
  await using house = await House.build();
  await using folder = await Folder.create();
  await using tracker = Program.start("tracker", [
    ...["--host", "0.0.0.0", "--port", "0", "--peer-port", "0", "--dashboard", "127.0.0.1:0"],
    ...["--data-dir", `${folder.path}/tracker`],
  ], { namespace: house.outside });
  const port = await tracker.port();
  const url = await tracker.dashboard();
  const relay = new URL("relay.ts", import.meta.url).pathname;
  const deno = [Deno.execPath(), "run", "-A", "--unstable-net", relay, TRACKER, TRACKER_OUTSIDE, String(port)];
  await using router = Program.spawn(deno, { namespace: house.router, env: { DENO_DIR: denoFolder() } });
  await router.line(/The relay runs/);

  const films = await folder.folder("films");
  const film = crypto.getRandomValues(new Uint8Array(60_000));
  await Deno.writeFile(`${films}/film.mp4`, film);
  const at = ["--tracker", `${TRACKER}:${port}`];
  await using anna = Program.start("peer", [
    ...["share", films, ...at, "--name", "Anna", "--port", "6881", "--data-dir", `${folder.path}/anna`],
  ], { namespace: house.anna });
  const [, infoHash = ""] = await anna.line(/urn:btih:([0-9a-f]{40})/);
  await using berta = Program.start("peer", [
    ...["download", infoHash, "--to", `${folder.path}/berta`, ...at, "--name", "Berta", "--port", "6882", "--seed"],
  ], { namespace: house.berta });
  await berta.line(/film\.mp4: .*verified/);
  assert.deepEqual(await Deno.readFile(`${folder.path}/berta/film.mp4`), film);

  const clients: readonly ClientView[] = JSON.parse(await readPage(`${url}/api/clients`, { namespace: house.outside }));
  const shown = clients.map(({ name, endpoint, transport }) => [name, endpoint, transport]);
  assert.deepEqual(shown.sort(), [["Anna", `${ROUTER}:6881`, "udp"], ["Berta", `${ROUTER}:6882`, "udp"]]);
  assert.ok((await hostsGiven(house.anna, port, infoHash)).includes(BERTA));
  assert.ok((await hostsGiven(house.berta, port, infoHash)).includes(ANNA));
});
