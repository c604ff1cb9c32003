// Sends files as soon as they are chosen, dropped or pasted, one after the other, each with its progress.
// Without it they are sent with the form. A line of the list is the server's own template (fields/_file.html).
(() => {
  "use strict";
  document.documentElement.classList.add("can-upload");
  const { say, toast } = window.formwright; // app.js
  const token = () => document.querySelector('meta[name="csrf-token"]').content;
  const MEGABYTE = 1024 * 1024;
  const filled = (text, values) => text.replace(/\{(\w+)\}/g, (_all, name) => values[name]);
  const hostOf = (element) => element?.closest?.("[data-files]");
  const inputOf = (host) => host.querySelector("input[type=file]");
  const listOf = (host) => document.getElementById(host.dataset.key + "-list"); // what an answer drew anew has another
  const isOn = (host) => host?.dataset.files && !inputOf(host).disabled;

  // --- sending ---------------------------------------------------------------------------------------------

  const waiting = [];
  let sending = null;
  let afterwards = null; // the button that was pressed before all files were there

  function add(host, files) {
    const control = inputOf(host);
    const most = Number(control.dataset.mostFiles);
    let there = listOf(host).querySelectorAll(".fw-file").length;
    for (const file of files) {
      const limit = Number(control.dataset.mostBytes) / MEGABYTE;
      if (most > 1 && there >= most) { toast(filled(control.dataset.many, { limit: most })); break; }
      if (file.size > limit * MEGABYTE) { toast(filled(control.dataset.large, { name: file.name, limit })); continue; }
      there += 1;
      const older = most === 1 ? underWay(host) : [];
      waiting.push({ host, file, texts: control.dataset, line: line(host, file, control.dataset) });
      older.forEach(stop); // now that there is another to wait for
    }
    inputOf(host).dispatchEvent(new Event("input", { bubbles: true })); // nobody leaves the page unasked
    next();
  }

  const underWay = (host) => [...waiting, sending].filter((one) => one?.host.dataset.key === host.dataset.key);

  function stop(one) {
    one.line.remove(); // first, for what was stopped is told of nobody
    const place = waiting.indexOf(one);
    if (place >= 0) waiting.splice(place, 1);
    else if (sending === one) one.request.abort();
  }

  window.formwright.upload = add;
  window.formwright.stopUpload = (host) => underWay(host).forEach(stop);

  function line(host, file, texts) {
    const item = document.createElement("li");
    const name = Object.assign(document.createElement("span"), { className: "fw-file-name", textContent: file.name });
    const bar = Object.assign(document.createElement("progress"), { max: 100, value: 0 });
    const stop = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-icon", textContent: "×" });
    item.className = "fw-file fw-file-coming";
    bar.setAttribute("aria-label", file.name);
    stop.setAttribute("aria-label", filled(texts.stop, { name: file.name }));
    stop.addEventListener("click", () => cancel(item));
    item.append(bar, name, stop);
    listOf(host).append(item);
    return item;
  }

  function cancel(item) {
    const host = hostOf(item);
    const one = [...waiting, sending].find((each) => each?.line === item);
    if (one) stop(one);
    else item.remove(); // it was refused
    if (host) inputOf(host).focus();
  }

  function next() {
    if (sending || !waiting.length) return;
    const one = sending = waiting.shift();
    const { host, file } = one;
    const request = one.request = new XMLHttpRequest();
    request.open("POST", `${host.dataset.files}?name=${encodeURIComponent(file.name)}&lang=${document.documentElement.lang.slice(0, 2)}`);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.setRequestHeader("HX-Request", "true");
    request.setRequestHeader("X-CSRF-Token", token());
    request.upload.addEventListener("progress", ({ loaded, total }) => { one.line.querySelector("progress").value = (100 * loaded) / total; });
    request.addEventListener("loadend", () => over(one, request));
    say(filled(one.texts.progress, { name: file.name }));
    request.send(file);
  }

  function over(one, request) {
    sending = null;
    if (request.status === 201) put(one, request.responseText);
    else if (!request.status && one.line.isConnected && window.formwright.offline) return hold(one, request);
    else if (one.line.isConnected) refuse(one, request);
    next();
    if (afterwards && !sending) {
      const button = afterwards;
      afterwards = null;
      if (button.isConnected) button.form.requestSubmit(button);
    }
  }

  // Without a connection a file waits for it; on a page that does not notice one it is refused.
  async function hold(one, request) {
    waiting.unshift(one);
    const { offline } = window.formwright;
    if (await offline.look()) {
      if (afterwards) offline.waits(afterwards);
      afterwards = null;
      return;
    }
    const at = waiting.indexOf(one);
    if (at < 0) return;
    waiting.splice(at, 1);
    refuse(one, request);
    next();
  }
  document.addEventListener("fw:back", next); // offline.js

  function put({ host, line, file, texts }, html) {
    if (!line.isConnected && !kept(line)) return; // taken away, or its field is gone for good
    const made = new DOMParser().parseFromString(html, "text/html").querySelector("li");
    line.replaceWith(made);
    if (texts.mostFiles === "1") while (made.previousElementSibling) letGo(host, made.previousElementSibling);
    say(filled(texts.done, { name: file.name }));
    tell(made.querySelector("input"));
  }

  // Of a file that no record holds yet the server hears at once; else it would wait for a day.
  function letGo(host, item) {
    const address = item.querySelector("a")?.getAttribute("href") ?? "";
    item.remove();
    if (!address.startsWith(`${host.dataset.files}/`)) return;
    fetch(`${address}/withdraw`, { method: "POST", headers: { "X-CSRF-Token": token() }, keepalive: true }).catch(() => {});
  }

  // What a person reads instead of the progress: the server's sentence, and a button that takes the line away.
  function refuse({ line, file, texts }, request) {
    const words = document.createElement("span");
    words.className = "fw-file-error";
    const known = request.status === 422 || request.status === 403;
    words.textContent = known ? request.responseText : filled(texts.failed, { name: file.name });
    line.querySelector("progress").replaceWith(words);
    line.classList.add("fw-file-bad");
    afterwards = null; // nobody wants to save without what he chose
    toast(words.textContent);
  }

  function tell(box) {
    box?.dispatchEvent(new Event("change", { bubbles: true }));
  }

  // --- choosing, dropping, pasting, removing ------------------------------------------------------------------

  document.addEventListener("change", (event) => {
    const host = hostOf(event.target);
    if (event.target.type !== "file" || !isOn(host)) return;
    event.stopImmediatePropagation(); // others hear of it when the file is there
    add(host, [...event.target.files]);
    event.target.value = "";
  }, true);

  const carried = (event) => event.dataTransfer?.types.includes("Files");
  for (const name of ["dragover", "dragleave", "drop"]) {
    document.addEventListener(name, (event) => {
      if (!carried(event)) return;
      event.preventDefault(); // a file beside its field must not take the page's place
      const host = hostOf(event.target);
      for (const other of document.querySelectorAll(".fw-over")) other.classList.remove("fw-over");
      if (!isOn(host)) return;
      host.classList.toggle("fw-over", name === "dragover");
      if (name === "drop") add(host, [...event.dataTransfer.files]);
    });
  }

  document.addEventListener("paste", (event) => {
    const host = hostOf(document.activeElement);
    const files = [...(event.clipboardData?.files ?? [])];
    if (!files.length || !isOn(host)) return;
    event.preventDefault();
    add(host, files);
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-remove]");
    const host = button && hostOf(button);
    if (!host) return;
    letGo(host, button.closest(".fw-file"));
    say(button.dataset.say);
    inputOf(host).focus();
    tell(document.getElementById(host.dataset.key + "-none"));
  });

  // --- the form ----------------------------------------------------------------------------------------------

  document.addEventListener("submit", (event) => {
    if ((!sending && !waiting.length) || !event.target.matches("[data-record], [data-waits]")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    afterwards = event.submitter ?? event.target.querySelector("[data-saving], .btn-primary");
    toast(document.querySelector("[data-wait]").dataset.wait);
  }, true);

  // A field that rules hide comes back with the files that were chosen before, though the server knows none of them.
  const lists = new Map();
  const kept = (line) => [...lists.values()].some((list) => list.contains(line));
  document.addEventListener("htmx:before:swap", () => {
    for (const list of document.querySelectorAll("[data-files] > .fw-file-list")) lists.set(list.id, list);
  });
  document.addEventListener("htmx:after:swap", () => {
    for (const [id, list] of lists) {
      const now = document.getElementById(id);
      if (now && now !== list) now.replaceWith(list);
    }
  });
})();
