// The data within the page: read when it is first asked for, and once.
"use strict";

const haReport = (() => {
  const read = new Map();

  const unpacked = async (text) => {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(stream).text();
  };

  const isPacked = (block) => block.type !== "application/json";

  const parsed = async (block) => JSON.parse(isPacked(block) ? await unpacked(block.textContent) : block.textContent);

  return {
    // Whether this browser can unpack that data: those from before 2020 to 2023 cannot.
    readable: (id) => !isPacked(document.getElementById(id)) || "DecompressionStream" in globalThis,
    // The promise of a block's data; it fails in a browser that cannot unpack, where the plain tables stay.
    block(id) {
      if (!read.has(id)) {
        read.set(id, parsed(document.getElementById(id)));
      }
      return read.get(id);
    },
    all: (selector, root = document) => [...root.querySelectorAll(selector)],
    filled: (text, words) => text.replace(/\{(\w+)\}/g, (_, name) => words[name]),
    thousands: (number) => number.toLocaleString(document.documentElement.lang),
    // What a text would do to its reader, spelled out: control and direction characters (reports/visible.py).
    visible: (text) =>
      text.replace(
        /[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029\ufeff]/g,
        (letter) => {
          const code = letter.charCodeAt(0);
          return code < 256 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
        },
      ),
  };
})();
