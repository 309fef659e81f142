import assert from "node:assert/strict";
import { NetworkNamespaces } from "../network_namespaces.ts";
import { Folder, Program } from "../program.ts";

const obstacle = await NetworkNamespaces.obstacle();
const name = "the DHT and the router are asked only when told to, and without them all goes on";
if (obstacle !== undefined) console.warn(`SKIPPED, ${obstacle}: ${name}`);

Deno.test({ name, ignore: obstacle !== undefined }, async () => {
  await using network = await NetworkNamespaces.create();
  await using folder = await Folder.create();
  const [here] = network.names;
  const films = await folder.folder("films");
  await Deno.writeFile(`${films}/film.mp4`, new Uint8Array(100_000));
  for (const flags of [[], ["--dht", "--map-port"]]) {
    const data = `${folder.path}/data-${flags.length}`;
    await using peer = Program.start("peer", ["share", films, "--port", "6881", "--data-dir", data, ...flags], {
      namespace: here,
    });
    await peer.line(/urn:btih/);
    // 6881 in hex, as the kernel lists it: the DHT has the number of our TCP port.
    if (flags.length > 0) await peer.line(/No router agreed/);
    const args = ["netns", "exec", here, "cat", "/proc/net/udp"];
    const { stdout } = await new Deno.Command("ip", { args }).output();
    assert.equal(new TextDecoder().decode(stdout).includes(":1AE1 "), flags.length > 0);
    peer.kill("SIGTERM");
    assert.equal(await peer.exitCode(), 0, peer.output);
    assert.equal(peer.output.match(/No router|DHT/g)?.length ?? 0, flags.length > 0 ? 1 : 0, peer.output);
  }
});
