"use strict";
(() => {
  const PAGE = 100, PAPER = 2000;
  const {columns, search, filters, address, more, rows} = JSON.parse(document.getElementById("data").textContent);
  const TONE = columns.length, LINK = TONE + 1;
  const body = document.querySelector("#items tbody");
  const status = document.getElementById("count");
  const one = name => document.getElementById(name);
  const words = rows.map(row => search.map(at => row[at]).join("\n").toLowerCase());
  let shown = rows.map((_, number) => number), page = 0, sorted = null, down = false;

  function inner(name, text) {
    const made = document.createElement(name);
    made.textContent = text;
    return made;
  }

  function cell(row, column, at) {
    const made = document.createElement("td"), value = row[at];
    if (column.label) made.dataset.head = column.label;
    if (column.kind === "link") made.className = "mono";
    if (column.kind === "link" && row[LINK]) {
      const link = inner("a", value);
      link.href = address.map(part => typeof part === "string" ? part : encodeURIComponent(row[part])).join("");
      made.append(link);
    } else if (column.kind === "tag") {
      const tag = inner("span", value);
      tag.className = "tag " + row[TONE];
      made.append(tag);
    } else made.textContent = value === null ? "" : column.kind === "decimal" ? value.toFixed(1) : value;
    return made;
  }

  function line(number) {
    const made = document.createElement("tr");
    made.append(...columns.map((column, at) => cell(rows[number], column, at)));
    return made;
  }

  function draw(first, last) {
    body.replaceChildren(...shown.slice(first, last).map(line));
  }

  function show() {
    const pages = Math.max(1, Math.ceil(shown.length / PAGE));
    page = Math.min(page, pages - 1);
    draw(page * PAGE, (page + 1) * PAGE);
    one("back").disabled = page === 0;
    one("on").disabled = page === pages - 1;
    status.textContent = shown.length + " of " + rows.length + " items, page " + (page + 1) + " of " + pages;
  }

  function find() {
    const text = one("text").value.trim().toLowerCase();
    const wanted = Object.entries(filters).map(([name, at]) => [at, one(name).value]).filter(w => w[1]);
    shown = [];
    rows.forEach((row, number) => {
      if (wanted.every(([at, value]) => row[at] === value) && (!text || words[number].includes(text))) shown.push(number);
    });
    if (sorted !== null) order();
    page = 0;
    show();
  }

  function order() {
    const turn = down ? -1 : 1;
    shown.sort((a, b) => {
      const x = rows[a][sorted], y = rows[b][sorted];
      if (x === y) return a - b;
      if (x === null || y === null) return x === null ? 1 : -1;
      return (x < y ? -1 : 1) * turn;
    });
  }

  document.querySelectorAll("#items thead button").forEach(button => button.addEventListener("click", () => {
    const column = Number(button.dataset.column);
    down = sorted === column && !down;
    sorted = column;
    document.querySelectorAll("#items thead th").forEach(head => head.removeAttribute("aria-sort"));
    button.parentElement.setAttribute("aria-sort", down ? "descending" : "ascending");
    order();
    show();
  }));
  one("text").addEventListener("input", find);
  Object.keys(filters).forEach(name => one(name).addEventListener("change", find));
  one("filters").addEventListener("submit", event => event.preventDefault());
  one("filters").addEventListener("reset", () => setTimeout(find));
  one("back").addEventListener("click", () => { page -= 1; show(); });
  one("on").addEventListener("click", () => { page += 1; show(); });
  addEventListener("beforeprint", () => {
    draw(0, PAPER);
    if (shown.length > PAPER) status.textContent = "The first " + PAPER + " of " + shown.length + " items; " + more;
  });
  addEventListener("afterprint", show);
  one("filters").hidden = one("pages").hidden = false;
  show();
})();
