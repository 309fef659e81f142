import assert from "node:assert/strict";
import { trackerToJoin } from "./joining.ts";

const home = { name: "home", host: "10.0.0.1", port: 6969, needsKey: false };
const club = { name: "club", host: "10.0.0.2", port: 7000, needsKey: true };
const chosen = { address: "10.0.0.1:6969", name: "home" };

Deno.test("who belongs nowhere joins the only open community", () => {
  const situation = { chosen: undefined, isReachable: false };
  assert.deepEqual(trackerToJoin({ ...situation, found: [home] }), chosen);
  assert.equal(trackerToJoin({ ...situation, found: [] }), undefined);
  assert.equal(trackerToJoin({ ...situation, found: [home, { ...home, name: "other" }] }), undefined);
  assert.equal(trackerToJoin({ ...situation, found: [club] }), undefined);
});

Deno.test("who belongs to a tracker joins no other, and follows it to another address", () => {
  assert.equal(trackerToJoin({ chosen, isReachable: false, found: [{ ...home, name: "cafe" }] }), undefined);
  const moved = { ...home, host: "10.0.0.9" };
  assert.deepEqual(trackerToJoin({ chosen, isReachable: false, found: [moved] }), {
    ...chosen,
    address: "10.0.0.9:6969",
  });
  assert.equal(trackerToJoin({ chosen, isReachable: true, found: [moved] }), undefined);
  assert.equal(trackerToJoin({ chosen, isReachable: false, found: [home] }), undefined);
  assert.equal(trackerToJoin({ chosen: { address: "a:1" }, isReachable: false, found: [moved] }), undefined);
});
