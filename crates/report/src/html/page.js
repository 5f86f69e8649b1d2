"use strict";
(() => {
  document.documentElement.classList.add("on");
  const by = (id) => document.getElementById(id);
  if (!by("find")) return;
  // Cards as text: of ten thousand only those that are looked at become part of the page.
  const STEP = 100;
  const all = (what, from) => Array.from(from.querySelectorAll(what));
  const opening = /^<article [^>]*?id="([^"]*)"[^>]*?data-check="([^"]*)"[^>]*?data-field="([^"]*)"/;
  const cards = [];
  const groups = all(".group.cards", document).map((group) => {
    const rest = group.querySelector("noscript");
    const pieces = all(".card", group).map((node) => node.outerHTML);
    if (rest) pieces.push(...rest.textContent.split(/(?=<article )/));
    const place = document.createElement("div");
    for (const html of pieces) {
      const found = opening.exec(html);
      if (found) cards.push({ html, id: found[1], check: found[2], field: found[3], place, code: "", own: "", node: null, text: null });
    }
    for (const node of all(".card, noscript", group)) node.remove();
    group.append(place);
    return { group, place };
  });
  const plain = { "&lt;": "<", "&gt;": ">", "&amp;": "&", "&quot;": '"' };
  const text = (card) => card.text ??= card.html.replace(/<[^>]*>/g, " ").replace(/&\w+;/g, (code) => plain[code] || code).toLowerCase();
  const takes = (card, code) => code === "" || card.html.includes(' data-a="' + code + '"');
  const draw = (card) => {
    if (!card.node) return;
    for (const radio of all("input[type=radio]", card.node)) radio.checked = radio.value === card.code;
    const own = card.node.querySelector(".own");
    if (own) own.value = card.own;
    card.node.classList.toggle("decided", card.code !== "");
  };
  const node = (card) => {
    if (card.node) return card.node;
    const made = document.createElement("template");
    made.innerHTML = card.html;
    card.node = made.content.firstElementChild;
    for (const label of all("[data-a]", card.node)) {
      const radio = document.createElement("input");
      Object.assign(radio, { type: "radio", name: "d-" + card.id, value: label.dataset.a });
      radio.addEventListener("change", () => change([[card, radio.value, card.own]]));
      label.prepend(radio, " ");
      if (label.dataset.a !== "value") continue;
      const own = document.createElement("input");
      Object.assign(own, { type: "text", className: "own", autocomplete: "off" });
      own.setAttribute("aria-label", "A value of your own");
      own.addEventListener("change", () => change([[card, "value", own.value]]));
      label.append(" ", own);
    }
    draw(card);
    return card.node;
  };
  let found = cards, limit = STEP;
  const past = [];
  const set = (steps) => {
    for (const [card, code, own] of steps) { card.code = code; card.own = own; draw(card); }
    tell();
  };
  const change = (steps) => {
    past.push(steps.map(([card]) => [card, card.code, card.own]));
    set(steps);
  };
  const number = (count) => count.toLocaleString("en");
  const tell = () => {
    const decided = cards.filter((card) => card.code !== "").length;
    by("told").textContent = number(decided) + " of " + number(cards.length) + " decided, " + number(found.length) +
      " found. Nothing is written until you import the file and apply a plan.";
    by("download").disabled = decided === 0;
    by("undo").disabled = past.length === 0;
  };
  const show = () => {
    const shown = new Map(groups.map(({ place }) => [place, []]));
    for (const card of found.slice(0, limit)) shown.get(card.place).push(node(card));
    for (const { group, place } of groups) {
      place.replaceChildren(...shown.get(place));
      group.hidden = shown.get(place).length === 0;
    }
    const left = found.length - limit;
    by("more").hidden = left <= 0;
    by("more").textContent = "Show " + number(Math.min(left, STEP)) + " more of " + number(left);
    tell();
  };
  const filter = () => {
    const find = by("find").value.trim().toLowerCase(), field = by("field").value;
    found = cards.filter((card) => (field === "" || card.field === field) && (find === "" || text(card).includes(find)));
    limit = STEP;
    show();
  };
  by("find").addEventListener("input", filter);
  by("field").addEventListener("change", filter);
  by("more").addEventListener("click", () => { limit += STEP; show(); });
  window.addEventListener("beforeprint", () => { limit = Infinity; show(); });
  by("apply").addEventListener("click", () => {
    const chosen = by("bulk").value, code = chosen === "none" ? "" : chosen;
    if (chosen !== "") change(found.filter((card) => takes(card, code)).map((card) => [card, code, card.own]));
  });
  by("undo").addEventListener("click", () => { if (past.length) set(past.pop()); });
  const quoted = (value) => '"' + value.replace(/"/g, '""') + '"';
  by("download").addEventListener("click", () => {
    const lines = ["decision,id,check"];
    for (const card of cards) {
      const answer = card.code === "value" ? "value:" + card.own : card.code;
      if (answer !== "") lines.push([answer, card.id, card.check].map(quoted).join(","));
    }
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob(["\ufeff" + lines.join("\r\n") + "\r\n"], { type: "text/csv" }));
    link.download = "decisions.csv";
    link.click();
  });
  show();
})();
