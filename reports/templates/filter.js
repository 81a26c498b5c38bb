"use strict";
// Hides what the reader did not ask for. The page is whole without it; printing ignores it.
(() => {
  const bar = document.getElementById("filters");
  const told = document.getElementById("filtered");
  const items = [...document.querySelectorAll("[data-area]")].map((node) => ({ node, text: null }));
  const gates = items.filter((item) => item.node.localName === "tr");

  const words = (item) => (item.text ??= item.node.textContent.toLowerCase());

  const fits = (item, outcomes, area, sought) => {
    const { area: own, outcome } = item.node.dataset;
    return (!area || own === area) && (!outcome || outcomes.has(outcome)) && (!sought || words(item).includes(sought));
  };

  const apply = () => {
    const outcomes = new Set([...bar.querySelectorAll("[type=checkbox]:checked")].map((box) => box.value));
    const area = bar.querySelector("select").value;
    const sought = bar.querySelector("[type=search]").value.trim().toLowerCase();
    for (const item of items) item.node.classList.toggle("off", !fits(item, outcomes, area, sought));
    const shown = gates.filter((item) => !item.node.classList.contains("off")).length;
    told.textContent = `${shown} of ${gates.length} gates shown`;
  };

  const reset = () => {
    for (const box of bar.querySelectorAll("[type=checkbox]")) box.checked = true;
    bar.querySelector("select").value = "";
    bar.querySelector("[type=search]").value = "";
    apply();
  };

  bar.hidden = false;
  bar.addEventListener("input", apply);
  bar.querySelector("button").addEventListener("click", reset);
  reset();
})();
