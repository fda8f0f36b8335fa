/** What has to be typed before data is deleted: the first word of the name, or `delete` if it cannot be typed. */
export function confirmationWord(name: string): string {
  const word = name.split(/[\s._\-()[\]]+/u).find((part) => part !== "") ?? "";
  return /^[\x21-\x7e]{1,24}$/.test(word) ? word : "delete";
}
