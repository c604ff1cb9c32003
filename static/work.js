// A lot came in from this address: the browser works for a moment, then the form is sent. See runtime/public/puzzles.py.
// An own SHA-256, for browsers keep theirs back over http.
(() => {
  "use strict";
  const answer = document.querySelector("input[data-puzzle]");
  const send = document.querySelector("#rec .fw-bar button[name=_do][value=save]");
  if (!answer || !send) return;

  const fraction = (x) => ((x - Math.floor(x)) * 0x100000000) | 0;
  const primes = [];
  for (let n = 2; primes.length < 64; n++) if (primes.every((p) => n % p)) primes.push(n);
  const K = Int32Array.from(primes, (p) => fraction(Math.cbrt(p)));
  const H = Int32Array.from(primes.slice(0, 8), (p) => fraction(Math.sqrt(p)));
  const W = new Int32Array(64);
  const turn = (x, n) => (x >>> n) | (x << (32 - n));

  // The first 32 bits of the digest of a text of at most 55 letters.
  function begin(text) {
    W.fill(0, 0, 16);
    for (let i = 0; i < text.length; i++) W[i >> 2] |= text.charCodeAt(i) << (24 - (i % 4) * 8);
    W[text.length >> 2] |= 0x80 << (24 - (text.length % 4) * 8);
    W[15] = text.length * 8;
    for (let i = 16; i < 64; i++) {
      const a = W[i - 15], b = W[i - 2];
      W[i] = W[i - 16] + (turn(a, 7) ^ turn(a, 18) ^ (a >>> 3)) + W[i - 7] + (turn(b, 17) ^ turn(b, 19) ^ (b >>> 10));
    }
    let [a, b, c, d, e, f, g, h] = H;
    for (let i = 0; i < 64; i++) {
      const s = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + K[i] + W[i]) | 0;
      const t = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g; g = f; f = e; e = (d + s) | 0; d = c; c = b; b = a; a = (s + t) | 0;
    }
    return (H[0] + a) >>> 0;
  }

  let number = 0;
  function work() {
    for (const until = performance.now() + 40; performance.now() < until;) {
      for (let i = 0; i < 500; i++, number++) {
        if (begin(answer.dataset.puzzle + number) >>> (32 - answer.dataset.bits)) continue;
        answer.value = number;
        return send.click();
      }
    }
    setTimeout(work); // the page stays usable meanwhile
  }
  work();
})();
