import assert from "node:assert/strict";
import { type BencodeValue, decodeBencode } from "../shared/bencode.ts";
import { bytesToText } from "../shared/bencode_text.ts";
import { type InfoHash, infoHash, infoHashBytes, type PeerId, peerId, peerIdBytes } from "../shared/ids.ts";
import { percentEncode } from "../shared/wire/percent_encoding.ts";
import { AccessKey } from "./access_key.ts";
import { MAX_FULL_SCRAPE } from "./announce_desk.ts";
import { Catalogue } from "./catalogue.ts";
import { parseAccessList } from "./access_list.ts";
import { Gatekeeper, OPEN_LISTS } from "./gatekeeper.ts";
import { trackerApp } from "./http_server.ts";
import { MeetingPoint } from "./meeting_point.ts";
import { Swarms } from "./swarms.ts";

const HASH = infoHash(new Uint8Array(20).fill(1));
const id = (letter: string): PeerId => peerId(new TextEncoder().encode(`-XX0100-${letter.padEnd(12, letter)}`));

/** A tracker's HTTP side that is asked from any address, at moment 0 for ever. */
function trackerOf(
  options: { readonly key?: string; readonly deny?: string; readonly requestsPerSecond?: number } = {},
) {
  const catalogue = Catalogue.open(":memory:");
  const lists = { ...OPEN_LISTS, deny: parseAccessList(options.deny ?? "") };
  const meeting = new MeetingPoint({
    gate: new Gatekeeper({ lists, requestsPerSecond: options.requestsPerSecond ?? 0 }),
    swarms: new Swarms({ intervalSeconds: 60, random: () => 0 }),
    catalogue,
    metadata: { want: () => {}, told: () => {}, forget: () => {} },
    reach: { want: () => {} },
    now: () => 0,
    date: () => 0,
    onChange: () => {},
  });
  const app = trackerApp({
    desk: meeting,
    key: new AccessKey(options.key),
    catalogue,
    put: () => true,
    takeName: () => true,
    hasNear: () => false,
    instanceId: "here",
    metrics: () => Promise.resolve(""),
    report: (error) => assert.fail(error),
  });
  const get = async (path: string, hostname = "203.0.113.1") =>
    await app.fetch(new Request(`http://tracker${path}`), { hostname });
  const ask = async (path: string, hostname?: string) => fieldsOf(await get(path, hostname));
  const announce = (parameters: Announcement = {}, hostname?: string) =>
    ask(`/announce?${queryOf(parameters)}`, hostname);
  return { get, ask, announce, [Symbol.dispose]: () => catalogue[Symbol.dispose]() };
}

interface Announcement {
  readonly hash?: InfoHash;
  readonly peer?: PeerId;
  readonly port?: number;
  readonly left?: number;
  /** More parameters, as they stand in the query. */
  readonly more?: string;
}

function queryOf({ hash = HASH, peer = id("a"), port = 6881, left = 5, more = "" }: Announcement): string {
  const ids = `info_hash=${percentEncode(infoHashBytes(hash))}&peer_id=${percentEncode(peerIdBytes(peer))}`;
  return `${ids}&port=${port}&uploaded=0&downloaded=0&left=${left}${more}`;
}

type Fields = ReadonlyMap<string, BencodeValue>;

async function fieldsOf(response: Response): Promise<Fields> {
  assert.equal(response.status, 200);
  const value = decodeBencode(await response.bytes());
  assert.ok(value instanceof Map);
  return value;
}

function bytesOf(fields: Fields, name: string): readonly number[] {
  const value = fields.get(name);
  return value instanceof Uint8Array ? [...value] : [];
}

function textOf(fields: Fields, name: string): string {
  const value = fields.get(name);
  return value instanceof Uint8Array ? bytesToText(value) : "";
}

