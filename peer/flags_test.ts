import assert from "node:assert/strict";
import { readCommandLine, UsageError } from "../shared/command_line.ts";
import { keyFlag } from "../shared/program_flags.ts";
import { communityOf, downloadRateFlag, ratesOf, trackerFlag, uploadRateFlag } from "./flags.ts";

function line(...args: readonly string[]) {
  const flags = [trackerFlag, keyFlag, downloadRateFlag, uploadRateFlag];
  return readCommandLine(args, { flags, environment: () => undefined, listSeparator: ":", maxOperands: 0 });
}

Deno.test("a tracker needs no port", () => {
  assert.equal(communityOf(line()), undefined);
  const tracker = { host: "media.home", port: 6969 };
  assert.deepEqual(communityOf(line("--tracker", "media.home")), { tracker });
  assert.deepEqual(communityOf(line("--tracker", "[::1]:7000")), { tracker: { host: "::1", port: 7000 } });
  assert.throws(() => communityOf(line("--tracker", "a b")), UsageError);
  const announce = "udp://media.home/hush/announce";
  assert.deepEqual(communityOf(line("--tracker", announce)), { tracker, key: "hush" });
  assert.deepEqual(communityOf(line("--tracker", announce, "--key", "shout")), { tracker, key: "shout" });
});

Deno.test("rates are given in kilobytes and used in bytes", () => {
  assert.deepEqual(ratesOf(line()), {});
  assert.deepEqual(ratesOf(line("--download-rate", "200")), { downloadRate: 200_000 });
  assert.throws(() => ratesOf(line("--upload-rate", "0")), UsageError);
});
