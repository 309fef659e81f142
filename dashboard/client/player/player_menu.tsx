/**
 * A menu of a player: a button that opens a list to choose one from.
 *
 * @module
 */
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { Icon, type IconName } from "../components/icons.tsx";

/** One of the choices. */
export interface MenuChoice {
  readonly label: string;
  readonly isChosen: boolean;
  readonly onChoose: () => void;
}

/** What the menu offers. */
export interface PlayerMenuProps {
  /** What is chosen here, for instance `"Subtitles"`. */
  readonly label: string;
  readonly icon?: IconName;
  /** Shown on the button instead of an icon. */
  readonly text?: string;
  readonly testId: string;
  readonly choices: readonly MenuChoice[];
  /** What stands below the choices. */
  readonly children?: ComponentChildren;
}

/**
 * The menu.
 *
 * @param props see {@link PlayerMenuProps}
 */
export function PlayerMenu(props: PlayerMenuProps): JSX.Element {
  const isOpen = useSignal(false);
  const root = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const close = () => {
    isOpen.value = false;
    button.current?.focus();
  };
  useEffect(() => {
    if (!isOpen.value) return;
    const list = root.current?.querySelectorAll("button") ?? [];
    ([...list].find((item) => item.getAttribute("aria-checked") === "true") ?? list[1])?.focus();
    const onPress = (event: PointerEvent) => {
      if (event.target instanceof Node && !root.current?.contains(event.target)) isOpen.value = false;
    };
    document.addEventListener("pointerdown", onPress);
    return () => document.removeEventListener("pointerdown", onPress);
  }, [isOpen.value]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (!isOpen.value) return;
    if (event.key === "Escape") close();
    else if (event.key === "ArrowDown" || event.key === "ArrowUp") moveFocus(root.current, event.key);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div class="player-menu" ref={root} onKeyDown={onKeyDown}>
      <button
        ref={button}
        type="button"
        class="bare control"
        aria-label={props.text === undefined ? props.label : `${props.label}, ${props.text}`}
        title={props.label}
        aria-haspopup="menu"
        aria-expanded={isOpen.value}
        data-testid={props.testId}
        onClick={() => isOpen.value = !isOpen.value}
      >
        {props.icon === undefined ? <span class="control-text">{props.text}</span> : <Icon name={props.icon} />}
      </button>
      {isOpen.value
        ? (
          <div class="player-menu-list" role="menu" aria-label={props.label}>
            {props.choices.map((choice) => (
              <button
                key={choice.label}
                type="button"
                class="bare"
                role="menuitemradio"
                aria-checked={choice.isChosen}
                onClick={() => {
                  choice.onChoose();
                  close();
                }}
              >
                <span class="player-menu-mark">{choice.isChosen ? <Icon name="check" /> : null}</span>
                <span dir="auto">{choice.label}</span>
              </button>
            ))}
            {props.children}
          </div>
        )
        : null}
    </div>
  );
}

function moveFocus(root: HTMLElement | null, key: "ArrowDown" | "ArrowUp"): void {
  const items = [...root?.querySelectorAll<HTMLElement>('[role^="menuitem"]') ?? []];
  const focused = items.findIndex((item) => item === document.activeElement);
  const next = (focused + (key === "ArrowDown" ? 1 : -1) + items.length) % items.length;
  items[next]?.focus();
}