Deno.test("BEP 3: the fields of an answer; events; who takes part and who left", async () => {
  using tracker = trackerOf();
  const first = await tracker.announce({ more: "&event=started", left: 0 });
  assert.deepEqual([...first.keys()].sort(), ["complete", "external ip", "incomplete", "interval", "peers"]);
  assert.deepEqual(["interval", "complete", "incomplete"].map((name) => first.get(name)), [60, 1, 0]);
  const other = { peer: id("b"), port: 7000 };
  await tracker.announce({ ...other, more: "&event=started" }, "203.0.113.2");
  await tracker.announce({ ...other, left: 0, more: "&event=completed" }, "203.0.113.2");
  const scraped = (await tracker.ask(`/scrape?info_hash=${"%01".repeat(20)}`)).get("files");
  const [counts] = scraped instanceof Map ? scraped.values() : [];
  assert.ok(counts instanceof Map);
  assert.deepEqual(["complete", "incomplete", "downloaded"].map((name) => counts.get(name)), [2, 0, 1]);
  assert.equal(
    (await tracker.announce({ ...other, left: 0, more: "&event=stopped" }, "203.0.113.2")).get("complete"),
    1,
  );
});

Deno.test("BEP 7: both families in one answer, each in its own list", async () => {
  using tracker = trackerOf();
  await tracker.announce({ left: 0 }, "203.0.113.1");
  await tracker.announce({ left: 0, peer: id("b") }, "2001:db8::1");
  const answer = await tracker.announce({ peer: id("c") }, "198.51.100.1");
  assert.deepEqual(bytesOf(answer, "peers"), [203, 0, 113, 1, 0x1a, 0xe1]);
  assert.deepEqual(bytesOf(answer, "peers6").slice(0, 4), [0x20, 0x01, 0x0d, 0xb8]);
  assert.equal(bytesOf(answer, "peers6").length, 18);
});

Deno.test("BEP 23: compact unless compact=0; no_peer_id leaves the ids out", async () => {
  using tracker = trackerOf();
  await tracker.announce({ left: 0 });
  const ask = async (more: string) => (await tracker.announce({ peer: id("b"), more }, "198.51.100.1")).get("peers");
  assert.ok(await ask("") instanceof Uint8Array);
  assert.ok(await ask("&compact=1") instanceof Uint8Array);
  for (const [more, names] of [["&compact=0", "ip peer id port"], ["&compact=0&no_peer_id=1", "ip port"]] as const) {
    const peers = await ask(more);
    const [peer] = Array.isArray(peers) ? peers : [];
    assert.ok(peer instanceof Map);
    assert.equal([...peer.keys()].sort().join(" "), names);
  }
});

Deno.test("numwant: so many at most, none for 0, the default for what is no number of peers", async () => {
  using tracker = trackerOf();
  for (let host = 1; host < 251; host++) await tracker.announce({ left: 0, peer: id("s") }, `198.51.100.${host}`);
  const given = async (more: string) => bytesOf(await tracker.announce({ peer: id("b"), more }), "peers").length / 6;
  for (const [more, count] of [["", 50], ["&numwant=7", 7], ["&numwant=0", 0], ["&numwant=-1", 50]] as const) {
    assert.equal(await given(more), count, more);
  }
  assert.equal(await given("&numwant=999999999999999999999999"), 200);
});

Deno.test("BEP 24: the asker's own address as we see it, mapped ones as IPv4", async () => {
  using tracker = trackerOf();
  for (
    const [hostname, bytes] of [
      ["203.0.113.9", [203, 0, 113, 9]],
      ["::ffff:203.0.113.9", [203, 0, 113, 9]],
      ["2001:db8::1", [0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]],
    ] as const
  ) {
    assert.deepEqual(bytesOf(await tracker.announce({}, hostname), "external ip"), bytes, hostname);
  }
});

Deno.test("what a client claims beyond reason counts for nothing outside the local network", async () => {
  using tracker = trackerOf();
  for (const ip of ["198.51.100.66", "127.0.0.1", "255.255.255.255", "::1", "media.home", "%00"]) {
    await tracker.announce({ left: 0, more: `&ip=${ip}&ipv4=198.51.100.66&ipv6=2001:db8::66&host=x` });
  }
  const seen = await tracker.announce({ peer: id("b") }, "198.51.100.1");
  assert.deepEqual(bytesOf(seen, "peers"), [203, 0, 113, 1, 0x1a, 0xe1]);
  assert.deepEqual(bytesOf(seen, "peers6"), []);
  const absurd = "&uploaded=99999999999999999999&downloaded=-5&event=dance&key=nonsense%FF&trackerid=%00";
  assert.equal(textOf(await tracker.announce({ more: absurd }), "failure reason"), "");
  const neighbour = await tracker.announce({ peer: id("c"), left: 0, more: "&ip=192.168.1.7" }, "203.0.113.1");
  assert.equal(textOf(neighbour, "failure reason"), "");
  const near = await tracker.announce({ peer: id("d"), port: 1 }, "203.0.113.1");
  const lanAddress = "192,168,1,7";
  assert.ok(bytesOf(near, "peers").join().includes(lanAddress), "its neighbours get its LAN address");
  const far = await tracker.announce({ peer: id("e") }, "198.51.100.2");
  assert.ok(!bytesOf(far, "peers").join().includes(lanAddress), "and nobody else");
});

