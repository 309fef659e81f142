import assert from "node:assert/strict";
import { encodeAnnounceQuery } from "../../shared/wire/http_tracker_query.ts";
import { decodeUdpRequest, encodeUdpRequest } from "../../shared/wire/udp_tracker.ts";
import {
  defaultInterfaceOf,
  type Interface,
  LanAddress,
  type LanAddressOptions,
  tellingLanAddress,
} from "./lan_address.ts";
import { ManualClock } from "./manual_clock.ts";
import { someAnnounce, someResponse } from "./test_tracker.ts";

const at = (name: string, address: string): Interface => ({ name, address });
const HOME = [at("lo", "127.0.0.1"), at("docker0", "172.17.0.1"), at("eth0", "fd00::5"), at("eth0", "192.168.1.5")];

const toldTo = (host: string, options: LanAddressOptions = {}) =>
  new LanAddress(host, { interfaces: () => HOME, defaultInterface: () => undefined, ...options }).told();

Deno.test("a tracker beyond our network is told our address on it, others are not", async () => {
  assert.equal(await toldTo("203.0.113.1"), "192.168.1.5");
  assert.equal(await toldTo("2001:db8::1"), "192.168.1.5");
  for (const host of ["192.168.1.2", "10.9.9.9", "127.0.0.1", "::1", "fd00::1"]) {
    assert.equal(await toldTo(host), undefined);
  }
  const names = new Map([["far", ["203.0.113.1", "2001:db8::1"]], ["near", ["203.0.113.1", "192.168.1.2"]]]);
  const resolve = (name: string) => Promise.resolve(names.get(name) ?? []);
  assert.equal(await toldTo("far", { resolve }), "192.168.1.5");
  assert.equal(await toldTo("near", { resolve }), undefined);
  assert.equal(await toldTo("nowhere", { resolve }), undefined);
});

Deno.test("which address it is: the one we listen on, else that of the way out, else the first that neighbours reach", async () => {
  const interfaces = () => [...HOME, at("wlan0", "10.0.0.7")];
  const told = (more: LanAddressOptions) => toldTo("203.0.113.1", { interfaces, ...more });
  assert.equal(await told({}), "192.168.1.5");
  assert.equal(await told({ defaultInterface: () => "wlan0" }), "10.0.0.7");
  assert.equal(await told({ defaultInterface: () => "ppp0" }), "192.168.1.5");
  assert.equal(await told({ listenHost: "10.0.0.7" }), "10.0.0.7");
  assert.equal(await told({ listenHost: "::" }), "192.168.1.5");
  assert.equal(await told({ listenHost: "127.0.0.1" }), undefined);
  assert.equal(await told({ listenHost: "203.0.113.9" }), undefined);
  const alone = [at("eth0", "203.0.113.9"), at("eth1", "169.254.7.7"), at("tun0", "10.8.0.2")];
  assert.equal(await told({ interfaces: () => alone }), undefined);
});

Deno.test("another network is noticed, without a look at each announce", async () => {
  const clock = new ManualClock();
  let looks = 0;
  const interfaces = () => [at("eth0", `192.168.${looks++}.5`)];
  const address = new LanAddress("203.0.113.1", { interfaces, defaultInterface: () => undefined, clock });
  assert.equal(await address.told(), "192.168.0.5");
  clock.advance(29_999);
  assert.equal(await address.told(), "192.168.0.5");
  clock.advance(1);
  assert.equal(await address.told(), "192.168.1.5");
});

Deno.test("the default route of Linux's table", () => {
  const head = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\n";
  const local = "eth1\t0000A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\n";
  assert.equal(defaultInterfaceOf(`${head}${local}eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\n`), "eth0");
  assert.equal(defaultInterfaceOf(head + local), undefined);
});

Deno.test("the announce says it over HTTP and over UDP, to those for whom it is meant", async () => {
  const said: string[] = [];
  const ask = tellingLanAddress((_url, announce) => {
    said.push(/&ip=[^&]*/.exec(encodeAnnounceQuery(announce, { isCompact: true }))?.[0] ?? "");
    const request = { ...announce, type: "announce", transactionId: 1, connectionId: 2n } as const;
    const decoded = decodeUdpRequest(encodeUdpRequest(request));
    said.push(decoded.type === "announce" ? decoded.ip ?? "" : "");
    return Promise.resolve(someResponse);
  }, (url) => url === "udp://ours" ? Promise.resolve("192.168.1.5") : undefined);
  const options = { signal: new AbortController().signal, hasFallback: false };
  await ask("udp://ours", someAnnounce, options);
  await ask("udp://theirs", someAnnounce, options);
  assert.deepEqual(said, ["&ip=192.168.1.5", "192.168.1.5", "", ""]);
});
