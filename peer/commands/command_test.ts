import assert from "node:assert/strict";
import { readCommandLine, UsageError } from "../../shared/command_line.ts";
import { hostFlag, keyFlag, noLanFlag } from "../../shared/program_flags.ts";
import { dhtFlag, downloadRateFlag, mapPortFlag, trackerFlag, uploadRateFlag } from "../flags.ts";
import { connectionOptions } from "./command.ts";

function read(args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  return connectionOptions(readCommandLine(args, {
    flags: [hostFlag, keyFlag, noLanFlag, dhtFlag, mapPortFlag, trackerFlag, downloadRateFlag, uploadRateFlag],
    environment: (name) => environment[name],
    listSeparator: ":",
    maxOperands: 0,
  }));
}

Deno.test("what a session is told by the flags: nothing where nothing is given", () => {
  assert.deepEqual(read([]), { lan: true, dht: false, mapPort: false });
  assert.deepEqual(read(["--no-lan", "--dht", "--map-port"]), { lan: false, dht: true, mapPort: true });
  assert.deepEqual(
    read([
      "--tracker",
      "media.home",
      "--host",
      "127.0.0.1",
      "--key",
      "k",
      "--upload-rate",
      "5",
      "--download-rate",
      "7",
    ]),
    {
      lan: true,
      dht: false,
      mapPort: false,
      tracker: { host: "media.home", port: 6969 },
      host: "127.0.0.1",
      key: "k",
      uploadRate: 5_000,
      downloadRate: 7_000,
    },
  );
});

Deno.test("the environment stands in for a flag, and the line wins", () => {
  const environment = { PLAYSWARM_TRACKER: "one:1", PLAYSWARM_UPLOAD_RATE: "3", PLAYSWARM_NO_LAN: "1" };
  assert.deepEqual(read([], environment), {
    lan: false,
    dht: false,
    mapPort: false,
    tracker: { host: "one", port: 1 },
    uploadRate: 3_000,
  });
  assert.deepEqual(read(["--tracker", "two:2"], environment), {
    lan: false,
    dht: false,
    mapPort: false,
    tracker: { host: "two", port: 2 },
    uploadRate: 3_000,
  });
});

Deno.test("limits and addresses that are none are usage errors", () => {
  for (const args of [["--upload-rate", "0"], ["--download-rate", "fast"], ["--tracker", "a:b:c"]]) {
    assert.throws(() => read(args), UsageError);
  }
});
