import assert from "node:assert/strict";
import { readCommandLine, UsageError } from "../shared/command_line.ts";
import { downloadRateFlag, ratesOf, trackerFlag, trackerOf, uploadRateFlag } from "./flags.ts";

function line(...args: readonly string[]) {
  const flags = [trackerFlag, downloadRateFlag, uploadRateFlag];
  return readCommandLine(args, { flags, environment: () => undefined, listSeparator: ":", maxOperands: 0 });
}

Deno.test("a tracker needs no port", () => {
  assert.equal(trackerOf(line()), undefined);
  assert.deepEqual(trackerOf(line("--tracker", "media.home")), { host: "media.home", port: 6969 });
  assert.deepEqual(trackerOf(line("--tracker", "[::1]:7000")), { host: "::1", port: 7000 });
  assert.throws(() => trackerOf(line("--tracker", "a b")), UsageError);
});

Deno.test("rates are given in kilobytes and used in bytes", () => {
  assert.deepEqual(ratesOf(line()), {});
  assert.deepEqual(ratesOf(line("--download-rate", "200")), { downloadRate: 200_000 });
  assert.throws(() => ratesOf(line("--upload-rate", "0")), UsageError);
});
