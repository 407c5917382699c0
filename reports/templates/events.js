// The table of all events: a page of rows at a time out of columns, so that a hundred thousand are filtered at once.
"use strict";

(() => {
  const { all, block, filled, thousands, visible } = haReport;
  const PAGE = 100;
  const GRAVITY = { "": 0, warning: 1, error: 2 };
  const FEW = 5_000; // values that are worth a reader's order; more of them are ordered as they are written
  const SIGNS = { 1: ["warning", "▲"], 2: ["error", "✕"] };

  const table = document.getElementById("events-table");
  const data = document.getElementById("events-data");
  if (!table || !data) {
    return;
  }
  const frame = table.parentElement;
  const controls = document.querySelector(".filters[data-for=events-table]");
  const everything = document.getElementById("all-events");
  const pager = document.querySelector("#events .pager");
  const control = (name) => controls.querySelector(`[data-filter=${name}]`);

  // Data

  const columnOf = ({ values, codes }) => ({ values, codes: Uint32Array.from(codes) });

  const timesOf = (steps) => {
    let now = 0;
    return Float64Array.from(steps, (step) => (step === null ? NaN : (now += step)));
  };

  const read = (told) => {
    const columns = {};
    for (const name of ["node", "kind", "text", "resource", "file"]) {
      columns[name] = columnOf(told[name]);
    }
    const severity = Uint8Array.from(told.severity);
    Object.entries(told.graver).forEach(([row, code]) => (severity[row] = code));
    const also = new Map();
    for (const [row, lead] of Object.entries(told.same)) {
      also.set(lead, [...(also.get(lead) ?? []), Number(row)]);
    }
    const leads = Int32Array.from(told.severity.keys()).filter((row) => !(row in told.same));
    return { ...told, columns, severity, also, leads, line: Uint32Array.from(told.line), time: timesOf(told.time) };
  };

  // Search: each distinct value is looked at once, whatever number of rows has it.

  const lowered = new Map();

  const lowerCase = (column) => {
    if (!lowered.has(column)) {
      lowered.set(column, column.values.map((value) => (value ?? "").toLowerCase()));
    }
    return lowered.get(column);
  };

  const holding = (column, test) => Uint8Array.from(lowerCase(column), (value) => (test(value) ? 1 : 0));

  const tester = ({ columns, line }, word) => {
    const flags = Object.values(columns).map((column) => [column.codes, holding(column, (it) => it.includes(word))]);
    const [, name, digits] = /^(.*):(\d*)$/.exec(word) ?? [];
    const files = name === undefined ? null : holding(columns.file, (it) => it.endsWith(name));
    return (row) =>
      flags.some(([codes, found]) => found[codes[row]]) ||
      (files !== null && files[columns.file.codes[row]] === 1 && String(line[row]).startsWith(digits));
  };

  const tests = (events, span) => {
    const found = control("text").value.toLowerCase().split(/\s+/).filter(Boolean).map((word) => tester(events, word));
    for (const name of ["node", "resource", "kind"]) {
      const column = events.columns[name];
      const code = column.values.indexOf(control(name).value);
      if (control(name).value) {
        found.push((row) => column.codes[row] === code);
      }
    }
    const least = GRAVITY[control("severity").value];
    if (least) {
      found.push((row) => events.severity[row] >= least);
    }
    if (span) {
      found.push((row) => events.time[row] >= span.from * 1000 && events.time[row] <= span.to * 1000);
    }
    return found;
  };

  // Sort

  const ranked = ({ values }) => {
    const order = values.map((_, number) => number);
    const { compare } = new Intl.Collator("en", { numeric: true });
    const written = (a, b) => (a < b ? -1 : Number(a > b));
    const by = values.length < FEW ? compare : written;
    order.sort((a, b) => by(values[a] ?? "\uffff", values[b] ?? "\uffff"));
    const ranks = new Uint32Array(values.length);
    order.forEach((number, rank) => (ranks[number] = rank));
    return ranks;
  };

  const sorted = (events, { by, down }) => {
    const rows = Int32Array.from(events.leads);
    if (by !== "time") {
      const { codes } = events.columns[by];
      const ranks = ranked(events.columns[by]);
      const within = by === "file" ? events.line : Int32Array.from(events.line.keys());
      rows.sort((a, b) => ranks[codes[a]] - ranks[codes[b]] || within[a] - within[b]);
    }
    return down ? rows.reverse() : rows;
  };

  // Rows

  const made = (tag, className, ...content) => {
    const element = document.createElement(tag);
    element.className = className;
    element.append(...content);
    return element;
  };

  const clock = (us) => {
    if (Number.isNaN(us)) {
      return table.dataset.untimed;
    }
    const text = new Date(Math.floor(us / 1000)).toISOString().replace("Z", "").replace("T", " ");
    const exact = us % 1_000_000 ? text : text.slice(0, 19);
    return exact.startsWith(table.dataset.day) ? exact.slice(11) : exact;
  };

  const timeCell = (us) => {
    if (Number.isNaN(us) || !haReport.hasPicture) {
      return clock(us);
    }
    const link = made("a", "moment", clock(us));
    link.href = haReport.hashOf(us / 1000, us / 1000);
    return link;
  };

  // A path or a host name that may be broken where a reader would: after a folder, or a domain's part.
  const breakable = (text) => {
    const parts = visible(text).split(text.includes("/") ? /(?<=\/)/ : /(?<=\.)/);
    return parts.flatMap((part, number) => (number ? [document.createElement("wbr"), part] : [part]));
  };

  const nodeCell = (name, colours) =>
    name === null
      ? made("span", "soft", table.dataset.unnamed)
      : made("span", name.length < 20 ? "nowrap" : "", made("span", `dot ${colours[name] ?? ""}`), ...breakable(name));

  const saidCell = (text, severity) => {
    const told = text.split(/\s*\|\s/, 1)[0].trim();
    const rest = text.trimStart().slice(told.length);
    const cell = made("td", "said", visible(told));
    if (rest.trim()) {
      cell.append(made("span", "soft", visible(rest)));
    }
    const [name, sign] = SIGNS[severity] ?? [];
    if (name) {
      const seen = made("span", "", sign);
      seen.setAttribute("aria-hidden", "true");
      cell.prepend(made("b", "sign", made("span", "sr", table.dataset[name]), seen), " ");
    }
    return cell;
  };

  const placeOf = ({ columns: { file }, line }, row) => [...breakable(file.values[file.codes[row]]), `:${line[row]}`];

  const placeCell = (events, row) => {
    const cell = made("td", "where", made("span", "place", ...placeOf(events, row)));
    const others = events.also.get(row) ?? [];
    if (others.length) {
      const places = others.map((other) => made("li", "place", ...placeOf(events, other)));
      cell.append(made("details", "tellers", made("summary", "", `+${others.length}`), made("ul", "places", ...places)));
    }
    return cell;
  };

  const rowOf = (events, colours, row) => {
    const value = (name) => events.columns[name].values[events.columns[name].codes[row]];
    const severity = events.severity[row];
    const line = made(
      "tr",
      SIGNS[severity]?.[0] ?? "notice",
      made("td", "num", timeCell(events.time[row])),
      made("td", "", nodeCell(value("node"), colours)),
      saidCell(value("text"), severity),
      made("td", "kind", value("kind")),
      placeCell(events, row),
    );
    line.id = `e${row}`;
    return line;
  };

  // The table

  const start = (events, colours) => {
    const key = new Set(events.key);
    const state = { by: "time", down: false, page: 0, span: null, target: null };
    let order = sorted(events, state);
    let shown = order;

    const nothing = () => {
      const cell = made("td", "soft", table.dataset.none);
      cell.colSpan = 5;
      return made("tr", "", cell);
    };

    const draw = () => {
      const from = state.page * PAGE;
      const rows = Array.from(shown.slice(from, from + PAGE), (row) => rowOf(events, colours, row));
      table.tBodies[0].replaceChildren(...(rows.length ? rows : [nothing()]));
      document.getElementById(`e${state.target}`)?.classList.add("target");
      pager.hidden = shown.length <= PAGE;
      const [back, forth] = all("button", pager);
      back.disabled = state.page === 0;
      forth.disabled = from + PAGE >= shown.length;
      const words = { from: from + 1, to: Math.min(from + PAGE, shown.length), all: shown.length };
      const output = pager.querySelector("output");
      const numbers = Object.entries(words).map(([name, number]) => [name, thousands(number)]);
      output.textContent = filled(output.dataset.text, Object.fromEntries(numbers));
    };

    const filter = () => {
      const wanted = tests(events, state.span);
      const searched = wanted.length > 0;
      const few = !searched && everything !== null && !everything.checked;
      shown = order.filter((row) => (few ? key.has(row) : wanted.every((test) => test(row))));
      state.page = 0;
      frame.classList.toggle("searched", searched);
      const words = { shown: thousands(shown.length), all: thousands(order.length) };
      controls.querySelector("output").textContent = searched ? filled(controls.dataset.count, words) : "";
      controls.querySelector("[data-clear]").hidden = wanted.length === (state.span ? 1 : 0);
      draw();
      frame.scrollTop = 0;
    };

    const clear = () => {
      all("[data-filter]", controls).forEach((it) => (it.value = ""));
      filter();
    };

    const turn = (pages) => {
      state.page += pages;
      draw();
      frame.scrollTop = 0;
    };

    const sortBy = (head) => {
      state.down = head.getAttribute("aria-sort") === "ascending";
      state.by = head.dataset.by;
      order = sorted(events, state);
      all("th[aria-sort]", table).forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", state.down ? "descending" : "ascending");
      filter();
    };

    const show = (row) => {
      const lead = events.same[row] ?? row;
      state.target = lead;
      if (!shown.includes(lead)) {
        if (everything !== null) {
          everything.checked = true;
        }
        clear();
      }
      const place = shown.indexOf(lead);
      if (place < 0) {
        return;
      }
      state.page = Math.floor(place / PAGE);
      draw();
      document.getElementById(`e${lead}`).scrollIntoView({ block: "center" });
    };

    const follow = () => {
      const found = /^#e(\d+)$/.exec(location.hash);
      if (found) {
        show(Number(found[1]));
      }
    };

    const setSpan = ({ from, to }) => {
      const chip = controls.querySelector("[data-span]");
      state.span = from === null ? null : { from, to };
      chip.hidden = state.span === null;
      chip.textContent = state.span ? `${clock(from * 1000).slice(0, 19)} – ${clock(to * 1000).slice(0, 19)}` : "";
      filter();
    };

    const makeControls = () => {
      const { compare } = new Intl.Collator("en", { numeric: true });
      for (const name of ["node", "resource", "kind"]) {
        const values = events.columns[name].values.filter((value) => value !== null).sort(compare);
        control(name).append(...values.map((value) => new Option(visible(value), value)));
        control(name).parentElement.hidden = values.length < 2;
      }
      for (const head of all("th[data-by]", table)) {
        const button = made("button", "", head.textContent);
        button.type = "button";
        button.addEventListener("click", () => sortBy(head));
        head.replaceChildren(button);
      }
      if (everything !== null) {
        const label = everything.labels[0];
        const words = { all: thousands(events.leads.length), key: thousands(key.size) };
        label.textContent = filled(label.dataset.all, words);
      }
      document.getElementById("events-bounded")?.remove();
      controls.hidden = events.leads.length <= 8;
    };

    makeControls();
    everything?.addEventListener("change", filter);
    for (const kind of ["input", "change"]) {
      controls.addEventListener(kind, filter); // some drivers and old browsers tell of a select by "change" alone
    }
    controls.querySelector("[data-clear]").addEventListener("click", clear);
    controls.querySelector("[data-span]").addEventListener("click", () => {
      document.dispatchEvent(new CustomEvent("ha-report:span", { detail: { from: null, to: null } }));
    });
    for (const button of all("button", pager)) {
      button.addEventListener("click", () => turn(Number(button.dataset.page)));
    }
    document.addEventListener("ha-report:span", ({ detail }) => setSpan(detail));
    addEventListener("hashchange", follow);
    filter();
    follow();
    performance.mark("ha-report:events");
    setTimeout(() => Object.values(events.columns).forEach(lowerCase), 200); // so that the first search is as fast as the next
  };

  Promise.all([block("events-data"), block("colours")]).then(
    ([told, colours]) => start(read(told), colours),
    () => {
      // The plain table stays, and what it lacks is said.
      document.getElementById("events-bounded")?.remove();
      document.getElementById("events-packed").hidden = false;
    },
  );
})();
