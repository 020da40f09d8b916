// The desk's own script. Every page works without it: it adds polling, keys and a second copy of what is typed.
(() => {
  "use strict";
  const SLOW = 60000, QUICK = 3000, MOVED = 60000;
  const live = document.querySelector("[data-live]");
  const note = document.querySelector("#note-text"), reply = document.querySelector("#reply-text");
  const key = "desk " + location.pathname.replace(/\/reply$/, "");
  let tag = "", moved = Date.now(), asked = Date.now();

  // --- One line says why the page may be out of date: no connection, a failure, or a session that has ended.
  const trouble = document.querySelector("#trouble");
  const warn = which => {
    const words = which && trouble ? trouble.dataset[which] : "";
    if (trouble && trouble.textContent !== words) trouble.textContent = words;
  };

  // --- What is typed survives a lost connection and a conflict.
  if (note) {
    if (new URLSearchParams(location.search).get("done") === "note") localStorage.removeItem(key);
    if (!note.value) note.value = localStorage.getItem(key) || "";
    note.addEventListener("input", () => localStorage.setItem(key, note.value));
  }

  // --- Polling: quick while somebody works here, slow otherwise, and never while the page is hidden.
  if (live && window.htmx) {
    // Not by attributes of the element: what comes in its place has none.
    document.addEventListener("desk:poll", () =>
      htmx.ajax("GET", location.pathname + location.search, { target: "#live", select: "#live", swap: "outerMorph" }));
    document.addEventListener("htmx:config:request", event => {
      const request = event.detail.ctx.request;
      if (tag) request.headers["If-None-Match"] = tag;
      if ([note, reply].some(one => one && one.value && document.activeElement === one))
        request.action += (request.action.includes("?") ? "&" : "?") + "writing=1";
    });
    document.addEventListener("htmx:before:response", event => {
      const { response } = event.detail.ctx, { raw } = response;
      const out = raw.redirected || raw.status === 403, failed = !raw.ok && raw.status !== 304;
      warn(out ? "out" : failed ? "failed" : "");
      // What is on the page stays: a refusal holds nothing to show in its place.
      if (out || failed) return event.preventDefault();
      tag = response.headers.get("ETag") || tag;
    });
    document.addEventListener("htmx:error", () => warn("lost"));
    // Not "scroll": a page scrolls by itself, when news come.
    for (const name of ["pointermove", "keydown", "wheel", "touchmove"])
      document.addEventListener(name, () => { moved = Date.now(); }, { passive: true });
    addEventListener("offline", () => warn("lost"));
    addEventListener("online", () => { asked = 0; });
    setInterval(() => {
      const now = Date.now(), pause = now - moved < MOVED ? QUICK : SLOW;
      if (document.visibilityState !== "visible" || now - asked < pause) return;
      asked = now;
      document.dispatchEvent(new Event("desk:poll"));
    }, 1000);
  }

  // --- A double click is one press, and nothing is sent into the void.
  document.addEventListener("submit", event => {
    const form = event.target;
    if (!navigator.onLine) warn("lost");
    if (form.dataset.sent || !navigator.onLine) return event.preventDefault();
    form.dataset.sent = "1";
    // An answer that never came must not keep the form for ever.
    setTimeout(() => { delete form.dataset.sent; }, 10000);
  });
  addEventListener("pageshow", () => {
    for (const form of document.forms) delete form.dataset.sent;
  });

  // --- Keys; ignored where somebody types.
  const rows = () => [...document.querySelectorAll("[data-row] .what")];
  const step = by => {
    const all = rows(), at = all.indexOf(document.activeElement);
    const next = all[Math.min(Math.max(at + by, 0), all.length - 1)];
    if (next) next.focus();
  };
  const press = one => { if (one) one.click(); };
  const field = name => { const one = document.querySelector(name); if (one) one.focus(); };
  const KEYS = {
    j: () => step(1),
    k: () => step(-1),
    o: () => { if (rows().includes(document.activeElement)) press(document.activeElement); },
    x: () => { const one = document.activeElement.closest("[data-row]"); if (one) press(one.querySelector(".tick")); },
    c: () => { const one = document.querySelector("input[name=action][value=claim]"); if (one) press(one.form.querySelector("button")); },
    r: () => field("#reply-text"),
    e: () => press(document.querySelector("[data-key=e]")),
    n: () => field("#note-text"),
    "/": () => field("#q"),
    "?": () => { location.href = "/desk/help"; },
  };
  document.addEventListener("keydown", event => {
    const typing = event.target.matches("input:not(.tick), textarea, select");
    if (typing && event.key === "Escape") event.target.blur();
    if (typing || event.ctrlKey || event.metaKey || event.altKey || !KEYS[event.key]) return;
    event.preventDefault();
    KEYS[event.key]();
  });
})();
