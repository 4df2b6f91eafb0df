"use strict";
(() => {
  const PAGE = 100, PAPER = 2000;
  const [ID, TITLE, PHASE, STATE, RISK, PLANNED, ACTUAL, WHO, REASON, RUN, TONE] = Array(11).keys();
  const rows = JSON.parse(document.getElementById("data").textContent);
  const body = document.querySelector("#items tbody");
  const status = document.getElementById("count");
  const one = name => document.getElementById(name);
  const words = rows.map(row => [row[ID], row[TITLE], row[WHO], row[REASON]].join("\n").toLowerCase());
  let shown = rows.map((_, number) => number), page = 0, sorted = null, down = false;

  function cell(text, head) {
    const made = document.createElement("td");
    made.textContent = text === null ? "" : text;
    if (head) made.dataset.head = head;
    return made;
  }

  function line(number) {
    const row = rows[number], made = document.createElement("tr");
    const name = cell("");
    if (row[RUN]) {
      const link = document.createElement("a");
      link.href = "runs/" + encodeURIComponent(row[RUN]) + "/report.html#" + encodeURIComponent(row[ID]);
      link.textContent = row[ID];
      name.append(link);
    } else name.textContent = row[ID];
    name.className = "mono";
    const state = cell(""), tag = document.createElement("span");
    tag.className = "tag " + row[TONE];
    tag.textContent = row[STATE];
    state.append(tag);
    made.append(name, cell(row[TITLE]), cell(row[PHASE]), state, cell(row[RISK], "risk"),
      cell(row[PLANNED], "planned"), cell(row[ACTUAL] === null ? null : row[ACTUAL].toFixed(1), "actual"),
      cell(row[WHO]), cell(row[REASON]));
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
    const wanted = [[STATE, one("state").value], [PHASE, one("phase").value], [RISK, one("risk").value]].filter(w => w[1]);
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
  ["state", "phase", "risk"].forEach(name => one(name).addEventListener("change", find));
  one("filters").addEventListener("submit", event => event.preventDefault());
  one("filters").addEventListener("reset", () => setTimeout(find));
  one("back").addEventListener("click", () => { page -= 1; show(); });
  one("on").addEventListener("click", () => { page += 1; show(); });
  addEventListener("beforeprint", () => {
    draw(0, PAPER);
    if (shown.length > PAPER) status.textContent = "The first " + PAPER + " of " + shown.length + " items; items.csv has all.";
  });
  addEventListener("afterprint", show);
  one("filters").hidden = one("pages").hidden = false;
  show();
})();
