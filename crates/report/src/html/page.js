"use strict";
(() => {
  document.documentElement.classList.add("on");
  const by = (id) => document.getElementById(id);
  const cards = Array.from(document.querySelectorAll(".card"), (node) => ({
    node, text: node.textContent.toLowerCase(), radios: Array.from(node.querySelectorAll("input[type=radio]")), own: node.querySelector(".own"),
  }));
  if (!by("find")) return;
  const past = [];
  const answer = (card) => {
    const chosen = card.radios.find((radio) => radio.checked);
    if (!chosen) return "";
    return chosen.value === "value" ? "value:" + card.own.value : chosen.value;
  };
  const snapshot = () => cards.map((card) => [answer(card), card.own ? card.own.value : ""]);
  const choose = (card, code) => {
    for (const radio of card.radios) radio.checked = radio.value === code;
  };
  const tell = () => {
    let decided = 0, shown = 0;
    for (const card of cards) {
      const done = answer(card) !== "";
      card.node.classList.toggle("decided", done);
      if (done) decided += 1;
      if (!card.node.hidden) shown += 1;
    }
    by("told").textContent = decided + " of " + cards.length + " decided, " + shown + " shown. Nothing is written until you import the file and apply a plan.";
    by("download").disabled = decided === 0;
    by("undo").disabled = past.length === 0;
  };
  const filter = () => {
    const find = by("find").value.trim().toLowerCase(), field = by("field").value;
    for (const card of cards) {
      card.node.hidden = !(card.text.includes(find) && (field === "" || card.node.dataset.field === field));
    }
    tell();
  };
  let before = snapshot();
  const remember = () => { past.push(before); before = snapshot(); tell(); };
  for (const card of cards) {
    for (const radio of card.radios) radio.addEventListener("change", remember);
    if (card.own) card.own.addEventListener("change", () => { choose(card, "value"); remember(); });
  }
  by("find").addEventListener("input", filter);
  by("field").addEventListener("change", filter);
  by("apply").addEventListener("click", () => {
    const code = by("bulk").value;
    if (code === "") return;
    for (const card of cards) {
      if (card.node.hidden) continue;
      if (code === "none") choose(card, null);
      else if (card.radios.some((radio) => radio.value === code)) choose(card, code);
    }
    remember();
  });
  by("undo").addEventListener("click", () => {
    const last = past.pop();
    if (!last) return;
    cards.forEach((card, at) => {
      const [code, own] = last[at];
      choose(card, code.startsWith("value:") ? "value" : code);
      if (card.own) card.own.value = own;
    });
    before = last;
    tell();
  });
  const quoted = (text) => '"' + text.replace(/"/g, '""') + '"';
  by("download").addEventListener("click", () => {
    const lines = ["decision,id,check"];
    for (const card of cards) {
      const code = answer(card);
      if (code !== "") lines.push([code, card.node.id, card.node.dataset.check].map(quoted).join(","));
    }
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob(["\ufeff" + lines.join("\r\n") + "\r\n"], { type: "text/csv" }));
    link.download = "decisions.csv";
    link.click();
  });
  tell();
})();
