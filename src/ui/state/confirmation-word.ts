/** What has to be typed before data is deleted: the first word of the name; `delete` for several, or if it cannot be typed. */
export function confirmationWord(names: readonly string[]): string {
  const [name = ""] = names;
  const word = name.split(/[\s._\-()[\]]+/u).find((part) => part !== "") ?? "";
  return names.length === 1 && /^[\x21-\x7e]{1,24}$/.test(word) ? word : "delete";
}
