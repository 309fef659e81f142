/**
 * The flags that both programs have, and how an address is read from one.
 *
 * @module
 */
import { choiceFlag, type Flag, numberFlag, switchFlag, textFlag, UsageError } from "./command_line.ts";
import { type Endpoint, EndpointSyntaxError, parseEndpoint } from "./endpoint.ts";

/** `--help`. */
export const helpFlag: Flag<boolean> = switchFlag("help", { help: "Show this help", letter: "h" });
/** `--help-all`. */
export const helpAllFlag: Flag<boolean> = switchFlag("help-all", { help: "Show the help with every flag" });
/** `--print-config`. */
export const printConfigFlag: Flag<boolean> = switchFlag("print-config", {
  help: "Print every flag with its value, as a file for --config",
});
/** `--version`. */
export const versionFlag: Flag<boolean> = switchFlag("version", { help: "Show the version" });
/** `--open`. */
export const openFlag: Flag<boolean> = switchFlag("open", {
  help: "Open the dashboard in the browser",
});
/** `--no-open`. */
export const noOpenFlag: Flag<boolean> = switchFlag("no-open", { help: "Open no browser" });
/** `--log-level`. */
export const logLevelFlag: Flag<"debug" | "info" | "warning" | "error" | undefined> = choiceFlag("log-level", {
  help: "How much to log: warning by default",
  placeholder: "LEVEL",
  choices: ["debug", "info", "warning", "error"],
});
/** `--log-format`. */
export const logFormatFlag: Flag<"text" | "json" | undefined> = choiceFlag("log-format", {
  help: "Log as text (default), or as a JSON object a line",
  choices: ["text", "json"],
});

/** `--host`. */
export const hostFlag: Flag<string | undefined> = textFlag("host", {
  help: "Address to listen on (default: every address)",
  placeholder: "ADDR",
});
/** `--password`. */
export const passwordFlag: Flag<string | undefined> = textFlag("password", {
  help: "Password of the dashboard; needed beyond this machine",
  isSecret: true,
});
/** `--key`. */
export const keyFlag: Flag<string | undefined> = textFlag("key", {
  help: "Secret of a private community",
  placeholder: "SECRET",
  isSecret: true,
});
/** `--no-lan`. */
export const noLanFlag: Flag<boolean> = switchFlag("no-lan", {
  help: "Send and hear no multicast on the local network",
});
/** `--data-dir`. */
export const dataFlag: Flag<string | undefined> = textFlag("data-dir", {
  help: "Where to keep what is remembered",
  placeholder: "DIR",
});

/** `--config`. */
export const configFlag: Flag<string | undefined> = textFlag("config", {
  help: "File with flags, one a line: NAME = VALUE",
  placeholder: "FILE",
});

/** A flag with a port; 0 is any free one. */
export function portFlag(name: string, options: { readonly help: string; readonly fallback: number }): Flag<number> {
  return numberFlag(name, { ...options, placeholder: "PORT", min: 0, max: 65535 });
}

/** Where a program's dashboard is served. */
export function dashboardFlag(fallbackPort: number): Flag<Endpoint> {
  const fallback = `127.0.0.1:${fallbackPort}`;
  return endpointFlag("dashboard", {
    help: `Where to serve the dashboard (${fallback})`,
    fallback,
    defaultPort: fallbackPort,
  });
}

/** A flag with `HOST:PORT`. */
export function endpointFlag(
  name: string,
  options: { readonly help: string; readonly fallback: string; readonly defaultPort: number },
): Flag<Endpoint> {
  const flag = textFlag(name, { help: options.help, placeholder: "HOST:PORT" });
  return { ...flag, read: (texts) => readEndpoint(texts.at(-1) ?? options.fallback, { ...options, flag: name }) };
}

/** Reads `HOST[:PORT]` as given with a flag. @throws {UsageError} */
export function readEndpoint(
  text: string,
  options: { readonly flag: string; readonly defaultPort?: number },
): Endpoint {
  try {
    return parseEndpoint(text, options);
  } catch (error) {
    if (!(error instanceof EndpointSyntaxError)) throw error;
    throw new UsageError(`Cannot read --${options.flag} as HOST:PORT: current value is ${JSON.stringify(text)}`);
  }
}
