import assert from "node:assert/strict";
import { readCommandLine, UsageError } from "./command_line.ts";
import { dashboardFlag, portFlag, readEndpoint } from "./program_flags.ts";

function line(args: readonly string[], flag: ReturnType<typeof dashboardFlag | typeof portFlag>) {
  return readCommandLine(args, { flags: [flag], environment: () => undefined, listSeparator: ":", maxOperands: 0 });
}

Deno.test("where the dashboard is served: a host, a port, both, or neither", () => {
  const flag = dashboardFlag(8080);
  assert.deepEqual(line([], flag).value(flag), { host: "127.0.0.1", port: 8080 });
  assert.deepEqual(line(["--dashboard", "0.0.0.0:90"], flag).value(flag), { host: "0.0.0.0", port: 90 });
  assert.deepEqual(line(["--dashboard", "[::1]"], flag).value(flag), { host: "::1", port: 8080 });
  assert.throws(() => line(["--dashboard", "a:b:c:d"], flag).value(flag), UsageError);
});

Deno.test("a port is a port", () => {
  const flag = portFlag("port", { help: "A port", fallback: 6881 });
  assert.equal(line([], flag).value(flag), 6881);
  assert.equal(line(["--port", "0"], flag).value(flag), 0);
  assert.throws(() => line(["--port", "65536"], flag).value(flag), UsageError);
});

Deno.test("an address that cannot be read is said with its flag", () => {
  assert.deepEqual(readEndpoint("media.home", { flag: "tracker", defaultPort: 6969 }), {
    host: "media.home",
    port: 6969,
  });
  assert.throws(
    () => readEndpoint("media.home", { flag: "peer" }),
    (error) =>
      error instanceof UsageError &&
      /Cannot read --peer as HOST:PORT: current value is "media.home"/.test(error.message),
  );
});
