/**
 * A real Chromium for the tests that look at the pages as a person does. Every page is listened to: what it writes to
 * the console as an error, throws, or has refused by its Content-Security-Policy makes the test fail.
 *
 * @module
 */
import assert from "node:assert/strict";
import { type Browser as Chromium, chromium, type Page } from "playwright-core";

/** Debian's; `PLAYSWARM_CHROMIUM` names another. */
export const EXECUTABLE: string = Deno.env.get("PLAYSWARM_CHROMIUM") ?? "/usr/bin/chromium";

/** No request that the test did not ask for, no question that nobody answers, and playing without a click. */
const ARGUMENTS: readonly string[] = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--autoplay-policy=no-user-gesture-required",
];

/** How long a page may take for what has no deadline of its own: generous, for a loaded machine of two cores. */
export const PATIENCE_MS = 20_000;

/** How a page is shown. */
export interface PageOptions {
  readonly colorScheme?: "light" | "dark";
  readonly width?: number;
  readonly height?: number;
  /** Console errors that this test brings about on purpose, for instance of requests to a process that it stopped. */
  readonly expectedErrors?: RegExp;
}

/** A Chromium with an empty profile. */
export class Browser implements AsyncDisposable {
  readonly #chromium: Chromium;
  readonly #complaints: string[] = [];
  readonly #pages: Page[] = [];

  private constructor(chromium: Chromium) {
    this.#chromium = chromium;
  }

  /** Starts one; `executable` is what starts it, and takes its arguments. */
  static async launch(options: { readonly executable?: string } = {}): Promise<Browser> {
    const executablePath = options.executable ?? EXECUTABLE;
    return new Browser(await chromium.launch({ executablePath, args: [...ARGUMENTS] }));
  }

  /** Why there is none here; undefined when there is. */
  static obstacle(): string | undefined {
    return isFile(EXECUTABLE) ? undefined : `no ${EXECUTABLE} (PLAYSWARM_CHROMIUM names another)`;
  }

  /** Opens an address in a window of its own, with cookies and storage of its own. */
  async open(url: string, options: PageOptions = {}): Promise<Page> {
    const { colorScheme = "light", width = 1280, height = 800, expectedErrors } = options;
    const context = await this.#chromium.newContext({ colorScheme, viewport: { width, height } });
    const page = await context.newPage();
    this.#pages.push(page);
    page.setDefaultTimeout(PATIENCE_MS);
    const complain = (text: string) => {
      if (expectedErrors === undefined || !expectedErrors.test(text)) this.#complaints.push(`${page.url()}: ${text}`);
    };
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") complain(message.text());
    });
    page.on("pageerror", (error) => complain(error.stack ?? error.message));
    await page.addInitScript(() => {
      addEventListener("securitypolicyviolation", (event) => {
        console.error(`Content-Security-Policy: ${event.violatedDirective} refused ${event.blockedURI}`);
      });
    });
    await page.goto(url);
    return page;
  }

  /** Fails when any page complained so far. */
  assertQuiet(): void {
    assert.deepEqual(this.#complaints, []);
  }

  /** What the pages show now, in words: for the report of a failure. */
  async describe(): Promise<string> {
    const texts = this.#pages.map(async (page) => `${page.url()} shows:\n${await page.locator("body").innerText()}`);
    return [...await Promise.all(texts), ...this.#complaints].join("\n\n");
  }

  /** Closes all windows and ends the process. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#chromium.close();
  }
}

/** A test in a real browser: skipped, loudly, where there is none. What it puts into the scope outlives the pages. */
export function browserTest(
  name: string,
  run: (browser: Browser, scope: AsyncDisposableStack) => Promise<void>,
): void {
  const obstacle = Browser.obstacle();
  if (obstacle !== undefined) console.error(`SKIPPED, ${obstacle}: ${name}`);
  Deno.test({
    name,
    ignore: obstacle !== undefined,
    async fn() {
      await using scope = new AsyncDisposableStack();
      await using browser = await Browser.launch();
      try {
        await run(browser, scope);
      } catch (error) {
        console.error(await browser.describe());
        throw error;
      }
      browser.assertQuiet();
    },
  });
}

/** Finds an element by its test id. */
export function byId(id: string): string {
  return `[data-testid="${id}"]`;
}

/** Waits until the player's playhead has passed a second of the film, and is moving. */
export async function untilPlayed(page: Page, seconds: number, options: { timeoutMs?: number } = {}): Promise<void> {
  await page.waitForFunction(
    (from) => {
      const media = document.querySelector<HTMLMediaElement>('[data-testid="player"]');
      return media !== null && !media.paused && media.currentTime > from;
    },
    seconds,
    { timeout: options.timeoutMs ?? PATIENCE_MS, polling: "raf" },
  );
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
