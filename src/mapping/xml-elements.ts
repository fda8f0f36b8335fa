/**
 * Reads the XML of routers: elements and their text, names without prefixes. No attributes, no document types, no entities
 * but the five that XML itself has: what those would cost a program that reads strangers' documents is well known.
 */
import { type Decoded, decoded, fault } from "../core/decoded.ts";

export interface XmlElement {
  /** Without the prefix of its namespace. */
  readonly name: string;
  /** What stands directly in it, trimmed. */
  readonly text: string;
  readonly children: readonly XmlElement[];
}

/** Descriptions of routers have some 200 elements, 8 deep. */
const MAX_ELEMENTS = 4_096;
const MAX_DEPTH = 32;

interface OpenElement {
  readonly name: string;
  text: string;
  readonly children: XmlElement[];
}

/** The outermost element of a document. */
export function parseXml(document: string): Decoded<XmlElement> {
  const root: OpenElement = { name: "", text: "", children: [] };
  const open: OpenElement[] = [root];
  let elements = 0;
  let at = 0;
  while (at < document.length) {
    const inner = open[open.length - 1] as OpenElement;
    const tagAt = document.indexOf("<", at);
    inner.text += entitiesResolved(document.slice(at, tagAt < 0 ? document.length : tagAt));
    if (tagAt < 0) break;
    const skipped = endOfAside(document, tagAt);
    if (skipped === undefined) return fault("not-xml", "a document type, or markup without an end");
    if (skipped > tagAt) {
      if (document.startsWith(CDATA, tagAt)) inner.text += document.slice(tagAt + CDATA.length, skipped - 3);
      at = skipped;
      continue;
    }
    const endAt = document.indexOf(">", tagAt);
    if (endAt < 0) return fault("not-xml", "a tag without an end");
    const tag = document.slice(tagAt + 1, endAt);
    const name = nameOf(tag);
    if (name === undefined) return fault("not-xml", "a tag without a name");
    at = endAt + 1;
    if (tag.startsWith("/")) {
      open.pop();
      const outer = open[open.length - 1];
      if (outer === undefined || name !== inner.name)
        return fault("not-xml", "elements that end as others began");
      outer.children.push({ ...inner, text: inner.text.trim() });
      continue;
    }
    if (++elements > MAX_ELEMENTS || open.length > MAX_DEPTH) return fault("too-large", "too many elements");
    if (tag.endsWith("/")) inner.children.push({ name, text: "", children: [] });
    else open.push({ name, text: "", children: [] });
  }
  const [outermost] = root.children;
  return outermost === undefined || open.length > 1
    ? fault("not-xml", "no whole element")
    : decoded(outermost);
}

/** All elements of that name, however deep, in order. */
export function elementsNamed(name: string, within: XmlElement): readonly XmlElement[] {
  return within.children.flatMap((child) => [
    ...(child.name === name ? [child] : []),
    ...elementsNamed(name, child),
  ]);
}

/** Text of the first child of that name; empty where there is none. */
export function childText(name: string, of: XmlElement): string {
  return of.children.find((child) => child.name === name)?.text ?? "";
}

const CDATA = "<![CDATA[";

/** Behind a comment, an instruction or CDATA that begins at `at`; `at` where none does, undefined where it must not be. */
function endOfAside(document: string, at: number): number | undefined {
  const closing = document.startsWith("<!--", at)
    ? "-->"
    : document.startsWith("<?", at)
      ? "?>"
      : document.startsWith(CDATA, at)
        ? "]]>"
        : undefined;
  if (closing === undefined) return document.startsWith("<!", at) ? undefined : at;
  const endAt = document.indexOf(closing, at + 2);
  return endAt < 0 ? undefined : endAt + closing.length;
}

/** Of a tag that opens or closes, without its prefix. */
function nameOf(tag: string): string | undefined {
  return /^\/?(?:[\w.-]+:)?([\w.-]+)(?=[\s/]|$)/.exec(tag)?.[1];
}

const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

function entitiesResolved(text: string): string {
  if (!text.includes("&")) return text;
  return text.replace(/&(amp|lt|gt|quot|apos);/g, (_whole, name: string) => ENTITIES[name] ?? "");
}
