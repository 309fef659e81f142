import assert from "node:assert/strict";
import { testBytes } from "../../peer/storage/test_torrent.ts";
import { NetworkNamespaces } from "../network_namespaces.ts";
import { Folder, Program } from "../program.ts";

const obstacle = await NetworkNamespaces.obstacle();
const name = "two peers on one network find each other without a tracker, unless they are told not to";
if (obstacle !== undefined) console.warn(`SKIPPED, ${obstacle}: ${name}`);

Deno.test({ name, ignore: obstacle !== undefined }, async () => {
  await using network = await NetworkNamespaces.create();
  await using folder = await Folder.create();
  const [here, there] = network.names;
  const bytes = testBytes(1_500_000, 14);
  const films = await folder.folder("films");
  await Deno.writeFile(`${films}/film.mp4`, bytes);
  const share = (data: string) => ["share", films, "--port", "6881", "--data-dir", `${folder.path}/${data}`];

  {
    await using silent = Program.start("peer", share("silent"), { namespace: here });
    await silent.line(/urn:btih/);
    assert.equal(await isListening(here), false);
  }
  const env = { PLAYSWARM_NO_LAN: "0" };
  await using seeder = Program.start("peer", share("data"), { env, namespace: here });
  const [, infoHash = ""] = await seeder.line(/urn:btih:([0-9a-f]{40})/);
  assert.equal(await isListening(here), true);
  const args = ["download", infoHash, "--to", `${folder.path}/to`];
  await using leecher = Program.start("peer", args, { env, namespace: there });
  assert.equal(await leecher.exitCode(), 0, leecher.output);
  assert.deepEqual(await Deno.readFile(`${folder.path}/to/film.mp4`), bytes);
});

/** Whether anybody in a namespace listens to the port of BEP 14, 6771. */
async function isListening(namespace: string): Promise<boolean> {
  const args = ["netns", "exec", namespace, "cat", "/proc/net/udp", "/proc/net/udp6"];
  const { stdout } = await new Deno.Command("ip", { args }).output();
  return new TextDecoder().decode(stdout).includes(":1A73 ");
}
