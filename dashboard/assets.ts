/**
 * The page of a dashboard and what it is made of: the bundled client, the style sheet, the icon. Each answer has a
 * strong ETag made from its content, so that a reload costs a 304.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { type Context, Hono } from "hono";
import { answerNotFound, methodNotAllowed, problem } from "./problem.ts";

/** Which program's dashboard a page is. */
export type DashboardProgram = "peer" | "tracker";

/** What a dashboard's page is made of. */
export interface AssetOptions {
  /** Whose client script the page loads. */
  readonly program: DashboardProgram;
  /** The page's title until the client sets its own. */
  readonly title: string;
  /** The folder with the icon, and `generated/` with the bundles. Default: `assets/` beside this file. */
  readonly directory?: URL;
}

/** Content types of the files that we serve as assets, by extension; others are not served. */
const CONTENT_TYPES: Readonly<Record<string, string>> = {
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  png: "image/png",
  svg: "image/svg+xml",
  woff2: "font/woff2",
};

/** The routes' prefixes that never give the page, so that a wrong address is an error and not a page. */
const NOT_PAGES = /^\/(?:api|assets|playlist|remux|stream)(?:\/|$)/;

/** Scripts and style sheets are not served as they are written but as `bundle.ts` built them. */
const BUNDLED = /\.(?:css|js)$/;

/** An asset in memory, true while its file keeps its time. */
interface CachedAsset {
  readonly modifiedAtMs: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly tag: string;
}

/**
 * The routes of page and assets; mount them last, at `/`. `GET /assets/{name}` gives a file; every other path outside
 * `/api`, `/stream`, `/remux` and `/playlist` gives the page, because the client routes by the address.
 *
 * @param options Whose page.
 * @returns A Hono app.
 */
export function dashboardAssets(options: AssetOptions): Hono {
  const directory = options.directory ?? new URL("./assets/", import.meta.url);
  const cache = new Map<string, CachedAsset>();
  const page = new TextEncoder().encode(renderPage(options));
  const pageTag = contentTag(page);
  const app = new Hono();
  app.get("/assets/:name", async (context) => {
    const name = context.req.param("name");
    const contentType = assetContentType(name);
    if (contentType === undefined) return answerNotFound(context);
    const asset = await readAsset(new URL(BUNDLED.test(name) ? `generated/${name}` : name, directory), cache);
    if (asset === undefined) {
      const isPartOfPage = name === `${options.program}.js` || name === "dashboard.css";
      const detail = isPartOfPage
        ? `The dashboard's ${name} is not built; \`deno task bundle\` builds it.`
        : `There is no asset ${name}.`;
      return problem(404, { detail });
    }
    return answerContent(context, { bytes: asset.bytes, tag: asset.tag, contentType });
  });
  app.all("/assets/:name", methodNotAllowed("GET, HEAD"));
  app.get("*", (context) => {
    if (NOT_PAGES.test(context.req.path)) return answerNotFound(context);
    return answerContent(context, { bytes: page, tag: pageTag, contentType: "text/html; charset=utf-8" });
  });
  return app;
}

/**
 * The content type of an asset's name.
 *
 * @param name A name as in `/assets/{name}`.
 * @returns undefined unless it is one plain name with an extension that we serve.
 */
export function assetContentType(name: string): string | undefined {
  const extension = /^[a-z0-9][a-z0-9_-]*(?:\.[a-z0-9_-]+)*\.([a-z0-9]+)$/.exec(name)?.[1];
  return extension === undefined ? undefined : CONTENT_TYPES[extension];
}

function renderPage({ program, title }: AssetOptions): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="/assets/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/assets/dashboard.css">
<script type="module" src="/assets/${program}.js"></script>
</head>
<body>
<div id="app"></div>
<noscript>This dashboard needs JavaScript.</noscript>
</body>
</html>
`;
}

/** Reads an asset, or takes it from the cache while its file is the same; undefined when there is none. */
async function readAsset(url: URL, cache: Map<string, CachedAsset>): Promise<CachedAsset | undefined> {
  try {
    const { mtime, isFile } = await Deno.stat(url);
    if (!isFile) return undefined;
    const modifiedAtMs = mtime?.getTime() ?? 0;
    const cached = cache.get(url.href);
    if (cached?.modifiedAtMs === modifiedAtMs) return cached;
    const bytes = await Deno.readFile(url);
    const asset = { modifiedAtMs, bytes, tag: contentTag(bytes) };
    cache.set(url.href, asset); // Only names that exist get here, so the folder bounds the cache.
    return asset;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function answerContent(
  context: Context,
  content: { readonly bytes: Uint8Array<ArrayBuffer>; readonly tag: string; readonly contentType: string },
): Response {
  const headers = { ETag: content.tag, "Cache-Control": "no-cache" };
  const known = (context.req.header("If-None-Match") ?? "").split(",").map((tag) => tag.trim().replace(/^W\//, ""));
  if (known.includes(content.tag) || known.includes("*")) return new Response(null, { status: 304, headers });
  return new Response(content.bytes, {
    headers: { ...headers, "Content-Type": content.contentType, "Content-Length": String(content.bytes.length) },
  });
}

/** A strong ETag (RFC 9110, section 8.8.3): 128 bits of the content's SHA-256. */
function contentTag(bytes: Uint8Array): string {
  return `"${createHash("sha256").update(bytes).digest("hex").slice(0, 32)}"`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
