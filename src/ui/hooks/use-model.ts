/**
 * How components read the screen: each selects the part it shows. Parts keep their identity while they are equal
 * (`shareStructure`), so an unchanged part renders nothing.
 */
import { createContext, useCallback, useContext, useSyncExternalStore } from "react";
import type { ScreenModel } from "../model/screen-model.ts";

/** Holds the newest screen and tells its readers when there is another. */
export class ModelStore {
  readonly #listeners = new Set<() => void>();
  #model: ScreenModel;

  constructor(model: ScreenModel) {
    this.#model = model;
  }

  readonly getModel = (): ScreenModel => this.#model;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  publish(model: ScreenModel): void {
    this.#model = model;
    for (const listener of [...this.#listeners]) listener();
  }
}

export const ModelContext: React.Context<ModelStore | undefined> = createContext<ModelStore | undefined>(
  undefined,
);

/** The part of the screen that `select` picks; `select` must not make new objects. */
export function useModel<Part>(select: (model: ScreenModel) => Part): Part {
  const store = useContext(ModelContext);
  if (store === undefined) throw new Error("useModel needs a ModelContext above it");
  const getPart = useCallback(() => select(store.getModel()), [store, select]);
  return useSyncExternalStore(store.subscribe, getPart);
}
