/** How things look, for every component: the signs and the theme. Changes only when the user changes it. */
import { createContext, useContext } from "react";
import { type Glyphs, glyphsFor } from "../theme/glyphs.ts";
import { type Theme, themesFor } from "../theme/themes.ts";

export interface Look {
  readonly glyphs: Glyphs;
  readonly theme: Theme;
}

export const LookContext: React.Context<Look> = createContext<Look>({
  glyphs: glyphsFor("unicode"),
  theme: themesFor("none")[0] as Theme,
});

export function useLook(): Look {
  return useContext(LookContext);
}
