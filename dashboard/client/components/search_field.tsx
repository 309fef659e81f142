/**
 * The search of the bar: has the focus when the catalogue opens, gets it back with the slash key, and searches while one
 * types when the catalogue is on the screen (elsewhere with Enter, so that nobody loses a film to a keystroke).
 *
 * @module
 */
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { isTyping } from "../is_typing.ts";
import { formatRoute, type Route } from "../router.ts";
import { useShell } from "../shell_context.ts";
import { Icon } from "./icons.tsx";

/** Where the search leads. */
export interface SearchFieldProps {
  /** The page with the catalogue. */
  readonly page: "home" | "catalogue";
  readonly placeholder: string;
}

/** Typing faster than this is one question; a pause shorter than this is not felt. */
const PAUSE_MS = 70;

/**
 * The search field.
 *
 * @param props see {@link SearchFieldProps}
 */
export function SearchField({ page, placeholder }: SearchFieldProps): JSX.Element {
  const { router } = useShell();
  const input = useRef<HTMLInputElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const route = router.route.value;
  const isHere = route.type === page;
  const query = route.type === page ? route.query : "";
  useEffect(() => {
    // The address changed by a link or the back button; what is being typed is newer than the address.
    if (input.current !== null && document.activeElement !== input.current) input.current.value = query;
  }, [query]);
  useEffect(() => focusWithSlash(input.current, { isFocusWanted: isHere }), []);
  const search = () => {
    clearTimeout(timer.current);
    const query = input.current?.value.trim() ?? "";
    const address = formatRoute(route.type === page ? { ...route, query } : emptyRoute(page, query));
    if (isHere) router.replace(address);
    else router.open(address);
  };
  const searchSoon = () => {
    clearTimeout(timer.current);
    if (!isHere) return;
    timer.current = setTimeout(() => {
      // Whoever has opened a film within the pause is not brought back to the catalogue.
      if (router.route.peek().type === page) search();
    }, PAUSE_MS);
  };
  const submit = (event: Event) => {
    event.preventDefault();
    search();
  };
  return (
    <search class="search">
      <form onSubmit={submit}>
        <label>
          <span class="hidden">{placeholder}</span>
          <Icon name="search" />
          <input
            ref={input}
            type="search"
            placeholder={placeholder}
            autocomplete="off"
            spellcheck={false}
            enterkeyhint="search"
            data-testid="search"
            onInput={searchSoon}
            onKeyDown={goToFirst}
          />
          <kbd aria-hidden="true">/</kbd>
        </label>
      </form>
    </search>
  );
}

function emptyRoute(page: SearchFieldProps["page"], query: string): Route {
  return page === "home" ? { type: page, query, sort: "new", filters: [] } : { type: page, query, sort: "new" };
}

/** From the search into what it found. */
function goToFirst(event: KeyboardEvent): void {
  if (event.key !== "ArrowDown") return;
  const first = document.querySelector<HTMLElement>("[data-index] :is(a, button)");
  if (first === null) return;
  event.preventDefault();
  first.focus();
}

function focusWithSlash(
  input: HTMLInputElement | null,
  options: { readonly isFocusWanted: boolean },
): (() => void) | undefined {
  if (input === null) return undefined;
  // On a touch screen the focus would bring up the keyboard over half of the page.
  if (options.isFocusWanted && matchMedia("(pointer: fine)").matches) input.focus({ preventScroll: true });
  const listen = (event: KeyboardEvent) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    event.preventDefault();
    input.focus();
    input.select();
  };
  document.addEventListener("keydown", listen);
  return () => document.removeEventListener("keydown", listen);
}
