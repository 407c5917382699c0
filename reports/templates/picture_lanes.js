// The lanes of the timeline: bars and marks are read once, then only moved; what was not drawn yet is when it shows.
"use strict";

(() => {
  const { picture } = haReport;
  if (!picture) {
    return;
  }
  const { EDGE, all, share, percent, svg } = picture;
  const NEAR = 17; // pixels: marks closer than this would cover each other
  const LETTER = 6.7;
  const DIGIT = 7;
  const ROOM = 24; // pixels at the right edge
  const [PLAIN, LETTERED] = [9, 24]; // how far a mark reaches to the left without and with its letter
  const GRAVITY = ["failed", "not-fenced", "lost", "fenced", "quorum-lost", "stopped", "change", "cleaned", "quorum"];

  const barOf = (group) => ({
    group,
    boxes: all("rect", group),
    label: group.querySelector("text"),
    text: group.dataset.text ?? "",
    letter: group.dataset.letter ?? "",
    low: group.dataset.tracks > 2, // a third of the height is too low for any text
    a: Number(group.dataset.a),
    b: Number(group.dataset.b),
  });
  const markOf = (mark) => ({
    mark,
    at: mark.querySelector(".at"),
    letter: mark.dataset.letter ?? "",
    t: Number(mark.dataset.t),
    n: Number(mark.dataset.n),
    rank: GRAVITY.indexOf(mark.classList[1]) + 1 || 99,
    group: [],
  });
  const tracks = all(".stack-of-lanes .track").map((track) => ({
    track,
    opener: track.closest(".inner")?.parentElement.querySelector(":scope > .opener"),
    bars: all(".bar", track).map(barOf),
    marks: all(".mark", track).map(markOf),
  }));
  const lanes = tracks.map(({ marks }) => marks);
  const marks = lanes.flat();
  const strips = all(".strip").map((strip) => ({ strip, bins: Number(strip.dataset.bins) }));
  const textWidth = (text) => 12 + LETTER * [...text].reduce((sum, it) => sum + (it.charCodeAt(0) > 0x2e80 ? 2 : 1), 0);

  // A text begins where the bar is seen, behind a mark that stands there, and ends before the next one.
  const drawText = (bar, from, to, taken) => {
    let start = from;
    for (const [x, left, right] of taken) {
      start = x > start - right && x < start + PLAIN + left ? x + right - 2 : start;
    }
    const end = Math.min(to, ...taken.filter(([x]) => x > start).map(([x, left]) => x - left));
    const told = bar.low ? undefined : [bar.text, bar.letter].find((text) => text && end - start > textWidth(text));
    bar.told = told ?? "";
    if (told === undefined) {
      bar.label?.remove();
      bar.label = null;
      return;
    }
    if (!bar.label) {
      const [y, height] = ["y", "height"].map((name) => Number(bar.boxes[0].getAttribute(name)));
      bar.label = bar.group.appendChild(svg("text", { y: y + Math.floor(height / 2) + 4 }));
    }
    const long = told === bar.text;
    bar.label.textContent = told;
    bar.label.setAttribute("class", long ? "" : "short");
    bar.label.setAttribute("x", long ? start + 6 : (start + end) / 2);
    bar.label.removeAttribute("dx");
  };

  const drawBar = (bar, width, taken) => {
    const from = Math.max(share(bar.a), -0.3);
    const to = Math.min(share(bar.b), 100.3);
    const seen = to > 0 && from < 100;
    bar.group.classList.toggle("under", !seen);
    if (!seen) {
      return;
    }
    bar.boxes.forEach((box) => box.setAttribute("x", percent(from)));
    if (bar.a === bar.b) {
      bar.label?.setAttribute("x", percent(from));
      bar.told = bar.letter; // what a single snapshot shows has no length
      return;
    }
    bar.boxes.forEach((box) => box.setAttribute("width", percent(Math.max(to - from, 0.12))));
    drawText(bar, (Math.max(from, 0) / 100) * width, (Math.min(to, 100) / 100) * width, taken);
  };

  // Marks

  const bodyOf = (track, { mark, letter }) => {
    const at = svg("svg", { class: "at", y: track.getAttribute("height") / 2 });
    at.append(svg("circle", { class: "hit", r: 11 }), svg("use", { href: `#glyph-${mark.classList[1]}` }));
    if (letter) {
      at.append(svg("text", { class: "where", x: -10, y: 4 }));
    }
    at.append(svg("text", { class: "times", x: 8, y: -4 }));
    mark.append(at);
    return at;
  };
  const pixels = (entry, width) => (share(entry.t) / 100) * width;
  const digits = (number) => (number > 1 ? DIGIT * String(number).length : 0);

  // Of marks that would cover each other the gravest shows, with the number of all.
  const drawGroup = (track, { group, head, number }, width, before) => {
    for (const entry of group) {
      entry.mark.classList.toggle("under", entry !== head);
      entry.group = entry === head ? group : [];
    }
    const x = pixels(head, width);
    head.at ??= bodyOf(track, head);
    head.at.setAttribute("x", percent(share(head.t)));
    const times = head.at.querySelector(".times");
    const last = x > width - ROOM; // at the very end the number stands before its mark
    times.textContent = number > 1 ? number : "";
    times.setAttribute("x", last ? -8 : 8);
    times.setAttribute("text-anchor", last ? "end" : "start");
    head.where = x - before > LETTERED + PLAIN && group.every(({ letter }) => letter === head.letter) ? head.letter : "";
    return [x, head.where ? LETTERED : PLAIN, PLAIN + digits(number)];
  };

  // Returns where marks stand, in pixels, and how far they reach to the left and to the right.
  const drawMarks = ({ track, marks: entries }, width) => {
    const taken = [];
    let open = null;
    const close = () => {
      if (open) {
        taken.push(drawGroup(track, open, width, taken.at(-1)?.[0] ?? -Infinity));
      }
      open = null;
    };
    for (const entry of entries) {
      const x = share(entry.t);
      if (x < -0.5 || x > 100.5) {
        entry.mark.classList.add("under");
        entry.group = [];
        continue;
      }
      if (open && pixels(entry, width) - pixels(open.head, width) >= NEAR + digits(open.number)) {
        close();
      }
      open ??= { group: [], head: entry, number: 0 };
      open.group.push(entry);
      open.number += entry.n;
      open.head = entry.rank < open.head.rank ? entry : open.head;
    }
    close();
    return taken;
  };

  // The node of a failure is told by a letter, unless it stands on a bar that is lettered with just that node.
  const drawLetters = ({ bars, marks: entries }) => {
    for (const { at, where, t, group } of entries.filter(({ letter, group }) => letter && group.length > 0)) {
      const named = bars.some(({ a, b, letter, told }) => where && letter === where && told && a <= t && t <= b);
      at.querySelector(".where").textContent = named ? "" : where;
    }
  };

  // The finest strip whose bins can still be told apart
  const drawStrips = (width) => {
    const [from, to] = picture.view;
    const part = (to - from) / picture.whole;
    const fits = strips.filter(({ bins }) => bins * part <= width / 2);
    const best = fits.at(-1) ?? strips[0];
    for (const level of strips) {
      level.strip.classList.toggle("finer", level !== best);
    }
    if (best) {
      const span = part * best.bins;
      const room = (span * EDGE) / (100 - 2 * EDGE);
      best.strip.setAttribute("viewBox", `${(from / picture.whole) * best.bins - room} 0 ${span + 2 * room} 100`);
    }
  };

  picture.drawLanes = (width) => {
    for (const track of tracks.filter(({ opener }) => opener?.checked !== false)) {
      const taken = drawMarks(track, width);
      track.bars.forEach((bar) => drawBar(bar, width, taken));
      drawLetters(track);
    }
    drawStrips(width);
  };
  Object.assign(picture, { lanes, marks, known: new Map(marks.map((entry) => [entry.mark, entry])) });
})();
