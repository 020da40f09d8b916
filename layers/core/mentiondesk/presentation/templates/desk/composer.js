// The composer's own script: keeps what is typed, counts it, and offers saved replies. Without it the buttons do the same.
(() => {
  "use strict";
  const form = document.querySelector("[data-composer]");
  const PAUSE = 1000;

  // --- The time that is left to take a reply back; polls put another element in place of the one that counts.
  const ends = new WeakMap();
  const countDown = () => {
    for (const left of document.querySelectorAll("[data-left]")) {
      const known = ends.get(left);
      if (!known || known.said !== left.dataset.left)
        ends.set(left, { said: left.dataset.left, at: Date.now() + 1000 * Number(left.dataset.left), over: false });
      const end = ends.get(left), seconds = Math.max(0, Math.ceil((end.at - Date.now()) / 1000));
      if (left.textContent !== String(seconds)) left.textContent = seconds;
      if (seconds || end.over) continue;
      end.over = true;
      document.dispatchEvent(new Event("desk:poll"));
    }
    setTimeout(countDown, 250);
  };
  countDown();
  if (!form) return;

  const text = form.elements.text, version = form.elements.version, seen = form.elements.seen;
  const state = document.querySelector("#reply-state"), elsewhere = document.querySelector("#reply-elsewhere");
  const length = document.querySelector("#reply-length"), price = document.querySelector("#reply-price");
  const key = "reply " + form.dataset.who + " " + form.dataset.draft;
  const answers = thread => Number(thread.split(".")[1]);
  const say = which => { state.textContent = state.dataset[which] || ""; };

  // --- Length and price, about as X counts them; the desk counts again when the text is checked or sent.
  const LINK = /https?:\/\/\S+|(?<![\w@.-])(?:[\w-]+\.)+(?:com|org|net|io|co|uk|de|fr|es|it|nl|eu|app|dev|info|me|tv|us)(?![\w-])(?:\/\S*)?/gi;
  let pictures = null;
  try { pictures = new RegExp("\\p{RGI_Emoji}", "gv"); } catch { /* An old browser counts each part of a picture. */ }
  const light = code => code <= 4351 || (code >= 8192 && code <= 8205) || (code >= 8208 && code <= 8223) || (code >= 8242 && code <= 8247);
  const weight = words => {
    const plain = words.normalize("NFC").replace(LINK, () => "x".repeat(23));
    const short = pictures ? plain.replace(pictures, "xx") : plain;
    return [...short].reduce((sum, sign) => sum + (light(sign.codePointAt(0)) ? 1 : 2), 0);
  };
  const count = () => {
    const words = text.value.trim(), signature = length.dataset.signature;
    const found = weight(words) + (signature && !words.endsWith(signature) ? signature.length + 1 : 0);
    length.textContent = length.dataset.words.replace("{length}", found);
    length.classList.toggle("over", found > Number(length.dataset.most));
    LINK.lastIndex = 0;
    if (price) price.textContent = price.dataset.words.replace("{price}", LINK.test(words) ? price.dataset.link : price.dataset.price);
  };

  // --- The draft: here at once, at the desk a second after the last key. The copy here goes once the desk has it.
  let timer = 0, busy = false, again = false, sending = false;
  const keep = () => localStorage.setItem(key, JSON.stringify({ text: text.value, answers: answers(seen.value) }));
  const save = async () => {
    clearTimeout(timer);
    if (sending) return;
    if (busy) { again = true; return; }
    busy = true; again = false;
    const words = text.value;
    try {
      const response = await fetch(form.dataset.draft, { method: "POST", body: new URLSearchParams(new FormData(form)), keepalive: true });
      if (response.redirected || ![200, 409].includes(response.status)) throw new Error("not saved");
      const found = await response.json();
      version.value = found.version;
      elsewhere.hidden = !found.elsewhere;
      if (found.elsewhere) elsewhere.textContent = found.elsewhere;
      if (found.elsewhere) again = true;
      else if (text.value === words) localStorage.removeItem(key);
      say(found.elsewhere ? "elsewhere" : found.retired ? "retired" : words.trim() ? "saved" : "");
    } catch { say("failed"); again = false; }
    busy = false;
    if (again) later();
  };
  const later = () => { clearTimeout(timer); timer = setTimeout(save, PAUSE); };
  text.addEventListener("input", () => { keep(); count(); say(""); later(); });
  text.addEventListener("blur", () => { if (localStorage.getItem(key)) save(); });
  addEventListener("pagehide", () => { if (localStorage.getItem(key)) save(); });
  addEventListener("online", () => { if (localStorage.getItem(key)) save(); });
  form.addEventListener("submit", event => {
    if (event.defaultPrevented) return;
    sending = true;
    clearTimeout(timer);
  });
  addEventListener("pageshow", () => { sending = false; });

  // --- A copy that the desk never got, unless the customer has another answer since.
  const kept = JSON.parse(localStorage.getItem(key) || "null");
  if (kept && kept.answers < answers(seen.value)) localStorage.removeItem(key);
  else if (kept && kept.text !== text.value) { text.value = kept.text; later(); }
  count();

  // --- News in the thread: the button will stop for them, so that they are said before.
  document.addEventListener("htmx:finally:request", () => setTimeout(() => {
    const outbox = document.querySelector("#outbox");
    if (outbox && outbox.dataset.thread !== seen.value) say("moved");
  }, 0));

  // --- Saved replies: "/" at the beginning of a line.
  const saved = document.querySelector("details.saved");
  if (!saved) return;
  const search = saved.querySelector("input"), rows = [...saved.querySelectorAll("li")];
  const close = () => { saved.open = false; text.focus(); };
  const insert = button => {
    const at = text.selectionStart, words = button.dataset.text;
    text.setRangeText(words, at, text.selectionEnd, "end");
    form.elements.saved.value = button.value.startsWith("desk.") ? "" : button.value;
    if (button.dataset.way) {
      form.elements.way.value = button.dataset.way;
      form.elements.way.closest("details").open = true;
    }
    close();
    const slot = /\[[^\[\]\n]+\]/.exec(words);
    if (slot) text.setSelectionRange(at + slot.index, at + slot.index + slot[0].length);
    text.dispatchEvent(new Event("input"));
  };
  search.hidden = false;
  text.addEventListener("keydown", event => {
    const before = text.value.slice(0, text.selectionStart);
    if (event.key !== "/" || event.isComposing || (before && !before.endsWith("\n"))) return;
    event.preventDefault();
    saved.open = true;
    search.focus();
  });
  search.addEventListener("input", () => {
    const wanted = search.value.toLowerCase();
    for (const row of rows) row.hidden = !row.textContent.toLowerCase().includes(wanted);
  });
  search.addEventListener("keydown", event => {
    const first = rows.find(row => !row.hidden);
    if (event.key === "Escape") close();
    if (event.key !== "Enter") return;
    event.preventDefault();
    if (first) insert(first.querySelector("button"));
  });
  saved.addEventListener("click", event => {
    const button = event.target.closest("button");
    if (!button) return;
    event.preventDefault();
    insert(button);
  });
})();
