import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseConfig } from "../../../src/cli/settings/config-file.ts";
import { editConfig } from "../../../src/cli/settings/edit-config.ts";

const PATH = "config.toml";

describe("a setting is changed in place", () => {
  const text = '# my own\nport = 6881 # not 80\n\n[get]\n# patience\ntimeout = "5m"\n';

  test("and comments around it stay", () => {
    expect(editConfig(text, "get.timeout", "9m", PATH)).toBe(text.replace("5m", "9m"));
  });

  test("or added to its table, before the next one", () => {
    expect(editConfig(text, "max-up", "2M", PATH)).toBe(text.replace("not 80\n", 'not 80\nmax-up = "2M"\n'));
  });

  test("or to a new table at the end", () => {
    expect(editConfig(text, "dht.serve.port", "7000", PATH)).toBe(`${text}\n[dht.serve]\nport = 7000\n`);
  });

  test("or taken out", () => {
    expect(editConfig(text, "get.timeout", undefined, PATH)).toBe(text.replace('timeout = "5m"\n', ""));
    expect(editConfig(text, "share.port", undefined, PATH)).toBe(text);
  });

  test("but never at the cost of another line", () => {
    const unusual = 'bootstrap = [\n  "127.0.0.1:1",\n]\n';
    expect(() => editConfig(unusual, "bootstrap", ["127.0.0.1:2"], PATH)).toThrow(/cannot be changed/);
    const inline = "get = { timeout = 5 }\n";
    expect(() => editConfig(inline, "get.timeout", "6", PATH)).toThrow(/cannot be changed/);
  });
});

test("whatever value is written is read back", () => {
  const value = fc.oneof(fc.string(), fc.boolean(), fc.array(fc.string()));
  fc.assert(
    fc.property(value, (written) => {
      const text = editConfig("port = 1\n", "some-key", written, PATH);
      expect(parseConfig(text, PATH).get("some-key")).toEqual(written);
    }),
  );
});
