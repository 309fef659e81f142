import assert from "node:assert/strict";
import { listFlag, numberFlag, readCommandLine, switchFlag, textFlag, UsageError } from "./command_line.ts";
import { configurationText } from "./configuration_text.ts";
import { endpointFlag } from "./program_flags.ts";
import { parseSettings } from "./settings_file.ts";

const portFlag = numberFlag("port", { help: "The port", min: 0, max: 65_535, fallback: 6969 });
const shareFlag = listFlag("share", { help: "A folder" });
const keyFlag = textFlag("key", { help: "A secret", isSecret: true });
const hostFlag = textFlag("host", { help: "An address" });
const noLanFlag = switchFlag("no-lan", { help: "No multicast" });
const dashboardFlag = endpointFlag("dashboard", { help: "Where", fallback: "127.0.0.1:80", defaultPort: 80 });
const flags = [portFlag, shareFlag, keyFlag, hostFlag, noLanFlag, dashboardFlag];

const textOf = (args: readonly string[], environment: Record<string, string> = {}) => {
  const line = readCommandLine(args, {
    flags,
    maxOperands: 0,
    listSeparator: ":",
    environment: (name) => environment[name],
  });
  return configurationText(line, flags);
};

Deno.test("every flag with its value, where that is from, and what it means", () => {
  const text = textOf(["--port", "7000", "--share", "/a", "--share", "/b c "], {
    PLAYSWARM_KEY: "hush",
    PLAYSWARM_NO_LAN: "1",
  });
  assert.equal(
    text,
    `# The port
# PLAYSWARM_PORT, from the command line
port = 7000

# A folder
# PLAYSWARM_SHARE, from the command line
share = /a
share = "/b c "

# A secret
# PLAYSWARM_KEY, from the environment
# key = (not shown)

# An address
# PLAYSWARM_HOST, default
# host =

# No multicast
# PLAYSWARM_NO_LAN, from the environment
no-lan = true

# Where
# PLAYSWARM_DASHBOARD, default
# dashboard = 127.0.0.1:80`,
  );
});

Deno.test("the text is a settings file that says the same", () => {
  const settings = parseSettings(textOf(["--port", "7000", "--share", " /a", "--dashboard", "[::1]:8"]), {
    home: "/h",
  });
  assert.deepEqual(Object.fromEntries(settings), { port: ["7000"], share: [" /a"], dashboard: ["[::1]:8"] });
});

Deno.test("a value that is none is said", () => {
  assert.throws(() => textOf(["--port", "no"]), UsageError);
});
