/** Files that a user should look at twice before opening them (threats section 5, item 5). */

/** Extensions that a system runs, or that run something when they are opened. */
const PROGRAMS = new Set(
  "exe scr com bat cmd msi ps1 vbs js jse wsf hta lnk pif reg jar app desktop command sh run appimage apk iso".split(
    " ",
  ),
);

/** What stands for something that must not reach a terminal: the name is not the one that its maker wrote. */
const REPLACED = /[\ufffd\p{C}\p{Zl}\p{Zp}]/u;

/** Runs when it is opened, or hides something in its name. */
export function isAlarming(path: string): boolean {
  const extension = path.slice(path.lastIndexOf(".") + 1).toLowerCase();
  return PROGRAMS.has(extension) || REPLACED.test(path);
}