Deno.test("the same key or another: a client is its peer id and where it is, and nobody speaks for it from elsewhere", async () => {
  using tracker = trackerOf();
  await tracker.announce({ left: 0, more: "&key=AB12" });
  await tracker.announce({ left: 0, more: "&key=AB12&event=stopped" }, "198.51.100.66");
  assert.equal((await tracker.announce({ peer: id("b") }, "198.51.100.1")).get("complete"), 1);
});

Deno.test("failure reasons a person can read, and BEP 31: when to come back", async () => {
  using tracker = trackerOf({ deny: `203.0.113.66\n${HASH.replaceAll("1", "2")}`, requestsPerSecond: 1 });
  const other = infoHash(new Uint8Array(20).fill(2));
  for (
    const [query, reason] of [
      [queryOf({}).replace(/info_hash=[^&]*/, "info_hash=short"), /info_hash of 20 bytes/],
      [queryOf({}).replace(/port=\d+/, "port=70000"), /port from 0 to 65535/],
      [queryOf({}).replace(/left=\d+/, "left=many"), /left as a number/],
      ["", /info_hash|port/],
    ] as const
  ) {
    assert.match(textOf(await tracker.ask(`/announce?${query}`, "198.51.100.1"), "failure reason"), reason);
  }
  const denied = await tracker.announce({}, "203.0.113.66");
  assert.deepEqual([textOf(denied, "failure reason"), textOf(denied, "retry in")], [
    "This tracker does not serve your address",
    "never",
  ]);
  const torrent = await tracker.announce({ hash: other });
  assert.deepEqual([textOf(torrent, "failure reason"), textOf(torrent, "retry in")], [
    "This tracker does not serve this torrent",
    "never",
  ]);
  let answer = await tracker.announce();
  for (let count = 0; count < 60; count++) answer = await tracker.announce();
  assert.match(textOf(answer, "failure reason"), /^Too many requests from your address/);
  assert.equal(answer.get("retry in"), 1);
  const page = await tracker.get("/catalogue");
  assert.deepEqual([page.status, page.headers.get("Retry-After")], [429, "60"]);
  assert.equal((await tracker.get("/catalogue", "203.0.113.66")).status, 403);
  assert.equal((await tracker.get("/healthz", "203.0.113.66")).status, 200);
});

Deno.test("BEP 48: some swarms, all up to a limit, none that is unknown as an error", async () => {
  using tracker = trackerOf();
  const hashOf = (number: number) => {
    const bytes = new Uint8Array(20);
    new DataView(bytes.buffer).setUint32(0, number);
    return infoHash(bytes);
  };
  for (let number = 0; number < MAX_FULL_SCRAPE + 5; number++) await tracker.announce({ hash: hashOf(number) });
  const filesOf = async (query: string) => {
    const files = (await tracker.ask(`/scrape${query}`)).get("files");
    return files instanceof Map ? files.size : -1;
  };
  assert.equal(await filesOf(""), MAX_FULL_SCRAPE);
  const named = [7, 8, 99_999].map((number) => `info_hash=${percentEncode(infoHashBytes(hashOf(number)))}`).join("&");
  assert.equal(await filesOf(`?${named}`), 3);
  assert.match(textOf(await tracker.ask(`/scrape?info_hash=${"x".repeat(20_000)}`), "failure reason"), /limit/);
});

Deno.test("BEP 27 with a key: nobody hears of a swarm without it", async () => {
  using tracker = trackerOf({ key: "hush" });
  for (const path of ["/announce", "/scrape", "/wrong/announce", "/wrong/scrape"]) {
    const answer = await tracker.ask(`${path}?${queryOf({})}`);
    assert.equal(textOf(answer, "failure reason"), "This tracker asks for a key", path);
    assert.equal(textOf(answer, "retry in"), "never");
  }
  assert.equal((await tracker.ask(`/hush/announce?${queryOf({})}`)).get("incomplete"), 1);
});
