import assert from "node:assert/strict";
import { LAN_SERVICE, readServices, serviceRecords } from "./lan_service.ts";
import type { DnsAnswers } from "./multicast_dns.d.ts";

const tracker = { name: "living-room", port: 6969, needsKey: true };

/** As it comes from the wire: texts are bytes. */
function received({ answers, additionals }: DnsAnswers): DnsAnswers {
  const read = (records: DnsAnswers["answers"]) =>
    records.map((record) =>
      record.type === "TXT" && Array.isArray(record.data)
        ? { ...record, data: record.data.map((text) => new TextEncoder().encode(String(text))) }
        : record
    );
  return { answers: read(answers), additionals: read(additionals) };
}

Deno.test("a tracker is read from the records that it sends, and so is its leave", () => {
  const here = received(serviceRecords(tracker, { address: "10.0.0.1" }));
  assert.deepEqual(readServices(here), [{ ...tracker, isLeaving: false }]);
  const leaving = received(serviceRecords(tracker, { address: "10.0.0.1", isLeaving: true }));
  assert.deepEqual(readServices(leaving), [{ ...tracker, isLeaving: true }]);
});

Deno.test("a name with dots, or too long for a label, is made one", () => {
  const [one] = readServices(
    received(serviceRecords({ ...tracker, name: `a.b.${"ö".repeat(60)}` }, { address: "::1" })),
  );
  assert.equal(one?.name, `a-b-${"ö".repeat(29)}`);
});

Deno.test("other services, and records that make no sense, say nothing", () => {
  const { answers, additionals } = serviceRecords(tracker, { address: "10.0.0.1" });
  assert.deepEqual(readServices({ answers, additionals: [] }), []);
  assert.deepEqual(
    readServices({ answers: [{ name: "_http._tcp.local", type: "PTR", data: "x._http._tcp.local" }], additionals }),
    [],
  );
  assert.deepEqual(readServices({ answers: [{ name: LAN_SERVICE, type: "PTR", data: 7 }], additionals }), []);
  const service = { name: `living-room.${LAN_SERVICE}`, type: "SRV", data: { port: 70_000 } };
  assert.deepEqual(readServices({ answers, additionals: [service] }), []);
});
