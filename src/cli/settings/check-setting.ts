/** Whether a value fits a setting, told when it is written instead of when it is used. */
import { parseBootstrap } from "../arguments/addresses.ts";
import { parseHost, parseProfile } from "../arguments/network-options.ts";
import { parseDuration, parsePort, parseRate, parseSize } from "../arguments/quantities.ts";
import type { ConfigValue } from "./config-file.ts";

type Check = (text: string, option: string) => unknown;

/** By the option's name; a setting that is not here takes any text. */
const CHECKS: Readonly<Record<string, Check>> = {
  bootstrap: (text) => parseBootstrap([text]),
  host: parseHost,
  "max-down": parseRate,
  "max-up": parseRate,
  "piece-size": parseSize,
  port: parsePort,
  "profile-addresses": parseProfile,
  "stall-timeout": parseDuration,
  timeout: parseDuration,
};

/** Throws USAGE, in the words of the option. */
export function checkSetting(key: string, value: ConfigValue): void {
  const name = key.slice(key.lastIndexOf(".") + 1);
  const check = CHECKS[name];
  if (check === undefined || typeof value === "boolean") return;
  for (const text of typeof value === "string" ? [value] : value) check(text, key);
}
