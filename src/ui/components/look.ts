/** How things look, for every component: the signs, the theme and the sheet that leaves are put on. Changes only when the user changes it. */
import { createContext, useContext } from "react";
import { LeafSheet } from "../terminal/leaf-sheet.ts";
import { type Glyphs, glyphsFor } from "../theme/glyphs.ts";
import { type Theme, themesFor } from "../theme/themes.ts";

export interface Look {
  readonly glyphs: Glyphs;
  readonly theme: Theme;
  readonly sheet: LeafSheet;
}

export const LookContext: React.Context<Look> = createContext<Look>({
  glyphs: glyphsFor("unicode"),
  theme: themesFor("none")[0] as Theme,
  sheet: new LeafSheet(),
});

export function useLook(): Look {
  return useContext(LookContext);
}
